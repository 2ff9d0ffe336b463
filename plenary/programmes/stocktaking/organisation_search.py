"""Organisations in the search index: those whose names are public, by their own names."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from plenary.ground.people.models import Organisation
from plenary.ground.people.names import fold
from plenary.ground.people.queries import publicly_named
from plenary.ground.search.registry import Document, Kind, register
from plenary.programmes.stocktaking.directory import ORGANISATION

_CHUNK = 1000


def _made(found: QuerySet[Organisation]) -> Iterator[Document]:
    with override("en"):
        base = reverse("organisations:list")
    for each in found.select_related("country", "stakeholder_type").order_by("created_at", "pk").iterator(chunk_size=_CHUNK):
        facets = {"country": [each.country.code] if each.country else [], "stakeholder_type": [each.stakeholder_type.code] if each.stakeholder_type else []}
        original = each.name.best(each.name.original).text
        yield Document(
            kind=ORGANISATION,
            key=str(each.pk),
            path=f"{base}{each.pk}/",
            title=each.name,
            body=[concept.label for concept in (each.country, each.stakeholder_type) if concept],
            facets={name: values for name, values in facets.items() if values},
            sort_title=fold(original),
        )


def _documents() -> Iterator[Document]:
    return _made(publicly_named())


def _some(keys: list[str]) -> Iterable[Document]:
    known = [key for key in keys if _is_key(key)]
    return list(_made(publicly_named().filter(pk__in=known)))


def _is_key(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def _count() -> int:
    return publicly_named().count()


register(Kind(code=ORGANISATION, label=_("Organisations"), documents=_documents, some=_some, count=_count))
