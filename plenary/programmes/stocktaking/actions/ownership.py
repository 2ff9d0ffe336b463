"""Who speaks for an entry: becoming an owner, leaving, being taken off, and what goes along when two entries become one.

An accepted submission that became an entry, or brought it up to date, is made by somebody who speaks for it: intakes call
``own`` for its contributor and for those who joined them.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from plenary.errors import Conflict, Invalid
from plenary.ground.audit import actions as audit
from plenary.ground.audit.actors import SYSTEM, Actor, require
from plenary.ground.audit.events import emit
from plenary.ground.people.models import User
from plenary.programmes.stocktaking.actions.entries import KIND, locked
from plenary.programmes.stocktaking.actions.mailing import mail
from plenary.programmes.stocktaking.actions.requests import withdraw_all_of
from plenary.programmes.stocktaking.events import OwnersChanged
from plenary.programmes.stocktaking.models import Entry, EntryOwner


@transaction.atomic
def own(*, actor: Actor, entry: Entry, user: User, reason: str = "", tell: bool = False) -> bool:
    """Let somebody speak for an entry; whether that is new. tell: by mail.

    Raises: Invalid for an account that cannot sign in, NotAllowed.
    """
    entry = locked(entry)
    require(actor, "stocktaking.change_owners", entry)
    if not user.is_active:
        raise Invalid({"email": [_("This account is closed.")]})
    _owner, is_new = EntryOwner.objects.get_or_create(entry=entry, user=user)
    if is_new:
        # The opaque id leads to a name only as long as there is an account.
        audit.record(actor=actor, verb="owner added", kind=KIND, key=entry.number, after={"owner": user.trail_id}, reason=reason)
        emit(OwnersChanged(actor_id=actor.trail_id, number=entry.number))
        if tell:
            mail("stocktaking-owner-added", entry, to=user.email, language=user.language, values={"reason": reason or "–"})
    return is_new


@transaction.atomic
def disown(*, actor: Actor, entry: Entry, user: User, reason: str) -> None:
    """Take somebody off an entry, as staff. Raises: Conflict, Invalid without a reason, NotAllowed."""
    entry = locked(entry)
    require(actor, "stocktaking.change_owners", entry)
    if not reason.strip():
        raise Invalid({"reason": [_("Say why.")]})
    _end(actor, entry, user, "owner removed", reason)


@transaction.atomic
def leave(*, actor: User, entry: Entry) -> None:
    """No longer speak for an entry. Raises: NotAllowed."""
    entry = locked(entry)
    require(actor, "stocktaking.leave_entry", entry)
    _end(actor, entry, actor, "owner left", "")


def _end(actor: Actor, entry: Entry, user: User, verb: str, reason: str) -> None:
    gone, _by_model = EntryOwner.objects.filter(entry=entry, user=user).delete()
    if not gone:
        raise Conflict(_("This person does not speak for the entry."))
    # What waited in their name goes with the right to ask for it.
    withdraw_all_of(entry, user, actor=actor)
    audit.record(actor=actor, verb=verb, kind=KIND, key=entry.number, before={"owner": user.trail_id}, reason=reason)
    emit(OwnersChanged(actor_id=actor.trail_id, number=entry.number))


@transaction.atomic
def move_owners(*, actor: Actor, kept: Entry, gone: Entry) -> int:
    """Whoever spoke for an entry that turned out to be another speaks for that one; how many are new there. Raises: NotAllowed."""
    require(actor, "stocktaking.change_owners", kept)
    moved = 0
    for owner in EntryOwner.objects.filter(entry=gone).select_related("user"):
        if owner.user.is_active:
            moved += own(actor=SYSTEM, entry=kept, user=owner.user)
    return moved
