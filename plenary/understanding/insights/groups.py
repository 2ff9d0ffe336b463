"""What the groups of measures are called: the first part of a measure's code says whose it is."""

from __future__ import annotations

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

_TITLES = {
    "calls": _("Open calls"),
    "dlt": _("Blockchain"),
    "ehealth_toolkit": _("E-health"),
    "forum": _("WSIS Forum"),
    "hackathon": _("Hackathon"),
    "hltf": _("High-Level Track Facilitators"),
    "matrix": _("Action lines and goals"),
    "ocp": _("Open Consultation Process"),
    "partners": _("Partnership"),
    "photo": _("Photo contest"),
    "prizes": _("WSIS Prizes"),
    "publications": _("Publications"),
    "regional_meetings": _("Regional commissions"),
    "social": _("Social media"),
    "stocktaking": _("WSIS Stocktaking"),
    "ungis": _("United Nations Group on the Information Society"),
}


def group_title(code: str) -> str:
    """The title of a group; one that has none yet is shown by its code."""
    return str(_TITLES[code]) if code in _TITLES else capfirst(code.replace("_", " ").replace("-", " "))
