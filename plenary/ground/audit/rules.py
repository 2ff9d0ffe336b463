"""Who may read the trail."""

from __future__ import annotations

import rules

from plenary.ground.audit.actors import holds

rules.add_perm("audit.view_trail", holds("administrator", "secretariat", "editor", "reader"))
