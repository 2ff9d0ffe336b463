"""Who may see and handle the outbox."""

from __future__ import annotations

from plenary.ground.audit.actors import allow, holds

staff = holds("secretariat", "administrator")

allow("outgoing.queue", staff)
allow("outgoing.view", staff)
allow("outgoing.handle", staff)
allow("outgoing.change_template", staff)
