"""Tokens for programs: made once, shown once, kept as a digest, and dead when they should be."""

from __future__ import annotations

import io
import json
import logging
import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.queries import trail_of
from plenary.ground.people import actions
from plenary.ground.people.models import ApiToken
from plenary.ground.people.tokens import digest_of, scopes, scopes_for

pytestmark = pytest.mark.django_db

PAGE = "/account/tokens/"
MINE = "/api/v1/submissions"
GIVEN = {"name": "Nightly script", "scopes": ["submissions:read"], "days": "90"}
SECRET = re.compile(r"plenary_[\w-]{43}")


def ask(secret: str, path: str = MINE, **headers):
    return Client().get(path, headers={"Authorization": f"Bearer {secret}", **headers})


@pytest.fixture
def token(make):
    """Ann's token for reading, with its secret."""
    ann = make("ann")
    return actions.make_token(actor=ann, user=ann, name="Script", scopes=["submissions:read"])


# ---- the page ----


@pytest.mark.parametrize("prefix", ["", "/ar"])
def test_the_page_is_for_the_signed_in_only(client, signed_in, prefix):
    assert client.get(prefix + PAGE)["Location"].startswith(f"{prefix}/accounts/login/")
    signed_in("ann")
    page = client.get(prefix + PAGE)
    assert page.status_code == 200 and "no-store" in page["Cache-Control"]
    assert page.content.decode().count("<h1") == 1


def test_a_token_is_shown_once_and_works(client, signed_in):
    signed_in("ann")
    made = client.post(PAGE, GIVEN)
    assert made.status_code == 200 and "no-store" in made["Cache-Control"]
    (secret,) = set(SECRET.findall(made.content.decode()))
    assert ask(secret).status_code == 200
    listed = client.get(PAGE).content.decode()
    assert "Nightly script" in listed and "submissions:read" in listed
    assert secret not in listed and not SECRET.search(listed)


@pytest.mark.parametrize(
    "bad",
    [{"name": ""}, {"scopes": []}, {"scopes": ["everything"]}, {"scopes": ["decisions:write"]}, {"days": "0"}, {"days": "366"}, {"days": "-1"}, {"days": "x"}],
)
def test_what_makes_no_sense_makes_no_token(client, signed_in, bad):
    signed_in("ann")
    page = client.post(PAGE, {**GIVEN, **bad})
    assert page.status_code == 400 and "error-summary" in page.content.decode()
    assert not SECRET.search(page.content.decode()) and not ApiToken.objects.exists()


def test_a_token_is_revoked_by_its_owner_only(client, signed_in, make, token):
    made, secret = token
    path = reverse("people:revoke_token", args=[made.pk])
    signed_in("bob")
    assert client.post(path).status_code == 404
    assert ask(secret).status_code == 200
    client.force_login(made.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(path).status_code == 405
    assert client.post(path)["Location"] == PAGE
    assert ask(secret).status_code == 401
    assert "revoked" in client.get(PAGE).content.decode()


def test_making_one_needs_the_forms_own_token(make):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make("ann"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(PAGE, GIVEN).status_code == 403
    assert not ApiToken.objects.exists()


def test_with_a_password_making_one_asks_for_it_again(client, signed_in):
    user = signed_in("ann")
    user.set_password("a long enough secret")
    user.save()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    response = client.post(PAGE, GIVEN)
    assert response["Location"].startswith(reverse("account_reauthenticate")) and not ApiToken.objects.exists()
    assert client.get(PAGE).status_code == 200, "what is there can be seen, and revoked"
    made = client.post(response["Location"], {"password": "a long enough secret", "next": PAGE})
    assert SECRET.search(made.content.decode()), "what was asked for goes on after the password"


def test_staff_make_tokens_in_a_session_that_proved_a_second_factor(client, signed_in, settings):
    settings.STAFF_SECOND_FACTOR = True
    user = signed_in("boss", "secretariat")
    assert client.post(PAGE, GIVEN).status_code == 403
    TOTP.activate(user, generate_totp_secret())
    assert client.get(PAGE)["Location"].startswith(reverse("mfa_reauthenticate"))
    client.post(PAGE, GIVEN)
    assert not ApiToken.objects.exists()
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": timezone.now().timestamp(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    secret = SECRET.search(client.post(PAGE, GIVEN).content.decode())[0]
    assert ask(secret).status_code == 200


def test_a_token_from_before_a_role_does_not_carry_the_role(make, settings):
    settings.STAFF_SECOND_FACTOR = True
    ann = make("ann")
    _token, secret = actions.make_token(actor=ann, user=ann, name="Script", scopes=["submissions:read"])
    assert ask(secret).status_code == 200
    actions.grant_role(actor=make("boss", "administrator"), person=ann.person, role="secretariat")
    refused = ask(secret)
    assert refused.status_code == 403 and "second factor" in refused.json()["detail"]
    settings.STAFF_SECOND_FACTOR = False
    assert ask(secret).status_code == 200


def test_the_list_costs_the_same_for_many(client, signed_in, django_assert_max_num_queries):
    user = signed_in("ann")
    for number in range(15):
        actions.make_token(actor=user, user=user, name=f"Script {number}", scopes=["submissions:read"])
    with django_assert_max_num_queries(8):
        assert client.get(PAGE).content.decode().count("Script ") >= 15


# ---- making them ----


def test_only_ones_own_account(make):
    ann, boss = make("ann"), make("boss", "administrator")
    with pytest.raises(NotAllowed):
        actions.make_token(actor=boss, user=ann, name="x", scopes=["submissions:read"])
    token, _secret = actions.make_token(actor=ann, user=ann, name="x", scopes=["submissions:read"])
    with pytest.raises(NotAllowed):
        actions.revoke_token(actor=boss, token=token)


@pytest.mark.parametrize("more", [{"days": 0}, {"days": 366}, {"scopes": []}, {"scopes": ["submissions:eat"]}, {"name": "  "}])
def test_the_action_refuses_too(make, more):
    ann = make("ann")
    with pytest.raises(Invalid):
        actions.make_token(actor=ann, user=ann, **{"name": "x", "scopes": ["submissions:read"], **more})


def test_there_is_an_end_to_tokens(make):
    ann = make("ann")
    for number in range(20):
        last, _secret = actions.make_token(actor=ann, user=ann, name=str(number), scopes=["submissions:read"])
    with pytest.raises(Conflict):
        actions.make_token(actor=ann, user=ann, name="one more", scopes=["submissions:read"])
    actions.revoke_token(actor=ann, token=last)
    actions.make_token(actor=ann, user=ann, name="one more", scopes=["submissions:read"])


def test_who_is_offered_which_scopes(make):
    everybodys = {"submissions:read", "submissions:write"}
    assert set(scopes()) == {*everybodys, "decisions:write"}
    assert set(scopes_for(make("ann"))) == everybodys
    assert set(scopes_for(make("juror", "juror"))) == everybodys
    assert set(scopes_for(make("sec", "secretariat", scope="edition:2021"))) == {*everybodys, "decisions:write"}


# ---- which count ----


def test_the_wrong_the_revoked_the_late_and_the_closed_are_told_apart_from_none(token):
    made, secret = token
    none = Client().get(MINE)
    assert (none.status_code, none["WWW-Authenticate"]) == (401, 'Bearer realm="plenary"')
    assert none["Content-Type"] == "application/problem+json" and "/account/tokens/" in none.json()["detail"]
    for wrong in ("plenary_wrong", secret[:-1], secret + "x", secret.swapcase(), made.digest, "x" * 5000, "\u00e9", ""):
        answer = ask(wrong)
        assert answer.status_code == 401, wrong
        assert answer["WWW-Authenticate"].startswith("Bearer")
    assert ask(secret).status_code == 200


def test_a_token_ends_at_its_instant(token):
    made, secret = token
    with time_machine.travel(made.expires_at - timedelta(seconds=1), tick=False):
        assert ask(secret).status_code == 200
    with time_machine.travel(made.expires_at, tick=False):
        late = ask(secret)
    assert late.status_code == 401 and "run out" in late.json()["detail"]
    assert 'error="invalid_token"' in late["WWW-Authenticate"]


def test_a_closed_account_has_no_tokens(token):
    made, secret = token
    made.user.is_active = False
    made.user.save()
    assert ask(secret).status_code == 401


@pytest.mark.parametrize("header", ["{}", "Basic {}", "Token {}", "bearer{}", "Bearer"])
def test_only_a_bearer_header_counts(token, header):
    _made, secret = token
    assert Client().get(MINE, headers={"Authorization": header.format(secret)}).status_code == 401


def test_the_scheme_may_be_written_anyhow(token):
    assert Client().get(MINE, headers={"Authorization": f"bEARER  {token[1]} "}).status_code == 200


def test_neither_a_cookie_nor_an_address_lets_anybody_in(client, signed_in, token):
    signed_in("bob")
    assert client.get(MINE).status_code == 401
    assert client.post(MINE, "{}", content_type="application/json").status_code == 401
    assert Client().get(MINE, {"token": token[1], "access_token": token[1]}).status_code == 401


def test_answers_are_nobodys_to_keep_or_to_read_elsewhere(token, settings):
    settings.PAGE_CACHE_SECONDS = 60
    for path in (MINE, "/api/v1/calls", "/api/v1/openapi.json"):
        answer = ask(token[1], path, Origin="https://example.org")
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "private, no-store"
        assert "Access-Control-Allow-Origin" not in answer and answer["Cross-Origin-Resource-Policy"] == "same-origin"
    preflight = Client().options(MINE, headers={"Origin": "https://example.org", "Access-Control-Request-Method": "GET"})
    assert "authorization" not in preflight["Access-Control-Allow-Headers"].lower()
    assert Client().get(MINE).status_code == 401, "the page cache gives nothing away"


def test_a_token_is_limited_wherever_it_is_used(token, settings):
    from plenary.ground.web.limits import buckets

    settings.RATE_LIMIT = 3
    buckets.clear()
    answers = [Client(REMOTE_ADDR=f"192.0.2.{number}").get(MINE, headers={"Authorization": f"Bearer {token[1]}"}) for number in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert int(answers[-1]["Retry-After"]) > 0 and answers[-1]["Cache-Control"] == "private, no-store"
    assert Client(REMOTE_ADDR="192.0.2.99").get(MINE, headers={"Authorization": "Bearer another"}).status_code == 401
    buckets.clear()
    guesses = [Client().get(MINE, headers={"Authorization": f"Bearer plenary_{number}"}).status_code for number in range(4)]
    assert guesses == [401, 401, 401, 429], "guessing is limited by address, however many words are tried"
    buckets.clear()


def test_the_last_use_is_kept_to_the_hour(token):
    made, secret = token
    start = timezone.now()
    seen = []
    for minutes in (0, 30, 59, 61):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            ask(secret)
        made.refresh_from_db()
        seen.append(made.last_used_at)
    assert seen == [start, start, start, start + timedelta(minutes=61)]


def test_a_refused_scope_is_named(make):
    ann = make("ann")
    _made, secret = actions.make_token(actor=ann, user=ann, name="x", scopes=["submissions:write"])
    refused = ask(secret)
    assert refused.status_code == 403 and "submissions:read" in refused.json()["detail"]
    assert refused["WWW-Authenticate"] == 'Bearer realm="plenary", error="insufficient_scope", scope="submissions:read"'


# ---- what is left of them ----


def everything() -> str:
    """All that stands in the database, as text."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")
                found += [str(value) for row in cursor.fetchall() for value in row]
    return "\n".join(found)


def test_the_secret_stands_nowhere(client, signed_in, caplog):
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    logging.getLogger().addHandler(handler)
    try:
        with caplog.at_level(logging.DEBUG):
            user = signed_in("ann")
            secret = SECRET.search(client.post(PAGE, GIVEN).content.decode())[0]
            ask(secret)
            ask(secret + "x")
            Client().get(MINE, headers={"Authorization": f"Basic {secret}"})
            Client().patch(f"{MINE}/{'0' * 8}-0000-0000-0000-{'0' * 12}", "{", headers={"Authorization": f"Bearer {secret}"})
    finally:
        logging.getLogger().removeHandler(handler)
    assert secret not in caplog.text + lines.getvalue()
    assert secret not in everything() and digest_of(secret) in everything()
    assert secret not in json.dumps(dict(client.session), default=str)
    told = [record.payload.after for record in trail_of("people.account", user.trail_id) if record.verb == "made_token"]
    assert [each["name"] for each in told] == ["Nightly script"] and told[0]["scopes"] == ["submissions:read"]


def test_the_trail_tells_of_making_and_revoking_and_not_of_use(token):
    made, secret = token
    ask(secret)
    actions.revoke_token(actor=made.user, token=made)
    actions.revoke_token(actor=made.user, token=made)
    assert [record.verb for record in trail_of("people.account", made.user.trail_id)][:2] == ["revoked_token", "made_token"]
    assert sum(record.verb == "revoked_token" for record in trail_of("people.account", made.user.trail_id)) == 1


def test_export_and_erasure(make, token):
    make("boss", "administrator")
    made, secret = token
    told = actions.export_person(actor=made.user, person=made.user.person)["people"]["account"]["tokens"]
    assert [(each["name"], each["scopes"]) for each in told] == [("Script", ["submissions:read"])]
    assert made.digest not in str(told)
    actions.erase_person(actor=made.user, person=made.user.person)
    assert ask(secret).status_code == 401 and not ApiToken.objects.exists()
    assert "Script" not in everything()
