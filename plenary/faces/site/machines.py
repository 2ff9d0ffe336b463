"""What programs ask a site for: robots.txt, the sitemap, security.txt, the icon at its old address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import chain

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.templatetags.static import static
from django.utils.cache import patch_vary_headers
from django.utils.text import compress_sequence

from plenary.faces.site import sitemaps
from plenary.ground.web.cache import public_page


@public_page
def robots(request: HttpRequest) -> HttpResponse:
    """Everything public may be read; search and filters would only be the same records again."""
    lines = [
        "User-agent: *",
        "Disallow: /*?*q=",
        "Disallow: /*stocktaking/?",
        "Disallow: /*stocktaking/feed.atom?",
        "Disallow: /*stocktaking/saved/",
        "Disallow: /*search/",
        "Disallow: /*desk/",
        "Disallow: /*account",
        "Disallow: /admin/",
        f"Sitemap: {settings.BASE_URL}/sitemap.xml",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8", headers={"Cache-Control": "public, max-age=3600"})


def security(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a weakness (RFC 9116)."""
    expires = (datetime.now(UTC) + timedelta(days=180)).replace(hour=0, minute=0, second=0, microsecond=0)
    sender = settings.DEFAULT_FROM_EMAIL
    lines = [
        f"Contact: mailto:{sender[sender.find('<') + 1 :].rstrip('>')}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(code.split('-')[0] for code, _name in settings.LANGUAGES)}",
        f"Canonical: {settings.BASE_URL}/.well-known/security.txt",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def icon(request: HttpRequest) -> HttpResponsePermanentRedirect:
    """Browsers that do not read the page's link ask here."""
    return HttpResponsePermanentRedirect(static("web/icon.svg"))


@public_page
def sitemap(request: HttpRequest) -> HttpResponse:
    """The index of sitemaps: the fixed pages, and as many parts as needed for each kind of record."""
    return HttpResponse(sitemaps.index_file(), content_type="application/xml")


def sitemap_part(request: HttpRequest, part: str) -> HttpResponseBase:
    """A part, each page with its address in every language."""
    found = sitemaps.find(part)
    addresses = sitemaps.addresses(found) if found else iter(())
    first = next(addresses, None)
    if first is None:
        return HttpResponse("There is no such part.", status=404, content_type="text/plain; charset=utf-8")
    pieces = (piece.encode() for piece in sitemaps.part_file(chain((first,), addresses)))
    # A part can have 30 megabytes, nearly all of them repetition.
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    response = StreamingHttpResponse(compress_sequence(pieces) if zipped else pieces, content_type="application/xml")
    patch_vary_headers(response, ["Accept-Encoding"])
    if zipped:
        response["Content-Encoding"] = "gzip"
    return response
