"""Measures of publications, counted from their list."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from plenary.ground.framework.models import Edition
from plenary.ground.measures.registry import Measure, register
from plenary.voice.publications.models import Publication


def _count(series: str) -> Callable[[Edition, str], int]:
    return lambda edition, _member: Publication.objects.filter(edition=edition, series=series).count()


def _records(edition: Edition, _member: str) -> str:
    return f"{reverse('publications:list')}#edition-{edition.code}"


register(
    Measure(
        code="publications.outcome_documents",
        label=_("Outcome documents"),
        definition=_("Publications and outcome documents that came out of the Forum of the edition."),
        unit=_("documents"),
        count=_count("outcome"),
        records=_records,
    )
)
register(
    Measure(
        code="publications.annual",
        label=_("Annual publications"),
        definition=_("Publications that WSIS Stocktaking brings out in the year of the edition."),
        unit=_("documents"),
        count=_count("stocktaking"),
        records=_records,
    )
)
register(
    Measure(
        code="publications.outcome_document_pages",
        label=_("Pages of the outcome document"),
        definition=_("Pages of the outcome document of the Forum."),
        unit=_("pages"),
    )
)
