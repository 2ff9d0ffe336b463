"""Days and instants in data files: absolute, or relative to the day a folder was first loaded.

Absolute: ``2021-01-25`` and ``2021-01-25T23:00`` (wall time in the record's zone). Relative, for the demo:
``today``, ``today+30``, ``today-7T23:00``.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from pydantic import AfterValidator, BeforeValidator

_RELATIVE = re.compile(r"today(?:([+-]\d{1,5}))?(?:T(\d{2}:\d{2}(?::\d{2})?))?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?")
_YEARS = range(1900, 2200)


def _from_toml(value: Any) -> Any:
    """TOML has days and instants of its own; they are taken as if they stood in quotes."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def _shortened(value: str) -> str:
    return repr(value if len(value) <= 40 else f"{value[:40]}…")


def _check_day(value: str) -> str:
    match = _RELATIVE.fullmatch(value)
    if not value or (match and match[2] is None):
        return value
    if match or _MOMENT.fullmatch(value):
        raise ValueError(f"{_shortened(value)} has a time of day; only a day is asked for")
    if not _DAY.fullmatch(value):
        raise ValueError(f"{_shortened(value)} is not a day; write 2021-01-25")
    _check_calendar(date.fromisoformat, value)
    return value


def _check_moment(value: str) -> str:
    if not value:
        return value
    match = _RELATIVE.fullmatch(value)
    if match:
        if match[2] is None:
            raise ValueError("give a time of day too, for example today+7T23:00")
        _check_calendar(time.fromisoformat, match[2])
        return value
    if _DAY.fullmatch(value):
        raise ValueError("give a time of day too, for example 2021-01-25T23:00")
    if not _MOMENT.fullmatch(value):
        if re.fullmatch(_MOMENT.pattern + r"(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})", value):
            raise ValueError("give the wall time without offset; the zone is a field of its own")
        raise ValueError(f"{_shortened(value)} is not an instant; write 2021-01-25T23:00")
    _check_calendar(datetime.fromisoformat, value)
    return value


def _check_calendar(parse: Any, value: str) -> None:
    try:
        parsed = parse(value)
    except ValueError as error:
        raise ValueError(f"{_shortened(value)} does not exist in the calendar or on the clock") from error
    if not isinstance(parsed, time) and parsed.year not in _YEARS:
        raise ValueError(f"{_shortened(value)} is not in the years {_YEARS.start} to {_YEARS.stop - 1}")


def _check_either(value: str) -> str:
    return _check_moment(value) if "T" in value else _check_day(value)


def _check_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except Exception as error:
        raise ValueError(f"{_shortened(value)} is not a time zone; use a name such as Europe/Zurich") from error
    return value


Day = Annotated[str, BeforeValidator(_from_toml), AfterValidator(_check_day)]
Moment = Annotated[str, BeforeValidator(_from_toml), AfterValidator(_check_moment)]
DayOrMoment = Annotated[str, BeforeValidator(_from_toml), AfterValidator(_check_either)]
Zone = Annotated[str, AfterValidator(_check_zone)]


def to_day(value: str, anchor: date | None) -> date | None:
    """The day a data file means; None for an empty string."""
    if not value:
        return None
    match = _RELATIVE.fullmatch(value)
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
    """The instant a data file means: wall time in the zone; the first instant of the day where it gives a day only."""
    if not value:
        return None
    match = _RELATIVE.fullmatch(value)
    if match:
        at = time.fromisoformat(match[2]) if match[2] else time.min
        wall = datetime.combine((anchor or timezone.localdate()) + timedelta(days=int(match[1] or 0)), at)
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
