"""Writing reported figures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction

from plenary.ground.audit.actions import changes, record
from plenary.ground.audit.actors import Actor, require
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text
from plenary.understanding.insights.models import ReportedFigure


def _values(figure: ReportedFigure) -> dict[str, Any]:
    return {
        "value": None if figure.value is None else str(figure.value.normalize()),
        "words": figure.words,
        "unit": figure.unit,
        "qualifier": figure.qualifier,
        "note": figure.note.to_json(),
        "position": figure.position,
    }


def _key(figure: ReportedFigure) -> str:
    return f"{figure.edition.code}/{figure.measure}/{figure.pk}"


@transaction.atomic
def report_figure(
    *,
    actor: Actor,
    edition: Edition,
    measure: str,
    source: str,
    slide: str = "",
    as_of: str = "",
    value: Decimal | None = None,
    words: str = "",
    unit: str = "",
    qualifier: str = "",
    note: Text | None = None,
    position: int = 0,
) -> ReportedFigure:
    """Take over what a source says of a measure; the same source saying it again as of the same time replaces it."""
    require(actor, "insights.change_figure", edition)
    figure, is_new = ReportedFigure.objects.select_related("edition").get_or_create(
        edition=edition,
        measure=measure,
        source=source,
        slide=slide,
        as_of=as_of,
        defaults={"value": value, "words": words, "unit": unit, "qualifier": qualifier, "note": note or Text(), "position": position},
    )
    if is_new:
        record(actor=actor, verb="added", kind="insights.figure", key=_key(figure), after=_values(figure))
        return figure
    before = _values(figure)
    figure.value, figure.words, figure.unit, figure.qualifier, figure.note, figure.position = value, words, unit, qualifier, note or Text(), position
    old, new = changes(before, _values(figure))
    if new:
        figure.save(update_fields=["value", "words", "unit", "qualifier", "note", "position"])
        record(actor=actor, verb="changed", kind="insights.figure", key=_key(figure), before=old, after=new)
    return figure


@transaction.atomic
def withdraw_figure(*, actor: Actor, figure: ReportedFigure) -> None:
    """Take back a figure that its source does not say."""
    require(actor, "insights.change_figure", figure.edition)
    record(actor=actor, verb="removed", kind="insights.figure", key=_key(figure), before=_values(figure))
    figure.delete()
