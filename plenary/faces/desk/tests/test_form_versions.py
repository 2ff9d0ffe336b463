"""What is done with a whole form: comparing, publishing, previewing, reading versions, data in and out."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from plenary.engines.calls.actions import put_form, save_draft, start_draft, submit
from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.models import Call, FormVersion, Phase, Submission
from plenary.faces.desk.tests.form_pages import FORM, START, codes, draft, filled
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.models import Edition
from plenary.ground.people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(edition: Edition) -> Call:
    return Call.objects.select_related("edition").get(edition=edition, slug="prizes")


@pytest.fixture
def form(call: Call) -> FormVersion:
    """The form in force, version 1."""
    return put_form(actor=SYSTEM, call=call, definition=Definition.from_data(START))


# ---- draft, publishing, versions ------------------------------------------------------------------------------------


def test_what_differs_is_shown_and_the_draft_can_be_thrown_away(call: Call, form: FormVersion, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    assert "Version 1 is in force" in client.get(FORM).content.decode()
    path = f"{FORM}fields/title/"
    client.post(path, filled(client, path, required="", longest="100"))
    client.post(f"{FORM}add/link/?part=0", {"label_en": "Website", "label_original": "en"})
    client.post(f"{FORM}fields/country/remove/")
    page = client.get(FORM)
    assert {(each.code, each.verb) for each, _settings in page.context["differences"]} == {("title", "changed"), ("website", "added"), ("country", "removed")}
    assert "Changed: “Title” (" in page.content.decode()
    assert "Contributors still see version 1." in page.content.decode()
    client.post(FORM, {"drop": "1"})
    assert FormVersion.objects.get(call=call).definition == form.definition


def test_publishing_leaves_answers_readable_under_their_version(
    call: Call, form: FormVersion, account: Callable[..., User], at_desk: Callable[..., Client]
) -> None:
    Phase.objects.update(opens_at=None, closes_at=None)
    submission, _secret = start_draft(actor=account(), call=call, answers={"title": "Old"})
    submission = submit(actor=submission.owner, submission=submission)
    writing, _secret = start_draft(actor=account(), call=call, answers={"title": "Begun", "mail": "a@example.org"})
    client = at_desk()
    client.post(f"{FORM}fields/mail/remove/")
    page = client.get(f"{FORM}publish/").content.decode()
    assert "a new version is made" in page
    assert "1 submission that was handed in stays readable" in page
    assert "1 draft goes over to the new version" in page
    told = client.post(f"{FORM}publish/", follow=True).content.decode()
    assert "Version 2 of the form is in force." in told
    submission.refresh_from_db()
    assert (submission.form.number, submission.answers["title"]) == (1, "Old")
    old = client.get(f"{FORM}versions/1/").content.decode()
    assert "f-mail" in old
    assert "f-mail" not in client.get(f"{FORM}versions/2/").content.decode()
    saved = save_draft(actor=writing.owner, submission=Submission.objects.get(pk=writing.pk), answers={"title": "Begun again"})
    assert saved.submission.form.number == 2
    # Without answers, the version in force is replaced.
    assert client.post(f"{FORM}publish/", follow=True).status_code == 200
    assert FormVersion.objects.filter(call=call).count() == 2


def test_a_version_nobody_has_answered_is_replaced(call: Call, form: FormVersion, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    client.post(f"{FORM}fields/mail/remove/")
    assert "so it is replaced" in client.get(f"{FORM}publish/").content.decode()
    client.post(f"{FORM}publish/")
    kept = FormVersion.objects.get(call=call)
    assert (kept.number, codes(kept.definition)[1]) == (1, ["country"])
    assert client.get(f"{FORM}publish/")["Location"] == FORM


def test_the_preview_checks_as_the_real_page_does_and_keeps_nothing(call: Call, form: FormVersion, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    client.post(f"{FORM}add/link/?part=0", {"label_en": "Website", "label_original": "en", "required": "on"})
    path = f"{FORM}preview/"
    page = client.get(path).content.decode()
    assert 'name="f-website"' in page
    assert 'name="f-website"' not in client.get(f"{path}?version=1").content.decode()
    refused = client.post(path, {"f-title": "Clinic", "f-website": "javascript:alert(1)"})
    assert refused.status_code == 400
    assert 'value="Clinic"' in refused.content.decode()
    assert "https://example.org" in refused.content.decode()
    taken = client.post(path, {"f-title": "Clinic", "f-website": "https://example.org"})
    assert "These answers would be taken." in taken.content.decode()
    client.post(f"{FORM}add/file/?part=0", {"label_en": "Plan", "label_original": "en", "takes": "document", "required": "on"})
    taken = client.post(path, {"f-title": "Clinic", "f-website": "https://example.org"})
    assert "Files are not taken here." in taken.content.decode()
    assert "These answers would be taken." in taken.content.decode()
    assert Submission.objects.count() == 0
    assert client.get(f"{path}?version=9").status_code == 404


# ---- data in and out ------------------------------------------------------------------------------------------------


def test_a_definition_goes_out_and_comes_in_the_same(call: Call, form: FormVersion, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    answer = client.get(f"{FORM}definition.json")
    assert answer["Content-Type"].startswith("application/json")
    assert json.loads(answer.content) == form.definition
    client.post(f"{FORM}fields/mail/remove/")
    assert json.loads(client.get(f"{FORM}definition.json").content) == draft(call)
    assert json.loads(client.get(f"{FORM}definition.json?version=1").content) == form.definition
    upload = SimpleUploadedFile("form.json", b"\xef\xbb\xbf" + answer.content, "application/json")
    assert client.post(f"{FORM}data/", {"text": "ignored", "file": upload}).status_code == 302
    assert not FormVersion.objects.filter(published_at=None).exists()
    longer = {"parts": [*START["parts"], {"title": "More"}]}
    assert client.post(f"{FORM}data/", {"text": json.dumps(longer)}).status_code == 302
    assert len(draft(call)["parts"]) == 3


def test_all_problems_of_a_definition_are_told_at_once_with_their_place(call: Call, form: FormVersion, at_desk: Callable[..., Client]) -> None:
    wrong = {
        "parts": [
            {
                "fields": [
                    {"kind": "text", "code": "Bad Code", "label": "One"},
                    {"kind": "dragon", "code": "b", "label": "Two"},
                    {"kind": "text", "code": "c", "label": "Three", "longest": 9999, "colour": "red"},
                    {"kind": "choice", "code": "d", "label": "Four", "options": []},
                ]
            }
        ]
    }
    answer = at_desk().post(f"{FORM}data/", {"text": json.dumps(wrong)})
    assert answer.status_code == 400
    found = {(each.label, each.setting): each.sentence for each in answer.context["problems"]}
    assert set(found) == {("One", "code"), ("Two", ""), ("Three", "longest"), ("Three", "colour"), ("Four", "options")}
    assert found["Three", "colour"] == "There is no such setting here."
    assert "There is no kind of field “dragon”." in found["Two", ""]
    assert "Bad Code" in answer.content.decode()
    assert not FormVersion.objects.filter(published_at=None).exists()


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "null", "3", '"x"', '{"parts": []}', '{"parts": [{"fields": []}]}', '{"parts": 3}', '{"parts": [3]}', '{"parts": [{"fields": [3]}]}',
        '{"parts": [{"fields": [{"kind": "text", "code": "a", "label": "A\\u0000"}]}]}',
        '{"parts": [{"fields": [{"kind": "text", "code": "a", "label": "\\ud800"}]}]}',
        '{"parts": [{"fields": [{"kind": "number", "code": "a", "label": "A", "least": NaN}]}]}',
        '{"parts": [{"fields": [{"kind": "number", "code": "a", "label": "A", "least": 1e999}]}]}',
        '{"parts": [{"fields": [{"kind": "number", "code": "a", "label": "A", "least": ' + "9" * 400 + "}]}]}",
        '{"parts": [{"fields": [{"kind": "number", "code": "a", "label": "A", "least": ' + "9" * 5000 + "}]}]}",
        '{"parts": [{"fields": [{"kind": "concept", "code": "a", "label": "A", "scheme": "dragons"}]}]}',
        '{"parts": [{"fields": [{"kind": "text", "code": "a", "label": {"en": 3}}]}]}',
        '{"parts": [{"fields": [{"kind": "text", "code": ["a"], "label": ["b"]}]}]}',
        "[" * 100_000,
        '{"a":' * 2_000 + "1" + "}" * 2_000,
        "x" * 1_000_001,
    ],
)  # fmt: skip
def test_data_that_is_no_form_is_refused_with_a_sentence(call: Call, form: FormVersion, at_desk: Callable[..., Client], text: str) -> None:
    answer = at_desk().post(f"{FORM}data/", {"text": text})
    assert answer.status_code == 400
    assert answer.context["problems"] or answer.context["form"].errors
    assert not FormVersion.objects.filter(published_at=None).exists()


def test_a_file_that_is_no_text_is_refused(call: Call, form: FormVersion, at_desk: Callable[..., Client]) -> None:
    answer = at_desk().post(f"{FORM}data/", {"text": "", "file": SimpleUploadedFile("form.json", b"\xff\xfe\x00", "application/json")})
    assert answer.status_code == 400
    assert "UTF-8" in " ".join(answer.context["form"].errors["file"])


def test_texts_of_a_field_are_plain_on_every_page(call: Call, at_desk: Callable[..., Client]) -> None:
    nasty = '<script>alert("x")</script>'
    data = {"parts": [{"title": nasty, "fields": [{"kind": "choice", "code": "a", "label": nasty, "help": nasty, "options": [{"code": "o", "label": nasty}]}]}]}
    put_form(actor=SYSTEM, call=call, definition=Definition.from_data(data))
    client = at_desk()
    client.post(f"{FORM}parts/add/", {"title_en": nasty, "title_original": "en"})
    for path in ("", "fields/a/", "fields/a/remove/", "parts/0/", "parts/0/remove/", "preview/", "publish/", "versions/1/", "data/"):
        assert nasty not in client.get(f"{FORM}{path}").content.decode(), path
