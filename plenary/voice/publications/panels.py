"""What publications puts on the pages of other rooms."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from plenary.ground.audit.actors import NOBODY, may
from plenary.ground.framework.models import Edition
from plenary.ground.web.panels import Panel, panel
from plenary.voice.publications import queries


@panel("edition", position=80)
def publications(edition: Edition, request: HttpRequest) -> Panel | None:
    """What the edition published, and its progress report."""
    found = queries.publications_of(edition)
    if not found and edition.is_stub:
        return None
    return Panel(_("Publications"), "publications/parts/panel.html", {"publications": found, "edition": edition}, anchor="publications")


@panel("edition", position=81)
def contributions(edition: Edition, request: HttpRequest) -> Panel | None:
    """What stakeholders wrote for the edition's reports, for the secretariat."""
    if not may(getattr(request, "user", None) or NOBODY, "publications.change_publication", edition):
        return None
    number = queries.contributions_to(edition).count()
    context = {"edition": edition, "number": number}
    return Panel(_("Contributions to reports"), "publications/parts/contributions_panel.html", context, anchor="contributions") if number else None
