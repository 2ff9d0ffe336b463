"""The figures of the repository. Each counts what the list shows when asked the same, so a figure and its records agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plenary.ground.framework.models import Concept, Edition
from plenary.ground.measures.registry import Measure, register
from plenary.programmes.stocktaking import collected
from plenary.programmes.stocktaking.filters import Selection
from plenary.programmes.stocktaking.models import Collection, Entry, EntryConcept, EntryOrganisation
from plenary.programmes.stocktaking.queries import public_entries, select

_ENTRIES = _("entries")


def count_entries(selection: Selection) -> int:
    """The number of public entries that fit."""
    return select(public_entries(), selection).count()


def list_address(**query: str) -> str:
    """The address of the list with these filters."""
    return f"{reverse('stocktaking:list')}?{urlencode({name: value for name, value in query.items() if value})}"


def _members(scheme: str) -> Callable[[Edition], list[tuple[str, Any]]]:
    def members(edition: Edition) -> list[tuple[str, Any]]:
        return [(concept.code, concept.label) for concept in Concept.objects.filter(scheme__code=scheme, retired_on__isnull=True)]

    return members


def _by(filter_name: str, scheme: str, code: str, label: str | Promise, definition: str | Promise) -> None:
    def count(edition: Edition, member: str) -> int:
        return count_entries(Selection(until=edition.code, values={filter_name: [member]}))

    def records(edition: Edition, member: str) -> str:
        return list_address(until=edition.code, **{filter_name: member})

    register(Measure(code=code, label=label, definition=definition, unit=_ENTRIES, count=count, records=records, dimension=scheme, members=_members(scheme)))


register(
    Measure(
        code="stocktaking.entries",
        label=_("Entries in the repository"),
        definition=_(
            "Public entries of the repository that were first submitted in this edition or an earlier one. Entries whose edition is not known are counted; "
            "withdrawn entries and drafts are not. A project counts once, however often it was submitted."
        ),
        unit=_ENTRIES,
        count=lambda edition, member: count_entries(Selection(until=edition.code)),
        records=lambda edition, member: list_address(until=edition.code),
    )
)
register(
    Measure(
        code="stocktaking.new-entries",
        label=_("New entries"),
        definition=_("Public entries of the repository that were first submitted in this edition. Withdrawn entries and drafts are not counted."),
        unit=_ENTRIES,
        count=lambda edition, member: count_entries(Selection(edition=edition.code)),
        records=lambda edition, member: list_address(edition=edition.code),
    )
)
_by(
    "action_line",
    "action-lines",
    "stocktaking.entries.action-line",
    _("Entries by action line"),
    _(
        "Public entries that name the action line or one of its parts, first submitted in this edition or an earlier one. An entry that names several action "
        "lines counts in each, and once in a line however many of its parts it names, so the figures add up to more than all entries."
    ),
)
_by(
    "sdg",
    "sdgs",
    "stocktaking.entries.sdg",
    _("Entries by goal"),
    _(
        "Public entries that name the Sustainable Development Goal or one of its targets, first submitted in this edition or an earlier one. An entry that "
        "names several goals counts in each."
    ),
)
_by(
    "country",
    "countries",
    "stocktaking.entries.country",
    _("Entries by country"),
    _("Public entries from or about the country, first submitted in this edition or an earlier one. An entry of several countries counts in each."),
)
_by(
    "region",
    "itu-regions",
    "stocktaking.entries.region",
    _("Entries by region"),
    _(
        "Public entries of countries that belong to the ITU region today, first submitted in this edition or an earlier one. An entry of several countries of a "
        "region counts once in it; an entry without a country counts in none."
    ),
)
_by(
    "stakeholder_type",
    "stakeholder-types",
    "stocktaking.entries.stakeholder-type",
    _("Entries by stakeholder type"),
    _(
        "Public entries carried by an organisation of this type, as the entry states it, first submitted in this edition or an earlier one. United Nations "
        "bodies are counted as international organisations too."
    ),
)
_by(
    "theme",
    "themes",
    "stocktaking.entries.theme",
    _("Entries by theme"),
    _("Public entries that name the theme, first submitted in this edition or an earlier one. An entry that names several themes counts in each."),
)
register(
    Measure(
        code="stocktaking.organisations",
        label=_("Organisations in the repository"),
        definition=_(
            "Organisations that carry at least one public entry first submitted in this edition or an earlier one. Organisations of the same name in different "
            "countries are different organisations."
        ),
        unit=_("organisations"),
        count=lambda edition, member: (
            EntryOrganisation.objects.filter(entry__in=select(public_entries(), Selection(until=edition.code))).values("organisation").distinct().count()
        ),
        records=lambda edition, member: list_address(until=edition.code),
    )
)
register(
    Measure(
        code="stocktaking.countries",
        label=_("Countries in the repository"),
        definition=_("Countries and areas that at least one public entry names, first submitted in this edition or an earlier one."),
        unit=_("countries"),
        count=lambda edition, member: (
            EntryConcept.objects.filter(entry__in=select(public_entries(), Selection(until=edition.code)), concept__scheme__code="countries")
            .values("concept")
            .distinct()
            .count()
        ),
        records=lambda edition, member: list_address(until=edition.code),
    )
)
# Figures that only reports give: nothing here can count them.
register(
    Measure(
        code="stocktaking.stakeholders",
        label=_("Stakeholders of the repository"),
        definition=_(
            "People and organisations that the convener counts as taking part in Stocktaking, as reported; the source does not say how they are counted."
        ),
        unit=_("stakeholders"),
    )
)
register(
    Measure(
        code="stocktaking.report_submissions",
        label=_("Submissions to the Stocktaking report"),
        definition=_("Entries submitted to the yearly global report, as reported."),
        unit=_ENTRIES,
    )
)
register(
    Measure(
        code="stocktaking.regional_report",
        label=_("Entries in a regional report"),
        definition=_("Entries that a regional Stocktaking report presents, as reported."),
        unit=_ENTRIES,
        dimension="itu-regions",
        members=_members("itu-regions"),
    )
)


# ---- collections ----------------------------------------------------------------------------------------------------


def _collections(edition: Edition) -> list[tuple[str, Any]]:
    return [(each.code, each.name) for each in Collection.objects.order_by("position", "code")]


def _of_collection(code: str, label: str | Promise, definition: str | Promise, unit: str | Promise, count: Callable[[QuerySet[Entry]], int]) -> None:
    """A figure of each collection; it leads to the entries in which it was counted."""

    def counted(edition: Edition, member: str) -> int | None:
        return count(collected.entries_in(member, edition.code)) if Collection.objects.filter(code=member).exists() else None

    register(
        Measure(
            code=code,
            label=label,
            definition=definition,
            unit=unit,
            count=counted,
            records=lambda edition, member: list_address(until=edition.code, collection=member),
            dimension="collection",
            members=_collections,
        )
    )


def _parts_of_collections(code: str, part: str, label: str | Promise, definition: str | Promise) -> None:
    """The entries of each collection by a concept: ``code.covid-19.C7``."""
    name = collected.PARTS[part][0]

    def records(edition: Edition, member: str) -> str:
        collection, _dot, concept = member.partition(".")
        return list_address(until=edition.code, collection=collection, **{name: concept})

    register(
        Measure(
            code=code,
            label=label,
            definition=definition,
            unit=_ENTRIES,
            tally=lambda edition: collected.tally_of(part, edition),
            records=records,
            dimension=f"collection-{part}",
            members=lambda edition: collected.members_of(part),
        )
    )


_of_collection(
    "stocktaking.collection",
    _("Entries of a collection"),
    _(
        "Counted: public entries that stand in the collection now, first submitted in this edition or an earlier one. Reported: submissions to the call of the "
        "collection, such as that of the COVID-19 case repository, as its convener told."
    ),
    _ENTRIES,
    lambda entries: entries.count(),
)
_of_collection(
    "stocktaking.collection-countries",
    _("Countries in a collection"),
    _("Countries and areas that at least one public entry of the collection names, first submitted in this edition or an earlier one."),
    _("countries"),
    collected.number_of_countries,
)
_of_collection(
    "stocktaking.collection-organisations",
    _("Organisations in a collection"),
    _("Organisations that carry or support at least one public entry of the collection, first submitted in this edition or an earlier one."),
    _("organisations"),
    collected.number_of_organisations,
)
_parts_of_collections(
    "stocktaking.collection-action-lines",
    "action-lines",
    _("Entries of a collection by action line"),
    _("Public entries of the collection that name the action line or one of its parts. An entry that names several action lines counts in each."),
)
_parts_of_collections(
    "stocktaking.collection-goals",
    "goals",
    _("Entries of a collection by goal"),
    _("Public entries of the collection that name the Sustainable Development Goal or one of its targets. An entry that names several goals counts in each."),
)
_parts_of_collections(
    "stocktaking.collection-regions",
    "regions",
    _("Entries of a collection by region"),
    _(
        "Public entries of the collection from countries that belong to the ITU region today. An entry of several countries of a region counts once in it; an "
        "entry without a country counts in none."
    ),
)
