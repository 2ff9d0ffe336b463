"""What every answer tells browsers to keep away from."""

from __future__ import annotations

import re

import pytest
from django.conf import settings as configured
from django.test import Client

from plenary.config.urls import urlpatterns


def directives(response) -> dict[str, list[str]]:
    return {parts[0]: parts[1:] for parts in (each.split() for each in response["Content-Security-Policy"].split(";") if each.strip())}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/ar/", "/no-such-page/", "/accounts/login/", "/api/v1/openapi.json", "/api/v1/nothing", "/healthz"])
def test_every_answer_carries_the_headers(client, path):
    response = client.get(path)
    policy = directives(response)
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == ["'self'"]
    assert policy["style-src"] == ["'self'"]
    assert policy["base-uri"] == ["'none'"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert policy["form-action"] == ["'self'"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert re.fullmatch(r"[0-9a-f]{10}", response["X-Reference"])


@pytest.mark.django_db
def test_an_error_of_ours_carries_them_too(monkeypatch):
    from plenary.faces.site import views

    def breaks(request):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(views, "home", breaks)
    for pattern in urlpatterns:
        for each in getattr(pattern, "url_patterns", []):
            for page in getattr(each, "url_patterns", []):
                if getattr(page, "name", None) == "home":
                    monkeypatch.setattr(page, "callback", breaks)
    response = Client(raise_request_exception=False).get("/")
    assert response.status_code == 500
    assert b"secret detail" not in response.content
    assert response["X-Reference"] in response.content.decode()
    assert "Content-Security-Policy" in response


@pytest.mark.django_db
def test_nothing_is_set_in_a_readers_browser(client):
    for path in ["/", "/stocktaking/", "/api/v1/openapi.json"]:
        assert not client.get(path).cookies, path


@pytest.mark.django_db
def test_cookies_are_out_of_reach_of_scripts(client):
    cookies = client.get("/accounts/login/").cookies
    for cookie in cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


@pytest.mark.django_db
def test_a_wrong_host_is_refused(client):
    response = client.get("/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert b"evil.example" not in response.content


def test_templates_have_no_inline_script_or_style():
    wrong = []
    for path in (configured.ROOT / "plenary").glob("*/*/templates/**/*.html"):
        text = path.read_text()
        if path.name == "standalone.html":
            continue  # a file to keep: it must carry its own style, and is never shown as a page of the site
        if re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)(?![^>]*type=\"application/(ld\+)?json\")|javascript:", text):
            wrong.append(str(path.relative_to(configured.ROOT)))
    assert wrong == []


#: Where text is declared to be safe HTML, and why it is.
CLEANED = {
    "plenary/ground/search/snippets.py": "every part was escaped; only the marks around matches are ours",
    "plenary/ground/people/markdown.py": "cleaned by an allow-list",
    "plenary/ground/web/templates/web/parts/field.html": "help texts are written in code, and Django makes lists of them",
    "plenary/voice/publications/templates/publications/standalone.html": "the stylesheet that comes with the code",
    "plenary/ground/framework/linked_data.py": "JSON in a data block, escaped by Django's json_script",
    "plenary/engines/calls/form/page.py": "words of our own: nothing at all, checked, selected; and a rendered field in which only escaped answers were set",
    "plenary/engines/calls/form/lists.py": "options made by format_html, each value escaped",
    "plenary/faces/desk/views/submissions.py": "options made by format_html_join, each value escaped",
}


def test_text_is_declared_safe_only_where_it_was_cleaned():
    found = {
        str(path.relative_to(configured.ROOT))
        for path in (configured.ROOT / "plenary").rglob("*.py")
        if "tests" not in path.parts and re.search(r"\b(mark_safe|SafeString|SafeText)\(", path.read_text())
    }
    assert found <= set(CLEANED), "say why in CLEANED"
    templates = {
        str(path.relative_to(configured.ROOT))
        for path in (configured.ROOT / "plenary").glob("*/*/templates/**/*.html")
        if re.search(r"\|\s*safe\b|autoescape off", path.read_text())
    }
    assert templates <= set(CLEANED), "say why in CLEANED"
