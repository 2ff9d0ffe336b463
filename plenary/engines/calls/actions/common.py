"""What the writes to submissions share: one gate to each, its trail, its state's transitions."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from plenary.engines.calls.events import SubmissionChanged
from plenary.engines.calls.models import Submission
from plenary.engines.calls.windows import return_ends
from plenary.errors import Conflict, Stale
from plenary.ground.audit.actions import record
from plenary.ground.audit.actors import Actor
from plenary.ground.audit.events import emit

KIND = "calls.submission"
State = Submission.State

#: From which states a verb leads to which. What was withdrawn while it was returned is put back as returned. A decision may
#: follow another: a nominated entry was found eligible before.
TRANSITIONS: dict[str, tuple[frozenset[str], str]] = {
    "submitted": (frozenset({State.DRAFT, State.SUBMITTED, State.RETURNED}), State.SUBMITTED),
    "returned": (frozenset({State.SUBMITTED}), State.RETURNED),
    "withdrawn": (frozenset({State.SUBMITTED, State.RETURNED}), State.WITHDRAWN),
    "reopened": (frozenset({State.WITHDRAWN}), State.SUBMITTED),
    "accepted": (frozenset({State.SUBMITTED, State.RETURNED, State.ACCEPTED}), State.ACCEPTED),
    "declined": (frozenset({State.SUBMITTED, State.RETURNED, State.ACCEPTED}), State.DECLINED),
}


def locked(submission: Submission) -> Submission:
    """The submission as it is now, held until the transaction ends."""
    return Submission.objects.select_for_update(of=("self",)).select_related("call__edition", "form", "owner", "late").get(pk=submission.pk)


def require_latest(submission: Submission, revision: int | None) -> None:
    """revision: the one that a program saw; None: nobody asked. Raises: Stale where it is not the latest."""
    if revision is not None and revision != submission.revision:
        raise Stale(_("Somebody else has changed this meanwhile. Fetch it anew and make your change again."))


def move(submission: Submission, verb: str) -> str:
    """Set the state that a verb leads to, which is a new revision; gives the state before.

    Raises: Conflict where the verb cannot be done from there.
    """
    allowed, target = TRANSITIONS[verb]
    if submission.state not in allowed:
        raise Conflict(_("The submission is “%(state)s”; this cannot be done from there.") % {"state": submission.get_state_display()})
    before, submission.state = submission.state, target
    submission.revision += 1
    return before


def set_return_aside(submission: Submission, before: str) -> None:
    """Message and time of a return hold while it stands; of one that was left by another way they are kept for its coming back."""
    if before == State.RETURNED:
        until = submission.editable_until
        submission.set_aside = {"message": submission.message, "until": until.isoformat() if until else None}
    submission.message, submission.editable_until = "", None


def take_return_up(submission: Submission) -> None:
    """What was returned for changes, and left by another way, is returned again, with its message and its time."""
    kept = submission.set_aside or {}
    submission.message, submission.editable_until, submission.set_aside = kept.get("message", ""), return_ends(submission), None


def tell(
    actor: Actor, submission: Submission, verb: str, *, before: dict[str, Any] | None = None, after: dict[str, Any] | None = None, reason: str = ""
) -> None:
    """Record what was done, and let others know after commit."""
    record(actor=actor, verb=verb, kind=KIND, key=str(submission.pk), before=before, after=after, reason=reason)
    emit(SubmissionChanged(actor_id=actor.trail_id, call=str(submission.call), submission=str(submission.pk), verb=verb))
