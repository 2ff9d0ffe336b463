"""Entries in the search index.

Documents are made a thousand at a time from plain rows, since a repository may hold a million entries: the number of
queries for each thousand is fixed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db.models import Max, Min, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from plenary.ground.audit.events import listen
from plenary.ground.framework.events import ConceptsLoaded
from plenary.ground.framework.models import Concept
from plenary.ground.framework.text import Text
from plenary.ground.search import actions as search
from plenary.ground.search.registry import Document, Field, Kind, register
from plenary.programmes.stocktaking import organisation_search  # noqa: F401 registers its kind
from plenary.programmes.stocktaking.alerts import keep_telling
from plenary.programmes.stocktaking.events import EntriesAdded
from plenary.programmes.stocktaking.filters import EDITIONS, LinkFilter, filters
from plenary.programmes.stocktaking.models import Entry, EntryConcept, EntryNumber, EntryOrganisation
from plenary.programmes.stocktaking.queries import by_numbers, public_entries

_CHUNK = 1000
#: The parts of an entry that a query can address by name, beside its title.
_PARTS = ("beneficiaries", "results", "challenges", "partnerships", "replicability")
_READ = ("pk", "number", "title", "sort_title", "year", "published_at", "updated_at", "summary", "description", *_PARTS)


@dataclass(slots=True)
class _Links:
    """What is linked to the entries of a chunk, by their keys."""

    facets: dict[int, dict[str, list[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    fields: dict[int, dict[str, list[Text | str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    reasons: dict[int, list[Text]] = field(default_factory=lambda: defaultdict(list))
    names: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))


class _Maker:
    """Makes documents. What is the same for all of them is read once."""

    def __init__(self) -> None:
        with override("en"):
            self.address = reverse("stocktaking:list")
        self.filters = filters()
        self.by_link = [(each.name, each.codes()) for each in self.filters if isinstance(each, LinkFilter)]
        of_scheme = {each.scheme: each.name for each in self.filters if isinstance(each, LinkFilter)}
        self.concepts: dict[int, tuple[str, Text]] = {
            key: (of_scheme.get(scheme, ""), label) for key, scheme, label in Concept.objects.order_by().values_list("pk", "scheme__code", "label")
        }

    def documents(self, entries: QuerySet[Entry]) -> Iterator[Document]:
        rows = list(entries.values_list(*_READ))
        links = self._links([row[0] for row in rows])
        for row in rows:
            yield self._document(dict(zip(_READ, row, strict=True)), links)

    def _document(self, row: dict[str, Any], links: _Links) -> Document:
        key = row["pk"]
        facets, fields = links.facets[key], links.fields[key]
        story = [row["summary"], row["description"]] if row["summary"] else [row["description"]]
        return Document(
            kind="entry",
            key=row["number"],
            path=f"{self.address}{row['number']}/",
            title=row["title"],
            body=[text for text in (*story, *links.reasons[key]) if text],
            names=[row["number"], *links.names[key]],
            facets={name: list(dict.fromkeys(values)) for name, values in facets.items()},
            year=row["year"],
            published=row["published_at"],
            changed=row["updated_at"],
            serial=key,
            sort_title=row["sort_title"],
            fields={**{name: [row[name]] for name in _PARTS if row[name]}, **fields},
        )

    def _links(self, among: Sequence[int]) -> _Links:
        found = _Links()
        for entry, concept, reason in EntryConcept.objects.filter(entry__in=among).order_by("id").values_list("entry_id", "concept_id", "reason"):
            name, label = self.concepts[concept]
            found.fields[entry][name or "topic"].append(label)
            for filter_name, codes in self.by_link:
                if concept in codes:
                    found.facets[entry][filter_name] += codes[concept]
            if reason:
                found.reasons[entry].append(reason)
        for each in (*self.filters, EDITIONS):
            if not isinstance(each, LinkFilter):
                for code, entry in each.pairs(among):
                    found.facets[entry][each.name].append(code)
        bodies = EntryOrganisation.objects.filter(entry__in=among).order_by("entry", "position", "id")
        for entry, name in bodies.values_list("entry_id", "organisation__name"):
            found.names[entry] += name.texts.values()
            found.fields[entry]["organisation"] += name.texts.values()
        for entry, number in EntryNumber.objects.filter(entry__in=among).order_by("id").values_list("entry_id", "number"):
            found.names[entry].append(number)
        return found


def _in_chunks(entries: QuerySet[Entry]) -> Iterator[Document]:
    maker = _Maker()
    keys = entries.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=10 * _CHUNK)
    while chunk := list(islice(keys, _CHUNK)):
        # Asked anew whether they are public: time has passed since the keys were read.
        yield from maker.documents(public_entries().filter(pk__in=chunk).order_by("pk"))


def _documents() -> Iterator[Document]:
    return _in_chunks(public_entries())


def _some(numbers: list[str]) -> Iterable[Document]:
    return list(_Maker().documents(by_numbers(numbers).order_by("pk")))


def _bounds() -> tuple[int, int]:
    found = public_entries().aggregate(first=Min("pk"), last=Max("pk"))
    return found["first"] or 0, found["last"] or 0


def _between(first: int, last: int) -> Iterator[Document]:
    return _in_chunks(public_entries().filter(pk__gte=first, pk__lte=last))


class _Fields(Mapping[str, Field]):
    """What a query can address by name, beside title, number and year: the filters, also those of rooms above, and parts of the text."""

    def _all(self) -> dict[str, Field]:
        found = {each.name: Field(label=each.label) for each in filters() if each.name != "year"}
        return found | {
            "beneficiaries": Field(_("Beneficiaries")),
            "results": Field(_("Results")),
            "challenges": Field(_("Challenges")),
            "partnerships": Field(_("Partnerships")),
            "replicability": Field(_("Replicability")),
            "topic": Field(_("Topic")),
        }

    def __getitem__(self, name: str) -> Field:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


def _count() -> int:
    return public_entries().count()


register(
    Kind(
        code="entry",
        label=_("Projects"),
        documents=_documents,
        some=_some,
        count=_count,
        fields=_Fields(),
        bounds=_bounds,
        between=_between,
    )
)


@listen(ConceptsLoaded)
def follow_concepts(event: ConceptsLoaded) -> None:
    """Labels are words of the entries that name them, and regions follow from the countries that belong to them."""
    numbers = public_entries().filter(links__isnull=False).distinct().order_by("pk").values_list("number", flat=True).iterator(chunk_size=10 * _CHUNK)
    while chunk := list(islice(numbers, _CHUNK)):
        search.changed("entry", *chunk)


@listen(EntriesAdded)
def look_after_kept_searches(event: EntriesAdded) -> None:
    """What is new is told even where the work of telling was lost, as when the machine stopped in the middle of it."""
    keep_telling()
