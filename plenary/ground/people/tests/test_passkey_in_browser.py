"""A passkey in a real browser: set up, signed in with, under the strict content security policy."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.people import actions

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")]


@pytest.fixture
def page(monkeypatch):
    from playwright.sync_api import sync_playwright

    # The browser's library runs an event loop in this thread; the database is used beside it, never in it.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_context().new_page()
        page.set_default_timeout(20_000)
        tools = page.context.new_cdp_session(page)
        tools.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        yield page
        browser.close()


@pytest.mark.django_db(transaction=True)
def test_a_passkey_is_set_up_and_signs_in(page, live_server):
    user = actions.create_account(actor=SYSTEM, email="ann@example.org", name="Ann")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    link = actions.make_sign_in_link(actor=SYSTEM, user=user, path="/accounts/2fa/webauthn/add/")
    page.goto(link.replace(settings.BASE_URL, live_server.url))
    page.get_by_label("Name").fill("My telephone")
    page.get_by_role("checkbox").check()
    with page.expect_navigation():
        page.locator("#mfa_webauthn_add").click()
    assert Authenticator.objects.filter(user=user, type="webauthn").exists()
    page.goto(f"{live_server.url}/accounts/2fa/webauthn/")
    assert page.get_by_text("My telephone").is_visible()

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/accounts/login/?next=/account/data/")
    with page.expect_navigation(url="**/account/data/"):
        page.locator("#passkey_login").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Your data"
    assert not complaints
