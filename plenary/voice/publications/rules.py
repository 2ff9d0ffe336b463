"""Who may change publications and the written parts of reports, and who has documents made."""

from __future__ import annotations

import rules

from plenary.ground.audit.actors import holds

rules.add_perm("publications.change_publication", holds("secretariat", "administrator"))
# A document is a projection of what is public anyway: anybody may have it made; making it is limited by its content.
rules.add_perm("publications.take_snapshot", rules.always_allow)
