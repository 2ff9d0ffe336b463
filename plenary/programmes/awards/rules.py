"""Who may do what with contests and awards."""

from __future__ import annotations

from rules.permissions import add_perm

from plenary.ground.audit.actors import holds

_staff = holds("secretariat", "administrator")

add_perm("awards.change_contest", _staff)
add_perm("awards.give_award", _staff)
add_perm("awards.change_showcase", _staff)
