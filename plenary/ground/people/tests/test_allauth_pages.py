"""Every page of django-allauth that can be reached wears our clothes and keeps to the strict CSP."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import reverse

pytestmark = pytest.mark.django_db

PUBLIC = ["account_login", "account_signup", "account_request_login_code", "account_reset_password", "account_inactive", "account_password_reset_completed"]
OWN = [
    "account_logout",
    "account_email",
    "account_set_password",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_activate_totp",
]


def check(page):
    html = page.content.decode()
    assert page.status_code == 200, html[:500]
    assert 'id="main"' in html and html.count("<h1") == 1
    assert page["Content-Security-Policy"].count("unsafe") == 0
    for script in re.findall(r"<script([^>]*)>", html):
        assert "src=" in script or "application/json" in script, f"inline script: {script}"
    assert not re.search(r"<[^>]+\s(on\w+|style)=", html), "inline handler or style"
    for field in re.findall(r"<input[^>]*>", html):
        if 'type="hidden"' not in field:
            name = re.search(r'id="([^"]+)"', field).group(1)
            assert f'for="{name}"' in html, f"no label for {name}"
    return html


@pytest.mark.parametrize("name", PUBLIC)
@pytest.mark.parametrize("prefix", ["", "/ar"])
def test_public_pages(client, legal, name, prefix):
    check(client.get(prefix + reverse(name)))


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("prefix", ["", "/ar"])
def test_own_pages(client, signed_in, name, prefix):
    signed_in("ann")
    html = check(client.get(prefix + reverse(name)))
    assert prefix + reverse("people:security") in html, "the navigation of the account"


@pytest.fixture
def with_factors(client, make):
    user = make("ann")
    user.set_password("a long enough secret")
    user.save()
    client.post(reverse("account_login"), {"login": user.email, "password": "a long enough secret"})
    client.post(reverse("account_reauthenticate"), {"password": "a long enough secret"})
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    key = Authenticator.objects.create(user=user, type="webauthn", data={"name": "My telephone", "passwordless": True, "credential": {}})
    return user, key


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_deactivate_totp",
        "account_change_password",
        "mfa_reauthenticate",
        "account_reauthenticate",
    ],
)
def test_pages_with_second_factors(client, with_factors, monkeypatch, name):
    from allauth.mfa.webauthn.internal.auth import WebAuthn

    monkeypatch.setattr(WebAuthn, "is_passwordless", True)
    check(client.get(reverse(name)))


def test_list_of_passkeys(client, with_factors, monkeypatch):
    from allauth.mfa.webauthn.internal.auth import WebAuthn

    monkeypatch.setattr(WebAuthn, "is_passwordless", True)
    html = check(client.get(reverse("mfa_list_webauthn")))
    assert "My telephone" in html
    _user, key = with_factors
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        check(client.get(reverse(name, args=[key.pk])))


def test_errors_stand_at_the_field_and_in_a_summary(client, db):
    html = client.post(reverse("account_login"), {"login": "not an address", "password": ""}).content.decode()
    assert 'id="id_login_error"' in html and 'href="#id_login"' in html and 'aria-invalid="true"' in html
    assert 'value="not an address"' in html


def test_the_authenticator_app_can_be_set_up_after_signing_in_by_code(client, signed_in, monkeypatch):
    user = signed_in("ann")
    html = check(client.get(reverse("mfa_activate_totp")))
    secret = re.search(r'value="([A-Z2-7]{16,})"', html).group(1)
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    response = client.post(reverse("mfa_activate_totp"), {"code": code})
    assert response.status_code == 302
    assert Authenticator.objects.filter(user=user, type="totp").exists()
