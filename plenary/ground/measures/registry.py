"""The registry of measures: every figure anyone can see has a name, a definition, a unit and the records behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise

from plenary.ground.framework.models import Edition


@dataclass(frozen=True, slots=True)
class Measure:
    """A named figure.

    code: dotted, e.g. ``forum.sessions``; with a ``dimension`` it stands for one figure per member of that dimension,
    addressed ``code.member`` (``forum.sessions.track.older-persons``).
    count: computes the value for an edition (and member); None where the figure can only be reported.
    records: the address of the list of records that were counted, for the same edition and member.
    dimension: what the members are, e.g. a concept scheme's code or ``track``; empty for a single figure.
    members: codes and labels of the members for an edition, in order.
    tally: computes all members of an edition with one query; None where the edition has no records to count, since zeros
    would mislead. Where it is missing, ``count`` is asked member by member.
    counts_people: that a small value could point at somebody, so that it is withheld (see ``SMALLEST_CELL``).
    """

    code: str
    label: str | Promise
    definition: str | Promise
    unit: str | Promise
    count: Callable[[Edition, str], int | Decimal | None] | None = None
    records: Callable[[Edition, str], str] | None = None
    dimension: str = ""
    members: Callable[[Edition], list[tuple[str, Any]]] | None = None
    tally: Callable[[Edition], Mapping[str, int | Decimal] | None] | None = None
    counts_people: bool = False

    @property
    def group(self) -> str:
        """The first part of the code: whose figure it is."""
        return self.code.partition(".")[0]

    @property
    def can_compute(self) -> bool:
        """Whether the platform counts it itself; else it is only reported."""
        return self.count is not None or self.tally is not None


#: Computed counts of people below this are withheld, unless they are zero.
SMALLEST_CELL = 5


class UnknownMeasure(LookupError):
    """No room has registered a measure of that code."""


_measures: dict[str, Measure] = {}


def register(measure: Measure) -> Measure:
    """Add a measure; codes are unique."""
    if measure.code in _measures:
        raise ValueError(f"the measure {measure.code} is registered twice")
    _measures[measure.code] = measure
    return measure


def all_measures() -> list[Measure]:
    """All measures by code."""
    return [_measures[code] for code in sorted(_measures)]


def find(code: str) -> tuple[Measure, str]:
    """The measure that a figure's code belongs to, and the member (empty for a single figure).

    Raises: UnknownMeasure.
    """
    if code in _measures:
        return _measures[code], ""
    parts = code.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        measure = _measures.get(".".join(parts[:cut]))
        if measure is not None and measure.dimension:
            return measure, ".".join(parts[cut:])
    raise UnknownMeasure(code)
