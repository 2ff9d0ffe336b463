"""Who may upload, read and delete files."""

from __future__ import annotations

from typing import Any

from plenary.ground.audit.actors import Actor, allow, holds, predicate

staff = holds("secretariat", "administrator")


@predicate
def is_signed_in(actor: Actor, subject: Any = None) -> bool:
    """Anyone with an account, and a visitor who proved to hold something that files can be added to."""
    return bool(getattr(actor, "is_authenticated", False) or getattr(actor, "may_upload", False))


@predicate
def is_public(actor: Actor, subject: Any = None) -> bool:
    """A file that everyone may read."""
    return bool(getattr(subject, "is_public", False))


@predicate
def is_uploader(actor: Actor, subject: Any = None) -> bool:
    """The actor uploaded it."""
    trail_id = getattr(actor, "trail_id", None)
    return bool(getattr(actor, "is_authenticated", False)) and trail_id == getattr(subject, "uploaded_by", "")


allow("files.store", is_signed_in)
allow("files.read", is_public | is_uploader | staff)
allow("files.publish", staff)
allow("files.delete", is_uploader | staff)
