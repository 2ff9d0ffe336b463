"""Measures and their values over ``/api/v1/measures``."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema
from ninja.errors import HttpError

from plenary.ground.measures.registry import Measure, UnknownMeasure, all_measures, find
from plenary.understanding.insights import queries

router = Router(tags=["Measures"])
prefix = "/measures"


class MeasureOut(Schema):
    """What is measured."""

    code: str
    label: str
    definition: str
    unit: str
    dimension: str = Field(description="What the members are, for a measure that stands for one figure per member; else empty.")
    computed: bool = Field(description="Whether the platform counts it itself; else it is only reported.")


class ReportedOut(Schema):
    """A value that somebody published."""

    value: str | None = Field(description="The number, as a decimal string; null where the value is words.")
    words: str
    unit: str
    qualifier: str = Field(description="Empty, `about`, `more-than` or `planned`.")
    as_of: str
    source: str
    place: str = Field(description="Where in the source.")


class ValueOut(Schema):
    """A measure's values for one edition: counted and reported ones, never mixed."""

    edition: str
    computed: str | None = Field(description="Counted from records, as a decimal string; null where it is not, or is withheld.")
    withheld: bool = Field(description="Whether the count is of so few people that it is not published.")
    records: str | None = Field(description="Address of the records that were counted.")
    reported: list[ReportedOut]


class MeasureDetail(MeasureOut):
    """A measure, or one member of its dimension, with its values by edition."""

    member: str
    values: list[ValueOut]


def _present(measure: Measure) -> dict[str, Any]:
    return {
        "code": measure.code,
        "label": str(measure.label),
        "definition": str(measure.definition),
        "unit": str(measure.unit),
        "dimension": measure.dimension,
        "computed": measure.can_compute,
    }


class MeasureList(Schema):
    """All measures. The list is short and comes whole."""

    items: list[MeasureOut]


@router.get("", response=MeasureList, summary="All measures")
def measures(request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
    return {"items": [_present(each) for each in all_measures()]}


@router.get("/{code}", response=MeasureDetail, summary="One measure with its values by edition")
def measure(request: HttpRequest, code: str) -> dict[str, Any]:
    try:
        found, member = find(code)
    except UnknownMeasure as error:
        raise HttpError(404, "There is no such measure.") from error
    values = []
    for figure in queries.figures_by_measure(code):
        reported = [
            {
                "value": None if one.value is None else f"{one.value.normalize():f}",
                "words": one.words,
                "unit": one.unit,
                "qualifier": one.qualifier,
                "as_of": one.as_of,
                "source": one.source,
                "place": one.slide,
            }
            for one in figure.reported
        ]
        values.append(
            {
                "edition": figure.edition.code,
                "computed": None if figure.computed is None else str(figure.computed),
                "withheld": figure.withheld,
                "records": request.build_absolute_uri(figure.records) if figure.records else None,
                "reported": reported,
            }
        )
    return {**_present(found), "member": member, "values": values}
