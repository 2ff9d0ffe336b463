"""Who may change packages."""

from __future__ import annotations

from rules.permissions import add_perm

from plenary.ground.audit.actors import holds

add_perm("partners.edit", holds("secretariat", "administrator"))
