"""Schedules in JSON as frab and pretalx write them: days, in each its rooms, in each its events."""

from __future__ import annotations

import json
from typing import Any

from plenary.programmes.forum.importing.data import MOST_SESSIONS, PersonData, Reader, SessionData

_PERSON_CODE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def read(text: str, reader: Reader) -> list[SessionData]:
    """All events of the schedule; problems are noted."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        reader.problem(None, "", "this is not JSON that can be read: a bracket or quote is wrong, or it is nested too deeply")
        return []
    conference = _at(content, "schedule", "conference")
    days = conference.get("days") if isinstance(conference, dict) else None
    if not isinstance(conference, dict) or not isinstance(days, list):
        reader.problem(None, "", "there is no schedule in it: expected schedule, conference, days")
        return []
    count = conference.get("daysCount")
    if isinstance(count, int) and count != len(days):
        reader.problem(None, "conference, daysCount", f"says {count} days, but {len(days)} are there: part of the file may be missing")
    zone = reader.known_zone(str(conference.get("time_zone_name") or ""))
    acronym = str(conference.get("acronym") or "")[:80]
    found: list[SessionData] = []
    for position, day in enumerate(days, 1):
        rooms = day.get("rooms") if isinstance(day, dict) else None
        if not isinstance(rooms, dict):
            reader.problem(None, f"day {position}", "it has no rooms")
            continue
        for room, events in rooms.items():
            if not isinstance(events, list):
                reader.problem(None, f"day {position}, room {room[:60]}", "its events are no list")
                continue
            for event in events:
                if not isinstance(event, dict):
                    reader.problem(None, f"day {position}, room {room[:60]}", "an event is no object")
                    continue
                found.append(_event(event, room, zone, acronym, reader))
                if len(found) > MOST_SESSIONS:
                    reader.problem(None, "", f"there are more than {MOST_SESSIONS} events")
                    return found
    return found


def _at(content: Any, *keys: str) -> Any:
    for key in keys:
        if not isinstance(content, dict):
            return None
        content = content.get(key)
    return content


def _event(event: dict[str, Any], room: str, zone: str, acronym: str, reader: Reader) -> SessionData:
    number = event.get("id")
    session = SessionData(place=f"event {str(number)[:40]}" if number is not None else f"event {str(event.get('title'))[:60]!r}", zone=zone)
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        reader.problem(session, "id", "must be a whole number")
    else:
        session.number = str(number)[:60]
    guid = event.get("guid")
    session.source_id = str(guid)[:200] if guid else f"{acronym}/{session.number}"
    language = reader.language(session, event.get("language"))
    session.languages = [language] if language else []
    written_in = language or "en"
    session.title = reader.text(event.get("title"), written_in)
    if not session.title:
        reader.problem(session, "title", "is missing")
    session.summary = reader.text(_joined(event.get("subtitle"), event.get("abstract")), written_in)
    session.description = reader.text(event.get("description"), written_in)
    session.kind = reader.short(session, "type", event.get("type"), 200)
    session.track = reader.short(session, "track", event.get("track"), 200)
    session.room = reader.short(session, "room", event.get("room") or room, 200)
    if not isinstance(event.get("date"), str):
        reader.problem(session, "date", "is missing")
    else:
        session.starts_at = reader.instant(session, "date", event["date"])
        reader.last(session, event.get("duration"))
        reader.check_times(session, "duration")
    session.link = reader.address(session, "url", event.get("url")) if _is_public(event.get("url")) else ""
    session.recording = _recording(event.get("links"), reader, session)
    session.people = _people(event.get("persons"), reader, session)
    return session


def _joined(*parts: Any) -> str:
    return "\n\n".join(str(part) for part in parts if part)


def _is_public(url: Any) -> bool:
    """Addresses on the machine of whoever made the file lead nowhere."""
    return bool(url) and "://localhost" not in str(url) and "://127.0.0.1" not in str(url)


def _recording(links: Any, reader: Reader, session: SessionData) -> str:
    for link in links if isinstance(links, list) else []:
        title, url = (str(link.get("title") or ""), link.get("url")) if isinstance(link, dict) else ("", None)
        if url and any(word in title.lower() for word in ("video", "recording")):
            return reader.address(session, "links", url)
    return ""


def _people(persons: Any, reader: Reader, session: SessionData) -> list[PersonData]:
    if persons is None:
        return []
    if not isinstance(persons, list):
        reader.problem(session, "persons", "must be a list")
        return []
    found = []
    for position, person in enumerate(persons, 1):
        field = f"person {position}"
        if not isinstance(person, dict):
            reader.problem(session, field, "must be an object")
            continue
        key, code = person.get("id"), person.get("code")
        if key is not None and (not isinstance(key, int) or isinstance(key, bool)):
            reader.problem(session, f"{field}, id", "must be a whole number")
        if code is not None and not (isinstance(code, str) and code and set(code) <= _PERSON_CODE):
            reader.problem(session, f"{field}, code", "may have capital letters A to Z, digits and hyphens only")
        name = reader.short(session, f"{field}, name", person.get("public_name") or person.get("name") or person.get("full_public_name"), 200)
        if name:
            found.append(PersonData(name))
        else:
            reader.problem(session, f"{field}, public_name", "is missing")
    return found
