"""Who may change reported figures."""

from __future__ import annotations

from rules.permissions import add_perm

from plenary.ground.audit.actors import holds

add_perm("insights.change_figure", holds("secretariat", "administrator"))
