"""The directory of organisations: whose names are public, and what each has done."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Substr

from plenary.ground.framework.models import Concept
from plenary.ground.people.models import Organisation, OrganisationAlias
from plenary.ground.people.names import fold
from plenary.ground.people.queries import publicly_named
from plenary.programmes.stocktaking.models import Collection, Entry, EntryConcept, EntryOrganisation
from plenary.programmes.stocktaking.queries import for_list, public_entries

ORGANISATION = "organisation"  # in the search index
#: How many entries of each role the page of an organisation shows; the rest stands in the list.
SHOWN = 10
DIGITS = "0"  # stands for all names that begin with a digit
_COUNTED = ("action-lines", "sdgs", "countries")


def organisations() -> QuerySet[Any]:
    """All organisations of the directory by name, with ``sort_name``, the number of their public entries, country and type."""
    own = OrganisationAlias.objects.filter(organisation=OuterRef("pk")).order_by("pk").values("folded")[:1]
    entries = EntryOrganisation.objects.filter(organisation=OuterRef("pk"), entry__state=Entry.State.PUBLIC).order_by().values("organisation")
    counted = entries.annotate(n=Count("pk")).values("n")
    return (
        Organisation.objects.filter(pk__in=publicly_named().order_by().values("pk"))
        .select_related("country__scheme", "stakeholder_type")
        .annotate(sort_name=Subquery(own), entries_on_record=Subquery(counted))
        .order_by("sort_name", "pk")
    )


def narrowed(found: QuerySet[Any], *, q: str = "", letter: str = "", country: str = "") -> QuerySet[Any]:
    """Those with these words in one of their names, under a letter, of a country."""
    for word in fold(q).split():
        found = found.filter(Exists(OrganisationAlias.objects.filter(organisation=OuterRef("pk"), folded__contains=word)))
    if letter == DIGITS:
        found = found.filter(sort_name__regex=r"^[0-9]")
    elif letter:
        found = found.filter(sort_name__startswith=fold(letter)[:1] or letter)
    if country:
        found = found.filter(country__scheme__code="countries", country__code=country)
    return found


def letters() -> list[str]:
    """The letters under which there is an organisation; all digits are one. One query."""
    firsts = {first for first in organisations().order_by().annotate(first=Substr("sort_name", 1, 1)).values_list("first", flat=True).distinct() if first}
    digits = {first for first in firsts if first in "0123456789"}
    return ([DIGITS] if digits else []) + sorted(firsts - digits)


def find(key: uuid.UUID) -> Organisation | None:
    """The organisation of that key whose name is public, or the one into which it was merged."""
    stored = Organisation.objects.select_related("merged_into").filter(pk=key).first()
    return organisations().filter(pk=stored.current.pk).first() if stored is not None else None


# ---- what one has done ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Involvement:
    """The entries in which an organisation has one role. shown: the newest of them."""

    role: str
    number: int
    shown: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Topic:
    """A concept of an organisation's entries with the number of those about it."""

    concept: Concept
    number: int


@dataclass(frozen=True, slots=True)
class Record:
    """What an organisation has on record here."""

    entries: int
    involvements: list[Involvement]
    topics: dict[str, list[Topic]]  # by scheme
    collections: list[Collection]
    years: tuple[int, int] | None


def record_of(organisation: Organisation) -> Record:
    """All that the repository holds of an organisation, in a fixed number of queries."""
    links = EntryOrganisation.objects.filter(organisation=organisation)
    mine = public_entries().filter(pk__in=links.values("entry_id"))
    by_role = dict(links.filter(entry__state=Entry.State.PUBLIC).order_by().values_list("role").annotate(n=Count("pk")))
    involvements = [
        Involvement(role, by_role[role], list(for_list(public_entries().filter(pk__in=links.filter(role=role).values("entry_id")))[:SHOWN]))
        for role in EntryOrganisation.Role.values
        if by_role.get(role)
    ]
    spanned = mine.filter(sort_year__gt=0).aggregate(first=Min("sort_year"), last=Max("sort_year"))
    return Record(
        entries=sum(by_role.values()),
        involvements=involvements,
        topics=_topics(mine),
        collections=list(Collection.objects.filter(host=organisation)),
        years=(spanned["first"], spanned["last"]) if spanned["first"] else None,
    )


def _topics(entries: QuerySet[Entry]) -> dict[str, list[Topic]]:
    """How many of the entries are about what: two queries."""
    links = EntryConcept.objects.filter(entry__in=entries.order_by().values("pk"), concept__scheme__code__in=_COUNTED).order_by()
    counts = dict(links.values_list("concept_id").annotate(n=Count("entry", distinct=True)))
    concepts = Concept.objects.filter(pk__in=counts).select_related("scheme", "parent__scheme").order_by("scheme__position", "position", "code")
    found: dict[str, list[Topic]] = {}
    for concept in concepts:
        found.setdefault(concept.scheme.code, []).append(Topic(concept, counts[concept.pk]))
    if "countries" in found:
        found["countries"].sort(key=lambda topic: (-topic.number, str(topic.concept.label)))
    return found


def public_condition() -> Q:
    """Under which an organisation is named by the repository: it takes part in a public entry, or hosts a collection."""
    takes_part = EntryOrganisation.objects.filter(entry__state=Entry.State.PUBLIC).values("organisation_id")
    return Q(pk__in=takes_part) | Q(pk__in=Collection.objects.filter(host__isnull=False).values("host_id"))
