"""Showing figures with their marks."""

from __future__ import annotations

import re

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from plenary.ground.framework.text import reader_language
from plenary.understanding.insights import words
from plenary.understanding.insights.models import ReportedFigure

register = template.Library()

#: A number as any of the languages writes it, with its percent sign.
_NUMBER = re.compile(r"\d(?:[\d.,\s]*\d)?(?:\s?%)?")

register.filter("reported_value", words.reported_value)
register.filter("as_of", words.as_of)
register.filter("plain_number", words.plain_number)


@register.filter
def large_value(figure: ReportedFigure) -> SafeString:
    """The value for large print: words around the number, such as "more than", stand small beside it."""
    text = words.reported_value(figure)
    found = _NUMBER.search(text) if figure.value is not None else None
    if found is None:
        return format_html("{}", text)
    before, after = text[: found.start()].strip(), text[found.end() :].strip()
    return format_html(
        "{}{}{}",
        format_html('<small class="before">{}</small> ', before) if before else "",
        found[0],
        format_html(" <small>{}</small>", after) if after else "",
    )


@register.filter
def source_language(figure: ReportedFigure) -> str:
    """Language attribute for words taken over from an English source, where the page is in another language."""
    return "" if reader_language() == "en" else "en"


@register.inclusion_tag("insights/parts/values.html")
def values(figure: object, edition: bool = False) -> dict[str, object]:
    """All values of a figure side by side, each with its mark and where it comes from."""
    return {"figure": figure, "edition": edition}
