"""Who may change concepts and editions."""

from __future__ import annotations

import rules

from plenary.ground.audit.actors import holds

rules.add_perm("framework.load_concepts", holds("administrator"))
rules.add_perm("framework.load_edition", holds("administrator"))
rules.add_perm("framework.change_edition", holds("secretariat", "administrator"))
