"""What scripts of other sites may read: open data, feeds and exports; never pages, and nothing of one reader's own."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from plenary.ground.web.middleware import ReadableElsewhere


def through(path: str, response: HttpResponse | None = None, method: str = "GET", **headers: str) -> HttpResponse:
    """The answer of a view, as the middleware lets it pass."""
    request = RequestFactory().generic(method, path, headers=headers)
    return ReadableElsewhere(lambda _request: response if response is not None else HttpResponse("<p>", content_type="text/html; charset=utf-8"))(request)


def is_open(response: HttpResponse) -> bool:
    assert "Access-Control-Allow-Credentials" not in response
    return response.get("Access-Control-Allow-Origin") == "*" and response.get("Cross-Origin-Resource-Policy") == "cross-origin"


def of(kind: str, **headers: str) -> HttpResponse:
    return HttpResponse("x", content_type=kind, headers=headers)


@pytest.mark.parametrize("path", ["/oai?verb=Identify", "/oai/plenary-1.xsd", "/data/", "/fr/data/", "/data/latest/entries.parquet"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_open_data_is_open(path, method):
    assert is_open(through(path, method=method))


@pytest.mark.parametrize("kind", ["application/atom+xml", "text/csv; charset=utf-8", "application/x-ndjson", "text/calendar", "application/ld+json"])
@pytest.mark.parametrize(
    "path", ["/stocktaking/feed.atom?q=health", "/ar/stocktaking/?format=csv", "/collections/covid-19/?format=csv", "/calls/deadlines.ics"]
)
def test_feeds_and_exports_are_open(path, kind):
    assert is_open(through(path, of(kind)))


@pytest.mark.parametrize("path", ["/", "/stocktaking/", "/fr/stocktaking/2021-1/", "/about/", "/search/?q=x"])
def test_pages_are_not(path):
    assert not is_open(through(path))
    assert not is_open(through(path, HttpResponse(status=304)))


@pytest.mark.parametrize("kind", ["text/html", "text/csv", "application/json", "application/atom+xml"])
@pytest.mark.parametrize(
    "path", ["/desk/stocktaking/export.csv", "/fr/desk/", "/account/", "/ar/account/export.json", "/accounts/login/", "/admin/", "/files/x/y.csv"]
)
def test_nothing_of_the_desk_or_of_an_account_is_open(path, kind):
    assert not is_open(through(path, of(kind)))
    assert not is_open(through(path, of(kind), method="OPTIONS", **{"Access-Control-Request-Method": "GET"}))


def test_what_is_one_readers_own_is_not_open():
    assert not is_open(through("/stocktaking/feed.atom", of("application/atom+xml", **{"Cache-Control": "private"})))
    assert not is_open(through("/stocktaking/?format=csv", of("text/csv", **{"Cache-Control": "no-store"})))
    personal = of("text/csv")
    personal.set_cookie("plenary_session", "x")
    assert not is_open(through("/stocktaking/?format=csv", personal))


def test_an_unchanged_feed_is_open_and_writing_is_not():
    assert is_open(through("/stocktaking/feed.atom", HttpResponse(status=304)))
    assert not is_open(through("/stocktaking/", of("application/json"), method="POST"))


@pytest.mark.django_db
def test_browsers_are_told_before_they_ask_with_a_tag():
    answer = Client().options("/oai", headers={"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"})
    assert answer.status_code == 204
    assert is_open(answer)
    assert answer["Access-Control-Allow-Methods"] == "GET, HEAD"
    assert "If-None-Match" in answer["Access-Control-Allow-Headers"]
    refused = Client().options("/oai", headers={"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "PUT"})
    assert not is_open(refused)


@pytest.mark.django_db
def test_on_the_site_itself(client):
    assert is_open(client.get("/oai?verb=Identify"))
    assert is_open(client.get("/data/catalog.jsonld"))
    assert is_open(client.get("/api/v1/entries"))
    assert is_open(client.head("/api/v1/entries"))
    for path in ("/", "/stocktaking/", "/accounts/login/", "/account/terms/"):
        response = client.get(path)
        assert not is_open(response)
        assert response["Cross-Origin-Resource-Policy"] == "same-origin"
