"""The shell around every page: languages, addresses, header, errors."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.http import Http404, HttpResponse
from django.test import Client
from django.urls import path

from plenary.config.urls import *  # noqa: F403
from plenary.config.urls import urlpatterns as site
from plenary.errors import BadQuery, Conflict, Invalid, NotAllowed
from plenary.ground.web.languages import in_every_language

RAISED = {
    "not-allowed": (NotAllowed("x"), 403),
    "conflict": (Conflict("Somebody else was faster."), 409),
    "invalid": (Invalid({"title": ["Give a title."]}), 409),
    "bad-query": (BadQuery({"colour": ["There is no such filter."]}), 400),
    "missing": (Http404(), 404),
    "broken": (RuntimeError("secret detail"), 500),
}


def failing(request, kind):
    raise RAISED[kind][0]


def fine(request):
    return HttpResponse("fine")


urlpatterns = [*in_every_language(path("fail/<slug:kind>/", failing)), *site]
handler400 = "plenary.ground.web.errors.bad_request"
handler403 = "plenary.ground.web.errors.forbidden"
handler404 = "plenary.ground.web.errors.not_found"
handler500 = "plenary.ground.web.errors.server_error"


@pytest.fixture
def failures(settings):
    settings.ROOT_URLCONF = __name__


class Links(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", RAISED)
@pytest.mark.parametrize("prefix,language,direction", [("", "en", "ltr"), ("/ar", "ar", "rtl"), ("/zh", "zh", "ltr")])
def test_an_error_has_a_page_with_reference_search_and_ways_on(failures, kind, prefix, language, direction):
    response = Client(raise_request_exception=False).get(f"{prefix}/fail/{kind}/")
    page = response.content.decode()
    assert response.status_code == RAISED[kind][1]
    assert f'<html lang="{language}" dir="{direction}">' in page
    assert response["X-Reference"] in page
    assert f'action="{prefix}/search/"' in page
    assert "secret detail" not in page
    assert "Traceback" not in page
    assert page.count("<h1") == 1
    assert 'content="noindex"' in page


def test_a_server_error_does_not_touch_the_database(failures):
    # No django_db mark: any query would fail this test.
    with connection.execute_wrapper(_refuse):
        page = Client(raise_request_exception=False).get("/fail/broken/").content.decode()
    assert "Something went wrong on our side" in page


def _refuse(execute, sql, *rest):
    raise AssertionError(sql)


@pytest.mark.django_db
def test_a_wrong_host_gets_an_error_page_and_not_a_trace():
    assert Client(raise_request_exception=False).get("/", HTTP_HOST="evil.example").status_code == 400


@pytest.mark.django_db
def test_the_language_switch_keeps_page_and_query_and_leads_back():
    start = "/search/?q=water+%26+health&kind=concept"
    page = Client().get(start).content.decode()
    switch = {attributes["hreflang"]: attributes["href"] for tag, attributes in Links(page).found if tag == "a" and "hreflang" in attributes}
    assert list(switch) == ["en", "ar", "zh", "fr", "ru", "es"]
    for language, address in switch.items():
        other = Client().get(address).content.decode()
        assert f'<html lang="{language}"' in other
        assert 'value="water &amp; health"' in other
        back = {attributes["hreflang"]: attributes["href"] for tag, attributes in Links(other).found if tag == "a" and "hreflang" in attributes}
        assert back == switch


@pytest.mark.django_db
def test_alternates_name_all_languages_and_the_default(settings):
    found = Links(Client().get("/fr/about/?utm_source=x").content.decode()).found
    links = [attributes for tag, attributes in found if tag == "link"]
    alternates = {each["hreflang"]: each["href"] for each in links if each.get("rel") == "alternate"}
    base = settings.BASE_URL
    assert alternates == {
        "en": f"{base}/about/",
        "ar": f"{base}/ar/about/",
        "zh": f"{base}/zh/about/",
        "fr": f"{base}/fr/about/",
        "ru": f"{base}/ru/about/",
        "es": f"{base}/es/about/",
        "x-default": f"{base}/about/",
    }
    assert [each["href"] for each in links if each.get("rel") == "canonical"] == [f"{base}/fr/about/"]


@pytest.mark.django_db
def test_security_headers():
    response = Client().get("/about/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"


@pytest.mark.django_db
def test_the_account_link_follows_who_is_there():
    anonymous = Client().get("/about/").content.decode()
    assert "Sign in" in anonymous
    reader = Client()
    account = get_user_model().objects.create_user("a@example.org")
    reader.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    signed_in = reader.get("/about/").content.decode()
    assert "Sign in" not in signed_in
    assert "My account" in signed_in
    assert ">Desk<" not in signed_in
    account.is_superuser = True
    account.save()
    assert ">Desk<" in reader.get("/about/").content.decode()


@pytest.mark.django_db
def test_hostile_addresses_stay_on_the_site():
    for address in ("//evil.example/", "/search/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "/%0d%0aX: y/", "/\u202e/"):
        response = Client(raise_request_exception=False).get(address)
        page = response.content.decode()
        assert response.status_code in (200, 400, 404), address
        assert "<script>alert" not in page
        assert not re.search(r'href="//', page)


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["", "/ar"])
def test_everything_in_header_and_foot_leads_somewhere(prefix):
    page = Client().get(f"{prefix}/about/").content.decode()
    foot = page[page.index("<footer>") :]
    for label in ("about/", "accessibility/", "account/privacy/", "account/terms/", "measures/", "vocabularies/", "api/v1/", "editions/"):
        assert f'href="{prefix}/{label}"' in foot, label
    shell = page[: page.index("<main")] + foot
    for address in {attributes["href"] for tag, attributes in Links(shell).found if tag == "a" and attributes["href"].startswith("/")}:
        if not address.endswith(("/privacy/", "/terms/")):  # their texts are data, which this test does not load
            assert Client().get(address, follow=True).status_code == 200, address
