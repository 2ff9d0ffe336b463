"""Reading contests and their results. Only awards of public entries are ever read here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from plenary.ground.framework.models import Concept, Edition
from plenary.ground.people.models import Organisation
from plenary.ground.people.names import fold
from plenary.programmes.awards.levels import AT_LEAST, MEANINGS, ORDER, Level, rank
from plenary.programmes.awards.models import Award, Contest, Photo, Team, TeamMember
from plenary.programmes.stocktaking.filters import Selection
from plenary.programmes.stocktaking.models import Entry, EntryOrganisation
from plenary.programmes.stocktaking.queries import for_list, public_entries, select, year_of

NO_CATEGORY = "none"  # in addresses: awards whose category the source does not state


def public_awards() -> QuerySet[Award]:
    """The awards of entries that everybody may see."""
    return Award.objects.filter(entry__in=public_entries().order_by().values("pk"))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which results are asked for."""

    q: str = ""
    levels: Sequence[str] = ()
    categories: Sequence[str] = ()
    countries: Sequence[str] = ()
    themes: Sequence[str] = ()


def select_awards(awards: QuerySet[Award], wanted: Wanted) -> QuerySet[Award]:
    """The awards that fit."""
    if wanted.levels:
        awards = awards.filter(level__in=wanted.levels)
    if wanted.categories:
        condition = Q(category__code__in=wanted.categories) | Q(category__parent__code__in=wanted.categories)
        if NO_CATEGORY in wanted.categories:
            condition |= Q(category__isnull=True)
        awards = awards.filter(condition)
    entries = Selection(values={name: values for name, values in (("country", wanted.countries), ("theme", wanted.themes)) if values})
    if not entries.is_everything:
        awards = awards.filter(entry__in=select(Entry.objects.all(), entries).order_by().values("pk"))
    for word in fold(wanted.q).split():
        named = EntryOrganisation.objects.filter(organisation__aliases__folded__contains=word).values("entry_id")
        awards = awards.filter(Q(entry__sort_title__contains=word) | Q(entry__in=named))
    return awards


# ---- all contests ---------------------------------------------------------------------------------------------------


def newest_first(contests: QuerySet[Contest]) -> list[Contest]:
    """Contests by the year of their edition; some editions are known by their year only. Needs ``edition`` loaded."""
    return sorted(contests.order_by("code"), key=lambda contest: (-year_of(contest.edition), contest.edition.code))


@dataclass(frozen=True, slots=True)
class Summary:
    """A contest with the number of awards on record at each level."""

    contest: Contest
    total: int
    levels: list[tuple[str, int]]  # in the order of LEVELS, with zeros


LEVELS = tuple((str(level), Level(level).label, MEANINGS[level]) for level in ORDER)


def contests() -> list[Summary]:
    """All contests, the newest first: two queries."""
    found = newest_first(Contest.objects.select_related("edition"))
    counts: dict[int, dict[str, int]] = {}
    for contest, level, number in public_awards().order_by().values_list("contest_id", "level").annotate(number=Count("pk")):
        counts.setdefault(contest, {})[level] = number
    return [
        Summary(contest, sum(counts.get(contest.pk, {}).values()), [(str(level), counts.get(contest.pk, {}).get(level, 0)) for level in ORDER])
        for contest in found
    ]


# ---- one contest ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Category:
    """The results of a category, the highest level first. concept: None where the source states no category."""

    concept: Concept | None
    awards: list[Award] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Results:
    """What a contest's page shows."""

    categories: list[Category]
    total: int
    shown: int
    levels: list[tuple[str, Any, int]]  # code, label, number under the other filters
    by_category: list[tuple[str, str, int]]
    by_country: list[tuple[str, str, int]]
    sources: list[tuple[str, int]]


def results(contests: Sequence[Contest], wanted: Wanted) -> Results:
    """The results by category: a fixed number of queries, however many awards there are."""
    on_record = public_awards().filter(contest__in=contests)
    fitting = select_awards(on_record, wanted)
    awards = list(fitting.select_related("category__scheme").order_by("category__position", "category__code", "entry__sort_title", "pk"))
    entries = {entry.pk: entry for entry in for_list(Entry.objects.filter(pk__in=fitting.values("entry_id")))}
    groups: dict[int | None, Category] = {}
    for award in awards:
        award.entry = entries[award.entry_id]
        groups.setdefault(award.category_id, Category(award.category)).awards.append(award)
    for group in groups.values():
        group.awards.sort(key=lambda award: rank(award.level))
    ordered = sorted(groups.values(), key=lambda group: (group.concept is None, group.concept.position if group.concept else 0))
    return Results(
        categories=ordered,
        total=on_record.count(),
        shown=len(awards),
        levels=_levels(select_awards(on_record, _without(wanted, "levels"))),
        by_category=_categories(select_awards(on_record, _without(wanted, "categories"))),
        by_country=_countries(select_awards(on_record, _without(wanted, "countries"))),
        sources=_sources(awards),
    )


def _without(wanted: Wanted, name: str) -> Wanted:
    given = {each: getattr(wanted, each) for each in ("q", "levels", "categories", "countries", "themes") if each != name}
    return Wanted(**given)


def _levels(awards: QuerySet[Award]) -> list[tuple[str, Any, int]]:
    counts = dict(awards.order_by().values_list("level").annotate(number=Count("pk")))
    return [(str(level), Level(level).label, counts[level]) for level in ORDER if counts.get(level)]


def _categories(awards: QuerySet[Award]) -> list[tuple[str, str, int]]:
    counts = dict(awards.order_by().values_list("category_id").annotate(number=Count("pk")))
    concepts = Concept.objects.filter(pk__in=[key for key in counts if key]).order_by("position", "code")
    found = [(concept.code, f"{concept.code} {concept.label}", counts[concept.pk]) for concept in concepts]
    return [*found, (NO_CATEGORY, "", counts[None])] if None in counts else found


def _countries(awards: QuerySet[Award]) -> list[tuple[str, str, int]]:
    rows = awards.filter(entry__links__concept__scheme__code="countries").order_by().values_list("entry__links__concept_id").annotate(number=Count("pk"))
    counts = dict(rows)
    concepts = Concept.objects.filter(pk__in=counts)
    return sorted(((concept.code, str(concept.label), counts[concept.pk]) for concept in concepts), key=lambda each: each[1])


def _sources(awards: Sequence[Award]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for award in awards:
        for source in award.sources:
            counts[source] = counts.get(source, 0) + 1
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


# ---- for panels, filters and figures --------------------------------------------------------------------------------


def awards_of(entry: Entry) -> list[Award]:
    """The awards of an entry, the latest contest first."""
    awards = Award.objects.filter(entry=entry).select_related("contest__edition", "category__scheme").order_by("pk")
    return sorted(awards, key=lambda award: -year_of(award.contest.edition))


def awards_of_organisation(organisation: Organisation) -> list[Award]:
    """The awards of an organisation's public entries, the latest contest first: one query."""
    theirs = EntryOrganisation.objects.filter(organisation=organisation).values("entry_id")
    awards = public_awards().filter(entry__in=theirs).select_related("contest__edition", "category__scheme", "entry").order_by("pk")
    return sorted(awards, key=lambda award: (-year_of(award.contest.edition), rank(award.level)))


def in_category(category: Concept) -> QuerySet[Award]:
    """Awards in a category over the years."""
    return public_awards().filter(Q(category=category) | Q(category__parent=category))


def count_awards(edition: Edition, at_least: str, wanted: Wanted = Wanted()) -> int:
    """Awards on record in an edition, of projects that came this far or further."""
    fitting = select_awards(public_awards().filter(contest__edition=edition), wanted)
    return fitting.filter(level__in=AT_LEAST[at_least]).count()


# ---- photographs and teams ------------------------------------------------------------------------------------------


def photos_of(edition: Edition) -> QuerySet[Photo]:
    """The photographs that an edition shows, with all that their page says."""
    return (
        Photo.objects.filter(edition=edition, state=Photo.State.PUBLIC)
        .select_related("edition", "call", "author", "country__scheme", "file")
        .order_by("number")
    )


def teams_of(edition: Edition) -> QuerySet[Team]:
    """The teams that an edition shows, with all that their page says."""
    places = TeamMember.objects.select_related("person").order_by("position", "pk")
    teams = Team.objects.filter(edition=edition, state=Team.State.PUBLIC).select_related("edition", "call", "country__scheme")
    return teams.prefetch_related(Prefetch("places", places)).order_by("number")
