"""Who may see and do what at the desk, where no other room's permission says so already."""

from __future__ import annotations

from rules.permissions import add_perm

from plenary.ground.audit.actors import holds

STAFF = ("administrator", "secretariat")
READERS = (*STAFF, "editor", "reader")

add_perm("desk.view_edition", holds(*READERS))
add_perm("desk.view_records", holds(*READERS))
add_perm("desk.view_private", holds(*STAFF))  # addresses, gender, year of birth, values in the trail of persons
add_perm("desk.view_background", holds(*STAFF))
add_perm("desk.rebuild_index", holds(*STAFF))
