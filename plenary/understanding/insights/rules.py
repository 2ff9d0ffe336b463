"""Who may change reported figures."""

from __future__ import annotations

import rules

from plenary.ground.audit.actors import holds

rules.add_perm("insights.change_figure", holds("secretariat", "administrator"))
