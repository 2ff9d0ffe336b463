from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from plenary.ground.web.navigation import Item, register

register(Item(_("Forum"), "forum:list", 30))
