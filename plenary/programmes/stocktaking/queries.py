"""Reading entries. Every read starts from ``visible_to``: what a person may not see is absent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from plenary.engines.calls.models import Call, FormVersion, Phase
from plenary.engines.calls.queries import OpenCall, open_calls
from plenary.ground.audit.actors import NOBODY, Actor, may
from plenary.ground.framework.models import Concept, Edition
from plenary.programmes.stocktaking.drafts import NUMBER
from plenary.programmes.stocktaking.filters import EDITIONS, NO_EDITION, Selection, find_filter, options_of
from plenary.programmes.stocktaking.models import Entry, EntryConcept, EntryOrganisation


def visible_to(actor: Actor) -> QuerySet[Entry]:
    """The entries that the actor may know of: public ones, and all for the secretariat and editors."""
    if may(actor, "stocktaking.see_hidden"):
        return Entry.objects.all()
    return Entry.objects.filter(state=Entry.State.PUBLIC)


def public_entries() -> QuerySet[Entry]:
    """What everybody sees; index, measures and the API start here."""
    return visible_to(NOBODY)


def select(entries: QuerySet[Entry], selection: Selection) -> QuerySet[Entry]:
    """The entries that fit a selection, as the database has them: for figures, panels and whoever goes on filtering there."""
    for name, values in selection.values.items():
        if values:
            entries = entries.filter(find_filter(name).condition(values))
    if selection.edition:
        entries = entries.filter(edition__code=selection.edition)
    if selection.until:
        entries = entries.filter(EDITIONS.condition(editions_up_to(selection.until)))
    if selection.since_year is not None:
        entries = entries.filter(year__gte=selection.since_year)
    if selection.until_year is not None:
        entries = entries.filter(year__lte=selection.until_year)
    return entries


def year_of(edition: Edition) -> int:
    """The year that an edition stands for, also where its dates are not known; 0 where nothing tells."""
    if edition.starts_on:
        return edition.starts_on.year
    return int(edition.code) if edition.code.isdecimal() else 0


def editions_up_to(code: str) -> list[str]:
    """The editions from the first to this one, and the value of those entries whose edition is not known."""
    editions = list(Edition.objects.only("code", "starts_on"))
    last = max((year_of(edition) for edition in editions if edition.code == code), default=0)
    return [NO_EDITION, *(edition.code for edition in editions if edition.code == code or year_of(edition) < last)]


SORTS = {"newest": ("-sort_year", "sort_title", "id"), "title": ("sort_title", "id")}  # indexes entry_newest, entry_by_title


_LISTED = Concept.objects.select_related("scheme").defer("definition", "aliases", "facts", "scheme__title", "scheme__description", "scheme__source")
_NOT_LISTED = ("beneficiaries", "results", "challenges", "partnerships", "replicability", "web_links", "source")


def for_list(entries: QuerySet[Entry], sort: str = "newest") -> QuerySet[Entry]:
    """Ordered, with all that a row of a list shows: five queries for any number of rows. Concepts are read once, however many rows name them."""
    return entries.defer(*_NOT_LISTED).order_by(*SORTS[sort]).prefetch_related(
        Prefetch("links", EntryConcept.objects.filter(concept__scheme__code__in=("action-lines", "sdgs", "countries")).defer("reason")
                 .order_by("concept__scheme__position", "concept__position", "concept__code").prefetch_related(Prefetch("concept", _LISTED))),
        Prefetch("organisation_links", EntryOrganisation.objects.select_related("organisation")),
    )  # fmt: skip


def whole(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """With all that an entry's page or its form in the API shows."""
    return entries.select_related("edition", "stakeholder_type__scheme").prefetch_related(
        Prefetch("links", EntryConcept.objects.select_related("concept__scheme", "concept__parent__scheme")
                 .order_by("concept__scheme__position", "concept__position", "concept__code")),
        Prefetch("organisation_links", EntryOrganisation.objects.select_related("organisation__country__scheme")),
    )  # fmt: skip


# ---- checking what is asked for ----


def unknown_values(selection: Selection) -> list[str]:
    """The filters that were given a value which does not exist."""
    known = {
        name: {option.code for option in options}
        for name, options in options_of({find_filter(name): values for name, values in selection.values.items()}).items()
    }
    wrong = [name for name, values in selection.values.items() if not set(values) <= known[name]]
    named = {selection.edition, selection.until} - {""}
    editions = set(Edition.objects.filter(code__in=named).values_list("code", flat=True)) if named else set()
    return wrong + [name for name in ("edition", "until") if (given := getattr(selection, name)) and given not in editions]


# ---- what rooms above add to lists ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Badge:
    """A short mark on an entry in a list, such as an award."""

    label: str
    path: str = ""


Badges = Callable[[Sequence[Entry]], dict[int, list[Badge]]]
_badges: list[Badges] = []


def register_badges(maker: Badges) -> Badges:
    """Decorator: add a function that gives marks for a page of entries, by primary key, in a fixed number of queries."""
    _badges.append(maker)
    return maker


def badges_for(entries: Sequence[Entry]) -> dict[int, list[Badge]]:
    """The marks of all rooms on these entries."""
    found: dict[int, list[Badge]] = {}
    for maker in _badges:
        for key, badges in maker(entries).items():
            found.setdefault(key, []).extend(badges)
    return found


def same_organisation(entry: Entry, entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Other entries carried by one of this entry's organisations."""
    bodies = EntryOrganisation.objects.filter(entry=entry).values("organisation_id")
    others = EntryOrganisation.objects.filter(organisation_id__in=bodies).values("entry_id")
    return entries.filter(pk__in=others).exclude(pk=entry.pk).order_by(*SORTS["newest"])


def with_number(entries: QuerySet[Entry], number: str) -> QuerySet[Entry]:
    """The entry of that number; none where an address holds what no number can be."""
    return entries.filter(number=number) if NUMBER.match(number) else entries.none()


def by_numbers(numbers: Sequence[str]) -> QuerySet[Entry]:
    """Public entries by their numbers."""
    return public_entries().filter(number__in=numbers)


def original(text: Any) -> str:
    """A text in its original language."""
    return str(text.best(text.original).text)


def calls_for_entries() -> list[OpenCall]:
    """Open calls to which a project that is here already can be proposed: those that take news of entries, or lead on from one.

    Two queries. A call that only makes new entries is not among them: the project would stand here twice.
    """
    collecting = [each for each in open_calls() if each.phase.kind == Phase.Kind.COLLECT and each.call.audience != Call.Audience.INVITED]
    found = [each for each in collecting if any(intake["intake"] == "stocktaking.entry" for intake in each.call.intakes)]
    forms: dict[int, FormVersion] = {}
    if found:
        for form in FormVersion.objects.filter(call__in=[each.call.pk for each in found]).exclude(published_at=None).order_by("number"):
            forms[form.call_id] = form

    def reads(each: OpenCall) -> bool:
        roles = forms[each.call.pk].form.by_role if each.call.pk in forms else {}
        leads_on = any(intake["intake"] != "stocktaking.entry" for intake in each.call.intakes)
        return "title" in roles and ("updates" in roles or leads_on)

    return [each for each in found if reads(each)]
