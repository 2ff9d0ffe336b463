"""The section ``figures`` of an edition folder: what reports say of its measures."""

from __future__ import annotations

import hashlib
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal, cast

from pydantic import AfterValidator, Field, model_validator

from plenary.ground.audit.actors import Actor
from plenary.ground.framework.editions.sections import Row, Section, TextValue, register
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text
from plenary.ground.measures.registry import UnknownMeasure, find
from plenary.understanding.insights import actions
from plenary.understanding.insights.models import ReportedFigure


def _known(code: str) -> str:
    try:
        measure, member = find(code)
    except UnknownMeasure:
        raise ValueError(f"no room has registered the measure {code!r}") from None
    if measure.dimension and not member:
        raise ValueError(f"{code!r} stands for one figure per {measure.dimension}; add which one, as in {code}.<{measure.dimension}>")
    return code


def _numeric(value: str) -> str:
    if value:
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise ValueError(f"{value!r} is not a number; write digits without separators, or put it into words") from None
        if not number.is_finite() or abs(number) >= 10**12 or number.as_tuple().exponent < -4:  # type: ignore[operator]
            raise ValueError(f"{value!r} is out of range")
        return f"{number.normalize():f}"
    return value


Qualifier = Literal["", "about", "more-than", "planned"]


class FigureRow(Row):
    """A line of figures.csv."""

    position: Annotated[int, Field(ge=0, le=100_000)] = 0
    measure: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_known)]
    value: Annotated[str, AfterValidator(_numeric)] = ""
    words: Annotated[str, Field(max_length=200)] = ""
    unit: Annotated[str, Field(max_length=40)] = ""
    qualifier: Qualifier = ""
    as_of: Annotated[str, Field(max_length=60)] = ""
    source: Annotated[str, Field(min_length=1, max_length=300)]
    slide: Annotated[str, Field(max_length=200)] = ""
    note: TextValue = Text()

    @property
    def key(self) -> str:
        return _key(self.measure, self.source, self.slide, self.as_of)

    @model_validator(mode="after")
    def has_value(self) -> FigureRow:
        """A figure is a number or words."""
        if bool(self.value) == bool(self.words):
            raise ValueError("give either a value (a number) or words, not both and not neither")
        return self


def _key(measure: str, source: str, slide: str, as_of: str) -> str:
    # Sources and slides are long; the measure keeps the key readable, the digest keeps it short and one per source.
    digest = hashlib.sha256("\x1f".join((source, slide, as_of)).encode()).hexdigest()[:12]
    return f"{measure}#{digest}"


@register
class Figures(Section[FigureRow]):
    name, file, row = "figures", "figures.csv", FigureRow

    def read(self, edition: Edition) -> list[FigureRow]:
        rows = [
            FigureRow.model_construct(
                position=figure.position,
                measure=figure.measure,
                value="" if figure.value is None else f"{figure.value.normalize():f}",
                words=figure.words,
                unit=figure.unit,
                qualifier=cast(Qualifier, figure.qualifier),
                as_of=figure.as_of,
                source=figure.source,
                slide=figure.slide,
                note=figure.note,
            )
            for figure in ReportedFigure.objects.filter(edition=edition)
        ]
        return sorted(rows, key=lambda row: (row.position, row.measure, row.source, row.slide, row.as_of))

    def write(self, edition: Edition, row: FigureRow, actor: Actor) -> None:
        actions.report_figure(
            actor=actor,
            edition=edition,
            measure=row.measure,
            source=row.source,
            slide=row.slide,
            as_of=row.as_of,
            value=Decimal(row.value) if row.value else None,
            words=row.words,
            unit=row.unit,
            qualifier=row.qualifier,
            note=row.note,
            position=row.position,
        )

    def remove(self, edition: Edition, key: str, actor: Actor) -> None:
        measure = key.rpartition("#")[0]
        for figure in ReportedFigure.objects.select_related("edition").filter(edition=edition, measure=measure):
            if _key(figure.measure, figure.source, figure.slide, figure.as_of) == key:
                actions.withdraw_figure(actor=actor, figure=figure)
