"""Who may read the trail."""

from __future__ import annotations

from plenary.ground.audit.actors import allow, holds

allow("audit.view_trail", holds("administrator", "secretariat", "editor", "reader"))
