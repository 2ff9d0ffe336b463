"""Programmes as tables (CSV): one session a row, several values in a cell separated by semicolons.

``COLUMNS`` says what each column means; only ``title`` must be there. A session that has no number of the convener's is
counted ``s1``, ``s2`` and so on: the convener's own numbers are never of that form.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from typing import TypeVar

from plenary.ground.framework.files import Line, Problems, read_table
from plenary.ground.framework.models import Edition
from plenary.ground.framework.spelling import fold
from plenary.programmes.forum.importing.data import PersonData, Reader, SessionData

T = TypeVar("T")

COLUMNS = {
    "session_id": "the convener's number, kept as text; or s1, s2 ... as this platform counts",
    "edition_year": "code of the edition; rows of other editions are passed over",
    "title": "title",
    "organiser": "hosts as they are to be named",
    "date": "day, such as 2020-07-01",
    "start": "time of day, such as 13:00",
    "end": "time of day",
    "utc_offset": "offset of both times, such as +02:00; empty: the edition's zone",
    "session_type": "type of session, by any of its names",
    "special_track": "track, by code or title",
    "action_lines": "codes of action lines",
    "sdgs": "numbers of goals",
    "themes": "codes of themes",
    "room": "room",
    "speakers": "names; a post and an organisation may follow in brackets",
    "moderators": "names",
    "facilitators": "names of High-Level Track Facilitators",
    "languages": "language tags",
    "summary": "a few sentences",
    "description": "text",
    "link": "web address",
    "recording": "web address",
    "source": "where this was found",
    "note": "what the source says besides",
}
_ALLOWED = re.compile("|".join(COLUMNS))
_PEOPLE = {"speakers": "speaker", "moderators": "moderator", "facilitators": "facilitator"}
_SCHEMES = {"action_lines": "action-lines", "sdgs": "sdgs", "themes": "themes"}


def read(text: str, reader: Reader, edition: Edition) -> tuple[list[SessionData], int]:
    """The sessions of the edition, and how many rows belong to others; problems are noted."""
    problems = Problems()
    lines = read_table(text, reader.name, problems, required=["title"], allowed=_ALLOWED)
    reader.problems.found += problems.found
    found: list[SessionData] = []
    others = 0
    for line in lines or []:
        year = line.cells.get("edition_year", "")
        if year and year != edition.code:
            others += 1
            continue
        found.append(_session(line, reader))
    if lines is not None and not problems and not found:
        reader.problem(None, "", f"no row belongs to the edition {edition.code}")
    return found, others


def _session(line: Line, reader: Reader) -> SessionData:
    cells = line.cells
    session = SessionData(place="", line=line.number, zone=reader.zone)

    def cell(name: str) -> str:
        return cells.get(name, "")

    session.number = reader.short(session, "session_id", cell("session_id"), 60)
    if session.number and not re.fullmatch(r"[A-Za-z0-9_.-]+", session.number):
        reader.problem(session, "session_id", "may hold letters, digits, dots and hyphens only, as it stands in an address")
    session.title = reader.text(cell("title"))
    if not session.title:
        reader.problem(session, "title", "is missing")
    # Without a number the title tells whether a session is here already; see ``_recognise`` where it is written.
    session.source_id = f"number:{session.number}" if session.number else f"title:{fold(str(session.title))}"[:200]
    session.summary = reader.text(cell("summary"))
    session.description = reader.text(cell("description"))
    session.kind = reader.short(session, "session_type", cell("session_type"), 200)
    session.track = reader.short(session, "special_track", cell("special_track"), 200)
    session.room = reader.short(session, "room", cell("room"), 200)
    session.hosts = reader.short(session, "organiser", "; ".join(_parts(cell("organiser"))), 500)
    session.source = reader.short(session, "source", cell("source"), 1000)
    session.note = reader.short(session, "note", cell("note"), 2000)
    session.link = reader.address(session, "link", cell("link"))
    session.recording = reader.address(session, "recording", cell("recording"))
    session.languages = [tag for part in _parts(cell("languages")) if (tag := reader.language(session, part))]
    session.concepts = {scheme: _parts(cell(column)) for column, scheme in _SCHEMES.items()}
    for column, role in _PEOPLE.items():
        for part in _parts(cell(column)):
            session.people.append(_person(part, role, column, session, reader))
    _times(session, cell("date"), cell("start"), cell("end"), cell("utc_offset"), reader)
    return session


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _person(text: str, role: str, column: str, session: SessionData, reader: Reader) -> PersonData:
    match = re.fullmatch(r"([^()]+?)\s*(?:\(([^()]*)\))?", text)
    name, more = (match[1], match[2] or "") if match else (text, "")
    post, _comma, organisation = more.rpartition(",")
    return PersonData(
        reader.short(session, column, name, 200), role, reader.short(session, column, post, 300), reader.short(session, column, organisation, 300)
    )


def _times(session: SessionData, day: str, start: str, end: str, offset: str, reader: Reader) -> None:
    on = _checked(day, date.fromisoformat, "date", "a day such as 2020-07-01", session, reader)
    starts = _checked(start, _time, "start", "a time of day such as 13:00", session, reader)
    ends = _checked(end, _time, "end", "a time of day such as 14:00", session, reader)
    zone = _checked(offset, _offset, "utc_offset", "an offset such as +02:00", session, reader)
    if end and not start:
        reader.problem(session, "start", "is missing, though there is an end")
    if not on:
        if starts and not day:
            # A time without a day is no instant; what the source says is kept in words.
            told = f"{start}–{end}" if end else start
            session.note = "; ".join(part for part in (session.note, f"time in the source: {told}, day not given") if part)
        return
    session.day = on.isoformat()
    if starts is None:
        return

    def instant(clock: time, field: str) -> datetime | None:
        wall = datetime.combine(on, clock)
        return wall.replace(tzinfo=zone) if zone else reader.in_zone(session, wall, field)

    session.starts_at = instant(starts, "start")
    session.ends_at = instant(ends, "end") if ends else None
    reader.check_times(session, "end")


def _checked(value: str, parse: Callable[[str], T], field: str, wanted: str, session: SessionData, reader: Reader) -> T | None:
    if not value:
        return None
    try:
        return parse(value)
    except ValueError:
        reader.problem(session, field, f"{value[:40]!r} is not {wanted}")
        return None


def _time(value: str) -> time:
    if not re.fullmatch(r"\d{1,2}:\d{2}", value):
        raise ValueError
    hours, minutes = value.split(":")
    return time(int(hours), int(minutes))


def _offset(value: str) -> timezone:
    match = re.fullmatch(r"([+-])(\d{2}):([0-5]\d)", value)
    if match is None:
        raise ValueError
    length = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-length if match[1] == "-" else length)
