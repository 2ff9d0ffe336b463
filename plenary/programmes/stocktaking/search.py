"""Entries in the search index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from plenary.ground.search.registry import Document, Kind, register
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.queries import by_numbers, public_entries, whole

_CHUNK = 500


def document(entry: Entry) -> Document:
    """A public entry as the index sees it."""
    facets: dict[str, list[str]] = {}
    words = []
    for link in entry.links.all():
        facets.setdefault(link.concept.scheme.code, []).append(link.concept.code)
        words.append(link.concept.label)
    if entry.stakeholder_type:
        facets["stakeholder-types"] = [entry.stakeholder_type.code]
    if entry.edition:
        facets["editions"] = [entry.edition.code]
    bodies = [link.organisation.name for link in entry.organisation_links.all()]
    with override("en"):
        path = reverse("stocktaking:entry", args=[entry.number])
    return Document(
        kind="entry",
        key=entry.number,
        path=path,
        title=entry.title,
        body=[text for text in (entry.summary, entry.description, *words) if text],
        names=[entry.number, *(name for body in bodies for name in body.texts.values())],
        facets=facets,
        year=entry.year,
    )


def _documents() -> Iterator[Document]:
    for entry in whole(public_entries()).order_by("pk").iterator(chunk_size=_CHUNK):
        yield document(entry)


def _some(numbers: list[str]) -> Iterable[Document]:
    return [document(entry) for entry in whole(by_numbers(numbers))]


register(Kind(code="entry", label=_("Projects"), documents=_documents, some=_some))
