"""The framework's place at the foot of every page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from plenary.ground.web.navigation import Item, register_footer

register_footer(Item(_("Editions"), "framework:editions", 5))
