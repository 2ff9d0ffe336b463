"""Who may change calls."""

from __future__ import annotations

from rules.permissions import add_perm
from rules.predicates import predicate

from plenary.engines.calls.models import Call
from plenary.ground.audit.actors import Actor, holds

STAFF = ("secretariat", "administrator")


@predicate  # type: ignore[untyped-decorator]
def keeps_the_edition(actor: Actor, call: Call | None = None) -> bool:
    """The actor is of the secretariat of the call's edition."""
    return call is not None and actor.has_role(*STAFF, scope=call.edition.scope)


add_perm("calls.edit", holds(*STAFF) | keeps_the_edition)
