"""Packages and partners on the page of their edition."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from plenary.engines.calls.intakes import submissions_by_key
from plenary.ground.audit.actors import NOBODY, may
from plenary.ground.framework.models import Edition
from plenary.ground.web.panels import Panel, panel
from plenary.programmes.partners import queries
from plenary.programmes.partners.actions import OFFER_KIND


@panel("edition", position=70)
def packages_of(edition: Edition, request: HttpRequest) -> Panel | None:
    """The levels of partnership that an edition offers, and who has which; the offers behind them for the secretariat."""
    levels = queries.levels_of(edition)
    if not levels:
        return None
    context = {
        "levels": levels,
        "packages": [level.package for level in levels],
        "offers": _behind(levels) if may(getattr(request, "user", None) or NOBODY, "partners.edit", edition) else [],
    }
    return Panel(_("Partnership"), "partners/panel.html", context, anchor="partners")


def _behind(levels: list[queries.Level]) -> list[dict[str, object]]:
    """Each partner's offer with the submission that it was."""
    offers = [offer for level in levels for offer in level.partners]
    submissions = submissions_by_key(OFFER_KIND, [str(offer) for offer in offers])
    return [{"offer": offer, "submission": submissions.get(str(offer))} for offer in offers]
