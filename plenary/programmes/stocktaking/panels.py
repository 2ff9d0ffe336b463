"""What entries show on the pages of lower rooms."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from plenary.engines.calls.intakes import submissions_of
from plenary.ground.audit.actors import may
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.people.access import actor_of
from plenary.ground.people.models import User
from plenary.ground.web.panels import Panel, panel
from plenary.programmes.stocktaking.actions import KIND
from plenary.programmes.stocktaking.filters import ConceptFilter, RegionFilter, Selection, StakeholderFilter, filters
from plenary.programmes.stocktaking.measures import list_address
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.queries import badges_for, calls_for_entries, for_list, public_entries, select

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


@panel("entry", position=80)
def open_to(entry: Entry, request: HttpRequest) -> Panel | None:
    """The open calls to which the project can be proposed, its answers carried over."""
    calls = calls_for_entries() if entry.is_public else []
    if not calls:
        return None
    return Panel(_("Propose this project"), "stocktaking/parts/propose_panel.html", {"calls": calls, "number": entry.number}, anchor="propose")


@panel("entry", position=90)
def submitted_as(entry: Entry, request: HttpRequest) -> Panel | None:
    """The submissions that the entry was made of, for those who may read them; the public sees none."""
    actor = actor_of(request)
    if not isinstance(actor, User):
        return None
    found = [each for each in submissions_of(KIND, entry.number) if may(actor, "calls.read_answers", each)]
    return Panel(_("Submission"), "stocktaking/parts/submissions_panel.html", {"submissions": found}, anchor="submissions") if found else None
