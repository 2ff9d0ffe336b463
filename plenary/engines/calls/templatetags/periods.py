"""The city of a time zone, where a page says once whose clock its times are."""

from __future__ import annotations

from django import template

from plenary.ground.web.templatetags.web import zone_city

register = template.Library()


@register.filter
def city(zone: str) -> str:
    """What people call a zone: Geneva."""
    return zone_city(zone)
