"""Who may change publications and the written parts of reports, and who has documents made."""

from __future__ import annotations

from rules.permissions import add_perm
from rules.predicates import always_allow

from plenary.ground.audit.actors import holds

add_perm("publications.change_publication", holds("secretariat", "administrator"))
# A document is a projection of what is public anyway: anybody may have it made; making it is limited by its content.
add_perm("publications.take_snapshot", always_allow)
