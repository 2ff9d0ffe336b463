"""Figures about partnership."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from plenary.ground.framework.models import Edition
from plenary.ground.measures.registry import Measure, register
from plenary.programmes.partners.models import Package


def _count(edition: Edition, member: str) -> int | None:
    return Package.objects.filter(edition=edition).count() or None


def _records(edition: Edition, member: str) -> str:
    try:
        return reverse("framework:edition", args=[edition.code]) + "#partners"
    except NoReverseMatch:
        return ""


register(
    Measure(
        "partners.packages",
        _("Partnership packages"),
        _("Levels of visibility and partnership that the edition offers."),
        _("packages"),
        _count,
        _records,
    )
)
