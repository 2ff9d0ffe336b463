"""The page cache gives everybody what is everybody's, and nobody what is somebody's."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta

import brotli
import pytest
import time_machine
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.test import Client
from django.urls import path

from plenary.config.urls import *  # noqa: F403  (the site's own addresses, and those below)
from plenary.config.urls import urlpatterns as site
from plenary.ground.audit import actions as audit
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.web import cache
from plenary.ground.web.cache import Kept, Pages, public_page

made = []


def _counted(request, *args):
    made.append(request.path)
    who = request.user.email if request.user.is_authenticated else "nobody"
    notes = " ".join(str(each) for each in messages.get_messages(request))
    return HttpResponse(f"<p>{len(made)} {who} {notes} " + "x" * 2000)


@public_page
def shared(request):
    return _counted(request)


def own(request):
    return _counted(request)


@public_page
def with_form(request):
    response = _counted(request)
    response.write(get_token(request))
    return response


@public_page
def with_accept(request):
    response = _counted(request)
    response["Vary"] = "Accept"
    return response


@public_page
def private(request):
    response = _counted(request)
    response["Cache-Control"] = "private"
    return response


urlpatterns = [
    path("t/shared/", shared),
    path("t/own/", own),
    path("t/form/", with_form),
    path("t/accept/", with_accept),
    path("t/private/", private),
    *site,
]


@pytest.fixture
def caching(settings):
    settings.PAGE_CACHE_SECONDS = 60
    settings.ROOT_URLCONF = __name__
    made.clear()
    cache.pages.clear()
    yield
    cache.pages.clear()


def text(response):
    return response.content.decode()


@pytest.mark.django_db
def test_a_public_page_is_made_once(caching):
    first = Client().get("/t/shared/")
    again = Client().get("/t/shared/")
    assert text(first) == text(again)
    assert len(made) == 1
    assert first["X-Reference"] != again["X-Reference"]
    assert again["Content-Security-Policy"] == first["Content-Security-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/t/own/", "/t/form/", "/t/accept/", "/t/private/"])
def test_pages_that_are_not_everybodys_are_made_each_time(caching, address):
    Client().get(address)
    Client().get(address)
    assert len(made) == 2
    assert len(cache.pages) == 0


@pytest.mark.django_db
def test_nothing_of_somebody_signed_in_is_kept_or_given(caching):
    reader = Client()
    reader.force_login(get_user_model().objects.create_user("minister@example.org"), backend="django.contrib.auth.backends.ModelBackend")
    assert "minister@example.org" in text(reader.get("/t/shared/"))
    assert "minister" not in text(Client().get("/t/shared/"))
    assert "minister@example.org" in text(reader.get("/t/shared/"))
    assert "minister" not in text(Client().get("/t/shared/"))


@pytest.mark.django_db
def test_waiting_messages_are_not_kept(caching):
    reader = Client()
    reader.cookies["messages"] = "whatever"
    reader.get("/t/shared/")
    assert len(cache.pages) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("given", [{"HTTP_AUTHORIZATION": "Bearer x"}, {"HTTP_HX_REQUEST": "true"}, {"HTTP_RANGE": "bytes=0-9"}])
def test_odd_requests_go_past(caching, given):
    Client().get("/t/shared/")
    Client().get("/t/shared/", **given)
    assert len(made) == 2


@pytest.mark.django_db
def test_only_get_is_kept_and_head_is_answered_from_it(caching):
    Client().post("/t/shared/")
    Client().head("/t/shared/")
    assert len(cache.pages) == 0
    page = Client().get("/t/shared/")
    head = Client().head("/t/shared/")
    assert len(made) == 3
    assert head.content == b""
    assert head["Content-Length"] == str(len(page.content))


@pytest.mark.django_db
def test_query_and_language_are_told_apart_and_long_queries_go_past(caching):
    Client().get("/t/shared/?a=1")
    Client().get("/t/shared/?a=2")
    assert len(made) == 2
    long = "/t/shared/?a=" + "x" * 300
    Client().get(long)
    Client().get(long)
    assert len(made) == 4


@pytest.mark.django_db
def test_any_action_drops_the_page(caching):
    Client().get("/t/shared/")
    audit.record(actor=SYSTEM, verb="changed", kind="test", key="1")
    Client().get("/t/shared/")
    assert len(made) == 2


@pytest.mark.django_db
def test_a_page_lives_a_minute_and_not_past_an_opening(caching, monkeypatch):
    with time_machine.travel(datetime(2026, 1, 25, 21, 59, 30, tzinfo=UTC), tick=False) as clock:
        Client().get("/t/shared/")
        clock.shift(timedelta(seconds=59))
        Client().get("/t/shared/")
        assert len(made) == 1
        clock.shift(timedelta(seconds=2))
        monkeypatch.setattr(cache, "_ends", [lambda: datetime.now(UTC) + timedelta(seconds=5)])
        Client().get("/t/shared/")
        assert len(made) == 2
        clock.shift(timedelta(seconds=4))
        Client().get("/t/shared/")
        assert len(made) == 2
        clock.shift(timedelta(seconds=1))
        Client().get("/t/shared/")
        assert len(made) == 3


@pytest.mark.django_db
def test_answers_come_compressed_as_accepted_and_304_where_unchanged(caching):
    plain = Client().get("/t/shared/").content
    in_brotli = Client().get("/t/shared/", HTTP_ACCEPT_ENCODING="gzip, br")
    in_gzip = Client().get("/t/shared/", HTTP_ACCEPT_ENCODING="br;q=0, gzip;q=1.0")
    assert in_brotli["Content-Encoding"] == "br"
    assert brotli.decompress(in_brotli.content) == plain
    assert in_gzip["Content-Encoding"] == "gzip"
    assert gzip.decompress(in_gzip.content) == plain
    assert {"Accept-Encoding", "Cookie"} <= {each.strip() for each in in_gzip["Vary"].split(",")}
    unchanged = Client().get("/t/shared/", HTTP_IF_NONE_MATCH=in_gzip["ETag"])
    assert unchanged.status_code == 304
    assert unchanged.content == b""
    assert unchanged["ETag"] == in_gzip["ETag"]


@pytest.mark.django_db
def test_a_page_that_may_hold_a_secret_does_not_tell_it_by_its_length(caching):
    reader = Client()
    reader.force_login(get_user_model().objects.create_user("a@example.org"), backend="django.contrib.auth.backends.ModelBackend")
    plain = reader.get("/t/own/").content.partition(b" ")[2]  # behind the number of its making
    answers = [reader.get("/t/own/", HTTP_ACCEPT_ENCODING="br, gzip") for _each in range(30)]
    assert {answer["Content-Encoding"] for answer in answers} == {"gzip"}
    assert {gzip.decompress(answer.content).partition(b" ")[2] for answer in answers} == {plain}
    assert len({len(answer.content) for answer in answers}) > 5
    assert all(int(answer["Content-Length"]) == len(answer.content) for answer in answers)
    assert "Content-Encoding" not in reader.get("/t/own/", HTTP_ACCEPT_ENCODING="br"), "brotli has no place for it"
    form = Client().get("/t/form/", HTTP_ACCEPT_ENCODING="gzip")  # it sets a cookie
    assert form["Content-Encoding"] == "gzip"
    assert Client().get("/t/own/", HTTP_ACCEPT_ENCODING="br")["Content-Encoding"] == "br", "nobody's own"


@pytest.mark.django_db
def test_home_is_kept_and_asks_one_query_then(caching, django_assert_max_num_queries):
    Client().get("/")
    with django_assert_max_num_queries(1):
        assert Client().get("/").status_code == 200


def test_the_bytes_are_bounded():
    pages = Pages(most=10_000)
    for number in range(100):
        pages.put(number, Kept({}, "", 1e12, (), {"": b"x" * 2000}))
    assert pages.bytes <= 10_000
    assert pages.get(99) is not None
    assert pages.get(0) is None
    pages.put("huge", Kept({}, "", 1e12, (), {"": b"x" * 20_000}))
    assert pages.bytes <= 10_000
