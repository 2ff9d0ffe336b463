"""Expensive addresses answer 429 to whoever asks too often, and to nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client, RequestFactory

from plenary.ground.web.limits import Buckets, buckets, client_of


@pytest.fixture
def limited(settings):
    settings.RATE_LIMIT = 5
    buckets.clear()
    yield
    buckets.clear()


@pytest.mark.django_db
def test_search_is_limited_by_address_and_open_again_after_a_while(limited):
    with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC), tick=False) as clock:
        reader = Client(REMOTE_ADDR="192.0.2.1")
        answers = [reader.get("/search/?q=a").status_code for _ in range(6)]
        assert answers == [200] * 5 + [429]
        refused = reader.get("/ar/search/?q=a")
        assert refused.status_code == 429
        assert refused["Retry-After"] == "12"
        assert '<html lang="ar" dir="rtl">' in refused.content.decode()
        assert Client(REMOTE_ADDR="192.0.2.2").get("/search/?q=a").status_code == 200
        assert reader.get("/about/").status_code == 200
        clock.shift(timedelta(seconds=12))
        assert reader.get("/search/?q=a").status_code == 200
        assert reader.get("/search/?q=a").status_code == 429


@pytest.mark.django_db
def test_signed_in_people_are_not_limited_but_a_made_up_cookie_does_not_help(limited):
    reader = Client(REMOTE_ADDR="192.0.2.1")
    reader.force_login(get_user_model().objects.create_user("a@example.org"), backend="django.contrib.auth.backends.ModelBackend")
    assert {reader.get("/search/?q=a").status_code for _ in range(8)} == {200}
    liar = Client(REMOTE_ADDR="192.0.2.9")
    liar.cookies["plenary_session"] = "made-up"
    assert 429 in {liar.get("/search/?q=a").status_code for _ in range(8)}


@pytest.mark.parametrize(
    "proxies,address,forwarded,client",
    [
        (0, "192.0.2.1", "198.51.100.7", "192.0.2.1"),
        (1, "10.0.0.1", "203.0.113.5, 198.51.100.7", "198.51.100.7"),
        (2, "10.0.0.1", "203.0.113.5, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (2, "10.0.0.1", "198.51.100.7", "10.0.0.1"),
        (0, "2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        (0, "::ffff:192.0.2.1", "", "192.0.2.1"),
        (0, "fe80::1%eth0", "", "fe80::/64"),
        (1, "10.0.0.1", "nonsense", "unknown"),
        (0, "", "", "unknown"),
    ],
)
def test_the_client_behind_trusted_proxies(settings, proxies, address, forwarded, client):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=address, HTTP_X_FORWARDED_FOR=forwarded)
    assert client_of(request) == client


def test_the_memory_is_bounded():
    many = Buckets(most=100)
    for number in range(1000):
        many.take(str(number), 10)
    assert len(many) == 100
