"""Template tags of the page shell; built in, so no template has to load them."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, get_datetime_format, get_timezone_location
from babel.numbers import format_decimal
from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from plenary.ground.web.query import with_query

register = template.Library()


def babel_locale() -> str:
    """Babel's name for the page's language. Western digits everywhere, as UN pages have them."""
    language = get_language() or "en"
    return {"en": "en_GB", "zh-hans": "zh_Hans"}.get(language, language).replace("-", "_")


def zone_city(zone: str) -> str:
    """What people call a zone: ``Europe/Zurich`` is Geneva time here."""
    if zone == "Europe/Zurich":
        return _("Geneva")
    if zone == "UTC":
        return "UTC"
    return get_timezone_location(zone, locale=babel_locale(), return_city=True)


@register.filter
def day(value: date | datetime | None) -> str:
    """A day in words: 25 January 2021."""
    return _long_day(value, babel_locale()) if value else ""


# A page writes some hundred days and numbers, most of them small and the same: each is put into words once.
@lru_cache(maxsize=4096)
def _long_day(value: date | datetime, locale: str) -> str:
    return str(format_date(value, "long", locale=locale))


@lru_cache(maxsize=4096)
def _decimal(value: Any, locale: str) -> str:
    return str(format_decimal(value, locale=locale, numbering_system="latn"))


@register.simple_tag
def days(start: date | None, end: date | None) -> str:
    """A span of days: 17–21 May 2021."""
    if start is None:
        return ""
    if end is None or end == start:
        return day(start)
    start, end = sorted((start, end))
    widest = "y" if start.year != end.year else "M" if start.month != end.month else "d"
    patterns = Locale.parse(babel_locale()).interval_formats
    # Few languages have a pattern of their own for a span with the months in full, as single days have them.
    parts = patterns["yMMMMd"][widest] if "yMMMMd" in patterns else [part.replace("MMM", "MMMM") for part in patterns["yMMMd"][widest]]
    return "".join(format_date(each, part, locale=babel_locale()) for each, part in zip((start, end), parts, strict=True))


def _day_and_clock(day_in_zone: date, clock_words: str) -> str:
    """A day with the time of day, in the order of the page's language."""
    pattern = str(get_datetime_format("medium", locale=babel_locale()))
    return pattern.replace("{1}", day(day_in_zone)).replace("{0}", clock_words)


def _time_element(value: datetime, zone: str, words: str) -> SafeString:
    """An instant as ``<time>``, in the words of its zone."""
    return format_html(
        '<time datetime="{}" data-zone="{}">{} <span class="zone">{}</span></time>',
        value.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ"),
        zone,
        words,
        zone_city(zone),
    )


def moment_in_words(value: datetime, zone: str = "", all_day: bool = False) -> str:
    """An instant in the convener's zone, for mails and documents: 25 January 2021, 23:00 Geneva."""
    zone = zone or settings.CONVENER_ZONE
    wall = value.astimezone(ZoneInfo(zone))
    if all_day:
        return day(wall.date())
    return f"{_day_and_clock(wall.date(), f'{wall:%H:%M}')} {zone_city(zone)}"


@register.simple_tag
def moment(value: datetime | None, zone: str = "", all_day: bool = False) -> str | SafeString:
    """An instant as ``<time>`` in the convener's zone, named in words; a script adds the reader's own zone."""
    if value is None:
        return ""
    zone = zone or settings.CONVENER_ZONE
    wall = value.astimezone(ZoneInfo(zone))
    if all_day:
        return format_html('<time datetime="{}">{}</time>', wall.date().isoformat(), day(wall.date()))
    return _time_element(value, zone, _day_and_clock(wall.date(), f"{wall:%H:%M}"))


@register.simple_tag
def period(start: datetime | None, end: datetime | None, zone: str = "") -> str | SafeString:
    """From an instant to another of the same day: 1 July 2020, 13:00–14:00 Geneva. The end may be missing."""
    zone = zone or settings.CONVENER_ZONE
    if start is None or end is None or start.astimezone(ZoneInfo(zone)).date() != end.astimezone(ZoneInfo(zone)).date():
        first, last = moment(start, zone), moment(end, zone)
        return format_html("{} – {}", first, last) if first and last else first or last
    return _time_element(start, zone, _day_and_clock(start.astimezone(ZoneInfo(zone)).date(), f"{clock(start, zone)}–{clock(end, zone)}"))


@register.filter
def clock(value: datetime, zone: str = "") -> str:
    """The time of day in a zone: 14:00."""
    return f"{value.astimezone(ZoneInfo(zone or settings.CONVENER_ZONE)):%H:%M}"


@register.filter
def time_left(value: datetime | None) -> str:
    """How long it is until an instant, in words: 3 days left."""
    if value is None:
        return ""
    seconds = (value - timezone.now()).total_seconds()
    if seconds <= 0:
        return _("Closed")
    minutes, hours, whole_days = int(seconds // 60), int(seconds // 3600), int(seconds // 86400)
    if whole_days >= 21:
        weeks = whole_days // 7
        return ngettext("%(n)s week left", "%(n)s weeks left", weeks) % {"n": weeks}
    if whole_days >= 1:
        return ngettext("%(n)s day left", "%(n)s days left", whole_days) % {"n": whole_days}
    if hours >= 1:
        return ngettext("%(n)s hour left", "%(n)s hours left", hours) % {"n": hours}
    return ngettext("%(n)s minute left", "%(n)s minutes left", max(minutes, 1)) % {"n": max(minutes, 1)}


@register.filter
def number(value: Any) -> str:
    """A number with the language's separators, in western digits."""
    if value is None or value == "":
        return ""
    return _decimal(value, babel_locale())


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The page's own query with some parameters changed; None removes one."""
    request: HttpRequest = context["request"]
    return with_query(request, **changes)


@register.simple_tag
def address(view: str, *args: Any) -> str:
    """A URL by name, or an empty string where the view does not exist."""
    try:
        return reverse(view, args=args)
    except NoReverseMatch:
        return ""


@register.inclusion_tag("web/parts/pages.html", takes_context=True)
def pages(context: dict[str, Any], page: Any) -> dict[str, Any]:
    """Links to the other pages of a list."""
    return {"page": page, "request": context["request"], "window": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)}


@register.inclusion_tag("web/parts/panels.html", takes_context=True)
def show_panels(context: dict[str, Any], panels: list[Any]) -> dict[str, Any]:
    """The panels that rooms have put on this page."""
    return {**context.flatten(), "panels": panels}  # type: ignore[attr-defined]
