"""This room's item of the main navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from plenary.ground.web.navigation import Item, register

register(Item(label=_("Prizes"), view="awards:list", position=20))
