"""What staff do with submissions: decide, return, assign, note, tag; and say what became of an input."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plenary.engines.calls.actions import records
from plenary.engines.calls.actions.common import TRANSITIONS, State, locked, move, require_latest, set_return_aside, take_return_up, tell
from plenary.engines.calls.events import CallChanged, SubmissionDecided
from plenary.engines.calls.mails import ABOUT, mail
from plenary.engines.calls.models import Call, Decision, Note, Submission, SubmissionTag
from plenary.engines.calls.models.submissions import STANDING
from plenary.engines.calls.queries.selection import decision_in_words
from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actions import record
from plenary.ground.audit.actors import SYSTEM, Actor, Entitled, require
from plenary.ground.audit.events import emit
from plenary.ground.framework.text import Text
from plenary.ground.messages.actions import discard
from plenary.ground.messages.models import OutboxMessage
from plenary.ground.people.models import User

DECLINED = records.DECLINED
#: A decision in the language of whoever reads of it.
_in_words = lazy(decision_in_words, str)


@transaction.atomic
def decide(
    *,
    actor: Actor,
    submission: Submission,
    code: str,
    message: str = "",
    batch: uuid.UUID | None = None,
    notify: bool = True,
    hold: bool | None = None,
    changed_too: bool = False,
    revision: int | None = None,
) -> Decision:
    """Decide on a submission; it becomes the records that the call names for this decision.

    code: one of the call's decisions, or ``declined``. message: for the contributor. batch: decided together. notify, hold:
    whether a mail is written, and whether it waits until staff let it go (None: as is set for the call). changed_too: a refusal takes back what earlier
    decisions made, also where somebody has changed it since. revision: for programs, the one that they saw.
    Deciding the same twice changes nothing.
    Raises: Invalid for another code; Conflict from a state where it cannot be, before an earlier decision of the call, or
    where the record cannot be made or taken back; ChangedSince where staff must say so first.
    """
    submission = locked(submission)
    require(actor, "calls.decide", submission)
    require_latest(submission, revision)
    standing = {each.code: each for each in submission.decisions.filter(undone_at=None)}
    check_decision(submission.call, code, standing)
    if code in standing:
        return standing[code]
    touched = records.touched_at_stake(submission) if code == DECLINED and not changed_too else []
    before = move(submission, "declined" if code == DECLINED else "accepted")
    set_return_aside(submission, before)
    submission.message = message.strip()
    submission.save(update_fields=["state", "message", "editable_until", "set_aside", "revision"])
    decision = Decision.objects.create(submission=submission, code=code, actor_id=actor.trail_id, state_before=before, batch=batch)
    if code == DECLINED:
        records.take_back_all(Entitled(actor.trail_id), submission)
        if touched:  # said last: where something cannot be taken back at all, that comes first
            raise records.ChangedSince(touched)
    for each in submission.call.intakes:
        if each["decision"] == code:
            records.take_in(Entitled(actor.trail_id), submission, each["intake"])
    tell(actor, submission, "decided", before={"state": before}, after={"state": submission.state, "decision": code}, reason=message)
    emit(SubmissionDecided(actor_id=actor.trail_id, call=str(submission.call), submission=str(submission.pk), verb="decided", decision=code))
    if notify:
        mail("calls-declined" if code == DECLINED else "calls-accepted", submission, values={"message": message, "decision": _in_words(code)}, hold=hold)
    return decision


def check_decision(call: Call, code: str, standing: Collection[str]) -> None:
    """Whether a decision may come after those that stand; one that stands already may.

    Raises: Invalid for a code that the call does not have; Conflict before an earlier decision of the call, or after a refusal.
    """
    order = call.decisions
    if code != DECLINED and code not in order:
        raise Invalid({"decision": [_("This call has no decision “%(code)s”.") % {"code": code[:40]}]})
    if code == DECLINED or code in standing:
        return
    if DECLINED in standing:
        raise Conflict(_("This submission was not accepted. Undo that decision first."))
    earlier = [each for each in order[: order.index(code)] if each not in standing]
    if earlier:
        raise Conflict(_("Decide on “%(decision)s” first.") % {"decision": decision_in_words(earlier[0])})


def open_decisions(submission: Submission, standing: Collection[str]) -> list[str]:
    """The decisions that can be taken on a submission now, in the call's order, the refusal last."""
    found = []
    for code in (*submission.call.decisions, DECLINED):
        allowed, _target = TRANSITIONS["declined" if code == DECLINED else "accepted"]
        if code in standing or submission.state not in allowed:
            continue
        try:
            check_decision(submission.call, code, standing)
        except Conflict:
            continue
        found.append(code)
    return found


@transaction.atomic
def undo_decision(*, actor: Actor, decision: Decision, changed_too: bool = False, revision: int | None = None) -> Submission:
    """Undo the latest decision on a submission: its state comes back, records made are taken back, a mail not yet sent is discarded.

    Of a refusal, the records come back that it took. changed_too: records are taken back also where somebody has changed
    them since. Raises: Conflict where a later decision stands; ChangedSince where staff must say so first.
    """
    submission = locked(decision.submission)
    require(actor, "calls.decide", submission)
    require_latest(submission, revision)
    latest = submission.decisions.filter(undone_at=None).order_by("-at", "-pk").first()
    if latest is None or latest.pk != decision.pk:
        raise Conflict(_("Undo the later decision first."))
    touched = records.touched_at_stake(submission, latest.code) if latest.code != DECLINED and not changed_too else []
    latest.undone_at = timezone.now()
    latest.save(update_fields=["undone_at"])
    state = submission.state
    submission.state, submission.message = latest.state_before, ""
    if submission.state == State.RETURNED:
        take_return_up(submission)
    submission.revision += 1
    submission.save(update_fields=["state", "message", "editable_until", "set_aside", "revision"])
    if latest.code == DECLINED:
        records.take_in_again(Entitled(actor.trail_id), submission)
    else:
        records.take_back(Entitled(actor.trail_id), submission, latest.code)
        if touched:
            raise records.ChangedSince(touched)
    waiting = OutboxMessage.objects.filter(
        about_kind=ABOUT, about_key=str(submission.pk), template__in=("calls-accepted", "calls-declined"), created_at__gte=latest.at,
        state__in=(OutboxMessage.State.HELD, OutboxMessage.State.QUEUED, OutboxMessage.State.FAILED),
    )  # fmt: skip
    # The right to decide on this call is what counts here, not that to handle the whole outbox.
    for message in waiting:
        discard(actor=SYSTEM, message=message, reason="the decision was undone")
    tell(actor, submission, "undone", before={"state": state, "decision": latest.code}, after={"state": submission.state})
    return submission


@transaction.atomic
def return_for_changes(*, actor: Actor, submission: Submission, message: str, until: datetime | None = None, revision: int | None = None) -> Submission:
    """Give a submission back with what is to be changed. until: by when it must come again, also past the call's close.

    Raises: Invalid without a message; Conflict from another state than submitted.
    """
    submission = locked(submission)
    require(actor, "calls.decide", submission)
    require_latest(submission, revision)
    if not message.strip():
        raise Invalid({"message": [_("Say what is to be changed.")]})
    if until is not None and until <= timezone.now():
        raise Invalid({"until": [_("Choose an instant that is still to come.")]})
    before = move(submission, "returned")
    submission.message, submission.editable_until = message.strip(), until
    submission.save(update_fields=["state", "message", "editable_until", "revision"])
    tell(actor, submission, "returned", before={"state": before}, after={"state": submission.state}, reason=message)
    mail("calls-returned", submission, values={"message": message.strip()})
    return submission


@transaction.atomic
def assign(*, actor: Actor, submission: Submission, to: User | None) -> Submission:
    """Make somebody of the staff the one who looks after a submission, or nobody."""
    submission = locked(submission)
    require(actor, "calls.decide", submission)
    if submission.assignee_id != (to.pk if to else None):
        before = submission.assignee.trail_id if submission.assignee else None
        submission.assignee = to
        submission.save(update_fields=["assignee"])
        tell(actor, submission, "assigned", before={"to": before}, after={"to": to.trail_id if to else None})
    return submission


@transaction.atomic
def add_note(*, actor: User, submission: Submission, text: str) -> Note:
    """Write a note that only staff read."""
    require(actor, "calls.decide", submission)
    if not text.strip():
        raise Invalid({"text": [_("Write something.")]})
    note = Note.objects.create(submission=submission, author=actor, text=text.strip()[:10_000])
    tell(actor, submission, "noted")
    return note


@transaction.atomic
def remove_note(*, actor: User, note: Note) -> None:
    """Take a note of one's own away."""
    require(actor, "calls.decide", note.submission)
    if note.author_id != actor.pk:
        raise Conflict(_("Only its author can take a note away."))
    tell(actor, note.submission, "removed note")
    note.delete()


@transaction.atomic
def set_tags(*, actor: Actor, submission: Submission, names: Iterable[str]) -> list[str]:
    """Make a submission carry exactly these tags."""
    require(actor, "calls.decide", submission)
    wanted = list(dict.fromkeys(" ".join(name.split())[:60] for name in names if name.strip()))[:20]
    before = list(submission.tags.values_list("name", flat=True))
    if sorted(before) != sorted(wanted):
        submission.tags.exclude(name__in=wanted).delete()
        SubmissionTag.objects.bulk_create([SubmissionTag(submission=submission, name=name) for name in wanted], ignore_conflicts=True)
        tell(actor, submission, "tagged", before={"tags": sorted(before)}, after={"tags": sorted(wanted)})
    return wanted


@transaction.atomic
def record_use(*, actor: Actor, submission: Submission, use: str, note: Text) -> Submission:
    """Say what became of an input; the public reads it once the call's account is published."""
    submission = locked(submission)
    require(actor, "calls.decide", submission)
    if use not in ("", *Submission.Use.values):
        raise Invalid({"use": [_("There is no such answer.")]})
    before = {"use": submission.use, "note": submission.use_note.to_plain()}
    submission.use, submission.use_note = use, note
    submission.save(update_fields=["use", "use_note"])
    tell(actor, submission, "use recorded", before=before, after={"use": use, "note": note.to_plain()})
    return submission


@transaction.atomic
def publish_use(*, actor: Actor, call: Call, is_public: bool = True) -> Call:
    """Show the public what became of each input, with the final brief, or no longer.

    Raises: Conflict while the call is open, and while there are inputs of which it was not said.
    """
    from plenary.engines.calls.windows import window_of

    call = Call.objects.select_for_update(of=("self",)).select_related("edition").get(pk=call.pk)
    require(actor, "calls.edit", call)
    if is_public and window_of(call).is_open:
        raise Conflict(_("The call is still open. Tell what became of its inputs once it is closed."))
    waiting = Submission.objects.filter(call=call, state__in=STANDING, use="", deleted_at=None).count() if is_public else 0
    if waiting:
        raise Conflict(
            ngettext(
                "Of %(n)s input it was not said yet what became of it. Say it, then publish.",
                "Of %(n)s inputs it was not said yet what became of them. Say it of each, then publish.",
                waiting,
            )
            % {"n": waiting}
        )
    call.use_published_at = timezone.now() if is_public else None
    call.save(update_fields=["use_published_at"])
    record(actor=actor, verb="published use" if is_public else "hid use", kind="calls.call", key=str(call))
    emit(CallChanged(actor_id=actor.trail_id, call=str(call)))
    return call
