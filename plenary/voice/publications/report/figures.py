"""Figures for a report: read through insights, shown with every value side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import reader_language
from plenary.ground.measures.registry import UnknownMeasure, all_measures
from plenary.understanding.insights import queries
from plenary.understanding.insights.queries import Figure, FigureBook
from plenary.understanding.insights.words import as_of, plain_number, reported_value
from plenary.voice.publications.report.document import COMPUTED, REPORTED, Bar, Chart, FigureView, Value
from plenary.voice.publications.report.placeholders import split_reference

_LATIN = re.compile(r"[A-Za-z]")


class Figures:
    """The figures of some editions as a report shows them. home: the edition that references without one mean."""

    def __init__(self, editions: Iterable[Edition], home: Edition) -> None:
        self.editions = {edition.code: edition for edition in editions}
        self.home = home
        self._book = FigureBook(self.editions.values())
        self._views: dict[tuple[str, str], FigureView | None] = {}

    def find(self, reference: str) -> FigureView | None:
        """The figure that a reference in a text means; None where nothing is known of it."""
        edition_code, code = split_reference(reference)
        edition = self.editions.get(edition_code) if edition_code else self.home
        return self.view(edition, code) if edition is not None else None

    def view(self, edition: Edition, code: str) -> FigureView | None:
        """A figure; None where nothing is counted or reported."""
        key = (edition.code, code)
        if key not in self._views:
            try:
                found = self._book.get(edition, code)
            except UnknownMeasure:
                return None
            self._views[key] = _view(found) if found.is_known else None
        return self._views[key]

    def all_of(self, edition: Edition, *prefixes: str) -> list[FigureView]:
        """All known figures of an edition under the prefixes, in the order in which sources report them."""
        codes = [found.code for prefix in prefixes or ("",) for found in queries.figures(edition, prefix, book=self._book)]
        reported = {code: position for position, code in enumerate(self._book.reported_codes(edition))}
        codes.sort(key=lambda code: (reported.get(code, len(reported)), code))
        return [view for code in dict.fromkeys(codes) if (view := self.view(edition, code)) is not None]

    def single(self, edition: Edition, *prefixes: str, but: tuple[str, ...] = ()) -> list[FigureView]:
        """Those under the prefixes that are no part of a distribution, except those under ``but``."""
        return [
            view
            for view in self.all_of(edition, *prefixes)
            if not self._book.get(edition, view.code).member and not any(view.code == each or view.code.startswith(f"{each}.") for each in but)
        ]

    def charts(self, edition: Edition, *prefixes: str) -> list[Chart]:
        """The distributions of measures under the prefixes: as reported where there is a report, else as counted."""
        found = []
        for measure in all_measures():
            if not measure.dimension or not any(measure.code == prefix or measure.code.startswith(f"{prefix}.") for prefix in prefixes):
                continue
            views = []
            for member in self._book.members(edition, measure):
                code = f"{measure.code}.{member}"
                if measure.tally is None and code not in self._book.reported_codes(edition):
                    continue
                view = self.view(edition, code)
                if view is not None:
                    views.append((self._book.member_label(edition, measure, member), view))
            chart = _chart(str(measure.label), views, REPORTED) or _chart(str(measure.label), views, COMPUTED)
            if chart is not None:
                found.append(chart)
        return found


def _view(figure: Figure) -> FigureView:
    values = []
    if figure.withheld:
        values.append(Value(_("fewer than five"), COMPUTED))
    elif figure.has_records and figure.computed is not None:
        path = figure.records or reverse("insights:measure", args=[figure.code])
        values.append(Value(plain_number(figure.computed), COMPUTED, Decimal(figure.computed), path))
    for reported in figure.reported:
        values.append(
            Value(
                own_way(reported_value(reported)),
                REPORTED,
                reported.value,
                source=reported.source,
                place=reported.slide,
                as_of=own_way(as_of(reported)),
                language="en" if reported.value is None and reader_language() != "en" else "",
            )
        )
    return FigureView(
        edition=figure.edition.code,
        code=figure.code,
        label=figure.label,
        definition=figure.definition,
        unit=figure.unit,
        path=reverse("insights:measure", args=[figure.code]),
        values=tuple(values),
        notes=tuple(str(reported.note) for reported in figure.reported if reported.note),
    )


def _chart(title: str, views: list[tuple[str, FigureView]], proof: str) -> Chart | None:
    bars = []
    for label, view in views:
        value = next((value for value in view.values if value.proof == proof and value.number is not None), None)
        if value is not None:
            bars.append(Bar(capfirst(label), view, value))
    if len(bars) < 2:
        return None
    same = proof == REPORTED and len({(bar.value.source, bar.value.place) for bar in bars}) == 1
    return Chart(title, tuple(bars), bars[0].figure.unit, proof, bars[0].value if same else None)


def own_way(text: str) -> str:
    """Words of a source that run from left to right, kept in their order where the report runs the other way: 12-16 June."""
    return f"\u200e{text}\u200e" if reader_language() == "ar" and _LATIN.search(text) else text
