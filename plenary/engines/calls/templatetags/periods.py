"""The city of a time zone, where a page says once whose clock its times are; and languages by name."""

from __future__ import annotations

from django import template

from plenary.engines.calls import calendars
from plenary.ground.web.templatetags.web import zone_city

register = template.Library()


@register.filter
def city(zone: str) -> str:
    """What people call a zone: Geneva."""
    return zone_city(zone)


@register.filter
def language_names(tags: list[str]) -> list[str]:
    """Names of languages in the language of the page."""
    return calendars.language_names(tags)
