"""This room's item of the main navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from plenary.ground.web.navigation import Item, register, register_footer

register(Item(label=_("Stocktaking"), view="stocktaking:list", position=40))
register_footer(Item(label=_("Organisations"), view="organisations:list", position=45))
register_footer(Item(label=_("Open data"), view="data", position=65))
register_footer(Item(label=_("Collections"), view="collections:list", position=46))
