"""What entries show on the pages of lower rooms."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from plenary.engines.calls.intakes import submissions_of
from plenary.engines.calls.models import Submission
from plenary.engines.calls.reading import Answers
from plenary.errors import Conflict
from plenary.ground.audit.actors import may
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.text import Text
from plenary.ground.people.access import actor_of
from plenary.ground.people.models import User
from plenary.ground.web.panels import Panel, panel
from plenary.programmes.stocktaking import checking
from plenary.programmes.stocktaking.actions import KIND, draft_of
from plenary.programmes.stocktaking.drafts import EntryDraft
from plenary.programmes.stocktaking.filters import ConceptFilter, RegionFilter, Selection, StakeholderFilter, filters
from plenary.programmes.stocktaking.intakes import CODE as ENTRY_INTAKE
from plenary.programmes.stocktaking.intakes import difference_of
from plenary.programmes.stocktaking.measures import list_address
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.promoting import openings
from plenary.programmes.stocktaking.queries import badges_for, for_list, public_entries, select
from plenary.programmes.stocktaking.reading import owns
from plenary.programmes.stocktaking.submitted import draft_from
from plenary.programmes.stocktaking.versions import differences

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
    """The open calls for which the project can be proposed or nominated, its answers carried over; and those that take news of it."""
    found = openings() if entry.is_public else []
    if not found:
        return None
    actor = actor_of(request)
    context = {
        "number": entry.number,
        "proposals": [each.open for each in found if not each.is_update],
        "updates": [each.open for each in found if each.is_update],
        "is_mine": owns(actor, entry),
        "is_staff": may(actor, "stocktaking.see_hidden"),
    }
    return Panel(_("Propose this project"), "stocktaking/parts/propose_panel.html", context, anchor="propose")


@panel("entry", position=90)
def submitted_as(entry: Entry, request: HttpRequest) -> Panel | None:
    """The submissions that the entry was made of, for those who may read them; the public sees none."""
    actor = actor_of(request)
    if not isinstance(actor, User):
        return None
    found = [each for each in submissions_of(KIND, entry.number) if may(actor, "calls.read_answers", each)]
    return Panel(_("Submission"), "stocktaking/parts/submissions_panel.html", {"submissions": found}, anchor="submissions") if found else None


@panel("submission", position=10)
def would_change(submission: Submission, request: HttpRequest) -> Panel | None:
    """What accepting a submission would change in the entry that it brings news of, for those who decide on it."""
    if not may(actor_of(request), "calls.decide", submission):
        return None
    found = difference_of(submission)
    if found is None:
        return None
    before, after = found
    context = {"number": before["number"], "title": Text.from_json(before["title"]), "rows": differences(before, after)}
    return Panel(_("What it would change"), "stocktaking/parts/update_panel.html", context, anchor="difference")


@panel("submission", position=20)
def helps_to_judge(submission: Submission, request: HttpRequest) -> Panel | None:
    """What a submission that is to become an entry seems to be about, may be a double of, and what is wrong with it; for those who decide."""
    becomes = any(intake["intake"] == ENTRY_INTAKE for intake in submission.call.intakes)
    if not becomes or not may(actor_of(request), "calls.decide", submission) or submission.results.filter(intake=ENTRY_INTAKE, retracted_at=None).exists():
        return None
    news = difference_of(submission)
    try:
        draft = draft_of(news[1]) if news else draft_from(Answers(submission), EntryDraft(title=Text(), edition=submission.call.edition))
    except Conflict:
        return None  # an answer names what is not in a vocabulary any more; accepting it says so
    context = {
        "suggestions": checking.suggestions(draft),
        "doubles": checking.doubles(draft, news[0]["number"] if news else ""),
        "findings": checking.findings(draft),
        "dead": [checking.in_words(each) for each in checking.dead_links(checking.links_of(draft))],
    }
    return Panel(_("What helps to judge"), "stocktaking/parts/judging_panel.html", context, anchor="judging") if any(context.values()) else None
