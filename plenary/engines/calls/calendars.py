"""Calendars (RFC 5545) of dated things, in the language of the address they are fetched from.

An entry keeps its UID whatever is changed about it, so that calendar programs move it instead of adding another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel import Locale
from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from plenary.engines.calls.instants import day_in
from plenary.engines.calls.models import Phase
from plenary.ground.web.templatetags.web import babel_locale


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in a calendar. uid: without the host. ends None: a point in time. Days instead of instants: all day."""

    uid: str
    title: str
    starts: datetime | date
    ends: datetime | date | None = None
    zone: str = "UTC"
    text: str = ""
    path: str = ""
    place: str = ""
    sequence: int = 0
    is_cancelled: bool = False


def entry_of(phase: Phase, revision: int) -> Entry | None:
    """A phase as it stands in a calendar: a deadline at its instant, a meeting from beginning to end.

    revision: a number that grows whenever something about the call is changed (SEQUENCE, RFC 5545, 3.8.7.4).
    """
    title = str(phase.call.title)
    uid = f"call-{phase.call.edition.code}-{phase.call.slug}-{phase.code}"
    path = reverse("calls:call", args=[phase.call.edition.code, phase.call.slug])
    text = "\n\n".join(part for part in (str(phase.call.purpose), str(phase.text)) if part)
    if phase.kind in (Phase.Kind.COLLECT, Phase.Kind.VOTE):
        if phase.closes_at is None:
            return None
        name = _("Deadline: %(call)s (%(phase)s)") % {"call": title, "phase": phase.title}
        at: datetime | date = day_in(phase.closes_at, phase.zone) if phase.all_day else phase.closes_at
        return Entry(uid, name, at, None, phase.zone, text, path, sequence=revision)
    first, last = phase.opens_at or phase.closes_at, phase.closes_at
    if phase.kind not in (Phase.Kind.MEETING, Phase.Kind.ANNOUNCE, Phase.Kind.PUBLISH) or first is None:
        return None
    name = _("%(phase)s (%(call)s)") % {"call": title, "phase": phase.title}
    if phase.all_day:
        day = day_in(first, phase.zone)
        return Entry(uid, name, day, day_in(last, phase.zone) + timedelta(days=1) if last else None, phase.zone, text, path, phase.link, revision)
    return Entry(uid, name, first, last if last != first else None, phase.zone, text, path, phase.link, revision)


def calendar_of(name: str, entries: list[Entry]) -> Calendar:
    """A calendar with these entries and the zones that they use."""
    calendar = Calendar()
    calendar.add("prodid", "-//Plenary//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", name)
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    now = timezone.now().astimezone(ZoneInfo("UTC")).replace(microsecond=0)
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry.uid}@{host}")
        event.add("dtstamp", now)
        event.add("summary", entry.title)
        event.add("dtstart", _in_zone(entry.starts, entry.zone))
        if entry.ends is not None:
            event.add("dtend", _in_zone(entry.ends, entry.zone))
        if entry.text:
            event.add("description", entry.text)
        if entry.place:
            event.add("location", entry.place)
        if entry.path:
            event.add("url", settings.BASE_URL + entry.path)
        event.add("sequence", entry.sequence)
        event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
        # A deadline must not make the reader look busy.
        event.add("transp", "OPAQUE" if isinstance(entry.ends, datetime) else "TRANSPARENT")
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar


def _in_zone(when: datetime | date, zone: str) -> datetime | date:
    return when.astimezone(ZoneInfo(zone)) if isinstance(when, datetime) else when


def response(calendar: Calendar, filename: str) -> HttpResponse:
    """The calendar as a download."""
    answer = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{filename}"'
    answer["Content-Language"] = (get_language() or "en").split("-")[0]
    return answer


def language_names(tags: list[str]) -> list[str]:
    """Names of languages in the language of the page."""
    locale = Locale.parse(babel_locale())
    return [locale.languages.get(tag, tag) for tag in tags]
