"""Schedules in XML as frab, pretalx and pentabarf write them.

Pentabarf puts events directly under ``<day>``; the others under ``<day><room>``. An event has its instant in ``<date>``,
or only a time of day in ``<start>``; then times before ``<day_change>`` belong to the night after the day.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from xml.etree.ElementTree import Element, ParseError  # types only; parsing is done by defusedxml  # nosec B405

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from plenary.programmes.forum.importing.data import MOST_SESSIONS, PersonData, Reader, SessionData


def read(text: str, reader: Reader) -> list[SessionData]:
    """All events of the schedule; problems are noted."""
    try:
        root: Element = fromstring(text, forbid_dtd=True)
    except DefusedXmlException:
        reader.problem(None, "", "the file declares entities or a document type, which a schedule does not need; it is not read")
        return []
    except (ParseError, ValueError, RecursionError) as error:
        reader.problem(None, "", f"this is not XML: {str(error)[:120]}")
        return []
    if root.tag != "schedule":
        reader.problem(None, "", f"there is no schedule in it: the first element is {root.tag[:40]!r}")
        return []
    conference = root.find("conference")
    zone = reader.known_zone(_text(conference, "time_zone_name"))
    acronym = (_text(conference, "acronym") or _text(conference, "title"))[:80]
    change = _clock(_text(conference, "day_change")) or time.min
    found: list[SessionData] = []
    for position, day in enumerate(root.findall("day"), 1):
        try:
            on = date.fromisoformat(day.get("date", ""))
        except ValueError:
            reader.problem(None, f"day {position}, date", f"{day.get('date', '')[:40]!r} is not a date such as 2007-02-25")
            continue
        events = [("", event) for event in day.findall("event")]
        events += [(room.get("name", ""), event) for room in day.findall("room") for event in room.findall("event")]
        for room, event in events:
            found.append(_event(event, room, on, change, zone, acronym, reader))
            if len(found) > MOST_SESSIONS:
                reader.problem(None, "", f"there are more than {MOST_SESSIONS} events")
                return found
    if not found and not reader.problems:
        reader.problem(None, "", "there are no events in it")
    return found


def _text(element: Element | None, name: str) -> str:
    child = element.find(name) if element is not None else None
    return "".join(child.itertext()).strip() if child is not None else ""


def _clock(value: str) -> time | None:
    match = re.fullmatch(r"(\d{1,2}):(\d{2})(?::\d{2})?", value)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        return None
    return time(int(match[1]), int(match[2]))


def _event(event: Element, room: str, on: date, change: time, zone: str, acronym: str, reader: Reader) -> SessionData:
    number = event.get("id", "").strip()
    session = SessionData(place=f"event {number[:40]}" if number else f"event {_text(event, 'title')[:60]!r}", zone=zone)
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,60}", number):
        reader.problem(session, "id", "is missing or holds more than letters, digits, dots and hyphens")
    session.number = number[:60]
    guid = event.get("guid", "").strip()
    session.source_id = guid[:200] or f"{acronym}/{session.number}"
    language = reader.language(session, _text(event, "language"))
    session.languages = [language] if language else []
    written_in = language or "en"
    session.title = reader.text(_text(event, "title"), written_in)
    if not session.title:
        reader.problem(session, "title", "is missing")
    session.summary = reader.text("\n\n".join(part for part in (_text(event, "subtitle"), _text(event, "abstract")) if part), written_in)
    session.description = reader.text(_text(event, "description"), written_in)
    session.kind = reader.short(session, "type", _text(event, "type"), 200)
    session.track = reader.short(session, "track", _text(event, "track"), 200)
    session.room = reader.short(session, "room", _text(event, "room") or room, 200)
    session.starts_at = _start(event, on, change, session, reader)
    if session.starts_at is not None:
        reader.last(session, _text(event, "duration"))
        reader.check_times(session, "duration")
    session.link = reader.address(session, "url", _text(event, "url"))
    for link in event.iter("link"):
        if link.get("href") and re.search(r"\b(video|recording)\b", "".join(link.itertext()), re.IGNORECASE):
            session.recording = reader.address(session, "link", link.get("href"))
            break
    for position, person in enumerate(event.iter("person"), 1):
        name = reader.short(session, f"person {position}", "".join(person.itertext()), 200)
        if name:
            session.people.append(PersonData(name))
    return session


def _start(event: Element, on: date, change: time, session: SessionData, reader: Reader) -> datetime | None:
    instant = _text(event, "date")
    if instant:
        return reader.instant(session, "date", instant)
    given = _text(event, "start")
    clock = _clock(given)
    if clock is None:
        reader.problem(session, "start", f"{given[:40]!r} is not a time of day such as 14:30")
        return None
    try:
        day = on + timedelta(days=1) if clock < change else on
    except OverflowError:
        reader.problem(session, "start", "this date is beyond the calendar")
        return None
    return reader.in_zone(session, datetime.combine(day, clock), "start")
