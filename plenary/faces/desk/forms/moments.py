"""A day with or without a time of day, on a page; and how days and times become the instants of a phase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from plenary.engines.calls.instants import end_of, start_of
from plenary.faces.desk.forms.base import day_input

YEARS = range(1990, 2101)


@dataclass(frozen=True, slots=True)
class Typed:
    """A day and perhaps a time of day, as somebody wrote them, without a zone yet."""

    day: date
    clock: time | None = None

    def instant(self, zone: str) -> datetime:
        """The instant by the clock of a zone; without a time of day, the first of the day. Raises: ValidationError."""
        wall = datetime.combine(self.day, self.clock or time.min)
        found = wall.replace(tzinfo=ZoneInfo(zone))
        if self.clock is not None and found.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != wall:
            raise ValidationError(_("There is no such time on that day: clocks are put forward then. Choose another."))
        return found


class MomentWidget(forms.MultiWidget):
    """Native controls for a day and a time of day, each with its name."""

    template_name = "desk/widgets/moment.html"

    def __init__(self) -> None:
        super().__init__([day_input(), forms.TimeInput(attrs={"type": "time"}, format="%H:%M")])

    def decompress(self, value: Any) -> list[Any]:
        return [value.day, value.clock] if isinstance(value, Typed) else [None, None]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else id_


class MomentField(forms.MultiValueField):
    """A ``Typed``, or None where no day was given."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(fields=(forms.DateField(), forms.TimeField()), widget=MomentWidget(), require_all_fields=False, **kwargs)
        for each in self.fields:
            each.required = False

    def compress(self, data_list: list[Any]) -> Typed | None:
        day, clock = (*data_list, None, None)[:2]
        if day is None:
            if clock is not None:
                raise ValidationError(_("Give the day too."))
            return None
        if day.year not in YEARS:
            raise ValidationError(_("Choose a day between 1990 and 2100."))
        return Typed(day, clock)


def typed_of(instant: datetime | None, zone: str, all_day: bool) -> Typed | None:
    """An instant as the page shows it."""
    if instant is None:
        return None
    wall = instant.astimezone(ZoneInfo(zone))
    return Typed(wall.date(), None if all_day else wall.time().replace(second=0, microsecond=0))


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when a phase lasts."""

    opens_at: datetime | None
    closes_at: datetime | None
    all_day: bool


def span_of(opens: Typed | None, closes: Typed | None, zone: str) -> Span:
    """What was typed, as instants: days alone last to the end of the last; an opening of which only the day is known is its first moment.

    Raises: ValidationError with ``params["field"]`` (``opens`` or ``closes``) where it makes no sense.
    """
    if opens is not None and opens.clock is not None and closes is not None and closes.clock is None:
        raise _wrong("closes", _("Give the time of day too, as the opening has one."))
    all_day = bool(opens or closes) and not (opens and opens.clock is not None) and not (closes and closes.clock is not None)
    opens_at = _at("opens", opens, zone)
    if closes is not None and all_day:
        closes_at: datetime | None = end_of(closes.day, zone)
    else:
        closes_at = _at("closes", closes, zone)
    if opens_at and closes_at and closes_at < opens_at:
        raise _wrong("closes", _("The phase would close before it opens."))
    return Span(opens_at, closes_at, all_day)


def _at(field: str, typed: Typed | None, zone: str) -> datetime | None:
    if typed is None:
        return None
    if typed.clock is None:
        return start_of(typed.day, zone)
    try:
        return typed.instant(zone)
    except ValidationError as error:
        raise _wrong(field, str(error.messages[0])) from error


def _wrong(field: str, sentence: str) -> ValidationError:
    return ValidationError(sentence, params={"field": field})
