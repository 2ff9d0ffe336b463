"""A session as a file tells it, and what all readers share: checks of times, links and lengths."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import nh3

from plenary.ground.framework.files import Problems
from plenary.ground.framework.text import Text

MOST_SESSIONS = 5_000
LONGEST = timedelta(hours=24)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BREAK = re.compile(r"<\s*(?:br|/p|/div|/li|/h[1-6])\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^>]*>")
_LANGUAGE = re.compile(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")


@dataclass(frozen=True, slots=True)
class PersonData:
    """Somebody's part in a session."""

    name: str
    role: str = "speaker"
    post: str = ""
    organisation: str = ""


@dataclass(slots=True)
class SessionData:
    """A session as read. place: where in the file, for messages. number: the convener's, or empty."""

    place: str
    line: int = 0
    source_id: str = ""
    number: str = ""
    title: Text = field(default_factory=Text)
    summary: Text = field(default_factory=Text)
    description: Text = field(default_factory=Text)
    kind: str = ""
    track: str = ""
    room: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    day: str = ""
    zone: str = ""
    languages: list[str] = field(default_factory=list)
    link: str = ""
    recording: str = ""
    hosts: str = ""
    source: str = ""
    note: str = ""
    people: list[PersonData] = field(default_factory=list)
    concepts: dict[str, list[str]] = field(default_factory=dict)  # spellings by scheme


class Reader:
    """Notes problems of one file by session and field; what is read goes on to the next."""

    def __init__(self, path: Path, problems: Problems, zone: str) -> None:
        self.name = path.name
        self.problems = problems
        self.zone = zone

    def problem(self, session: SessionData | None, field: str, text: str) -> None:
        """Note what is wrong with a field of a session, or with the file."""
        place = ", ".join(part for part in (session.place if session else "", field) if part)
        self.problems.add(self.name, session.line if session else 0, place, text)

    def known_zone(self, name: str) -> str:
        """The zone of that name, or the edition's where the file names none."""
        if not name:
            return self.zone
        try:
            ZoneInfo(name)
        except (ValueError, OSError, LookupError):
            self.problem(None, "time zone", f"{name[:60]!r} is not a time zone; use a name such as Europe/Zurich")
            return self.zone
        return name

    def in_zone(self, session: SessionData, wall: datetime, field: str) -> datetime | None:
        """The instant of a wall time in the session's zone; a time that the clock leaps over is a problem."""
        zone = ZoneInfo(session.zone or self.zone)
        instant = wall.replace(tzinfo=zone)
        if instant.astimezone(ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None) != wall:
            self.problem(session, field, f"{wall:%Y-%m-%d %H:%M} does not exist in {zone.key}: the clock goes forward over it")
            return None
        return instant

    def text(self, value: object, language: str = "en") -> Text:
        """What people wrote, without markup and control characters."""
        return Text.of(plain_text(str(value)) if value is not None else "", language)

    def short(self, session: SessionData, field: str, value: object, most: int) -> str:
        """A value of one line that is not longer than can be stored."""
        text = " ".join(_CONTROL.sub("", str(value if value is not None else "")).split())
        if len(text) > most:
            self.problem(session, field, f"has {len(text)} characters; at most {most} can be stored")
            return ""
        return text

    def address(self, session: SessionData, field: str, value: object) -> str:
        """A web address; anything else is a problem, so that no page ever links to a script."""
        text = self.short(session, field, value, 500)
        if text and not re.match(r"https?://[^\s<>\"]+$", text):
            self.problem(session, field, f"{text[:60]!r} is not a web address that starts with https:// or http://")
            return ""
        return text

    def language(self, session: SessionData, value: object) -> str:
        """A language tag, or empty."""
        text = self.short(session, "language", value, 20).replace("_", "-")
        if text and not _LANGUAGE.match(text):
            self.problem(session, "language", f"{text!r} is not a language tag such as en or zh")
            return ""
        return text

    def instant(self, session: SessionData, field: str, value: str) -> datetime | None:
        """An instant with its offset, or a wall time in the session's zone."""
        try:
            moment = datetime.fromisoformat(value.strip())
            if moment.tzinfo is not None:
                # Arithmetic at the very ends of the calendar overflows; nothing real is there.
                return moment.astimezone(ZoneInfo("UTC"))
        except (ValueError, OverflowError):
            self.problem(session, field, f"{value[:40]!r} is not a date and time such as 2020-07-01T13:00:00+02:00")
            return None
        return self.in_zone(session, moment, field)

    def last(self, session: SessionData, value: object) -> None:
        """Set the end of a session from its duration (``00:45`` or ``00:45:00``)."""
        match = re.fullmatch(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?", str(value or "").strip())
        if match is None:
            self.problem(session, "duration", f"{str(value)[:40]!r} is not a duration such as 00:45")
            return
        length = timedelta(hours=int(match[1]), minutes=int(match[2]), seconds=int(match[3] or 0))
        if session.starts_at is not None:
            try:
                session.ends_at = (session.starts_at.astimezone(ZoneInfo("UTC")) + length).astimezone(session.starts_at.tzinfo)
            except OverflowError:
                self.problem(session, "date", "this date is beyond the calendar")

    def check_times(self, session: SessionData, field: str) -> None:
        """That a session ends after it starts, and within a day."""
        if session.starts_at is None or session.ends_at is None:
            return
        if session.ends_at <= session.starts_at:
            self.problem(session, field, "the session ends before it has started")
        elif session.ends_at - session.starts_at > LONGEST:
            hours = (session.ends_at - session.starts_at).total_seconds() / 3600
            self.problem(session, field, f"the session lasts {hours:g} hours; more than {LONGEST.total_seconds() / 3600:g} is taken for a mistake")


def plain_text(value: str) -> str:
    """Text without markup: tags go, line breaks and paragraphs stay."""
    text = _CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    if _TAG.search(text):
        text = html.unescape(nh3.clean(_BREAK.sub("\n", text), tags=set()))
    lines = [" ".join(line.split()) for line in text.strip().split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
