"""The words of mails: the common ones, and those of one call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from plenary.engines.calls.actions import decide, put_form, start_draft, submit
from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.models import Call, Phase
from plenary.faces.desk.forms.mails import CALL_MAILS, MEANINGS, usable
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.models import Edition
from plenary.ground.messages.actions import load_templates
from plenary.ground.messages.models import MessageTemplate, OutboxMessage
from plenary.ground.people.models import User

pytestmark = pytest.mark.django_db
MAILS = "/desk/editions/2021/calls/prizes/mails/"
ACCEPTED = f"{MAILS}calls-accepted/"
COMMON = "/desk/mails/calls-accepted/"
FORM = {"parts": [{"fields": [{"kind": "text", "code": "title", "label": "Title", "becomes": "title"}]}]}


@pytest.fixture
def call(edition: Edition) -> Call:
    load_templates(actor=SYSTEM)
    return Call.objects.select_related("edition").get(edition=edition, slug="prizes")


def filled(client: Client, path: str, **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in client.get(path).context["form"]:
        text = field.value()
        values |= {f"{field.name}_{language}": each for language, each in text.texts.items()}
        values[f"{field.name}_original"] = text.original
    return {**values, **changes}


def test_every_mail_about_submissions_is_there_with_what_it_can_use(call: Call, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    assert {row.code for row in client.get(MAILS).context["rows"]} == set(CALL_MAILS)
    for code in CALL_MAILS:
        page = client.get(f"{MAILS}{code}/")
        assert page.status_code == 200
        assert {"site", "call", "reference", "title", "state", "deadline", "link"} <= {name for name, _meaning in page.context["placeholders"]}
        assert not [each.problem for each in page.context["previews"] if each.problem]
    for template in MessageTemplate.objects.all():
        assert set(usable(template)) <= set(MEANINGS), template.code


def test_a_call_has_words_of_its_own_until_it_drops_them(call: Call, account: Callable[..., User], at_desk: Callable[..., Client]) -> None:
    client = at_desk("secretariat", "call:2021/prizes")
    own = {"subject_en": "Bravo, {title}!", "subject_original": "en", "body_en": "You are in. {message} {deadline}", "body_original": "en"}
    assert client.post(ACCEPTED, {**own, "save": "1"}).status_code == 302
    assert "own words" in client.get(ACCEPTED).content.decode()
    assert [row.code for row in client.get(MAILS).context["rows"] if row.is_own] == ["calls-accepted"]
    Phase.objects.update(opens_at=None, closes_at=None)
    put_form(actor=SYSTEM, call=call, definition=Definition.from_data(FORM))
    submission, _secret = start_draft(actor=account(), call=call, answers={"title": "Clinic"})
    decide(actor=SYSTEM, submission=submit(actor=submission.owner, submission=submission), code="accepted", message="Well done.")
    sent = OutboxMessage.objects.get(template="calls-accepted")
    assert (sent.subject, "You are in. Well done." in sent.body) == ("Bravo, Clinic!", True)
    # A placeholder that the call's words left out for a while can come back.
    assert client.post(ACCEPTED, {**own, "body_en": "You are in.", "save": "1"}).status_code == 302
    assert client.post(ACCEPTED, {**own, "body_en": "You are in, {reference}.", "save": "1"}).status_code == 302
    assert client.post(ACCEPTED, {"drop": "1"}).status_code == 302
    assert not MessageTemplate.objects.exclude(scope="").exists()
    assert client.post(ACCEPTED, {"drop": "1"}).status_code == 302


def test_the_preview_shows_what_was_typed_and_keeps_nothing(call: Call, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    page = client.post(ACCEPTED, filled(client, ACCEPTED, subject_ar="قُبل: {title} في {call}", body_en="Hello {{braces}} {state}", preview="1"))
    assert page.status_code == 200
    shown = {each.language: each for each in page.context["previews"]}
    assert "Hello {braces} Submitted" in shown["en"].body
    assert "Prizes" in shown["ar"].subject
    assert shown["ar"].direction == "rtl"
    assert "Hello {{braces}} {state}" in page.content.decode()
    assert not MessageTemplate.objects.exclude(scope="").exists()
    broken = client.post(ACCEPTED, filled(client, ACCEPTED, body_en="Hello {", preview="1"))
    assert any(each.problem for each in broken.context["previews"])


@pytest.mark.parametrize("path", [ACCEPTED, COMMON])
@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"body_fr": "Bonjour {inviter}"}, "body", "{inviter}"),
        ({"subject_en": "{password}"}, "subject", "{password}"),
        ({"body_en": "{call.__class__}"}, "body", "is not a placeholder"),
        ({"subject_en": "50 } off"}, "subject", "is not a placeholder"),
        ({"subject_en": "x" * 251}, "subject", "at most 250"),
        ({"body_en": ""}, "body", "original language"),
        ({"body_en": "a\x00b"}, "body", "cannot be stored"),
    ],
)
def test_words_that_could_not_be_filled_are_refused_at_the_field(
    call: Call, at_desk: Callable[..., Client], path: str, changes: dict[str, str], field: str, words: str
) -> None:
    client = at_desk()
    answer = client.post(path, filled(client, path, **changes, save="1"))
    assert answer.status_code == 400
    assert words in " ".join(answer.context["form"].errors[field])
    assert not MessageTemplate.objects.exclude(scope="").exists()
    assert not MessageTemplate.objects.get(code="calls-accepted", scope="").is_edited


def test_the_common_words_are_changed_for_all_calls_without_their_own(call: Call, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    assert "/desk/mails/" in client.get("/desk/outbox/").content.decode()
    assert COMMON in client.get("/desk/mails/").content.decode()
    assert client.post(COMMON, filled(client, COMMON, subject_es="Aceptado: {title} ({reference})")).status_code == 302
    assert client.get(ACCEPTED).context["form"]["subject"].value().texts["es"] == "Aceptado: {title} ({reference})"
    client.post(ACCEPTED, filled(client, ACCEPTED, subject_es="Propio", save="1"))
    assert "2021/prizes" in client.get(COMMON).content.decode()
    client.post(COMMON, filled(client, COMMON, subject_es="Otra vez"))
    assert client.get(ACCEPTED).context["form"]["subject"].value().texts["es"] == "Propio"
    load_templates(actor=SYSTEM)
    assert MessageTemplate.objects.get(code="calls-accepted", scope="").subject.texts["es"] == "Otra vez"


def test_common_words_are_the_secretariats_of_the_whole_site(call: Call, at_desk: Callable[..., Client]) -> None:
    for role, scope in (("secretariat", "edition:2021"), ("secretariat", "call:2021/prizes"), ("editor", "site"), ("reader", "site")):
        client = at_desk(role, scope)
        for path in ("/desk/mails/", COMMON):
            assert client.get(path).status_code == 403
            assert client.post(path, {"subject_en": "x", "body_en": "y"}).status_code == 403
    assert not MessageTemplate.objects.filter(is_edited=True).exists()
    client = at_desk()
    assert client.get("/desk/mails/nothing/").status_code == 404
    assert client.get(f"{MAILS}role-granted/").status_code == 404
    assert client.post(f"{MAILS}nothing/").status_code == 404


def test_a_new_site_shows_its_mails_before_the_first_was_written(edition: Edition, at_desk: Callable[..., Client]) -> None:
    MessageTemplate.objects.all().delete()
    client = at_desk()
    assert client.get("/desk/mails/calls-receipt/").status_code == 200
    MessageTemplate.objects.all().delete()
    assert "calls-receipt" in client.get("/desk/mails/").text
    MessageTemplate.objects.all().delete()
    assert "/mails/calls-receipt/" in client.get("/desk/editions/2021/calls/prizes/mails/").text
