"""Who may do what with entries: the secretariat and editors in their scope, and owners with what is theirs."""

from __future__ import annotations

from typing import Any

from rules.permissions import add_perm
from rules.predicates import always_allow

from plenary.ground.audit.actors import Actor, holds, predicate
from plenary.ground.people.models import User
from plenary.programmes.stocktaking.asking import Asked
from plenary.programmes.stocktaking.models import Entry, EntryOwner, EntryRequest, SavedSearch

STAFF = ("secretariat", "administrator")
EDITORS = (*STAFF, "editor")
READERS = (*EDITORS, "reader")

_staff = holds(*STAFF)
_editors = holds(*EDITORS)
_readers = holds(*READERS)


def _entry(subject: Any) -> Entry | None:
    if isinstance(subject, EntryRequest):
        return subject.entry
    return subject if isinstance(subject, Entry) else None


@predicate
def is_owner(actor: Actor, subject: Any = None) -> bool:
    """The actor speaks for the entry, or for the entry that a request is about."""
    entry = _entry(subject)
    if entry is None or not isinstance(actor, User) or not actor.is_active:
        return False
    return EntryOwner.objects.filter(entry=entry, user=actor).exists()


@predicate
def was_asked(actor: Actor, subject: Any = None) -> bool:
    """The actor opened a link by which they were asked whether the entry still stands."""
    return isinstance(actor, Asked) and isinstance(subject, Entry) and subject.pk in actor.entries


@predicate
def is_signed_in(actor: Actor, subject: Any = None) -> bool:
    """Anyone with an account."""
    return isinstance(actor, User) and actor.is_active


@predicate
def has_asked(actor: Actor, subject: Any = None) -> bool:
    """The request is the actor's own."""
    return isinstance(subject, EntryRequest) and isinstance(actor, User) and actor.is_active and subject.asked_by_id == actor.pk


@predicate
def keeps_search(actor: Actor, subject: Any = None) -> bool:
    """The search is the actor's own."""
    return isinstance(subject, SavedSearch) and isinstance(actor, User) and actor.is_active and subject.user_id == actor.pk


@predicate
def is_about_owning(actor: Actor, subject: Any = None) -> bool:
    """The request asks who speaks for the entry; that is for the secretariat, not for editors."""
    return isinstance(subject, EntryRequest) and subject.kind in (EntryRequest.Kind.CLAIM, EntryRequest.Kind.HANDOVER)


@predicate
def reads_somewhere(actor: Actor, subject: Any = None) -> bool:
    """The actor works at the desk in some scope; which requests they see follows from ``view_request``."""
    asks = getattr(actor, "holds_anywhere", None)
    return bool(asks(*READERS)) if asks is not None else bool(_readers(actor))


add_perm("stocktaking.add_entry", _editors)
add_perm("stocktaking.change_entry", _editors)
add_perm("stocktaking.withdraw_entry", _staff)
add_perm("stocktaking.see_hidden", _editors)

# What owners do. A change of theirs waits until a moderator has seen it.
add_perm("stocktaking.ask_change", is_owner)
add_perm("stocktaking.confirm_entry", is_owner | was_asked | _editors)
add_perm("stocktaking.hand_over", is_owner)
add_perm("stocktaking.leave_entry", is_owner)
add_perm("stocktaking.object_to_claim", is_owner & is_about_owning)
add_perm("stocktaking.see_contact", is_owner | _staff)
add_perm("stocktaking.change_contact", is_owner | _staff)
add_perm("stocktaking.change_owners", _staff)

# What others ask for.
add_perm("stocktaking.claim_entry", is_signed_in & ~is_owner)
add_perm("stocktaking.report_problem", always_allow)
add_perm("stocktaking.take_back_request", has_asked)
add_perm("stocktaking.see_own_request", has_asked | (is_owner & is_about_owning))

# Searches that one keeps.
add_perm("stocktaking.save_search", is_signed_in)
add_perm("stocktaking.change_search", keeps_search)

# Moderation.
add_perm("stocktaking.open_queue", reads_somewhere)
add_perm("stocktaking.view_request", _readers)
add_perm("stocktaking.decide_request", _staff | (_editors & ~is_about_owning))
add_perm("stocktaking.see_private_request", _staff | (_editors & ~is_about_owning))  # who asked, where they are answered, what proves it

# Collections. Their curators are editors in the scope of the collection (``collection:covid-19``).
add_perm("stocktaking.add_collection", _staff)
add_perm("stocktaking.change_collection", _editors)
add_perm("stocktaking.list_collections", reads_somewhere)
