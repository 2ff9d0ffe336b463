"""Figures in the reader's words: the number with its qualifier, and what kind of proof it has."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from plenary.ground.web.templatetags.web import day, number
from plenary.understanding.insights.models import ReportedFigure

#: The two marks that stand beside every figure, on pages and in documents.
COMPUTED, REPORTED = "●", "○"

_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")


def plain_number(value: int | Decimal) -> str:
    """A number with the language's separators, without empty decimals."""
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    return number(value)


def percent(value: int | Decimal) -> str:
    """A share in per cent."""
    return _("%(number)s%%") % {"number": plain_number(value)}


def day_or_words(text: str) -> str:
    """A day in the reader's language where the text is one, else the text as its source writes it."""
    return day(date.fromisoformat(text)) if _DAY.match(text) else text


def reported_value(figure: ReportedFigure) -> str:
    """What the source says, with its qualifier: more than 15,000."""
    if figure.value is None:
        return day_or_words(figure.words)
    value = percent(figure.value) if figure.unit == "percent" else plain_number(figure.value)
    match figure.qualifier:
        case ReportedFigure.Qualifier.ABOUT:
            return _("about %(value)s") % {"value": value}
        case ReportedFigure.Qualifier.MORE_THAN:
            return _("more than %(value)s") % {"value": value}
        case ReportedFigure.Qualifier.PLANNED:
            return _("%(value)s planned") % {"value": value}
    return value


def as_of(figure: ReportedFigure) -> str:
    """As of when the source says it, as exact as the source."""
    return day_or_words(figure.as_of)
