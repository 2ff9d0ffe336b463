"""Showing figures with their marks."""

from __future__ import annotations

from django import template

from plenary.ground.framework.text import reader_language
from plenary.understanding.insights import words
from plenary.understanding.insights.models import ReportedFigure

register = template.Library()
register.filter("reported_value", words.reported_value)
register.filter("as_of", words.as_of)
register.filter("plain_number", words.plain_number)


@register.filter
def large_value(figure: ReportedFigure) -> SafeString:
    """The value for large print: words around the number, such as "more than", stand small beside it."""
    words_and_number = words.reported_value(figure)
    if figure.value is None or not figure.qualifier:
        return format_html("{}", words_and_number)
    return format_html_join(" ", "{}", ((part if any(each.isdigit() for each in part) else format_html("<small>{}</small>", part),) for part in split_at_number(words_and_number)))


@register.filter
def source_language(figure: ReportedFigure) -> str:
    """Language attribute for words taken over from an English source, where the page is in another language."""
    return "" if reader_language() == "en" else "en"


@register.inclusion_tag("insights/parts/values.html")
def values(figure: object, edition: bool = False) -> dict[str, object]:
    """All values of a figure side by side, each with its mark and where it comes from."""
    return {"figure": figure, "edition": edition}
