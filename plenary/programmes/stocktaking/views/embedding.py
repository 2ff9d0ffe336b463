"""A small card of an entry that other sites show in a frame, and oEmbed, by which they find it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.html import escape
from django.utils.translation import override
from django.views.decorators.clickjacking import xframe_options_exempt

from plenary.ground.web.cache import public_page
from plenary.ground.web.languages import language_of_path
from plenary.programmes.stocktaking import queries
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.views.finding import entry_or_answer

WIDTH, HEIGHT = 480, 260
_SMALLEST = 200
_SIZE = re.compile(r"[0-9]{1,5}")


@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]  # its types know views of a request only
@public_page
def card(request: HttpRequest, number: str) -> HttpResponse:
    """The entry in a few lines, for the frame of another site: no script, no cookie, links that leave the frame."""
    found = entry_or_answer(request, number, "stocktaking:card", entries=queries.for_list(queries.public_entries()))
    if isinstance(found, HttpResponse):
        return found
    links = list(found.links.all())
    context = {
        "entry": found,
        "bodies": [link.organisation for link in found.organisation_links.all()],
        "countries": [link.concept for link in links if link.concept.scheme.code == "countries"],
        "topics": [link.concept for link in links if link.concept.scheme.code in ("action-lines", "sdgs")][:8],
        "badges": queries.badges_for([found]).get(found.pk, [])[:3],
        "address": f"{settings.BASE_URL}{reverse('stocktaking:entry', args=[found.number])}",
    }
    response = render(request, "stocktaking/card.html", context)
    # Sites that keep strangers' content out of their process may show it too.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def embed_code(entry: Entry, width: int = WIDTH, height: int = HEIGHT) -> str:
    """The HTML that puts the card on another page, in the reader's language."""
    address = f"{settings.BASE_URL}{reverse('stocktaking:card', args=[entry.number])}"
    # Plain text: a page shows it to be copied, and escapes it once more.
    return f'<iframe src="{escape(address)}" width="{width}" height="{height}" title="{escape(str(entry.title))}" loading="lazy"></iframe>'


def oembed(request: HttpRequest) -> HttpResponse:
    """What to show for the address of an entry's page (oembed.com), as JSON."""
    if request.GET.get("format", "json") != "json":
        return _told({"error": "Only json is offered."}, 501)
    asked = request.GET.get("url", "")[:2000]
    number, language = _entry_in(asked)
    found = queries.with_number(queries.for_list(queries.public_entries()), number).first() if number else None
    if found is None:
        return _told({"error": "There is no entry at this address."}, 404)
    with override(language):
        width, height = _within(request, "maxwidth", WIDTH), _within(request, "maxheight", HEIGHT)
        told: dict[str, Any] = {
            "version": "1.0",
            "type": "rich",
            "title": str(found.title),
            "author_name": ", ".join(str(link.organisation.name) for link in found.organisation_links.all()),
            "provider_name": str(settings.SITE_NAME),
            "provider_url": settings.BASE_URL,
            "cache_age": 3600,
            "html": embed_code(found, width, height),
            "width": width,
            "height": height,
        }
    return _told({name: value for name, value in told.items() if value}, 200)


def _told(data: dict[str, Any], status: int) -> JsonResponse:
    return JsonResponse(data, status=status, headers={"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"})


def _entry_in(address: str) -> tuple[str, str]:
    """The number and the language in the address of an entry's page on this site; empty where it is none."""
    try:
        parts, ours = urlsplit(address), urlsplit(settings.BASE_URL)
        if parts.scheme not in ("http", "https") or parts.netloc != ours.netloc:
            return "", "en"
        language = language_of_path(parts.path)
        with override(language):
            match = resolve(parts.path)
    except (ValueError, Resolver404):
        return "", "en"
    if match.view_name not in ("stocktaking:entry", "stocktaking:card"):
        return "", "en"
    return str(match.kwargs.get("number", "")), language


def _within(request: HttpRequest, name: str, usual: int) -> int:
    given = request.GET.get(name, "")
    return max(_SMALLEST, min(usual, int(given))) if _SIZE.fullmatch(given) else usual
