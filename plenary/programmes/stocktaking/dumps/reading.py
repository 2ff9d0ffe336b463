"""Public entries with all that is public of them, read page by page in a fixed number of statements.

What harvesters, the nightly files and their dictionary tell of an entry stands here, so that none of them can tell more.
Contacts and owners are not read at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import override

from plenary.ground.framework import linked_data
from plenary.ground.framework.models import Concept
from plenary.ground.framework.text import Text
from plenary.ground.people.models import Organisation
from plenary.programmes.stocktaking.models import (
    CollectionEntry,
    Entry,
    EntryConcept,
    EntryEdition,
    EntryMedia,
    EntryNumber,
    EntryOrganisation,
)
from plenary.programmes.stocktaking.queries import Badge, badges_for

CHUNK = 500


@dataclass(frozen=True, slots=True)
class About:
    """That an entry is about a concept. uri: the concept's address."""

    concept: Concept
    uri: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Carrier:
    """That an organisation carries or supports an entry. country: its code."""

    organisation: Organisation
    role: str
    country: str


@dataclass(slots=True)
class PublicEntry:
    """An entry as everybody may know it."""

    entry: Entry
    address: str
    edition: str = ""
    stakeholder_type: Concept | None = None
    about: list[About] = field(default_factory=list)
    carriers: list[Carrier] = field(default_factory=list)
    collections: list[str] = field(default_factory=list)
    history: list[EntryEdition] = field(default_factory=list)
    other_numbers: list[str] = field(default_factory=list)
    media: list[EntryMedia] = field(default_factory=list)
    badges: list[Badge] = field(default_factory=list)

    def codes(self, scheme: str) -> list[str]:
        """The codes of one scheme's concepts."""
        return [each.concept.code for each in self.about if each.concept.scheme.code == scheme]

    @property
    def languages(self) -> list[str]:
        """The languages in which people wrote the title or the story, the original's first."""
        found = [self.entry.title.original]
        for text in (self.entry.title, self.entry.summary, self.entry.description):
            found += [language for language, words in text.texts.items() if words and language not in text.machine]
        return list(dict.fromkeys(found))


def address_of(number: str) -> str:
    """The permanent address of an entry."""
    with override("en"):
        return f"{settings.BASE_URL}{reverse('stocktaking:entry', args=[number])}"


class Concepts:
    """Concepts by primary key with their addresses, each read once: an entry shares them with thousands of others."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Concept, str]] = {}

    def fetch(self, keys: Iterable[int | None]) -> None:
        """Read those that are not known yet, in one statement."""
        wanted = {key for key in keys if key is not None} - self._known.keys()
        if wanted:
            for concept in Concept.objects.filter(pk__in=wanted).select_related("scheme"):
                self._known[concept.pk] = (concept, linked_data.concept_id(concept))

    def __getitem__(self, key: int) -> tuple[Concept, str]:
        return self._known[key]

    def code(self, key: int | None) -> str:
        """The code of a concept; empty for none."""
        return self._known[key][0].code if key is not None else ""


def in_full(entries: Sequence[Entry], concepts: Concepts) -> list[PublicEntry]:
    """Entries, which must be public, with all that is known of them; in as many statements as there are kinds of things."""
    keys = [entry.pk for entry in entries]
    links = list(EntryConcept.objects.filter(entry__in=keys))
    bodies = list(EntryOrganisation.objects.filter(entry__in=keys).select_related("organisation").order_by("entry", "position", "id"))
    concepts.fetch(
        [*(link.concept_id for link in links), *(each.organisation.country_id for each in bodies), *(entry.stakeholder_type_id for entry in entries)]
    )
    found = {
        entry.pk: PublicEntry(
            entry, address_of(entry.number), stakeholder_type=concepts[entry.stakeholder_type_id][0] if entry.stakeholder_type_id is not None else None
        )
        for entry in entries
    }
    for link in links:
        found[link.entry_id].about.append(About(*concepts[link.concept_id], link.reason))
    for body in bodies:
        found[body.entry_id].carriers.append(Carrier(body.organisation, body.role, concepts.code(body.organisation.country_id)))
    for key, code in (
        CollectionEntry.objects.filter(entry__in=keys).order_by("collection__position", "collection__code").values_list("entry", "collection__code")
    ):
        found[key].collections.append(code)
    for step in EntryEdition.objects.filter(entry__in=keys).select_related("edition").order_by("at", "id"):
        found[step.entry_id].history.append(step)
    for key, number in EntryNumber.objects.filter(entry__in=keys).order_by("number").values_list("entry", "number"):
        found[key].other_numbers.append(number)
    for shown in EntryMedia.objects.filter(entry__in=keys, file__is_public=True, file__deleted_at=None).select_related("file").order_by("position", "id"):
        found[shown.entry_id].media.append(shown)
    with override("en"):
        for key, badges in badges_for(entries).items():
            found[key].badges = badges
    for known in found.values():
        known.edition = known.entry.edition.code if known.entry.edition else ""
        known.about.sort(key=lambda each: (each.concept.scheme.position, each.concept.scheme.code, each.concept.position, each.concept.code))
    return list(found.values())


def all_in_full(entries: QuerySet[Entry]) -> Iterator[PublicEntry]:
    """All of them by primary key, a few hundred in memory at a time."""
    concepts = Concepts()
    last = 0
    while chunk := list(entries.filter(pk__gt=last).select_related("edition").order_by("pk")[:CHUNK]):
        yield from in_full(chunk, concepts)
        last = chunk[-1].pk
