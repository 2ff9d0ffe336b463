"""How inputs were used: saying it for each, publishing the account."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from plenary.engines.calls.actions import put_form
from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.models import Call, Phase, Submission
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text

pytestmark = pytest.mark.django_db
USES = "/desk/editions/2021/calls/prizes/uses/"
PUBLIC = "/calls/2021/prizes/uses/"
FORM = {
    "parts": [
        {
            "fields": [
                {"kind": "text", "code": "title", "label": "Title", "becomes": "title"},
                {"kind": "text", "code": "reason", "label": "Reason", "private": True},
            ]
        }
    ]
}


@pytest.fixture
def call(edition: Edition) -> Call:
    Call.objects.update(shows_use=True)
    return Call.objects.select_related("edition").get(edition=edition, slug="prizes")


@pytest.fixture
def inputs(call: Call) -> list[Submission]:
    form = put_form(actor=SYSTEM, call=call, definition=Definition.from_data(FORM))

    def make(number: int | None, state: str) -> Submission:
        title = f"Input {number or state}"
        return Submission.objects.create(
            call=call, form=form, number=number, state=state, title=title, answers={"title": title, "reason": f"Secret {number}"}, draft={"title": "draft"}
        )

    standing = [make(1, "submitted"), make(2, "accepted"), make(3, "declined")]
    make(4, "withdrawn")
    make(None, "draft")
    return standing


def test_it_is_said_of_one_input_after_the_other(inputs: list[Submission], at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    page = client.get(USES)
    assert [each.number for each in page.context["page"]] == [1, 2, 3]
    one = client.get(f"{USES}{inputs[0].pk}/").content.decode()
    assert "Secret 1" in one
    assert "not public" in one
    typed = {"use": "used", "note_en": "In track 3.", "note_fr": "Dans le volet 3.", "note_original": "en", "next": "1"}
    assert client.post(f"{USES}{inputs[0].pk}/", typed)["Location"] == f"{USES}{inputs[1].pk}/"
    assert client.post(f"{USES}{inputs[2].pk}/", {"use": "noted", "note_original": "en", "next": "1"})["Location"] == f"{USES}{inputs[1].pk}/"
    assert client.post(f"{USES}{inputs[1].pk}/", {"use": "not-used", "note_original": "en", "next": "1"})["Location"] == USES
    assert client.post(f"{USES}{inputs[1].pk}/", {"use": "", "note_original": "en", "save": "1"})["Location"] == USES
    inputs[0].refresh_from_db()
    assert (inputs[0].use, inputs[0].use_note) == ("used", Text({"en": "In track 3.", "fr": "Dans le volet 3."}))
    assert [each.number for each in client.get(f"{USES}?use=open").context["page"]] == [2]
    assert [each.number for each in client.get(f"{USES}?use=noted").context["page"]] == [3]
    for wrong in ("?use=eaten", "?page=0", "?page=9", "?colour=red"):
        assert client.get(f"{USES}{wrong}").status_code == 400
    refused = client.post(f"{USES}{inputs[1].pk}/", {"use": "eaten", "note_en": "What I typed", "note_original": "en"})
    assert refused.status_code == 400
    assert "What I typed" in refused.content.decode()


def test_only_inputs_that_stand_have_a_page(inputs: list[Submission], at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    for other in Submission.objects.filter(state__in=("draft", "withdrawn")):
        assert client.get(f"{USES}{other.pk}/").status_code == 404
        assert client.post(f"{USES}{other.pk}/", {"use": "used"}).status_code == 404


def test_the_account_is_published_once_the_call_is_closed_and_can_be_hidden(call: Call, inputs: list[Submission], at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    client.post(f"{USES}{inputs[0].pk}/", {"use": "used", "note_en": "In track 3.", "note_original": "en"})
    Phase.objects.update(opens_at=None, closes_at=None)
    assert "still open" in client.get(USES).content.decode()
    assert "still open" in client.post(USES, {"publish": "1"}, follow=True).content.decode()
    assert client.get(PUBLIC).status_code == 404
    Phase.objects.update(closes_at="2021-02-10T22:00Z")
    assert "2 inputs" in client.get(USES).content.decode()
    assert "Say it of each" in client.post(USES, {"publish": "1"}, follow=True).content.decode()
    assert Client().get(PUBLIC).status_code == 404
    for each in inputs[1:]:
        client.post(f"{USES}{each.pk}/", {"use": "noted", "note_original": "en"})
    page = client.post(USES, {"publish": "1"}, follow=True).content.decode()
    assert PUBLIC in page
    public = Client().get(PUBLIC).content.decode()
    assert "In track 3." in public
    assert "Secret 1" not in public
    assert "Input 2" in public
    client.post(USES, {"hide": "1"})
    assert Client().get(PUBLIC).status_code == 404


def test_a_call_whose_settings_say_no_is_not_published(call: Call, inputs: list[Submission], at_desk: Callable[..., Client]) -> None:
    Call.objects.update(shows_use=False)
    client = at_desk()
    assert "/settings/" in client.get(USES).content.decode()
    assert "Change that first" in client.post(USES, {"publish": "1"}, follow=True).content.decode()
    assert Call.objects.get(pk=call.pk).use_published_at is None
    assert USES not in client.get("/desk/editions/2021/calls/prizes/settings/").content.decode()


def test_an_empty_list_says_what_will_be_here(call: Call, at_desk: Callable[..., Client]) -> None:
    assert "No input was handed in yet" in at_desk().get(USES).content.decode()
