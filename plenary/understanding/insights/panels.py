"""What insights puts on the pages of other rooms."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from plenary.ground.framework.models import Edition
from plenary.ground.web.panels import Panel, panel
from plenary.understanding.insights import queries


@panel("edition", position=20)
def key_figures(edition: Edition, request: HttpRequest) -> Panel | None:
    """The figures that tell most about the edition."""
    figures = queries.key_figures(edition)
    return Panel(_("In figures"), "insights/parts/key_figures.html", {"figures": figures, "edition": edition}, anchor="figures") if figures else None
