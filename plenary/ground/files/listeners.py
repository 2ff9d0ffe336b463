"""The words for this room's verbs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from plenary.ground.audit.words import add_verbs

add_verbs({"stored": _("Uploaded"), "purged": _("Removed for good")})
