"""Every write to contests and awards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from plenary.engines.calls.models import Call
from plenary.errors import Invalid
from plenary.ground.audit import actions as audit
from plenary.ground.audit.actors import Actor, require
from plenary.ground.audit.events import emit
from plenary.ground.framework.models import Concept, Edition, Scheme
from plenary.ground.framework.text import Text
from plenary.ground.search import actions as search
from plenary.programmes.awards.events import AwardsGiven
from plenary.programmes.awards.models import Award, Contest
from plenary.programmes.stocktaking.harvesting.actions import touch_entries
from plenary.programmes.stocktaking.models import Entry

CONTEST_KIND = "awards.contest"
KIND = "awards.award"
_BATCH = 500
_NO_TEXT = Text()


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardDraft:
    """How far an entry came, before it is written. category: None where it is not known."""

    entry: Entry
    level: str
    category: Concept | None = None
    number: str = ""
    source: str = ""
    note: Text = field(default_factory=Text)


@transaction.atomic
def save_contest(
    *,
    actor: Actor,
    edition: Edition,
    code: str = "prizes",
    title: Text,
    rules: Text = _NO_TEXT,
    categories: Scheme | None = None,
    call: Call | None = None,
) -> Contest:
    """Create the edition's contest of that code, or make it be as said. call: that it takes its projects from, left as it is where none is given.

    Raises: NotAllowed.
    """
    require(actor, "awards.change_contest", edition)
    if not title:
        raise Invalid({"title": [_("The title is missing.")]})
    contest = Contest.objects.select_for_update().filter(edition=edition, code=code).first()
    before = _told(contest) if contest else {}
    contest = contest or Contest(edition=edition, code=code)
    contest.title, contest.rules, contest.categories = title, rules, categories
    contest.call = call or contest.call
    gone, new = audit.changes(before, _told(contest))
    if new:
        contest.save()
        audit.record(actor=actor, verb="changed" if before else "created", kind=CONTEST_KIND, key=str(contest), before=gone or None, after=new)
    return contest


@transaction.atomic
def remove_contest(*, actor: Actor, contest: Contest) -> None:
    """Delete a contest that has no awards. Raises: Invalid, NotAllowed."""
    require(actor, "awards.change_contest", contest.edition)
    if contest.awards.exists():
        raise Invalid({"": [_("The contest %(name)s has awards and cannot be removed.") % {"name": contest}]})
    audit.record(actor=actor, verb="deleted", kind=CONTEST_KIND, key=str(contest), before=_told(contest))
    contest.delete()


def _told(contest: Contest) -> dict[str, Any]:
    return {
        "title": contest.title.to_json(),
        "rules": contest.rules.to_json(),
        "categories": contest.categories.code if contest.categories else None,
        "call": str(contest.call) if contest.call else None,
    }


@transaction.atomic
def give_award(*, actor: Actor, contest: Contest, draft: AwardDraft) -> Award:
    """Record how far an entry came in a contest; a level given before in the same category is raised or corrected.

    Raises: Invalid, NotAllowed.
    """
    require(actor, "awards.give_award", contest.edition)
    _check(contest, draft)
    award = Award.objects.select_for_update().filter(contest=contest, entry=draft.entry, category=draft.category).first()
    before = {"level": award.level} if award else None
    award = award or Award(contest=contest, entry=draft.entry, category=draft.category)
    award.level, award.number, award.source, award.note = draft.level, draft.number, draft.source, draft.note
    award.save()
    verb = "changed" if before else "created"
    audit.record(actor=actor, verb=verb, kind=KIND, key=f"{contest}/{draft.entry.number}", before=before, after={"level": draft.level})
    _follow(draft.entry.number)
    emit(AwardsGiven(actor_id=actor.trail_id, contest=str(contest), numbers=(draft.entry.number,)))
    return award


@transaction.atomic
def remove_award(*, actor: Actor, award: Award, reason: str = "") -> None:
    """Take an award off the record. Raises: NotAllowed."""
    require(actor, "awards.give_award", award.contest.edition)
    key = f"{award.contest}/{award.entry.number}"
    audit.record(actor=actor, verb="deleted", kind=KIND, key=key, before={"level": award.level}, reason=reason)
    _follow(award.entry.number)
    emit(AwardsGiven(actor_id=actor.trail_id, contest=str(award.contest), numbers=(award.entry.number,)))
    award.delete()


@transaction.atomic
def give_awards(*, actor: Actor, pairs: Sequence[tuple[Contest, AwardDraft]], reason: str, progress: Callable[[int], None] | None = None) -> int:
    """Record many awards at once, none of which is there yet; how many. reason: for the trail, such as the imported file.

    Raises: Invalid, NotAllowed.
    """
    for contest in {contest.pk: contest for contest, _draft in pairs}.values():
        require(actor, "awards.give_award", contest.edition)
    for contest, draft in pairs:
        _check(contest, draft)
    for start in range(0, len(pairs), _BATCH):
        batch = pairs[start : start + _BATCH]
        Award.objects.bulk_create(
            Award(contest=contest, entry=draft.entry, category=draft.category, level=draft.level, number=draft.number, source=draft.source, note=draft.note)
            for contest, draft in batch
        )
        told = {f"{contest}/{draft.entry.number}": {"level": draft.level} for contest, draft in batch}
        audit.record_many(actor=actor, verb="imported", kind=KIND, values=told, reason=reason)
        if progress:
            progress(len(batch))
    numbers = tuple(dict.fromkeys(draft.entry.number for _contest, draft in pairs))
    _follow(*numbers)
    for name in dict.fromkeys(str(contest) for contest, _draft in pairs):
        emit(AwardsGiven(actor_id=actor.trail_id, contest=name, numbers=numbers))
    return len(pairs)


def _check(contest: Contest, draft: AwardDraft) -> None:
    if draft.category is not None and contest.categories_id is not None and draft.category.scheme_id != contest.categories_id:
        raise Invalid({"category": [_("%(category)s is not a category of %(contest)s.") % {"category": draft.category.code, "contest": contest}]})
    if draft.level not in Award.Level.values:
        raise Invalid({"level": [_("There is no level %(level)s.") % {"level": draft.level}]})


def _follow(*numbers: str) -> None:
    """Awards are found with their entries, and told to harvesters with them."""
    search.changed("entry", *numbers)
    touch_entries(*numbers)
