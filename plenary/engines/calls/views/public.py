"""Pages of calls and their calendars."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from plenary.engines.calls import calendars, cards, linked_data, queries
from plenary.engines.calls.documents import blank_pdf, brief_pdf
from plenary.engines.calls.form.table import template_csv, template_xlsx
from plenary.engines.calls.models import Call, Phase
from plenary.engines.calls.views.access import call_at, refused
from plenary.engines.calls.windows import window_of
from plenary.errors import Conflict
from plenary.ground.audit.queries import times_changed
from plenary.ground.files.typesetting import CannotTypeset
from plenary.ground.framework.linked_data import block
from plenary.ground.framework.models import Concept
from plenary.ground.framework.text import reader_language
from plenary.ground.web.cache import public_page
from plenary.ground.web.query import Query, page_of, read_query

#: Documents that one visitor may have made in a minute.
DOCUMENTS = 10


@public_page
def call_list(request: HttpRequest) -> HttpResponse:
    """All calls: those open now with the soonest deadline first, those to come, and the closed ones by edition."""
    read_query(request, Query)
    now = timezone.now()
    closed = [{"edition": edition, "calls": list(calls)} for edition, calls in groupby(queries.closed_calls(now), key=lambda each: each.call.edition)]
    context = {"open": queries.open_calls(now), "coming": queries.coming_calls(now), "meetings": queries.coming_meetings(now), "closed": closed}
    return render(request, "calls/list.html", context)


@public_page
def call(request: HttpRequest, edition: str, slug: str) -> HttpResponse:
    """One call: what it asks for, its phases, its rules, and how to answer it."""
    read_query(request, Query)
    return show_call(request, call_at(edition, slug))


def show_call(request: HttpRequest, found: Call, *, is_preview: bool = False) -> HttpResponse:
    """The page of a call. is_preview: for the desk, before the public knows of it."""
    edition, slug = found.edition.code, found.slug
    now = timezone.now()
    steps = queries.timeline(found, now)
    open_call = queries.answerable(found, now)
    goes_on = queries.continued_in(found) if open_call and open_call.closes_at is None else None
    coming = next((step for step in steps if step.phase.kind in queries.FOR_ALL and step.stage is queries.Stage.COMING), None)
    changes = sorted((change for step in steps for change in step.phase.deadline_changes.all()), key=lambda change: change.at, reverse=True)
    closed_on = queries.last_closed(step.phase for step in steps)
    form = queries.form_in_force(found)
    context = {
        "call": found,
        "steps": steps,
        "open": None if goes_on else open_call,
        "accepts": window_of(found, now).is_open,
        "goes_on": goes_on,
        "coming": None if open_call else coming,
        "closed_on": None if open_call or coming else closed_on,
        "changes": changes,
        "languages": calendars.language_names(found.languages),
        "form": form,
        "stakeholder_types": _stakeholder_types(found),
        "files": ("xlsx", "csv") if form else (),
        "linked_data": block(linked_data.of_call(found, steps)),
        "card": f"{settings.BASE_URL}{reverse('calls:card', args=[edition, slug])}",
        "shows_use": found.shows_use and found.use_published_at is not None,
        "contributions": queries.contributed(found) if found.shows_use else 0,
        "is_preview": is_preview,
    }
    return render(request, "calls/call.html", context)


def _stakeholder_types(found: Call) -> list[Concept]:
    return (
        list(Concept.objects.filter(scheme__code="stakeholder-types", code__in=found.stakeholder_types).order_by("position")) if found.stakeholder_types else []
    )


@public_page
def uses(request: HttpRequest, edition: str, slug: str) -> HttpResponse:
    """What became of each input of a call, once the convener has told it."""
    query = read_query(request, Query)
    found = call_at(edition, slug)
    if not found.shows_use or found.use_published_at is None:
        raise Http404
    page = page_of(queries.published_uses(found), query.page)
    return render(request, "calls/uses.html", {"call": found, "page": page, "rows": queries.in_words(page.object_list), "counts": queries.use_counts(found)})


def brief(request: HttpRequest, edition: str, slug: str) -> HttpResponse:
    """The final brief as PDF: what came of the meetings, and what became of each input."""
    found = call_at(edition, slug)
    if not found.shows_use or found.use_published_at is None:
        raise Http404
    if (answered := refused(request, "document", DOCUMENTS)) is not None:
        return answered
    try:
        content = brief_pdf(found, reader_language(), found.use_published_at)
    except CannotTypeset as error:
        raise Conflict(_("The PDF cannot be made on this machine. Print the page of the account instead.")) from error
    return _download(content, "application/pdf", f"{edition}-{slug}-brief.pdf")


def blank(request: HttpRequest, edition: str, slug: str) -> HttpResponse:
    """The form as a PDF to be prepared on paper."""
    found = call_at(edition, slug)
    form = queries.form_in_force(found)
    if form is None:
        raise Http404
    if (answered := refused(request, "document", DOCUMENTS)) is not None:
        return answered
    try:
        content = blank_pdf(found, form, reader_language())
    except CannotTypeset as error:
        raise Conflict(_("The PDF cannot be made on this machine. Print the page of the form instead.")) from error
    return _download(content, "application/pdf", f"{edition}-{slug}.pdf")


def template(request: HttpRequest, edition: str, slug: str, ending: str) -> HttpResponse:
    """The form as a table to be filled in: one row a submission."""
    found = call_at(edition, slug)
    form = queries.form_in_force(found)
    if form is None or ending not in ("xlsx", "csv"):
        raise Http404
    if (answered := refused(request, "document", DOCUMENTS)) is not None:
        return answered
    content = template_xlsx(found, form.form) if ending == "xlsx" else template_csv(found, form.form)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" if ending == "xlsx" else "text/csv; charset=utf-8"
    return _download(content, kind, f"{edition}-{slug}.{ending}")


@public_page
def card(request: HttpRequest, edition: str, slug: str) -> HttpResponse:
    """The picture that other sites show beside a link to the call."""
    found = call_at(edition, slug)
    answer = HttpResponse(cards.png(found, queries.timeline(found, timezone.now()), queries.answerable(found)), content_type="image/png")
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def _download(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def calendar(request: HttpRequest) -> HttpResponse:
    """Deadlines and meetings of all calls, from one year back on."""
    return calendars.response(calendars.calendar_of(str(_("Calls")), _entries(queries.dated_phases(timezone.now()))), "calls.ics")


def call_calendar(request: HttpRequest, edition: str, slug: str) -> HttpResponse:
    """Deadlines and meetings of one call."""
    found = call_at(edition, slug)
    return calendars.response(calendars.calendar_of(str(found.title), _entries(list(found.phases.all()))), f"{edition}-{slug}.ics")


def _entries(phases: Sequence[Phase]) -> list[calendars.Entry]:
    revisions = times_changed("calls.call", {str(phase.call) for phase in phases})
    return [entry for phase in phases if (entry := calendars.entry_of(phase, revisions.get(str(phase.call), 0))) is not None]
