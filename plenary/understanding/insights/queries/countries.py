"""Countries and areas with their regions, groups and what is recorded of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Count, Q
from django.utils import timezone

from plenary.ground.framework.models import Concept, Membership
from plenary.ground.framework.spelling import fold
from plenary.programmes.awards.models import Award
from plenary.programmes.stocktaking.models import Entry, EntryConcept

COUNTRIES, REGIONS = "countries", "itu-regions"


@dataclass(frozen=True, slots=True)
class CountryLine:
    """A country in the list."""

    country: Concept
    entries: int
    awards: int


@dataclass(frozen=True, slots=True)
class RegionGroup:
    """A region with its countries of today; region None: those that belong to none."""

    region: Concept | None
    lines: list[CountryLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Country:
    """All that is known of a country itself."""

    concept: Concept
    names: dict[str, str]
    memberships: list[Membership]
    entries: int
    awards_by_edition: dict[str, int]

    @property
    def awards(self) -> int:
        """How many awards, over all editions."""
        return sum(self.awards_by_edition.values())


def _current(prefix: str = "") -> Q:
    today = timezone.localdate()
    return (Q(**{f"{prefix}since__isnull": True}) | Q(**{f"{prefix}since__lte": today})) & (
        Q(**{f"{prefix}until__isnull": True}) | Q(**{f"{prefix}until__gt": today})
    )


def _tallies() -> tuple[Counter[int], Counter[int]]:
    """Public entries and awards by the country's id."""
    entries = EntryConcept.objects.filter(concept__scheme__code=COUNTRIES, entry__state=Entry.State.PUBLIC)
    awards = Award.objects.filter(entry__state=Entry.State.PUBLIC, entry__links__concept__scheme__code=COUNTRIES)
    return (
        Counter(dict(entries.values_list("concept").annotate(n=Count("entry", distinct=True)).order_by())),
        Counter(dict(awards.values_list("entry__links__concept").annotate(n=Count("id", distinct=True)).order_by())),
    )


def countries_by_region(name: str = "", region: str = "") -> list[RegionGroup]:
    """All countries and areas by the region they belong to today, sorted by name in the reader's language.

    name: part of a name in any language or of another spelling. region: the code of one region.
    """
    of_country = {
        membership.member_id: membership.group_id
        for membership in Membership.objects.filter(_current(), group__scheme__code=REGIONS, member__scheme__code=COUNTRIES)
    }
    regions = list(Concept.objects.filter(scheme__code=REGIONS, retired_on__isnull=True).select_related("scheme"))
    groups = {each.pk: RegionGroup(each) for each in regions}
    without = RegionGroup(None)
    entries, awards = _tallies()
    wanted = fold(name)
    for country in Concept.objects.filter(scheme__code=COUNTRIES, retired_on__isnull=True).select_related("scheme"):
        if wanted and not any(wanted in fold(spelling) for spelling in (country.code, *country.label.texts.values(), *country.aliases)):
            continue
        group = groups.get(of_country.get(country.pk, 0), without)
        group.lines.append(CountryLine(country, entries[country.pk], awards[country.pk]))
    found = [group for group in (*groups.values(), without) if group.lines and (not region or (group.region is not None and group.region.code == region))]
    for group in found:
        group.lines.sort(key=lambda line: fold(str(line.country.label)))
    return found


def find_country(code: str) -> Concept | None:
    """The country or area with that ISO 3166-1 code, in capitals or not."""
    return Concept.objects.select_related("scheme").filter(scheme__code=COUNTRIES, code=code.upper()).first()


def country(concept: Concept) -> Country:
    """A country's names, memberships and counts."""
    memberships = Membership.objects.filter(member=concept).select_related("group__scheme", "group__parent__scheme")
    awards = Award.objects.filter(entry__state=Entry.State.PUBLIC, entry__links__concept=concept)
    return Country(
        concept=concept,
        names=dict(concept.label.texts),
        memberships=sorted(memberships, key=lambda each: (each.group.scheme.position, each.group.position, each.since is not None, each.since)),
        entries=Entry.objects.filter(state=Entry.State.PUBLIC, links__concept=concept).distinct().count(),
        awards_by_edition=dict(sorted(awards.order_by().values_list("contest__edition__code").annotate(n=Count("pk", distinct=True)), reverse=True)),
    )
