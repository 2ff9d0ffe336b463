from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from plenary.ground.web.navigation import Item, register, register_footer

register(Item(label=_("Figures"), view="insights:measures", position=60))
register_footer(Item(label=_("Themes"), view="insights:themes", position=55))
