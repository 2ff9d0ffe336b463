"""Who may change calls, answer them, and work on what was submitted."""

from __future__ import annotations

from typing import Any

from plenary.engines.calls.holders import Holder
from plenary.engines.calls.models import Call, Submission
from plenary.ground.audit.actors import SYSTEM, Actor, allow, holds, predicate
from plenary.ground.people.models import User

STAFF = ("secretariat", "administrator")
READERS = (*STAFF, "editor", "reader")


@predicate
def keeps_the_edition(actor: Actor, subject: Any = None) -> bool:
    """The actor is of the secretariat of the call's edition."""
    return isinstance(subject, Call) and actor.has_role(*STAFF, scope=subject.edition.scope)


@predicate
def is_contributor(actor: Actor, subject: Any = None) -> bool:
    """The submission is the actor's own, or one they joined, or a draft nobody has claimed whose secret they know."""
    if not isinstance(subject, Submission):
        return False
    if isinstance(actor, Holder):
        return actor.submission_id == subject.pk and not subject.is_claimed
    if not isinstance(actor, User) or not actor.is_active:
        return False
    return subject.owner_id == actor.pk or subject.members.filter(pk=actor.pk).exists()


@predicate
def is_owner(actor: Actor, subject: Any = None) -> bool:
    """The submission is the actor's own."""
    if isinstance(actor, Holder):
        return bool(is_contributor(actor, subject))
    return isinstance(subject, Submission) and isinstance(actor, User) and subject.owner_id == actor.pk


@predicate
def is_the_platform(actor: Actor, subject: Any = None) -> bool:
    """Loading, nightly work and the command line."""
    return actor is SYSTEM


@predicate
def is_handed_in(actor: Actor, subject: Any = None) -> bool:
    """What stands in the submission was handed in at least once."""
    return isinstance(subject, Submission) and subject.number is not None


@predicate
def was_entered(actor: Actor, subject: Any = None) -> bool:
    """Staff typed the submission in for somebody who has no account here."""
    return isinstance(subject, Submission) and subject.is_entered


#: Those who write a submission: nobody else reads what is not handed in, nor hands it in, the secretariat neither.
writers = is_contributor | (holds(*STAFF) & was_entered) | is_the_platform

allow("calls.edit", holds(*STAFF) | keeps_the_edition)
allow("calls.choose_intakes", keeps_the_edition)  # they make records far beyond the call
allow("calls.view_submissions", holds(*READERS))
allow("calls.decide", holds(*STAFF))
allow("calls.write_answers", writers)
allow("calls.read_answers", writers | (holds(*READERS) & (is_handed_in | was_entered)))
allow("calls.copy", writers)
allow("calls.discard", is_owner | (holds(*STAFF) & was_entered) | is_the_platform)
# Whoever joins reads and writes: staff who could ask somebody to join could ask themselves.
allow("calls.invite", is_owner | (holds(*STAFF) & was_entered) | is_the_platform)
allow("calls.withdraw", is_owner | holds(*STAFF))
