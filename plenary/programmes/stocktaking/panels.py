"""What entries show on the pages of lower rooms."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from plenary.ground.framework.models import Concept, Edition
from plenary.ground.web.panels import Panel, panel
from plenary.programmes.stocktaking.filters import ConceptFilter, RegionFilter, Selection, StakeholderFilter, filters
from plenary.programmes.stocktaking.measures import list_address
from plenary.programmes.stocktaking.queries import badges_for, for_list, public_entries, select

_SHOWN = 5


def _panel(selection: Selection, address: str, title: str) -> Panel | None:
    entries = select(public_entries(), selection)
    number = entries.count()
    if not number:
        return None
    rows = list(for_list(entries)[:_SHOWN])
    badges = badges_for(rows)
    context = {"number": number, "rows": [(entry, badges.get(entry.pk, [])) for entry in rows], "address": address, "more": number > len(rows)}
    return Panel(title=title, template="stocktaking/parts/panel.html", context=context, anchor="entries")


@panel("concept", position=30)
def about_concept(concept: Concept, request: HttpRequest) -> Panel | None:
    """Entries about an action line, goal, country, region or theme."""
    for each in filters():
        if isinstance(each, ConceptFilter | RegionFilter | StakeholderFilter) and each.scheme == concept.scheme.code:
            return _panel(Selection(values={each.name: [concept.code]}), list_address(**{each.name: concept.code}), _("Projects"))
    return None


@panel("country", position=30)
def about_country(concept: Concept, request: HttpRequest) -> Panel | None:
    """Entries of a country."""
    return about_concept(concept, request)


@panel("edition", position=50)
def of_edition(edition: Edition, request: HttpRequest) -> Panel | None:
    """Entries first submitted in an edition."""
    return _panel(Selection(edition=edition.code), list_address(edition=edition.code), _("Projects first submitted in this edition"))
