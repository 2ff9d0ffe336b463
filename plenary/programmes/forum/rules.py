"""Who may change the programme."""

from __future__ import annotations

from rules.permissions import add_perm
from rules.predicates import predicate

from plenary.ground.audit.actors import Actor, holds
from plenary.ground.framework.models import Edition
from plenary.programmes.forum.models import Session, Track, Venue

STAFF = ("secretariat", "administrator")


@predicate  # type: ignore[untyped-decorator]
def keeps_the_edition(actor: Actor, subject: Edition | Session | Track | Venue | None = None) -> bool:
    """The actor is of the secretariat of the edition that the programme belongs to."""
    edition = subject if isinstance(subject, Edition) else getattr(subject, "edition", None)
    return edition is not None and actor.has_role(*STAFF, scope=edition.scope)


add_perm("forum.edit", holds(*STAFF) | keeps_the_edition)
