"""Who may see and handle the outbox: all of it, or the mails of what one has a role for."""

from __future__ import annotations

from typing import Any

from plenary.ground.audit.actors import Actor, allow, holds, predicate

STAFF = ("secretariat", "administrator")
staff = holds(*STAFF)


@predicate
def is_staff_somewhere(actor: Actor, subject: Any = None) -> bool:
    """The actor is of the secretariat, at least for one call."""
    asks = getattr(actor, "holds_anywhere", None)
    return bool(asks(*STAFF)) if asks is not None else bool(holds(*STAFF)(actor))


allow("outgoing.queue", staff)
allow("outgoing.open", is_staff_somewhere)  # the outbox itself; what stands in it follows from ``outgoing.view``
allow("outgoing.view", staff)
allow("outgoing.handle", staff)
allow("outgoing.change_template", staff)
