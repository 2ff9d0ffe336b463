"""Pages of the Forum: its years, a year's programme, sessions and tracks."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Annotated, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from pydantic import Field

from plenary.engines.calls import calendars
from plenary.engines.calls.intakes import submissions_by_key, submissions_of
from plenary.errors import BadQuery
from plenary.ground.audit.actors import NOBODY, Actor, may
from plenary.ground.framework.models import Edition
from plenary.ground.people.access import actor_of
from plenary.ground.web.cache import public_page
from plenary.ground.web.panels import panels_for
from plenary.ground.web.query import Query, page_of, read_query
from plenary.programmes.forum import actions, queries
from plenary.programmes.forum.calendars import entry_of
from plenary.programmes.forum.models import Session, Track

#: With this many sessions a page stays far below 60 KB as it is sent.
SESSIONS_A_PAGE = 60
MOST_IN_A_CALENDAR = 2_000

Code = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00]*$")]
Codes = Annotated[list[Code], Field(max_length=60)]


class ProgrammeQuery(Query):
    """What can be asked of a programme."""

    q: str = ""
    day: Annotated[list[date], Field(max_length=60)] = []
    track: Codes = []
    kind: Codes = []
    action_line: Codes = []
    sdg: Codes = []
    theme: Codes = []

    def selection(self, edition: Edition) -> queries.Selection:
        """The sessions asked for. Raises: BadQuery where a value does not exist."""
        concepts = {name: tuple(getattr(self, name)) for name in queries.SCHEMES}
        selection = queries.Selection(self.q, tuple(self.day), tuple(self.track), tuple(self.kind), concepts)
        wrong = queries.unknown(edition, selection)
        if wrong:
            raise BadQuery({name: [_("This value is not one of those that can be asked for.")] for name in wrong})
        return selection


@public_page
def forums(request: HttpRequest) -> HttpResponse:
    """The Forums of all editions that have sessions on record."""
    read_query(request, Query)
    return render(request, "forum/list.html", {"editions": queries.editions_with_sessions()})


@public_page
def programme(request: HttpRequest, edition: str) -> HttpResponse:
    """An edition's programme by day, with filters."""
    found = _edition(edition)
    query = read_query(request, ProgrammeQuery)
    selection = query.selection(found)
    page = page_of(queries.programme(found, selection), query.page, SESSIONS_A_PAGE)
    labels = {
        "day": _("Day"),
        "track": _("Track"),
        "kind": _("Type of session"),
        "action_line": _("Action line"),
        "sdg": _("Goal"),
        "theme": _("Theme"),
    }
    options = queries.options(found, selection)
    context = {
        "edition": found,
        "page": page,
        "days": _by_day(page.object_list),
        "facets": [
            {"name": name, "label": labels[name], "options": options[name], "is_open": any(each.is_chosen for each in options[name])} for name in labels
        ],
        "figures": queries.figures(found),
        "tracks": Track.objects.filter(edition=found),
        "query": query,
        "is_filtered": not selection.is_everything,
        "panels": panels_for("forum", found, request),
    }
    return render(request, "forum/programme.html", context)


@public_page
def session(request: HttpRequest, edition: str, number: str) -> HttpResponse:
    """A session: when, where, who, about what."""
    read_query(request, Query)
    actor = actor_of(request)
    found = _session(edition, number, actor)
    links = list(found.links.all())
    may_edit = may(actor, "forum.edit", found)
    context = {
        "session": found,
        "links": links,
        "reasons": [link for link in links if link.reason],
        "people": list(found.people.all()),
        "languages": calendars.language_names(found.languages),
        "is_public": found.state in (Session.State.PUBLIC, Session.State.CANCELLED),
        "states": [Session.State(state) for state in actions.TRANSITIONS[found.state]] if may_edit else [],
        "submissions": [each for each in submissions_of("forum.session", str(found)) if may(actor, "calls.read_answers", each)] if actor is not NOBODY else [],
    }
    return render(request, "forum/session.html", context)


@login_required
@require_POST
def change_state(request: HttpRequest, edition: str, number: str) -> HttpResponse:
    """Publish a proposal, take a session out of the programme, cancel it."""
    actor = actor_of(request)
    found = _session(edition, number, actor)
    actions.change_state(actor=actor, session=found, state=request.POST.get("to", "")[:20], reason=request.POST.get("reason", "")[:500])
    messages.success(request, _("The session has another state now."))
    return redirect("forum:session", edition=edition, number=number)


@never_cache
def proposals(request: HttpRequest, edition: str) -> HttpResponse:
    """Sessions that are not in the programme yet; for everybody but the secretariat there is no such page."""
    found = _edition(edition)
    if not may(actor_of(request), "forum.edit", found):
        raise Http404
    query = read_query(request, Query)
    page = page_of(queries.proposals(found), query.page, SESSIONS_A_PAGE)
    submissions = submissions_by_key("forum.session", [str(each) for each in page])
    context = {"edition": found, "page": page, "rows": [(each, submissions.get(str(each))) for each in page]}
    return render(request, "forum/proposals.html", context)


@public_page
def track(request: HttpRequest, edition: str, code: str) -> HttpResponse:
    """A track with its sessions."""
    query = read_query(request, Query)
    found = Track.objects.select_related("edition", "theme__scheme").filter(edition__code=edition, code=code).first()
    if found is None:
        raise Http404
    sessions = queries.programme(found.edition, queries.Selection(track=(code,)))
    page = page_of(sessions, query.page, SESSIONS_A_PAGE)
    counted = queries.held(found.edition).filter(track=found).count()
    return render(request, "forum/track.html", {"track": found, "page": page, "days": _by_day(page.object_list), "counted": counted})


def schedule(request: HttpRequest, edition: str) -> HttpResponse:
    """The dated sessions of an edition as a calendar; takes the same filters as the programme."""
    found = _edition(edition)
    selection = read_query(request, ProgrammeQuery).selection(found)
    sessions = queries.programme(found, selection).filter(day__isnull=False)[:MOST_IN_A_CALENDAR]
    entries = [entry for each in sessions if (entry := entry_of(each)) is not None]
    return calendars.response(calendars.calendar_of(str(found.name), entries), f"forum-{edition}.ics")


def session_calendar(request: HttpRequest, edition: str, number: str) -> HttpResponse:
    """One session for a calendar."""
    found = _session(edition, number)
    entry = entry_of(found)
    if entry is None:
        raise Http404
    return calendars.response(calendars.calendar_of(str(found.title), [entry]), f"session-{edition}-{found.pk}.ics")


def _by_day(sessions: Any) -> list[dict[str, Any]]:
    return [{"day": day, "sessions": list(each)} for day, each in groupby(sessions, key=lambda session: session.day)]


def _edition(code: str) -> Edition:
    edition = Edition.objects.filter(code=code).first()
    if edition is None:
        raise Http404
    return edition


def _session(edition: str, number: str, actor: Actor = NOBODY) -> Session:
    if "\x00" in number:
        raise Http404
    try:
        return queries.session_of(edition, number, actor)
    except Session.DoesNotExist as error:
        raise Http404 from error
