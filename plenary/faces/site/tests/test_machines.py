"""What programs ask for: robots.txt, sitemaps, security.txt, the icon."""

from __future__ import annotations

from datetime import datetime

import pytest
from defusedxml import ElementTree
from django.test import Client

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


def test_security_txt_is_valid_for_a_while(settings):
    lines = dict(line.split(": ", 1) for line in body("/.well-known/security.txt").decode().splitlines())
    assert lines["Contact"].startswith("mailto:")
    assert datetime.fromisoformat(lines["Expires"]) > datetime.now().astimezone()
    assert lines["Canonical"] == f"{settings.BASE_URL}/.well-known/security.txt"


def test_the_icon_stands_where_old_browsers_look():
    response = Client().get("/favicon.ico")
    assert response.status_code == 301
    assert response["Location"].startswith("/static/web/icon")
