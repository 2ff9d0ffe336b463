"""Packages on the page of their edition."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from plenary.ground.framework.models import Edition
from plenary.ground.web.panels import Panel, panel
from plenary.programmes.partners.models import Package


@panel("edition", position=70)
def packages_of(edition: Edition, request: HttpRequest) -> Panel | None:
    """The levels of partnership that an edition offers."""
    packages = list(Package.objects.filter(edition=edition))
    return Panel(_("Partnership"), "partners/panel.html", {"packages": packages}, anchor="partners") if packages else None
