"""A figure: one measure of one edition, counted by the platform, reported by others, or both side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from plenary.ground.framework.models import Concept, Edition
from plenary.ground.measures.registry import SMALLEST_CELL, Measure, UnknownMeasure, all_measures, find
from plenary.understanding.insights.models import ReportedFigure

#: Schemes in which the members of a dimension are looked for where a measure does not name them itself.
_SCHEMES = {
    "theme": ("themes",),
    "collection": ("themes",),
    "category": ("action-lines",),
    "region": ("admin-regions", "itu-regions"),
    "regional_report": ("itu-regions",),
    "stakeholder-type": ("stakeholder-types",),
    "action_line": ("action-lines",),
    "action-line": ("action-lines",),
    "sdg": ("sdgs",),
}

#: What an edition's page and the home page show first; those without any value are left out.
KEY_MEASURES = (
    "forum.attendance.cumulative",
    "forum.participants",
    "forum.sessions",
    "forum.countries",
    "forum.participants.women",
    "prizes.submitted",
    "prizes.winners",
    "stocktaking.entries",
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure's values for an edition. computed is None where the platform does not count it or withholds it."""

    edition: Edition
    code: str
    measure: Measure
    member: str
    member_label: str
    computed: int | Decimal | None
    withheld: bool
    records: str
    reported: tuple[ReportedFigure, ...]

    @property
    def label(self) -> str:
        """The figure's name: the measure, and which member of its dimension."""
        if not self.member:
            return str(self.measure.label)
        return _("%(measure)s: %(member)s") % {"measure": self.measure.label, "member": self.member_label}

    @property
    def definition(self) -> str:
        """What is counted."""
        return str(self.measure.definition)

    @property
    def unit(self) -> str:
        """What the number is a number of."""
        return str(self.measure.unit)

    @property
    def has_records(self) -> bool:
        """Whether records on this platform stand behind it: counted, and more than none."""
        return self.withheld or bool(self.computed)

    @property
    def is_known(self) -> bool:
        """Whether there is anything to show."""
        return self.has_records or bool(self.reported)


class FigureBook:
    """The figures of some editions, read with one query for all reported ones and one for each measure counted."""

    def __init__(self, editions: Iterable[Edition]) -> None:
        self.editions = list(editions)
        self._reported: dict[tuple[int, str], list[ReportedFigure]] = defaultdict(list)
        for reported in ReportedFigure.objects.filter(edition__in=self.editions).order_by("position", "id"):
            self._reported[(reported.edition_id, reported.measure)].append(reported)
        self._tallies: dict[tuple[int, str], Mapping[str, int | Decimal] | None] = {}
        self._counts: dict[tuple[int, str], int | Decimal | None] = {}
        self._members: dict[tuple[int, str], dict[str, Any]] = {}
        self._concepts: dict[str, dict[str, Any]] = {}

    def reported_codes(self, edition: Edition) -> list[str]:
        """Codes of the figures that somebody reported, in the order of the sources."""
        return [code for edition_id, code in self._reported if edition_id == edition.pk]

    def get(self, edition: Edition, code: str) -> Figure:
        """One figure. Raises: UnknownMeasure."""
        measure, member = find(code)
        value = self._computed(edition, measure, member)
        withheld = value is not None and measure.counts_people and 0 < value < SMALLEST_CELL
        return Figure(
            edition=edition,
            code=code,
            measure=measure,
            member=member,
            member_label=self.member_label(edition, measure, member) if member else "",
            computed=None if withheld else value,
            withheld=withheld,
            records=measure.records(edition, member) if measure.records and value and not withheld else "",
            reported=tuple(self._reported.get((edition.pk, code), ())),
        )

    def members(self, edition: Edition, measure: Measure) -> dict[str, Any]:
        """Codes and labels of a dimension's members: those the measure names, then any others that were reported."""
        key = (edition.pk, measure.code)
        if key not in self._members:
            named = dict(measure.members(edition)) if measure.members else {}
            prefix = f"{measure.code}."
            for code in self.reported_codes(edition):
                if code.startswith(prefix) and find(code)[0] is measure:
                    named.setdefault(code.removeprefix(prefix), None)
            self._members[key] = named
        return self._members[key]

    def member_label(self, edition: Edition, measure: Measure, member: str) -> str:
        """How a member of a dimension is called."""
        label = self.members(edition, measure).get(member)
        if label is None:
            for scheme in _SCHEMES.get(measure.dimension, (measure.dimension,)):
                label = self._labels_of(scheme).get(member)
                if label is not None:
                    break
        return str(label) if label is not None else capfirst(member.replace("-", " "))

    def _labels_of(self, scheme: str) -> dict[str, Any]:
        if scheme not in self._concepts:
            self._concepts[scheme] = dict(Concept.objects.filter(scheme__code=scheme).values_list("code", "label"))
        return self._concepts[scheme]

    def _computed(self, edition: Edition, measure: Measure, member: str) -> int | Decimal | None:
        if measure.dimension and measure.tally is not None:
            key = (edition.pk, measure.code)
            if key not in self._tallies:
                self._tallies[key] = measure.tally(edition)
            tallied = self._tallies[key]
            return None if tallied is None else tallied.get(member, 0)
        if measure.count is None or (measure.dimension and not member):
            return None
        counted = (edition.pk, f"{measure.code}.{member}")
        if counted not in self._counts:
            self._counts[counted] = measure.count(edition, member)
        return self._counts[counted]


def figure(edition: Edition, code: str) -> Figure:
    """One figure of an edition. Raises: UnknownMeasure."""
    return FigureBook([edition]).get(edition, code)


def figures(edition: Edition, prefix: str = "", *, book: FigureBook | None = None) -> list[Figure]:
    """All known figures of an edition whose code starts with the prefix: counted ones first by code, then reported ones.

    Members of a dimension are counted too where the measure can tally them at once.
    """
    book = book or FigureBook([edition])
    codes: dict[str, None] = {}
    for measure in all_measures():
        if not measure.can_compute:
            continue
        if not measure.dimension:
            codes[measure.code] = None
        elif measure.tally is not None:
            codes.update({f"{measure.code}.{member}": None for member in book.members(edition, measure)})
    codes.update(dict.fromkeys(book.reported_codes(edition)))
    found = []
    for code in codes:
        if code == prefix or code.startswith(prefix if not prefix or prefix.endswith(".") else f"{prefix}."):
            try:
                shown = book.get(edition, code)
            except UnknownMeasure:
                continue  # its room is not installed any more; the record stays for when it is
            if shown.is_known:
                found.append(shown)
    return found


def figures_by_measure(code: str) -> list[Figure]:
    """One figure over all editions, oldest first, the demo last; editions that know nothing of it are left out.

    Raises: UnknownMeasure.
    """
    find(code)
    editions = sorted(Edition.objects.all(), key=lambda each: (each.anchor is not None, each.code))
    book = FigureBook(editions)
    return [shown for edition in editions if (shown := book.get(edition, code)).is_known]


def key_figures(edition: Edition, most: int = 6) -> list[Figure]:
    """The few figures that tell most about an edition."""
    book = FigureBook([edition])
    found: list[Figure] = []
    for code in KEY_MEASURES:
        try:
            shown = book.get(edition, code)
        except UnknownMeasure:
            continue
        if shown.is_known:
            found.append(shown)
        if len(found) == most:
            break
    return found


def figure_edition() -> Edition | None:
    """The edition whose figures are shown where none is asked for: the latest with reported figures that is no stub.

    The demo is left out: its figures are invented.
    """
    regular = Edition.objects.filter(anchor__isnull=True).exclude(starts_on=None).order_by("-starts_on")
    return regular.filter(is_stub=False, reported_figures__isnull=False).distinct().first() or regular.first() or Edition.objects.first()
