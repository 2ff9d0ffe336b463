"""Who may change calls, answer them, and work on what was submitted."""

from __future__ import annotations

from typing import Any

from plenary.engines.calls.holders import Holder
from plenary.engines.calls.models import Call, Submission
from plenary.ground.audit.actors import Actor, allow, holds, predicate
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


allow("calls.edit", holds(*STAFF) | keeps_the_edition)
allow("calls.view_submissions", holds(*READERS))
allow("calls.decide", holds(*STAFF))
allow("calls.write_answers", is_contributor | holds(*STAFF))
allow("calls.read_answers", is_contributor | holds(*READERS))
allow("calls.withdraw", is_owner | holds(*STAFF))
allow("calls.invite", is_owner | holds(*STAFF))
