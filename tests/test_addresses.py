"""Every public address answers, every link leads somewhere, and nonsense gets a 4xx with a way on: never a 500."""

from __future__ import annotations

from collections import deque
from html.parser import HTMLParser
from urllib.parse import quote, urljoin, urlsplit

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from tests.addresses import FILTERS, LANGUAGES, LISTS, NOT_THERE, PAGES, fill

MOST_PAGES = 600
#: What follows from the table of addresses need not be crawled again for each value.
MOST_QUERIES_OF_A_PAGE = 3


@pytest.fixture(autouse=True)
def unlimited(settings):
    settings.RATE_LIMIT = 0


def page_at(path: str) -> str:
    return Client().get(path).content.decode()


class Links(HTMLParser):
    """The addresses that a page's links and resources point to, and its ids."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if given.get("id"):
            self.ids.add(str(given["id"]))
        place = {"a": "href", "link": "href", "script": "src", "img": "src"}.get(tag)
        if place and given.get(place) and given.get("rel") not in ("canonical", "alternate"):
            self.found.append(str(given[place]))


def read(page: bytes) -> Links:
    links = Links()
    links.feed(page.decode())
    return links


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_public_address_answers(whole_site, path, language):
    response = Client().get(f"{language}{fill(path, page_at)}")
    assert response.status_code == 200
    page = response.content.decode()
    assert page.count("<h1") == 1
    assert f'lang="{language.strip("/") or "en"}"' in page
    assert f'dir="{"rtl" if language == "/ar" else "ltr"}"' in page.split(">", 3)[1] + page.split(">", 3)[2]


@pytest.mark.parametrize("language", ["", "/ar"])
@pytest.mark.parametrize("path,status", NOT_THERE)
def test_what_is_not_there_is_told_with_a_way_on(whole_site, path, status, language):
    response = Client(raise_request_exception=False).get(f"{language}{path}")
    assert response.status_code == status
    if not path.startswith(("/api/", "/files/", "/static/")):
        page = response.content.decode()
        assert "<h1" in page
        assert response["X-Reference"] in page
        assert 'href="/' in page


@pytest.mark.slow
def test_every_link_leads_somewhere(whole_site):
    """From the home page by all links, until nothing is new (or enough was seen)."""
    client, seen, broken = Client(raise_request_exception=False), {"/"}, []
    waiting, queries = deque([("/", "")]), {}
    pages = 0
    while waiting and pages < MOST_PAGES:
        address, source = waiting.popleft()
        response = client.get(address)
        pages += 1
        if response.status_code in (301, 302):
            continue
        if response.status_code != 200:
            broken.append((response.status_code, address, source))
            continue
        if not response["Content-Type"].startswith("text/html"):
            continue
        links = read(response.content)
        for link in links.found:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            if not parts.path and parts.fragment and not parts.query:
                if parts.fragment not in links.ids:
                    broken.append(("no such place", link, address))
                continue
            target = urljoin(address, link).split("#")[0]
            path = urlsplit(target).path
            if target in seen or path.startswith(("/static/", "/ar/", "/zh/", "/fr/", "/ru/", "/es/")):
                continue
            if "?" in target:
                queries[path] = queries.get(path, 0) + 1
                if queries[path] > MOST_QUERIES_OF_A_PAGE:
                    continue
            seen.add(target)
            waiting.append((target, address))
    assert broken == []
    assert pages > 100


ODD = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["", "0", "-1", "1e9", "NaN", "null", "true", "[]", "{}", "%00", "\x00", "'; DROP TABLE", "<script>", "../..", "🙂" * 30, "٣", "９", "١٢"]),
    st.integers().map(str),
    st.dates().map(str),
)


@limits(max_examples=150)
@given(path=st.sampled_from(LISTS), query=st.lists(st.tuples(st.sampled_from(FILTERS), ODD), max_size=5), language=st.sampled_from(LANGUAGES))
def test_property_no_query_breaks_a_list(whole_site, path, query, language):
    response = Client().get(f"{language}{path}?" + "&".join(f"{name}={quote(value)}" for name, value in query))
    assert response.status_code in (200, 400)


PLACES = ["/editions/{}/", "/action-lines/{}/", "/sdgs/{}/", "/countries/{}/", "/measures/{}/", "/stocktaking/{}/", "/prizes/{}/", "/forum/{}/"]
DEEPER = ["/calls/{}/{}/", "/forum/{}/sessions/{}/", "/forum/{}/tracks/{}/", "/{}/{}/", "/reports/{}/{}/"]


@limits(max_examples=150)
@given(place=st.sampled_from(PLACES + DEEPER), parts=st.tuples(ODD, ODD))
def test_property_no_code_in_an_address_breaks_a_page(whole_site, place, parts):
    path = place.format(*(quote(part, safe="") for part in parts))
    if path.startswith("//"):
        return  # another site, not an address of ours
    response = Client().get(path)
    assert response.status_code in (200, 301, 302, 400, 404)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["/", "/stocktaking/", "/editions/2021/", "/api/v1/openapi.json", "/healthz"])
def test_reading_addresses_take_no_writes(whole_site, path, method):
    response = getattr(Client(raise_request_exception=False, enforce_csrf_checks=True), method)(path)
    assert response.status_code in (403, 405)


def test_site_is_ready_and_alive(whole_site):
    assert Client().get("/healthz").json() == {"status": "ok"}
    assert Client().get("/readyz").json() == {"status": "ok", "database": "ok", "index": "ok"}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/editions/20%0021/", "/stocktaking/a%00b/", "/countries/K%00/", "/measures/forum.%00/", "/ar/themes/x%00/"])
def test_an_address_with_a_null_byte_is_no_page(client, path):
    assert client.get(path).status_code == 404
