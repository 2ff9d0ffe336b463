"""What decisions make of submissions: the records of the call's intakes, made once, brought in line, taken back.

A record that somebody has changed since it was made is taken back only where staff say so: ``ChangedSince`` asks.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plenary.engines.calls import intakes
from plenary.engines.calls.models import IntakeResult, Submission
from plenary.engines.calls.reading import source_of, taken_back
from plenary.errors import Conflict
from plenary.ground.audit.actions import record
from plenary.ground.audit.actors import Actor
from plenary.ground.audit.models import TrailRecord

TAKEN_IN, TAKEN_BACK = "taken in", "taken back"
DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Touched:
    """A record that was changed since a decision made it. at, actor_id: the last change and who made it."""

    result: IntakeResult
    at: datetime
    actor_id: str


class ChangedSince(Conflict):
    """Records would be taken back that somebody has changed since they were made; ``records`` says which."""

    def __init__(self, records: Sequence[Touched]) -> None:
        keys = ", ".join(each.result.key for each in records[:5])
        super().__init__(
            ngettext(
                "The record %(keys)s was changed since it was made of this submission. Say that it is to be taken back all the same, or leave it.",
                "Records were changed since they were made of this submission: %(keys)s. Say that they are to be taken back all the same, or leave them.",
                len(records),
            )
            % {"keys": keys}
        )
        self.records = list(records)


# ---- making ---------------------------------------------------------------------------------------------------------


def take_in(actor: Actor, submission: Submission, code: str) -> IntakeResult:
    """Make the record that an intake makes, once. Raises: Conflict where nobody registered the intake."""
    intake = intakes.find(code)
    if intake is None:
        raise Conflict(_("Nothing here makes records of the kind “%(code)s”.") % {"code": code})
    result = IntakeResult.objects.select_for_update().filter(submission=submission, intake=code).first()
    if result is not None and result.retracted_at is None:
        _follow(actor, submission, result)
        return result
    made = intake.accept(actor, submission)
    now = timezone.now()
    values = {"kind": made.kind, "key": made.key, "path": made.path, "created_at": now, "settled_at": now, "retracted_at": None}
    if result is None:
        result = IntakeResult.objects.create(submission=submission, intake=code, **values)
    else:
        IntakeResult.objects.filter(pk=result.pk).update(**values)
        result.refresh_from_db()
    record(actor=actor, verb=TAKEN_IN, kind=made.kind, key=made.key, after={"submission": str(submission.pk)})
    return result


def take_in_again(actor: Actor, submission: Submission) -> None:
    """Make the records anew that the decisions lead to which stand again, after a refusal was undone."""
    standing = set(submission.decisions.filter(undone_at=None).values_list("code", flat=True))
    for each in submission.call.intakes:
        if each["decision"] in standing:
            take_in(actor, submission, each["intake"])


def _follow(actor: Actor, submission: Submission, result: IntakeResult) -> None:
    """Bring a record in line with the decisions that stand; that is no change by others."""
    intake = intakes.find(result.intake)
    if intake is None or intake.follow is None:
        return
    result.submission = submission
    untouched = not changed_since([result])
    intake.follow(actor, result)
    if untouched:
        IntakeResult.objects.filter(pk=result.pk).update(settled_at=timezone.now())


# ---- taking back ----------------------------------------------------------------------------------------------------


def take_back(actor: Actor, submission: Submission, decision: str) -> None:
    """Take back what rested on a decision that stands no more; what an earlier one made too is brought in line with that.

    Raises: Conflict where a record has gone too far to be taken back.
    """
    # The last first: what was made later may rest on what was made before it.
    for code in _named(submission, {decision}):
        result = IntakeResult.objects.select_for_update().filter(submission=submission, intake=code, retracted_at=None).first()
        if result is None:
            continue
        if intakes.standing_decisions(submission, code):
            _follow(actor, submission, result)
        else:
            _retract(actor, submission, result)


def take_back_all(actor: Actor, submission: Submission) -> None:
    """Take back everything that a submission became, since it is refused after all. Raises: Conflict as ``take_back``."""
    standing = {each.intake: each for each in IntakeResult.objects.select_for_update().filter(submission=submission, retracted_at=None)}
    for code in _named(submission):
        if code in standing:
            _retract(actor, submission, standing[code])


def _named(submission: Submission, decisions: Collection[str] = ()) -> list[str]:
    """The intakes of the call, each once, the last first. decisions: only those that one of them names."""
    return list(dict.fromkeys(each["intake"] for each in reversed(submission.call.intakes) if not decisions or each["decision"] in decisions))


def _retract(actor: Actor, submission: Submission, result: IntakeResult) -> None:
    intake = intakes.find(result.intake)
    if intake is None or intake.retract is None:
        return
    result.submission = submission
    intake.retract(actor, result)
    result.retracted_at = timezone.now()
    result.save(update_fields=["retracted_at"])
    record(actor=actor, verb=TAKEN_BACK, kind=result.kind, key=result.key, after={"submission": str(submission.pk)}, reason=taken_back(submission))


# ---- asking before --------------------------------------------------------------------------------------------------


def at_stake(submission: Submission, decision: str = "") -> list[IntakeResult]:
    """The records that undoing a decision would take back; without one, those that refusing the submission would."""
    standing = set(submission.decisions.filter(undone_at=None).values_list("code", flat=True)) - {decision}
    resting = {each["intake"] for each in submission.call.intakes if each["decision"] in standing} if decision else set()
    wanted = set(_named(submission, {decision} if decision else ())) - resting
    found = IntakeResult.objects.filter(submission=submission, retracted_at=None, intake__in=wanted).order_by("pk")
    return [each for each in found if (intake := intakes.find(each.intake)) is not None and intake.retract is not None]


def touched_at_stake(submission: Submission, decision: str = "") -> list[Touched]:
    """Those of them that somebody has changed since, and that would go from view."""
    records = at_stake(submission, decision)
    for each in records:
        each.submission = submission
    return _hidden(changed_since(records))


def _hidden(touched: Iterable[Touched]) -> list[Touched]:
    found = []
    for each in touched:
        intake = intakes.find(each.result.intake)
        if intake is not None and (intake.hides is None or intake.hides(each.result)):
            found.append(each)
    return found


def changed_since(results: Sequence[IntakeResult]) -> list[Touched]:
    """Which of the records somebody has changed after the decisions were done with them; one statement."""
    if not results:
        return []
    keys: dict[str, set[str]] = defaultdict(set)
    for each in results:
        keys[each.kind].add(each.key)
    about = Q(pk__in=[])
    for kind, named in keys.items():
        about |= Q(kind=kind, key__in=named)
    since = min(each.settled_at for each in results)
    found = TrailRecord.objects.filter(about, at__gt=since).exclude(verb__in=(TAKEN_IN, TAKEN_BACK)).select_related("payload").order_by("-pk")
    happened: dict[tuple[str, str], list[TrailRecord]] = defaultdict(list)
    for line in found:
        happened[line.kind, line.key].append(line)
    return [touched for result in results if (touched := _last_change(result, happened[result.kind, result.key])) is not None]


def _last_change(result: IntakeResult, happened: Iterable[TrailRecord]) -> Touched | None:
    own = source_of(result.submission)
    for each in happened:
        if each.at > result.settled_at and each.reason != own and not each.reason.startswith(f"{own}:"):
            return Touched(result, each.at, each.actor_id)
    return None


def refusing_touches(keys: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Of which submissions a refusal would take back records that were changed since; two statements for all of them."""
    found = IntakeResult.objects.filter(submission__in=list(keys), retracted_at=None).select_related("submission__call__edition")
    held = [each for each in found if (intake := intakes.find(each.intake)) is not None and intake.retract is not None]
    return {each.result.submission_id for each in _hidden(changed_since(held))}


def touched_by_undoing(keys: Iterable[uuid.UUID], decision: str) -> list[Touched]:
    """The records that undoing a decision on many submissions would hide though somebody has changed them since."""
    wanted = list(keys)
    found = IntakeResult.objects.filter(submission__in=wanted, retracted_at=None).select_related("submission__call__edition").order_by("pk")
    touched = [] if decision == DECLINED else _hidden(changed_since(list(found)))
    staked: list[Touched] = []
    for each in touched:
        if any(result.pk == each.result.pk for result in at_stake(each.result.submission, decision)):
            staked.append(each)
    return staked
