"""Showing when something lasts, so that the reader's own time stands behind the whole and not in the middle of it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import get_datetime_format
from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString

from plenary.ground.web.templatetags.web import babel_locale, clock, day, moment, zone_city

register = template.Library()


@register.simple_tag
def period(start: datetime | None, end: datetime | None, zone: str = "") -> str | SafeString:
    """From an instant to another of the same day: 1 July 2020, 13:00–14:00 Geneva. The end may be missing."""
    zone = zone or settings.CONVENER_ZONE
    if start is None or end is None or start.astimezone(ZoneInfo(zone)).date() != end.astimezone(ZoneInfo(zone)).date():
        first, last = moment(start, zone), moment(end, zone)
        return format_html("{} – {}", first, last) if first and last else first or last
    pattern = str(get_datetime_format("medium", locale=babel_locale()))
    words = pattern.replace("{1}", day(start.astimezone(ZoneInfo(zone)).date())).replace("{0}", f"{clock(start, zone)}–{clock(end, zone)}")
    return format_html(
        '<time datetime="{}" data-zone="{}">{} <span class="zone">{}</span></time>',
        start.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ"),
        zone,
        words,
        zone_city(zone),
    )


@register.filter
def city(zone: str) -> str:
    """What people call a zone: Geneva."""
    return zone_city(zone)
