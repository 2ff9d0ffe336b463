"""What programs ask a site for: robots.txt, the sitemap, security.txt, the icon at its old address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from xml.sax.saxutils import escape, quoteattr

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.templatetags.static import static
from django.urls import reverse
from django.utils.encoding import iri_to_uri
from django.utils.translation import override

from plenary.ground.search.registry import kinds
from plenary.ground.web.cache import public_page
from plenary.ground.web.languages import in_language

#: Pages that are no records of any kind.
FIXED = (
    "site:home",
    "site:about",
    "site:accessibility",
    "calls:list",
    "stocktaking:list",
    "awards:list",
    "forum:list",
    "insights:matrix",
    "insights:countries",
)
MOST = 8_000  # addresses in a file, each in six languages: the protocol allows 50,000 of them


@public_page
def robots(request: HttpRequest) -> HttpResponse:
    """Everything public may be read; search and filters would only be the same records again."""
    lines = [
        "User-agent: *",
        "Disallow: /*?*q=",
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


def sitemap(request: HttpRequest) -> HttpResponse:
    """The index of sitemaps: one for the fixed pages, and as many as needed for each kind of record."""
    parts = ["pages", *kinds()]
    body = "".join(f"<sitemap><loc>{escape(settings.BASE_URL + reverse('sitemap-part', args=[part]))}</loc></sitemap>" for part in parts)
    return HttpResponse(
        f'<?xml version="1.0" encoding="UTF-8"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{body}</sitemapindex>',
        content_type="application/xml",
    )


def sitemap_part(request: HttpRequest, part: str) -> HttpResponseBase:
    """All pages of one kind, each with its address in every language."""
    kind = kinds().get(part)
    if kind is None and part != "pages":
        return HttpResponse(status=404)
    paths = _fixed() if kind is None else (document.path for document in kind.documents())
    return StreamingHttpResponse(_urls(islice(paths, MOST)), content_type="application/xml")


def _fixed() -> list[str]:
    with override("en"):
        return [reverse(name) for name in FIXED]


def _urls(paths: Iterator[str] | list[str] | islice[str]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">'
    seen: set[str] = set()
    for path in paths:
        bare = iri_to_uri(path.split("#", 1)[0])
        if bare in seen:
            continue
        seen.add(bare)
        addresses = {code.split("-")[0]: settings.BASE_URL + in_language(bare, code) for code, _name in settings.LANGUAGES}
        links = "".join(f'<xhtml:link rel="alternate" hreflang="{code}" href={quoteattr(address)}/>' for code, address in addresses.items())
        yield "".join(f"<url><loc>{escape(address)}</loc>{links}</url>" for address in addresses.values())
    yield "</urlset>"
