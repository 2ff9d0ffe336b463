"""Doing the same to many submissions together: foreseen row by row, done part by part, and undone together."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plenary.engines.calls import models
from plenary.engines.calls.actions.common import move
from plenary.engines.calls.actions.deciding import DECLINED, assign, check_decision, decide, set_tags, undo_decision
from plenary.engines.calls.actions.records import ChangedSince, touched_by_undoing
from plenary.engines.calls.mails import ABOUT, OF_DECISIONS
from plenary.engines.calls.models import BatchItem, Call, Decision, Submission
from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actions import record
from plenary.ground.audit.actors import Actor, require
from plenary.ground.messages.models import OutboxMessage
from plenary.ground.people.models import User

KIND = "calls.batch"
#: More than this at once nobody looks through before saying yes.
MOST = 500
#: As many, or as long (in seconds), are worked on in one transaction: who else writes waits no longer than that.
PART, LASTS = 25, 0.3
#: Without a sign of life for so long, the work is taken for broken off.
PATIENCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done to each. name: the code of a decision, or a tag. to: who looks after them, None for nobody.

    changed_too: a refusal takes back records also where somebody has changed them since they were made.
    """

    what: Literal["decide", "assign", "tag", "untag"]
    name: str = ""
    to: User | None = None
    changed_too: bool = False


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would happen to one. refusal: why nothing can; changes: whether anything would; asks: staff can say otherwise."""

    submission: Submission
    before: str
    after: str
    refusal: str = ""
    changes: bool = True
    asks: bool = False


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


def foresee(deed: Deed, submission: Submission, *, touched: bool = False) -> Foreseen:
    """What the deed would do to a submission, read with its tags and standing decisions; nothing is written.

    touched: a refusal would take a record back that somebody has changed since it was made (``refusing_touches``).
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
    if touched and deed.name == DECLINED and not deed.changed_too:
        return Foreseen(submission, before, "", _("What it became was changed since. It is left out unless you say otherwise below."), changes=False, asks=True)
    return Foreseen(submission, before, str(copy.get_state_display()))


def _tags(deed: Deed, names: list[str]) -> list[str]:
    return [each for each in names if each != deed.name] if deed.what == "untag" else list(dict.fromkeys([*names, deed.name]))


def _sentence(error: Conflict | Invalid) -> str:
    return " ".join(each for sentences in error.problems.values() for each in sentences) if isinstance(error, Invalid) else str(error)


# ---- doing ----------------------------------------------------------------------------------------------------------


def do_together(*, actor: Actor, call: Call, keys: Iterable[uuid.UUID], deed: Deed, message: str = "", notify: bool = True) -> uuid.UUID:
    """Do one thing to many submissions of a call; gives the batch by which it is undone. Mails wait until staff let them go.

    As few as fit into one part are done all or none. More are done part by part, so that nobody else waits long; what cannot
    be is left out and named (``batch_of``).
    Raises: Invalid where there are none or too many; Refused where one of few cannot be: then nothing was done.
    """
    wanted = set(keys)
    if len(wanted) > PART:
        begun = begin_together(actor=actor, call=call, keys=wanted, deed=deed, message=message, notify=notify)
        while go_on(actor=actor, batch=begun):
            pass
        return begun
    with transaction.atomic():
        begun = begin_together(actor=actor, call=call, keys=wanted, deed=deed, message=message, notify=notify)
        go_on(actor=actor, batch=begun, at_most=None)
        problems = dict(BatchItem.objects.filter(batch=begun, state=BatchItem.State.FAILED).values_list("submission_id", "problem"))
        if problems:
            raise Refused(problems)
    return begun


@transaction.atomic
def begin_together(*, actor: Actor, call: Call, keys: Iterable[uuid.UUID], deed: Deed, message: str = "", notify: bool = True) -> uuid.UUID:
    """Note what is to be done to which submissions; ``go_on`` does it. Raises: as ``do_together``, but Refused."""
    require(actor, "calls.decide", call)
    wanted = sorted(set(keys))
    if not wanted:
        raise Invalid({"": [_("Choose at least one submission.")]})
    if len(wanted) > MOST:
        raise Invalid({"": [_("At most %(most)s submissions can be worked on at once. Narrow the selection.") % {"most": MOST}]})
    if deed.what == "decide" and deed.name != DECLINED and deed.name not in call.decisions:
        raise Invalid({"decision": [_("This call has no decision “%(code)s”.") % {"code": deed.name[:40]}]})
    found = set(Submission.objects.filter(call=call, pk__in=wanted).values_list("pk", flat=True))
    if len(found) < len(wanted):
        raise Conflict(_("Some of these submissions are not there any more. Choose anew."))
    batch = models.Batch.objects.create(
        call=call, what=deed.what, name=deed.name, to=deed.to, changed_too=deed.changed_too, message=message, notify=notify and deed.what == "decide"
    )
    BatchItem.objects.bulk_create([BatchItem(batch=batch, submission_id=key) for key in wanted])
    return batch.pk


@transaction.atomic
def go_on(*, actor: Actor, batch: uuid.UUID, at_most: float | None = LASTS) -> bool:
    """Do the next part of what is to be done, or undone, to a batch; whether something is left.

    at_most: seconds after which the part ends, and others who write have their turn; None for no limit.
    """
    begun = models.Batch.objects.select_for_update(of=("self",)).select_related("call__edition", "to").get(pk=batch)
    require(actor, "calls.decide", begun.call)
    before, run = (BatchItem.State.DONE, _undo_one) if begun.undo_at else (BatchItem.State.WAITING, _do_one)
    waiting = begun.items.filter(state=before)
    part = list(waiting.order_by("pk")[: None if at_most is None else PART])
    submissions = _whole(each.submission_id for each in part)
    ends = time.monotonic() + at_most if at_most is not None else None
    done = 0
    for item in part:
        run(actor, begun, item, submissions[item.submission_id])
        done += 1
        if ends is not None and time.monotonic() > ends:
            break
    BatchItem.objects.bulk_update(part[:done], ["state", "before", "problem"])
    left = waiting.exists()
    now = timezone.now()
    begun.worked_at, begun.broken_at = now, None
    if not left and (begun.undone_at if begun.undo_at else begun.done_at) is None:
        _finish(actor, begun, now)
    begun.save(update_fields=["worked_at", "broken_at", "done_at", "undone_at"])
    return left


def _whole(keys: Iterable[uuid.UUID]) -> dict[uuid.UUID, Submission]:
    found = Submission.objects.filter(pk__in=list(keys)).select_related("call__edition", "assignee").prefetch_related("tags")
    return {each.pk: each for each in found}


def _do_one(actor: Actor, batch: models.Batch, item: BatchItem, submission: Submission) -> None:
    deed = deed_of(batch)
    item.before = _before(deed, submission)
    try:
        with transaction.atomic():
            _do(actor, submission, deed, batch)
    except (Conflict, Invalid) as error:
        item.state, item.problem = BatchItem.State.FAILED, _sentence(error)
    else:
        item.state, item.problem = BatchItem.State.DONE, ""


def _before(deed: Deed, submission: Submission) -> Any:
    if deed.what == "assign":
        return submission.assignee_id
    return submission.state if deed.what == "decide" else [each.name for each in submission.tags.all()]


def _do(actor: Actor, submission: Submission, deed: Deed, batch: models.Batch) -> None:
    if deed.what == "decide":
        decide(
            actor=actor, submission=submission, code=deed.name, message=batch.message, batch=batch.pk, notify=batch.notify, hold=True,
            changed_too=deed.changed_too,
        )  # fmt: skip
    elif deed.what == "assign":
        assign(actor=actor, submission=submission, to=deed.to)
    else:
        set_tags(actor=actor, submission=submission, names=_tags(deed, [each.name for each in submission.tags.all()]))


def _finish(actor: Actor, batch: models.Batch, now: datetime) -> None:
    """Note the end of it, in the trail too."""
    counts = _counts(batch)
    key = str(batch.pk)
    if batch.undo_at:
        batch.undone_at = now
        record(actor=actor, verb="undone together", kind=KIND, key=key, after={"call": str(batch.call), "count": counts[BatchItem.State.UNDONE]})
        return
    batch.done_at = now
    done = {str(each.submission_id): each.before for each in batch.items.filter(state=BatchItem.State.DONE)}
    after = {
        "call": str(batch.call), "what": batch.what, "name": batch.name, "to": batch.to_id, "count": len(done), "failed": counts[BatchItem.State.FAILED],
        "notified": batch.notify,
    }  # fmt: skip
    record(actor=actor, verb="done together", kind=KIND, key=key, before=done, after=after, reason=batch.message)


def _counts(batch: models.Batch) -> Counter[str]:
    return Counter(batch.items.values_list("state", flat=True))


@transaction.atomic
def try_again(*, actor: Actor, call: Call, batch: uuid.UUID) -> None:
    """Let what could not be done, or undone, be tried once more by ``go_on``; also take up work that broke off."""
    begun = _held(actor, call, batch)
    failed, before = (BatchItem.State.STUCK, BatchItem.State.DONE) if begun.undo_at else (BatchItem.State.FAILED, BatchItem.State.WAITING)
    begun.items.filter(state=failed).update(state=before, problem="")
    begun.worked_at, begun.broken_at = timezone.now(), None
    if begun.undo_at:
        begun.undone_at = None
    else:
        begun.done_at = None
    begun.save(update_fields=["worked_at", "broken_at", "done_at", "undone_at"])


def note_broken(batch: uuid.UUID) -> None:
    """Keep that the work on a batch broke off; its page offers to go on."""
    models.Batch.objects.filter(pk=batch).update(broken_at=timezone.now())


# ---- what was done --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Batch:
    """What was done together, or is being done. count: to how many. problems: sentences for those to whom it could not be."""

    key: uuid.UUID
    deed: Deed
    count: int
    notified: bool
    is_undone: bool
    total: int = 0
    finished: int = 0  # of the total; while it is being undone, of those
    is_being_undone: bool = False
    is_working: bool = False
    is_broken: bool = False
    problems: tuple[tuple[Submission, str], ...] = ()
    unmailed: int = 0  # contributors to whom it could not be told

    @property
    def is_over(self) -> bool:
        """Whether nobody has anything left to do."""
        return not self.is_working and not self.is_broken


def deed_of(batch: models.Batch) -> Deed:
    """What a batch does to each."""
    what: Any = batch.what
    return Deed(what, batch.name, batch.to, batch.changed_too)


def batch_of(call: Call, key: uuid.UUID) -> Batch | None:
    """A batch of the call; None where there is none."""
    found = models.Batch.objects.select_related("to__person").filter(pk=key, call=call).first()
    if found is None:
        return None
    counts = _counts(found)
    state = BatchItem.State
    done = counts[state.DONE] + counts[state.UNDONE] + counts[state.KEPT] + counts[state.STUCK]
    total, finished = sum(counts.values()), done + counts[state.FAILED]
    if found.undo_at:
        total, finished = done, done - counts[state.DONE]
    open_end = found.undone_at is None if found.undo_at else found.done_at is None
    broken = open_end and (found.broken_at is not None or timezone.now() - found.worked_at > PATIENCE)
    troubled = found.items.filter(state__in=(state.FAILED, state.STUCK)).select_related("submission__call__edition").order_by("submission__number", "pk")
    return Batch(
        key, deed_of(found), done, found.notify, found.undone_at is not None, total, finished, found.undo_at is not None, open_end and not broken, broken,
        tuple((each.submission, each.problem) for each in troubled), _unmailed(found),
    )  # fmt: skip


def _unmailed(batch: models.Batch) -> int:
    """How many mails about the batch's decisions could not be made, or did not arrive."""
    if not batch.notify:
        return 0
    keys = [str(key) for key in batch.items.values_list("submission_id", flat=True)]
    failed = OutboxMessage.objects.filter(about_kind=ABOUT, about_key__in=keys, template__in=OF_DECISIONS, state=OutboxMessage.State.FAILED)
    return failed.filter(created_at__gte=batch.begun_at).count()


def _held(actor: Actor, call: Call, batch: uuid.UUID) -> models.Batch:
    """The one gate to a batch for those who change it. Raises: NotAllowed."""
    require(actor, "calls.decide", call)
    found = models.Batch.objects.select_for_update(of=("self",)).select_related("call__edition", "to").filter(pk=batch, call=call).first()
    if found is None:
        raise NotAllowed("calls.decide")
    return found


# ---- undoing --------------------------------------------------------------------------------------------------------


def undo_together(*, actor: Actor, call: Call, batch: uuid.UUID, changed_too: bool = False) -> int:
    """Undo what was done together; for how many. What somebody changed since stays as they left it.

    As few as fit into one part are undone all or none, more part by part. changed_too: take back records of decisions also
    where somebody has changed them since.
    Raises: Conflict where it was undone before or is still being done, or where a later decision stands on one of them, and
    ChangedSince: then nothing is undone.
    """
    with transaction.atomic():
        count = begin_undoing(actor=actor, call=call, batch=batch, changed_too=changed_too)
        if count <= PART:
            go_on(actor=actor, batch=batch, at_most=None)
            stuck = BatchItem.objects.filter(batch=batch, state=BatchItem.State.STUCK).first()
            if stuck is not None:
                raise Conflict(stuck.problem)
    while count > PART and go_on(actor=actor, batch=batch):
        pass
    return BatchItem.objects.filter(batch=batch, state=BatchItem.State.UNDONE).count()


@transaction.atomic
def begin_undoing(*, actor: Actor, call: Call, batch: uuid.UUID, changed_too: bool = False) -> int:
    """Note that a batch is to be undone; ``go_on`` does it. How many there are. Raises: as ``undo_together``."""
    begun = _held(actor, call, batch)
    told = batch_of(call, batch)
    if begun.undo_at is not None:
        raise Conflict(_("This was undone already."))
    if told is not None and told.is_working:
        raise Conflict(_("This is still being done. Undo it when it is over."))
    keys = list(begun.items.filter(state=BatchItem.State.DONE).values_list("submission_id", flat=True))
    if begun.what == "decide":
        _require_last(begun, keys)
        touched = touched_by_undoing(keys, begun.name) if not changed_too else []
        if touched:
            raise ChangedSince(touched)
    begun.undo_at = begun.worked_at = timezone.now()
    begun.broken_at, begun.changed_too = None, changed_too
    begun.save(update_fields=["undo_at", "worked_at", "broken_at", "changed_too"])
    return len(keys)


def _require_last(batch: models.Batch, keys: list[uuid.UUID]) -> None:
    """Raises: Conflict where a later decision stands on one of the submissions."""
    own = Decision.objects.filter(submission=OuterRef("submission"), batch=batch.pk, undone_at=None)
    later = Decision.objects.filter(submission__in=keys, undone_at=None).exclude(batch=batch.pk).filter(Exists(own.filter(at__lte=OuterRef("at"))))
    first = later.select_related("submission__call__edition").order_by("submission__number").first()
    if first is not None:
        raise Conflict(_("A later decision stands on %(reference)s. Undo that one first.") % {"reference": first.submission.reference})


def _undo_one(actor: Actor, batch: models.Batch, item: BatchItem, submission: Submission) -> None:
    try:
        with transaction.atomic():
            undone = _put_back(actor, batch, submission, item.before)
    except (Conflict, Invalid) as error:
        item.state, item.problem = BatchItem.State.STUCK, _sentence(error)
    else:
        item.state, item.problem = BatchItem.State.UNDONE if undone else BatchItem.State.KEPT, ""


def _put_back(actor: Actor, batch: models.Batch, submission: Submission, before: Any) -> bool:
    deed = deed_of(batch)
    if deed.what == "decide":
        decision = submission.decisions.filter(batch=batch.pk, undone_at=None).order_by("-at", "-pk").first()
        if decision is None:
            return False
        undo_decision(actor=actor, decision=decision, changed_too=batch.changed_too)
        return True
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
