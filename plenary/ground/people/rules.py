"""Who may do what with people, organisations and roles."""

from __future__ import annotations

from typing import Any

from plenary.ground.audit.actors import Actor, allow, holds, predicate

staff = holds("secretariat", "administrator")


@predicate
def is_own(actor: Actor, subject: Any = None) -> bool:
    """The subject is the actor's own account or person."""
    trail_id = getattr(actor, "trail_id", "")
    return bool(trail_id) and trail_id in (getattr(subject, "trail_id", None), getattr(getattr(subject, "user", None), "trail_id", None))


@predicate
def is_administration(actor: Actor, subject: Any = None) -> bool:
    """The role in question is that of an administrator."""
    return getattr(subject, "role", None) == "administrator"


@predicate
def is_signed_in(actor: Actor, subject: Any = None) -> bool:
    """Anyone with an account (or the platform itself)."""
    return bool(getattr(actor, "is_authenticated", False))


# The secretariat grants within its own scope all roles but the one that could take its own away.
allow("people.grant_role", holds("administrator") | (holds("secretariat") & ~is_administration))
allow("people.view_people", holds("administrator", "secretariat", "editor", "reader"))
allow("people.change_person", is_own | staff)
allow("people.change_account", is_own)
allow("people.create_account", staff)
allow("people.make_sign_in_link", holds("administrator"))
allow("people.create_organisation", is_signed_in)
allow("people.change_organisation", holds("administrator", "secretariat", "editor"))
allow("people.merge", staff)
allow("people.erase", is_own | holds("administrator"))
allow("people.export", is_own | holds("administrator"))
allow("people.load_legal", holds("administrator"))
