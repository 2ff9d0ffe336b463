"""Days as instants: a phase of which only the days are known lasts from the first moment of the first to the last of the last.

Our sources say "Deadline: 8 March" without an hour. The reading that harms nobody is the generous one: the whole of
that day, by the convener's clock. ``closes_at`` is then the last microsecond of the day, so that it still falls on it.
"""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo


def start_of(day: date, zone: str) -> datetime:
    """The first instant of a day in a zone."""
    return datetime.combine(day, time.min, ZoneInfo(zone))


def end_of(day: date, zone: str) -> datetime:
    """The last instant of a day in a zone."""
    return datetime.combine(day, time.max, ZoneInfo(zone))


def day_in(instant: datetime, zone: str) -> date:
    """The day on which an instant falls in a zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def is_midnight(instant: datetime, zone: str) -> bool:
    """Whether the instant starts a day in the zone, as an opening of which only the day is known."""
    return instant.astimezone(ZoneInfo(zone)).time() == time.min
