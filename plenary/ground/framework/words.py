"""Words for what data files name in short: facts of concepts, roles of facilitators."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FACTS: dict[str, str | Promise] = {
    "iso3": _("ISO 3166 code, three letters"),
    "m49": _("M49 code"),
    "level": _("Level"),
    "prize_category": _("Category of the WSIS Prizes"),
    "prize_name": _("Name on the pages of the WSIS Prizes"),
    "forum_name": _("Name on the pages of the WSIS Forum"),
    "query": _("Search that finds what belongs to it"),
}

FACILITATORS: dict[str, str | Promise] = {
    "facilitates-lead": _("Lead facilitator"),
    "facilitates-co": _("Co-facilitator"),
    "facilitates-partner": _("Partner"),
}


def fact_name(name: str) -> str | Promise:
    """What a fact is called; one that only a data file knows goes by its own name."""
    return FACTS.get(name, name.replace("_", " "))
