"""Template tags for texts and concepts; built in, so no template has to load them."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from plenary.ground.framework.queries import concept_path
from plenary.ground.framework.text import Text, reader_language
from plenary.ground.framework.words import FACILITATORS, fact_name

register = template.Library()


@register.filter
def shown(text: Text | str | None) -> str | SafeString:
    """The text in the reader's best language, marked with its own language and direction where that differs."""
    if not text:
        return ""
    if isinstance(text, str):
        return text
    best = text.best()
    if best.language == reader_language():
        return best.text
    return format_html('<span lang="{}" dir="{}">{}</span>', best.language, best.direction, best.text)


@register.filter
def plain(text: Text | str | None) -> str:
    """The text in the reader's best language without markup, for titles and attributes."""
    return str(text) if text else ""


@register.inclusion_tag("framework/parts/concept.html")
def concept(concept: Any, link: bool = True) -> dict[str, Any]:
    """A concept as a chip: a goal in its colour with its number in text, anything else with its code, if that says something."""
    return {**_chip(concept), "path": concept_path(concept) if link else ""}


def _chip(concept: Any) -> dict[str, Any]:
    speaks = concept.code[:1].isupper() or concept.code[:1].isdigit()
    return {"concept": concept, "code": concept.code if speaks and len(concept.code) <= 6 and concept.code != str(concept.label) else ""}


@register.inclusion_tag("framework/parts/title.html")
def concept_title(concept: Any) -> dict[str, Any]:
    """A concept as the linked title of what stands below it."""
    return {**_chip(concept), "path": concept_path(concept)}


@register.filter
def fact(name: str) -> str:
    """What a fact of a concept is called."""
    return str(fact_name(name))


@register.filter
def facilitation(kind: str) -> str:
    """What a facilitator of that kind is called."""
    return str(FACILITATORS.get(kind, kind))
