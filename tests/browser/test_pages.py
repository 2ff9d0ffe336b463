"""Every public page in a real browser: accessible, whole on a phone, light, and asking nobody else for anything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.addresses import PAGES, fill

PHONE, SMALL_PHONE, DESK = 360, 320, 1280
MOST_BYTES = 60 * 1024
axe = Axe()


@dataclass
class Seen:
    """What a page did while it was loaded."""

    page: Page
    base: str
    requests: list[str] = field(default_factory=list)
    bytes: int = 0
    complaints: list[str] = field(default_factory=list)

    @property
    def elsewhere(self) -> list[str]:
        return [address for address in self.requests if not address.startswith((self.base, "data:"))]


@contextmanager
def opened(browser, site, path: str, width: int, *, until: str = "load", **options) -> Iterator[Seen]:
    context = browser.new_context(viewport={"width": width, "height": 800}, **options)
    page = context.new_page()
    seen = Seen(page, site.address)
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("console", lambda message: seen.complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))

    def count(request) -> None:
        seen.bytes += request.sizes()["responseBodySize"]

    page.on("requestfinished", count)
    try:
        page.goto(f"{site.address}{fill(path, site.read)}", wait_until=until)
        yield seen
    finally:
        context.close()


def findings(page: Page) -> list[str]:
    found = axe.run(page).response["violations"]
    return [f"{each['id']}: {node['target']} {node['html'][:160]}" for each in found for node in each["nodes"]]


def overflow(page: Page) -> list[str]:
    """What sticks out of the page sideways, unless it scrolls inside its own box."""
    return page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= width) return [];
            const scrolls = (node) => {
                for (let up = node; up && up !== document.body; up = up.parentElement)
                    if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(up).overflowX)) return true;
                return false;
            };
            return [...document.body.querySelectorAll('*')].filter((node) => {
                const box = node.getBoundingClientRect();
                return box.width && (box.right > width + 1 || box.left < -1) && !scrolls(node);
            }).slice(0, 5).map((node) => node.outerHTML.slice(0, 120)).concat(['the page is ' + document.documentElement.scrollWidth + ' wide']);
        }"""
    )


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("language", ["", "/ar"])
@pytest.mark.parametrize("path", PAGES)
def test_page_is_accessible_and_keeps_to_itself(browser, site, path, language, width):
    with opened(browser, site, f"{language}{path}", width, until="networkidle") as seen:
        assert findings(seen.page) == []
        assert overflow(seen.page) == []
        assert seen.elsewhere == []
        assert seen.complaints == []
        assert seen.bytes <= MOST_BYTES


@pytest.mark.parametrize("language", ["", "/ar"])
@pytest.mark.parametrize("path", PAGES)
def test_page_fits_the_smallest_phone(browser, site, path, language):
    with opened(browser, site, f"{language}{path}", SMALL_PHONE) as seen:
        assert overflow(seen.page) == []


@pytest.mark.parametrize("path", PAGES)
def test_page_says_the_same_without_javascript(browser, site, path):
    with opened(browser, site, path, DESK) as with_script:
        expected = with_script.page.locator("h1, h2").all_inner_texts()
    with opened(browser, site, path, DESK, java_script_enabled=False) as without:
        assert without.page.locator("h1, h2").all_inner_texts() == expected


@pytest.mark.parametrize("path", ["/", "/stocktaking/", "/stocktaking/{entry}/", "/matrix/", "/forum/2020/", "/reports/progress/2021/", "/accounts/login/"])
def test_page_is_readable_in_the_dark(browser, site, path):
    with opened(browser, site, path, DESK, color_scheme="dark") as seen:
        assert findings(seen.page) == []


@pytest.mark.parametrize("path", ["/nothing/", "/ar/nothing/", "/stocktaking/?colour=blue"])
def test_error_page_is_accessible_too(browser, site, path):
    with opened(browser, site, path, PHONE) as seen:
        assert findings(seen.page) == []
        assert overflow(seen.page) == []
        assert seen.elsewhere == []
