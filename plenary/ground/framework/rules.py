"""Who may change concepts and editions."""

from __future__ import annotations

from rules.permissions import add_perm

from plenary.ground.audit.actors import holds

add_perm("framework.load_concepts", holds("administrator"))
add_perm("framework.load_edition", holds("administrator"))
add_perm("framework.change_edition", holds("secretariat", "administrator"))
