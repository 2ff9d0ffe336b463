"""Days and instants in data files: absolute, or relative to the day a folder was first loaded.

Absolute: ``2021-01-25`` and ``2021-01-25T23:00`` (wall time in the record's zone). Relative, for the demo:
``today``, ``today+30``, ``today-7T23:00``.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from django.utils import timezone
from pydantic import AfterValidator

_RELATIVE = re.compile(r"^today(?:([+-]\d{1,4}))?(?:T(\d{2}:\d{2}(?::\d{2})?))?$")


def _check_day(value: str) -> str:
    if value and not (_RELATIVE.match(value) and "T" not in value):
        date.fromisoformat(value)
    return value


def _check_moment(value: str) -> str:
    match = _RELATIVE.match(value)
    if match:
        if match[2] is None:
            raise ValueError("give a time of day too, for example today+7T23:00")
        time.fromisoformat(match[2])
    elif value:
        if "T" not in value:
            raise ValueError("give a time of day too, for example 2021-01-25T23:00")
        if datetime.fromisoformat(value).tzinfo is not None:
            raise ValueError("give the wall time without offset; the zone is a field of its own")
    return value


def _check_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except Exception as error:
        raise ValueError(f"{value!r} is not a time zone; use a name such as Europe/Zurich") from error
    return value


Day = Annotated[str, AfterValidator(_check_day)]
Moment = Annotated[str, AfterValidator(_check_moment)]
Zone = Annotated[str, AfterValidator(_check_zone)]


def to_day(value: str, anchor: date | None) -> date | None:
    """The day a data file means; None for an empty string."""
    if not value:
        return None
    match = _RELATIVE.match(value)
    if match:
        return (anchor or timezone.localdate()) + timedelta(days=int(match[1] or 0))
    return date.fromisoformat(value)


def from_day(value: date | None, anchor: date | None) -> str:
    """How a data file writes the day: relative where the edition has an anchor."""
    if value is None:
        return ""
    if anchor is None:
        return value.isoformat()
    days = (value - anchor).days
    return f"today{days:+d}" if days else "today"


def to_instant(value: str, zone: str, anchor: date | None) -> datetime | None:
    """The instant a data file means: wall time in the zone."""
    if not value:
        return None
    match = _RELATIVE.match(value)
    if match:
        wall = datetime.combine((anchor or timezone.localdate()) + timedelta(days=int(match[1] or 0)), time.fromisoformat(match[2]))
    else:
        wall = datetime.fromisoformat(value)
    return wall.replace(tzinfo=ZoneInfo(zone))


def from_instant(value: datetime | None, zone: str, anchor: date | None) -> str:
    """How a data file writes the instant: wall time in the zone, relative where the edition has an anchor."""
    if value is None:
        return ""
    wall = value.astimezone(ZoneInfo(zone))
    clock = wall.strftime("%H:%M:%S" if wall.second else "%H:%M")
    return f"{from_day(wall.date(), anchor)}T{clock}"
