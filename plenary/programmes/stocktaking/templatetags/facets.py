"""What stands on the list of entries a hundred times over: values of filters as boxes to tick, and concepts as chips.

Each is made once for a page, where a template for every place would cost more than all the rest of it.
"""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from plenary.ground.framework.models import Concept
from plenary.ground.framework.templatetags.framework import concept as concept_context
from plenary.ground.web.templatetags.web import number
from plenary.programmes.stocktaking.facets import Choice

register = template.Library()
#: Schemes whose codes people know by heart.
_WITH_CODES = frozenset({"action-lines", "sdgs", "sdg-targets"})


@register.simple_tag
def choices(name: str, found: Iterable[Choice]) -> SafeString:
    """The values of a filter with the number of entries behind each. name: of the filter."""
    return format_html_join(
        "\n",
        '<label><input type="checkbox" form="filters" name="{}" value="{}"{}> <span>{}{}</span><small>{}</small></label>',
        (
            (
                name,
                each.option.code,
                format_html(" {}", "checked") if each.chosen else "",
                format_html("<code>{}</code> ", each.option.code) if each.option.scheme in _WITH_CODES else "",
                each.option.label,
                number(each.number),
            )
            for each in found
        ),
    )


@register.simple_tag
def chip(concept: Concept) -> SafeString:
    """A concept as ``{% concept %}`` shows it, made once for all entries of the page that share it."""
    made: SafeString | None = concept.__dict__.get("_chip")
    if made is None:
        made = concept.__dict__["_chip"] = render_to_string("framework/parts/concept.html", concept_context(concept))
    return made
