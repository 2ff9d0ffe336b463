"""What this room shows on the pages of others."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from plenary.engines.calls import queries
from plenary.ground.framework.models import Edition
from plenary.ground.web.panels import Panel, panel


@panel("edition", position=20)
def calls_of_edition(edition: Edition, request: HttpRequest) -> Panel | None:
    """The calls of an edition: open ones first, then those to come, then the closed ones."""
    found = {
        "open": queries.open_calls(edition=edition),
        "coming": queries.coming_calls(edition=edition),
        "closed": queries.closed_calls(edition=edition),
    }
    return Panel(_("Calls"), "calls/parts/edition_panel.html", found, anchor="calls") if any(found.values()) else None
