"""Doing the same to many submissions at once: all or nothing, foreseen row by row, and undone together."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plenary.engines.calls.actions.common import move
from plenary.engines.calls.actions.deciding import DECLINED, assign, check_decision, decide, set_tags, undo_batch
from plenary.engines.calls.models import Call, Submission
from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actions import record
from plenary.ground.audit.actors import Actor, require
from plenary.ground.audit.models import TrailRecord
from plenary.ground.people.models import User

KIND = "calls.batch"
#: More than this at once nobody looks through before saying yes.
MOST = 500


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done to each. name: the code of a decision, or a tag. to: who looks after them, None for nobody."""

    what: Literal["decide", "assign", "tag", "untag"]
    name: str = ""
    to: User | None = None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would happen to one. refusal: why nothing can; changes: whether anything would."""

    submission: Submission
    before: str
    after: str
    refusal: str = ""
    changes: bool = True


class Refused(Conflict):
    """Nothing was done, since some could not be; ``problems`` are sentences by key."""

    def __init__(self, problems: dict[uuid.UUID, str]) -> None:
        count = len(problems)
        super().__init__(
            ngettext(
                "Nothing was done: for %(n)s submission it is not possible, as you see below. Go on without it, or leave it.",
                "Nothing was done: for %(n)s submissions it is not possible, as you see below. Go on without them, or leave it.",
                count,
            )
            % {"n": count}
        )
        self.problems = problems


def foresee(deed: Deed, submission: Submission) -> Foreseen:
    """What the deed would do to a submission, read with its tags and standing decisions; nothing is written.

    Whether the record can be made that a decision leads to shows only when it is made.
    """
    if deed.what == "assign":
        before, after = str(submission.assignee or ""), str(deed.to or "")
        return Foreseen(submission, before, after, changes=submission.assignee_id != (deed.to.pk if deed.to else None))
    if deed.what != "decide":
        names = [each.name for each in submission.tags.all()]
        wanted = _tags(deed, names)
        return Foreseen(submission, ", ".join(names), ", ".join(wanted), changes=sorted(names) != sorted(wanted))
    before = str(submission.get_state_display())
    standing = [each.code for each in getattr(submission, "standing", ())]
    verb = "declined" if deed.name == DECLINED else "accepted"
    copy = Submission(state=submission.state)  # in memory: the transition says itself where it may start
    try:
        if submission.state in (Submission.State.DRAFT, Submission.State.WITHDRAWN):
            move(copy, verb)
        check_decision(submission.call, deed.name, standing)
        if deed.name in standing:
            return Foreseen(submission, before, before, changes=False)
        move(copy, verb)
    except (Conflict, Invalid) as error:
        return Foreseen(submission, before, "", _sentence(error), changes=False)
    return Foreseen(submission, before, str(copy.get_state_display()))


def _tags(deed: Deed, names: list[str]) -> list[str]:
    return [each for each in names if each != deed.name] if deed.what == "untag" else list(dict.fromkeys([*names, deed.name]))


def _sentence(error: Conflict | Invalid) -> str:
    return " ".join(each for sentences in error.problems.values() for each in sentences) if isinstance(error, Invalid) else str(error)


@transaction.atomic
def do_together(*, actor: Actor, call: Call, keys: Iterable[uuid.UUID], deed: Deed, message: str = "", notify: bool = True) -> uuid.UUID:
    """Do one thing to many submissions of a call; gives the batch by which it is undone. Mails wait until staff let them go.

    Raises: Invalid where there are none or too many; Refused where one of them cannot be: then nothing was done.
    """
    require(actor, "calls.decide", call)
    wanted = sorted(set(keys))
    if not wanted:
        raise Invalid({"": [_("Choose at least one submission.")]})
    if len(wanted) > MOST:
        raise Invalid({"": [_("At most %(most)s submissions can be worked on at once. Narrow the selection.") % {"most": MOST}]})
    found = list(Submission.objects.filter(call=call, pk__in=wanted).select_related("call__edition", "assignee").prefetch_related("tags").order_by("pk"))
    if len(found) < len(wanted):
        raise Conflict(_("Some of these submissions are not there any more. Choose anew."))
    batch = uuid.uuid4()
    before: dict[str, Any] = {}
    problems: dict[uuid.UUID, str] = {}
    for submission in found:
        before[str(submission.pk)] = _before(deed, submission)
        try:
            with transaction.atomic():
                _do(actor, submission, deed, message, batch, notify)
        except (Conflict, Invalid) as error:
            problems[submission.pk] = _sentence(error)
    if problems:
        raise Refused(problems)
    after = {"call": str(call), "what": deed.what, "name": deed.name, "to": deed.to.pk if deed.to else None, "count": len(found), "notified": notify}
    record(actor=actor, verb="done together", kind=KIND, key=str(batch), before=before, after=after, reason=message)
    return batch


def _before(deed: Deed, submission: Submission) -> Any:
    if deed.what == "assign":
        return submission.assignee_id
    return submission.state if deed.what == "decide" else [each.name for each in submission.tags.all()]


def _do(actor: Actor, submission: Submission, deed: Deed, message: str, batch: uuid.UUID, notify: bool) -> None:
    if deed.what == "decide":
        decide(actor=actor, submission=submission, code=deed.name, message=message, batch=batch, notify=notify, hold=True)
    elif deed.what == "assign":
        assign(actor=actor, submission=submission, to=deed.to)
    else:
        set_tags(actor=actor, submission=submission, names=_tags(deed, [each.name for each in submission.tags.all()]))


@dataclass(frozen=True, slots=True)
class Batch:
    """What was done together, as its trail tells it."""

    key: uuid.UUID
    deed: Deed
    count: int
    notified: bool
    is_undone: bool


def batch_of(call: Call, key: uuid.UUID) -> Batch | None:
    """A batch of the call; None where there is none."""
    records = {each.verb: each for each in _records(key)}
    done = records.get("done together")
    payload = done.payload if done else None
    if payload is None or payload.after is None or payload.after.get("call") != str(call):
        return None
    told = payload.after
    to = User.objects.select_related("person").filter(pk=told["to"]).first() if told["to"] else None
    return Batch(key, Deed(told["what"], told["name"], to), told["count"], told["notified"] and told["what"] == "decide", "undone together" in records)


def _records(key: uuid.UUID) -> Sequence[TrailRecord]:
    return list(TrailRecord.objects.filter(kind=KIND, key=str(key)).select_related("payload"))


@transaction.atomic
def undo_together(*, actor: Actor, call: Call, batch: uuid.UUID) -> int:
    """Undo what was done together; for how many. What somebody changed since stays as they left it.

    Raises: Conflict where it was undone before, or where a later decision stands on one of them: then nothing is undone.
    """
    require(actor, "calls.decide", call)
    found = batch_of(call, batch)
    if found is None:
        raise NotAllowed("calls.decide")
    if found.is_undone:
        raise Conflict(_("This was undone already."))
    deed = found.deed
    if deed.what == "decide":
        count = undo_batch(actor=actor, batch=batch)
    else:
        before = next(each.payload.before for each in _records(batch) if each.verb == "done together" and each.payload) or {}
        count = sum(_put_back(actor, each, deed, before[str(each.pk)]) for each in _still_there(call, before))
    record(actor=actor, verb="undone together", kind=KIND, key=str(batch), after={"call": str(call), "count": count})
    return count


def _still_there(call: Call, before: dict[str, Any]) -> Iterable[Submission]:
    return Submission.objects.filter(call=call, pk__in=list(before)).select_related("call__edition", "assignee").prefetch_related("tags").order_by("pk")


def _put_back(actor: Actor, submission: Submission, deed: Deed, before: Any) -> bool:
    if deed.what == "assign":
        if submission.assignee_id != (deed.to.pk if deed.to else None) or submission.assignee_id == before:
            return False
        assign(actor=actor, submission=submission, to=User.objects.filter(pk=before).first() if before else None)
        return True
    names = [each.name for each in submission.tags.all()]
    # Only the one tag goes or comes back; others that were added or taken since stay as they are.
    wanted = [*names, deed.name] if deed.what == "untag" else [each for each in names if each != deed.name]
    if (deed.name in before) == (deed.what == "tag") or sorted(wanted) == sorted(names):
        return False
    set_tags(actor=actor, submission=submission, names=wanted)
    return True


@transaction.atomic
def record_export(*, actor: Actor, call: Call, form: str, count: int, query: str) -> None:
    """Keep that somebody took submissions home as a file: which, and how many."""
    require(actor, "calls.view_submissions", call)
    record(actor=actor, verb="exported", kind="calls.call", key=str(call), after={"form": form, "count": count, "query": query})
