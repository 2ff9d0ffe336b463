"""Ending what began with an invitation: taking it back, taking somebody off who joined, leaving by oneself."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from plenary.engines.calls.actions.common import locked, tell
from plenary.engines.calls.mails import ABOUT
from plenary.engines.calls.models import Invitation, Submission
from plenary.errors import Conflict, NotAllowed
from plenary.ground.audit.actors import SYSTEM, Actor, require
from plenary.ground.messages.actions import discard
from plenary.ground.messages.models import OutboxMessage
from plenary.ground.people.models import User


@transaction.atomic
def withdraw_invitation(*, actor: Actor, invitation: Invitation) -> Submission:
    """Make an invitation worthless that nobody has accepted; its mail, if it has not left, is thrown away.

    Raises: Conflict where it was accepted meanwhile, or withdrawn.
    """
    submission = locked(invitation.submission)
    require(actor, "calls.invite", submission)
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if invitation.accepted_at is not None:
        raise Conflict(_("This person has joined already."))
    if invitation.withdrawn_at is not None:
        raise Conflict(_("This invitation was withdrawn already."))
    _end([invitation])
    waiting = OutboxMessage.objects.filter(about_kind=ABOUT, about_key=str(submission.pk), template="calls-invitation", to__iexact=invitation.email)
    # The right to invite is what counts here, not that to handle the outbox.
    for message in waiting.exclude(state=OutboxMessage.State.SENT):
        discard(actor=SYSTEM, message=message, reason="the invitation was withdrawn")
    tell(actor, submission, "withdrew invitation")
    return submission


@transaction.atomic
def remove_member(*, actor: Actor, submission: Submission, member: User) -> Submission:
    """Take somebody off who joined a submission: from now on it is closed to them. Raises: Conflict where they are not of it."""
    submission = locked(submission)
    require(actor, "calls.invite", submission)
    _take_off(submission, member)
    tell(actor, submission, "removed member", after={"member": member.trail_id})
    return submission


@transaction.atomic
def leave(*, actor: Actor, submission: Submission) -> Submission:
    """Stop writing with others. Its owner stays: they can throw it away, or withdraw it. Raises: Conflict for those not of it."""
    if not isinstance(actor, User):
        raise NotAllowed("calls.leave")
    submission = locked(submission)
    _take_off(submission, actor)
    tell(actor, submission, "left")
    return submission


def _take_off(submission: Submission, member: User) -> None:
    if not submission.members.filter(pk=member.pk).exists():
        raise Conflict(_("This person does not write with you any more."))
    submission.members.remove(member)
    _end(submission.invitations.filter(accepted_by=member))


def _end(invitations: Iterable[Invitation]) -> None:
    """The invitations open nothing any more. They stay, so that who is named in the answers is not asked again at the next submitting."""
    for each in invitations:
        each.secret, each.accepted_by, each.accepted_at, each.withdrawn_at = "", None, None, timezone.now()
        each.save(update_fields=["secret", "accepted_by", "accepted_at", "withdrawn_at"])
