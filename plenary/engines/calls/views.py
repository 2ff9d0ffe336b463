"""Pages of calls and their calendars."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from plenary.engines.calls import calendars, queries
from plenary.engines.calls.models import Call, Phase
from plenary.ground.web.cache import public_page
from plenary.ground.web.query import Query, read_query


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
    found = _call(edition, slug)
    now = timezone.now()
    steps = queries.timeline(found, now)
    open_call = queries.answerable(found, now)
    goes_on = queries.continued_in(found) if open_call and open_call.closes_at is None else None
    coming = next((step for step in steps if step.phase.kind in queries.FOR_ALL and step.stage is queries.Stage.COMING), None)
    changes = sorted((change for step in steps for change in step.phase.deadline_changes.all()), key=lambda change: change.at, reverse=True)
    closed_on = queries.last_closed(step.phase for step in steps)
    context = {
        "call": found,
        "steps": steps,
        "open": None if goes_on else open_call,
        "goes_on": goes_on,
        "coming": None if open_call else coming,
        "closed_on": None if open_call or coming else closed_on,
        "changes": changes,
        "languages": calendars.language_names(found.languages),
    }
    return render(request, "calls/call.html", context)


def calendar(request: HttpRequest) -> HttpResponse:
    """Deadlines and meetings of all calls, from one year back on."""
    return calendars.response(calendars.calendar_of(str(_("Calls")), _entries(queries.dated_phases(timezone.now()))), "calls.ics")


def call_calendar(request: HttpRequest, edition: str, slug: str) -> HttpResponse:
    """Deadlines and meetings of one call."""
    found = _call(edition, slug)
    return calendars.response(calendars.calendar_of(str(found.title), _entries(list(found.phases.all()))), f"{edition}-{slug}.ics")


def _entries(phases: Sequence[Phase]) -> list[calendars.Entry]:
    return [entry for phase in phases if (entry := calendars.entry_of(phase)) is not None]


def _call(edition: str, slug: str) -> Call:
    try:
        return queries.call_of(edition, slug)
    except Call.DoesNotExist as error:
        raise Http404 from error
