"""What awards show on the pages of lower rooms, and the filter and marks they add to the list of entries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.ground.framework.models import Concept, Edition
from plenary.ground.people.models import Organisation
from plenary.ground.web.panels import Panel, panel
from plenary.programmes.awards import queries
from plenary.programmes.awards.levels import ORDER, Level
from plenary.programmes.awards.models import Award, Contest
from plenary.programmes.stocktaking.filters import Filter, Option, register
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.queries import Badge, register_badges, year_of

#: How many awards the page of an organisation names.
_SHOWN = 12


class LevelFilter(Filter):
    """Entries by how far they came in a contest."""

    def condition(self, values: Sequence[str]) -> Q:
        return Q(pk__in=Award.objects.filter(level__in=values).values("entry_id"))

    def options(self, codes: Collection[str]) -> list[Option]:
        return [Option(str(level), str(Level(level).label)) for level in ORDER if level in codes]

    def pairs(self, among: Collection[int] | None = None) -> Iterable[tuple[str, int]]:
        awards = Award.objects.all() if among is None else Award.objects.filter(entry__in=list(among))
        return awards.order_by().values_list("level", "entry_id").iterator(chunk_size=5000)


register(LevelFilter("level", gettext_lazy("Prizes")), before="language")


@register_badges
def badges(entries: Sequence[Entry]) -> dict[int, list[Badge]]:
    """The highest award of each entry in each contest."""
    found: dict[int, list[Badge]] = {}
    awards = Award.objects.filter(entry__in=[entry.pk for entry in entries]).select_related("contest__edition").order_by("pk")
    for award in sorted(awards, key=lambda award: -year_of(award.contest.edition)):
        label = _("%(contest)s: %(level)s") % {"contest": award.contest.title, "level": award.get_level_display()}
        path = reverse("awards:contest", args=[award.contest.edition.code])
        found.setdefault(award.entry_id, []).append(Badge(label, path))
    return found


@panel("entry", position=20)
def of_entry(entry: Entry, request: HttpRequest) -> Panel | None:
    """How far the project came in which contest."""
    awards = queries.awards_of(entry)
    if not awards:
        return None
    return Panel(title=_("Prizes"), template="awards/parts/entry_panel.html", context={"awards": awards}, anchor="prizes")


@panel("organisation", position=20)
def of_organisation(organisation: Organisation, request: HttpRequest) -> Panel | None:
    """What the projects of an organisation came to in contests, whatever its part in them."""
    awards = queries.awards_of_organisation(organisation)
    if not awards:
        return None
    context = {"awards": awards[:_SHOWN], "number": len(awards), "more": max(0, len(awards) - _SHOWN), "organisation": organisation}
    return Panel(title=_("Prizes"), template="awards/parts/organisation_panel.html", context=context, anchor="prizes")


@panel("concept", position=40)
def of_category(concept: Concept, request: HttpRequest) -> Panel | None:
    """The awards in a category over the years."""
    rows = queries.in_category(concept).order_by().values_list("contest_id", "level").annotate(number=Count("pk"))
    counts: dict[int, dict[str, int]] = {}
    for contest, level, number in rows:
        counts.setdefault(contest, {})[level] = number
    if not counts:
        return None
    given = [level for level in ORDER if any(level in each for each in counts.values())]
    contests = queries.newest_first(Contest.objects.filter(pk__in=counts).select_related("edition"))
    context = {
        "code": concept.code,
        "levels": [(str(level), Level(level).label) for level in given],
        "rows": [(contest, [(str(level), counts[contest.pk].get(level, 0)) for level in given]) for contest in contests],
        "number": sum(sum(each.values()) for each in counts.values()),
    }
    return Panel(title=_("Prizes in this category"), template="awards/parts/category_panel.html", context=context, anchor="prizes")


@panel("edition", position=20)
def of_edition(edition: Edition, request: HttpRequest) -> Panel | None:
    """What is on record of the edition's contests."""
    rows = queries.public_awards().filter(contest__edition=edition).order_by().values_list("level").annotate(number=Count("pk"))
    counts = dict(rows)
    if not counts:
        return None
    levels = [(str(level), Level(level).label, counts[level]) for level in ORDER if counts.get(level)]
    return Panel(title=_("Prizes"), template="awards/parts/edition_panel.html", context={"edition": edition, "levels": levels}, anchor="prizes")


@panel("edition", position=25)
def showcase_of(edition: Edition, request: HttpRequest) -> Panel | None:
    """Where the photographs and the teams of an edition are shown."""
    context = {"edition": edition, "photos": queries.photos_of(edition).count(), "teams": queries.teams_of(edition).count()}
    if not context["photos"] and not context["teams"]:
        return None
    return Panel(title=_("Photographs and teams"), template="awards/parts/showcase_panel.html", context=context, anchor="showcase")
