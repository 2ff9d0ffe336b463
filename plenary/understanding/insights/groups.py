"""What the groups of measures are called: the first part of a measure's code says whose it is."""

from __future__ import annotations

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

_TITLES = {
    "forum": _("WSIS Forum"),
    "prizes": _("WSIS Prizes"),
    "stocktaking": _("WSIS Stocktaking"),
    "calls": _("Open calls"),
    "ocp": _("Open Consultation Process"),
    "hltf": _("High-Level Track Facilitators"),
    "hackathon": _("Hackathon"),
    "photo": _("Photo contest"),
    "matrix": _("Action lines and goals"),
    "regional_meetings": _("Regional commissions"),
    "ungis": _("United Nations Group on the Information Society"),
    "partners": _("Partnership"),
    "publications": _("Publications"),
    "social": _("Social media"),
    "ehealth_toolkit": _("E-health"),
    "dlt": _("Blockchain"),
}
_ORDER = {code: position for position, code in enumerate(_TITLES)}


def group_title(code: str) -> str:
    """The title of a group; one that has none yet is shown by its code."""
    return str(_TITLES[code]) if code in _TITLES else capfirst(code.replace("_", " ").replace("-", " "))


def group_order(code: str) -> tuple[int, str]:
    """Where a group stands among the others; those without a title last, by code."""
    return _ORDER.get(code, len(_ORDER)), code
