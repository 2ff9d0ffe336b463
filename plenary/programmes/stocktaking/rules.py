"""Who may do what with entries."""

from __future__ import annotations

from rules.permissions import add_perm

from plenary.ground.audit.actors import holds

_staff = holds("secretariat", "administrator")
_editors = holds("secretariat", "administrator", "editor")

add_perm("stocktaking.add_entry", _editors)
add_perm("stocktaking.change_entry", _editors)
add_perm("stocktaking.withdraw_entry", _staff)
add_perm("stocktaking.see_hidden", _editors)
