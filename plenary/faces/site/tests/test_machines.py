"""What programs ask for: robots.txt, sitemaps, security.txt, the icon."""

from __future__ import annotations

import gzip
from datetime import datetime

import pytest
from defusedxml import ElementTree
from django.test import Client

from plenary.faces.site import sitemaps
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.tests.harvesters import many_entries

pytestmark = pytest.mark.django_db
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def body(address):
    response = Client().get(address)
    assert response.status_code == 200, address
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_robots_names_the_sitemap(settings):
    assert f"Sitemap: {settings.BASE_URL}/sitemap.xml" in body("/robots.txt").decode()


def test_sitemaps_hold_every_public_page_in_every_language(process, settings):
    parts = [place.text for place in ElementTree.fromstring(body("/sitemap.xml")).iterfind("s:sitemap/s:loc", NAMES)]
    assert f"{settings.BASE_URL}/sitemap-pages.xml" in parts
    assert f"{settings.BASE_URL}/sitemap-concept.xml" in parts
    for part in parts:
        ElementTree.fromstring(body(part.removeprefix(settings.BASE_URL)))
    found = ElementTree.fromstring(body("/sitemap-concept.xml"))
    addresses = [place.text.removeprefix(settings.BASE_URL) for place in found.iterfind("s:url/s:loc", NAMES)]
    assert "/sdgs/3/" in addresses
    assert "/zh/sdgs/3/" in addresses
    assert len(addresses) == len(set(addresses))
    links = {link.get("hreflang") for link in found.find("s:url", NAMES).iterfind("x:link", NAMES)}
    assert links == {"en", "ar", "zh", "fr", "ru", "es"}
    assert Client().get("/sitemap-nonsense.xml").status_code == 404


def test_the_sitemap_comes_in_parts_at_any_size(process, monkeypatch, settings):
    monkeypatch.setattr(sitemaps, "MOST", 5)
    many_entries(23)
    gone = Entry.objects.filter(number__in=["many-0", "many-7"])
    gone.update(state=Entry.State.WITHDRAWN)
    found = {}
    for place in ElementTree.fromstring(body("/sitemap.xml")).iterfind("s:sitemap", NAMES):
        address = place.findtext("s:loc", namespaces=NAMES).removeprefix(settings.BASE_URL)
        if address.startswith("/sitemap-entry"):
            assert place.findtext("s:lastmod", namespaces=NAMES)
            urls = list(ElementTree.fromstring(body(address)).iterfind("s:url", NAMES))
            assert 0 < len(urls) <= 5 * 6
            found |= {url.findtext("s:loc", namespaces=NAMES): url.findtext("s:lastmod", namespaces=NAMES) for url in urls}
    assert len(found) == 21 * 6
    entry = Entry.objects.get(number="many-3")
    assert found[f"{settings.BASE_URL}/zh/stocktaking/many-3/"] == entry.updated_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    for wrong in ("entry-1", "entry-99999", "entry-0", "entry-x", "entry-²", "entry--2", f"entry-{'9' * 40}", "pages-2", "nothing-2"):
        assert Client().get(f"/sitemap-{wrong}.xml").status_code == 404, wrong


def test_other_kinds_come_in_parts_too(process, monkeypatch, settings):
    monkeypatch.setattr(sitemaps, "MOST", 2)
    parts = [place.text for place in ElementTree.fromstring(body("/sitemap.xml")).iterfind("s:sitemap/s:loc", NAMES)]
    concepts = [part.removeprefix(settings.BASE_URL) for part in parts if "sitemap-concept" in part]
    assert concepts == ["/sitemap-concept.xml", "/sitemap-concept-2.xml"]
    addresses = [place.text for part in concepts for place in ElementTree.fromstring(body(part)).iterfind("s:url/s:loc", NAMES)]
    assert len(addresses) == len(set(addresses)) == 3 * 6


def test_parts_are_sent_compressed_to_those_who_can_read_it(process):
    response = Client().get("/sitemap-concept.xml", headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(b"".join(response.streaming_content)) == body("/sitemap-concept.xml")


def test_security_txt_is_valid_for_a_while(settings):
    lines = dict(line.split(": ", 1) for line in body("/.well-known/security.txt").decode().splitlines())
    assert lines["Contact"].startswith("mailto:")
    assert datetime.fromisoformat(lines["Expires"]) > datetime.now().astimezone()
    assert lines["Canonical"] == f"{settings.BASE_URL}/.well-known/security.txt"


def test_the_icon_stands_where_old_browsers_look():
    response = Client().get("/favicon.ico")
    assert response.status_code == 301
    assert response["Location"].startswith("/static/web/icon")
