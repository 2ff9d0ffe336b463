"""Reading collections: which there are, and what is in one, in figures and in entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, When
from django.utils import timezone

from plenary.engines.calls.models import Call
from plenary.engines.calls.queries import OpenCall, open_calls, public_calls
from plenary.ground.framework.models import Concept, Edition, Membership
from plenary.programmes.stocktaking.filters import Selection
from plenary.programmes.stocktaking.models import Collection, Entry, EntryConcept, EntryOrganisation
from plenary.programmes.stocktaking.queries import for_list, public_entries, select

#: Kinds of parts in which a collection is counted: the filter of the list that shows the same, and the scheme it goes by.
PARTS = {"action-lines": ("action_line", "action-lines"), "goals": ("sdg", "sdgs"), "regions": ("region", "itu-regions")}
NEWEST = 6


def collections() -> QuerySet[Collection]:
    """All collections in their order, each with the number of its public entries as ``entries_in``."""
    inside = Count("places", filter=Q(places__entry__state=Entry.State.PUBLIC))
    return Collection.objects.select_related("host__country__scheme", "logo").annotate(entries_in=inside).order_by("position", "code")


def find_collection(code: str) -> Collection | None:
    """The collection of that code."""
    return collections().filter(code=code).first() if "\x00" not in code else None


def entries_in(code: str, until: str = "") -> QuerySet[Entry]:
    """The public entries of a collection, as the list selects them. until: the edition up to which they were first submitted."""
    return select(public_entries(), Selection(values={"collection": [code]}, until=until))


def newest_in(collection: Collection) -> list[Entry]:
    """The entries that came last."""
    return list(for_list(entries_in(collection.code)).order_by(F("published_at").desc(nulls_last=True), "-pk")[:NEWEST])


# ---- figures --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a collection: how many entries name the concept, or one of those below it."""

    concept: Concept
    number: int
    share: int  # of the largest part, in per cent


def number_of_countries(entries: QuerySet[Entry]) -> int:
    """How many countries and areas the entries name."""
    return EntryConcept.objects.filter(entry__in=entries.order_by().values("pk"), concept__scheme__code="countries").values("concept").distinct().count()


def number_of_organisations(entries: QuerySet[Entry]) -> int:
    """How many organisations carry or support the entries."""
    return EntryOrganisation.objects.filter(entry__in=entries.order_by().values("pk")).values("organisation").distinct().count()


def counts_by(part: str, entries: QuerySet[Entry]) -> dict[int, int]:
    """How many of the entries stand behind each concept at the top of a scheme, by its key; one query.

    An entry that names several parts of a line counts once in the line, as the list's filter has it.
    """
    _filter, scheme = PARTS[part]
    links = EntryConcept.objects.filter(entry__in=entries.order_by().values("pk")).order_by()
    if part == "regions":
        today = timezone.localdate()
        holding = Q(since__isnull=True) | Q(since__lte=today), Q(until__isnull=True) | Q(until__gt=today)
        members = Membership.objects.filter(*holding, group__scheme__code=scheme).values_list("member_id", "group_id")
        groups: dict[int, set[int]] = {}
        for member, group in members:
            groups.setdefault(member, set()).add(group)
        named: dict[int, set[int]] = {}
        for concept, entry in links.filter(concept__in=groups).values_list("concept_id", "entry_id").iterator(chunk_size=5000):
            for group in groups[concept]:
                named.setdefault(group, set()).add(entry)
        return {group: len(keys) for group, keys in named.items()}
    below = Q(concept__parent__scheme__code=scheme)
    top = Case(When(below, then=F("concept__parent_id")), default=F("concept_id"))
    rows = links.filter(Q(concept__scheme__code=scheme) | below).annotate(top=top).values("top").annotate(number=Count("entry", distinct=True))
    return {row["top"]: row["number"] for row in rows}


def tops_of(part: str) -> list[Concept]:
    """The concepts by which a collection is counted, in order: those with nothing of their own scheme above them."""
    scheme = PARTS[part][1]
    concepts = Concept.objects.filter(scheme__code=scheme, retired_on__isnull=True).select_related("scheme")
    return list(concepts.exclude(parent__scheme__code=scheme))


def bars_of(part: str, entries: QuerySet[Entry]) -> list[Bar]:
    """The parts with any entry, in the order of the scheme."""
    counts = counts_by(part, entries)
    largest = max(counts.values(), default=0)
    return [Bar(each, counts[each.pk], round(100 * counts[each.pk] / largest)) for each in tops_of(part) if counts.get(each.pk)]


def tally_of(part: str, edition: Edition) -> dict[str, int]:
    """The same for all collections of an edition, by ``collection.concept``; two queries for each collection."""
    found: dict[str, int] = {}
    tops = {each.pk: each.code for each in tops_of(part)}
    for code in Collection.objects.values_list("code", flat=True):
        counts = counts_by(part, entries_in(code, edition.code))
        found.update({f"{code}.{tops[key]}": number for key, number in counts.items() if key in tops})
    return found


def members_of(part: str) -> list[tuple[str, Any]]:
    """All parts of all collections with their labels."""
    tops = tops_of(part)
    return [(f"{each.code}.{top.code}", f"{each.name} · {top.label}") for each in Collection.objects.order_by("position", "code") for top in tops]


# ---- calls ----------------------------------------------------------------------------------------------------------


def open_call_of(collection: Collection) -> OpenCall | None:
    """The open call that brings entries into the collection; of several the one that closes first."""
    names = set(collection.calls)
    return next((each for each in open_calls() if f"{each.call.edition.code}/{each.call.slug}" in names), None) if names else None


def calls_of(collection: Collection) -> list[Call]:
    """The public calls that bring or brought entries into the collection, the latest edition first."""
    names = set(collection.calls)
    slugs = {name.partition("/")[2] for name in names}
    found = public_calls().filter(slug__in=slugs).select_related("edition") if slugs else ()
    return sorted((each for each in found if f"{each.edition.code}/{each.slug}" in names), key=lambda each: each.edition.code, reverse=True)


def by_code(codes: Iterable[str]) -> dict[str, Collection]:
    """Collections by their codes."""
    return {each.code: each for each in Collection.objects.filter(code__in=list(codes))}
