"""Ways in: code by mail, sign-up, link, password; and what strangers cannot learn or force."""

from __future__ import annotations

import re

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.urls import reverse

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.models import Payload
from plenary.ground.messages.models import OutboxMessage
from plenary.ground.people import actions
from plenary.ground.people.models import Agreement, LegalText, User

pytestmark = pytest.mark.django_db


def code_in_mail(position=-1):
    """The code in the last mail: the line that stands alone."""
    return re.search(r"^([A-Z0-9-]{5,12})$", mail.outbox[position].body, re.MULTILINE).group(1)


def ask_for_code(client, email, **more):
    return client.post(reverse("account_login"), {"login": email, "password": "", **more})


def is_signed_in(client):
    return "_auth_user_id" in client.session


def test_signing_in_by_code(client, make):
    make("ann")
    response = ask_for_code(client, "ann@example.org", next="/account/profile/")
    assert response.status_code == 302 and response["Location"].startswith("/accounts/login/code/confirm/")
    assert not is_signed_in(client)
    page = client.get(response["Location"]).content.decode()
    assert "ann@example.org" in page and "15 minutes" in page
    response = client.post(response["Location"], {"code": code_in_mail(), "next": "/account/profile/"})
    assert response["Location"] == "/account/profile/"
    assert is_signed_in(client)


def test_the_code_is_stored_nowhere(client, make):
    make("ann")
    ask_for_code(client, "ann@example.org")
    message = OutboxMessage.objects.get()
    assert (message.state, message.to, message.template) == ("sent", "ann@example.org", "login_code")
    assert "······" in message.body
    assert code_in_mail() not in message.body + message.subject + message.problem


def test_a_wrong_code_is_refused_and_three_end_the_attempt(client, make):
    make("ann")
    where = ask_for_code(client, "ann@example.org")["Location"]
    first = client.post(where, {"code": "WRONG-1"})
    assert "error-summary" in first.content.decode()
    client.post(where, {"code": "WRONG-2"})
    client.post(where, {"code": "WRONG-3"})
    client.post(where, {"code": code_in_mail()})
    assert not is_signed_in(client)


def test_a_code_is_valid_for_a_quarter_of_an_hour(client, make):
    make("ann")
    with time_machine.travel("2026-11-23 12:00Z", tick=False) as clock:
        where = ask_for_code(client, "ann@example.org")["Location"]
        clock.shift(16 * 60)
        client.post(where, {"code": code_in_mail()})
    assert not is_signed_in(client)


def test_a_stranger_does_not_learn_whether_there_is_an_account(client, make):
    make("ann")
    known = ask_for_code(client, "ann@example.org")
    client.cookies.clear()
    unknown = ask_for_code(client, "nobody@example.org")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    page = client.get(unknown["Location"]).content.decode()
    assert "nobody@example.org" in page and "15 minutes" in page
    assert [message.to for message in mail.outbox] == [["ann@example.org"], ["nobody@example.org"]]
    assert "no account" in mail.outbox[-1].subject
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"sent"}, "both left at once"


def sign_up(client, email, **more):
    return client.post(reverse("account_signup"), {"name": "Ann Example", "email": email, "agree": "on", **more})


def test_signing_up(client, legal):
    page = client.get(reverse("account_signup")).content.decode()
    assert reverse("people:terms") in page and reverse("people:privacy") in page
    response = sign_up(client, "Ann@Example.org")
    user = User.objects.get()
    assert (user.email, user.person.name, user.has_usable_password()) == ("ann@example.org", "Ann Example", False)
    assert {(each.text.kind, each.text.version) for each in Agreement.objects.filter(user=user)} == {("terms", "1"), ("privacy", "1")}
    assert not EmailAddress.objects.get().verified and not is_signed_in(client)
    client.post(response["Location"], {"code": code_in_mail()})
    assert EmailAddress.objects.get().verified and is_signed_in(client)
    assert client.get("/account/").status_code == 200


def test_signing_up_without_agreeing(client, legal):
    response = client.post(reverse("account_signup"), {"name": "Ann", "email": "ann@example.org"})
    assert "if you agree" in response.content.decode()
    assert not User.objects.exists() and not mail.outbox
    assert 'value="ann@example.org"' in response.content.decode(), "nothing typed is lost"


def test_signing_up_twice_looks_the_same_and_makes_no_second_account(client, legal, make):
    make("ann")
    first = sign_up(client, "new@example.org")
    client.cookies.clear()
    second = sign_up(client, "ann@example.org")
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert User.objects.count() == 2
    assert "already" in mail.outbox[-1].subject
    assert not Payload.objects.filter(after__name="Ann Example").count() > 1


def test_a_sign_up_that_fails_half_way_leaves_nothing(client, legal, monkeypatch):
    def fail(**_more):
        raise RuntimeError("no")

    monkeypatch.setattr("plenary.ground.people.sign_in.actions.agree", fail)
    with pytest.raises(RuntimeError):
        sign_up(client, "ann@example.org")
    assert not User.objects.exists()


def test_a_new_version_of_the_terms_is_asked_for_once(client, legal, signed_in, tmp_path):
    signed_in("ann")
    assert client.get("/account/").status_code == 200
    old = LegalText.objects.get(kind="terms")
    LegalText.objects.create(kind="terms", version="2", text=old.text, published_at=old.published_at.replace(day=24))
    with time_machine.travel("2026-12-01 12:00Z"):
        response = client.get("/account/profile/")
        assert response["Location"] == "/account/agree/?next=%2Faccount%2Fprofile%2F"
        assert client.post("/account/agree/", {"next": "/account/profile/"}).status_code == 400
        assert client.post("/account/agree/", {"agree": "on", "next": "/account/profile/"})["Location"] == "/account/profile/"
        assert client.get("/account/profile/").status_code == 200


def test_a_password_is_optional_and_works(client, make):
    user = make("ann")
    user.set_password("a long enough secret")
    user.save()
    client.post(reverse("account_login"), {"login": "ann@example.org", "password": "a long enough secret"})
    assert is_signed_in(client) and not mail.outbox


def test_many_wrong_passwords_are_stopped(client, make):
    make("ann")
    answers = [client.post(reverse("account_login"), {"login": "ann@example.org", "password": f"wrong {number}"}) for number in range(8)]
    assert all("_auth_user_id" not in client.session for _each in answers)
    assert "Too many" in answers[-1].content.decode() or answers[-1].status_code == 429


def test_axes_locks_an_address_out_also_where_the_cache_forgot(client, make, settings):
    user = make("ann")
    user.set_password("a long enough secret")
    user.save()
    settings.ACCOUNT_RATE_LIMITS = False
    for number in range(settings.AXES_FAILURE_LIMIT):
        last = client.post(reverse("account_login"), {"login": "ann@example.org", "password": f"wrong {number}"})
    assert last.status_code == 429 and "Too many attempts" in last.content.decode()
    client.post(reverse("account_login"), {"login": "ann@example.org", "password": "a long enough secret"})
    assert not is_signed_in(client)
    with connection.cursor() as cursor:
        cursor.execute("SELECT post_data FROM axes_accessattempt")
        assert "ann@" not in str(cursor.fetchall()) and "wrong" not in str(cursor.fetchall())


def test_asking_for_codes_again_and_again_is_stopped(client, make):
    make("ann")
    for _attempt in range(5):
        client.cookies.clear()
        response = ask_for_code(client, "ann@example.org")
    assert response.status_code == 200 and "Too many" in response.content.decode()
    assert len(mail.outbox) == 3


def test_signing_up_again_and_again_is_stopped(client, legal):
    for number in range(21):
        client.cookies.clear()
        response = sign_up(client, f"someone{number}@example.org")
    assert response.status_code == 429
    assert "Too many attempts" in response.content.decode()


def test_a_mail_server_that_is_down(client, make, monkeypatch):
    make("ann")

    def refuse(self, *_more, **_values):
        raise ConnectionRefusedError("nobody there")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    response = ask_for_code(client, "ann@example.org")
    assert response.status_code == 503 and "could not be sent" in response.content.decode()
    message = OutboxMessage.objects.get()
    assert message.state == "failed" and "ConnectionRefusedError" in message.problem


@pytest.fixture
def link(make):
    return actions.make_sign_in_link(actor=SYSTEM, user=make("ann"), path="/account/data/").removeprefix("http://127.0.0.1:8000")


def test_a_link_signs_in_once(client, link):
    assert client.get(link)["Location"] == "/account/data/"
    assert is_signed_in(client)
    client.logout()
    response = client.get(link)
    assert response.status_code == 403 and "does not work any more" in response.content.decode()
    assert not is_signed_in(client)


def test_fetching_ahead_does_not_use_the_link_up(client, link):
    assert client.get(link, headers={"Sec-Purpose": "prefetch;prerender"}).status_code == 204
    assert client.head(link).status_code == 405
    assert not is_signed_in(client)
    client.get(link)
    assert is_signed_in(client)


def test_a_link_expires(client, link, settings):
    settings.SESAME_MAX_AGE = 60
    with time_machine.travel("2027-01-01 12:00Z"):
        assert client.get(link).status_code == 403


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_a_link_leads_to_this_site_only(client, make, path):
    link = actions.make_sign_in_link(actor=SYSTEM, user=make("ann"), path=path).removeprefix("http://127.0.0.1:8000")
    assert client.get(link)["Location"] == "/account/"


@pytest.mark.parametrize("token", ["", "AAAA", "x" * 5000, "A" * 40 + "%00"])
def test_nonsense_tokens(client, db, token):
    assert client.get(f"/account/enter/?sesame={token}").status_code == 403


def test_a_link_does_not_go_round_the_second_factor(client, make):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    user = make("ann")
    TOTP.activate(user, generate_totp_secret())
    link = actions.make_sign_in_link(actor=SYSTEM, user=user).removeprefix("http://127.0.0.1:8000")
    assert client.get(link)["Location"] == "/accounts/2fa/authenticate/"
    assert not is_signed_in(client)
    assert client.get("/accounts/2fa/authenticate/").status_code == 200


@pytest.mark.parametrize("language", ["ar", "zh", "fr", "ru", "es"])
def test_signing_in_stays_in_the_language(client, make, language):
    make("ann")
    assert client.get(f"/{language}/account/")["Location"] == f"/{language}/accounts/login/?next=/{language}/account/"
    response = client.post(f"/{language}/accounts/login/", {"login": "ann@example.org", "password": ""})
    assert response["Location"].startswith(f"/{language}/accounts/login/code/confirm/")
    assert OutboxMessage.objects.get().language == language
    assert client.post(response["Location"], {"code": code_in_mail()})["Location"] == f"/{language}/account/"
