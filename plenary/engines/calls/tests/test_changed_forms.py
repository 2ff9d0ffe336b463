"""A form that becomes another while people answer it: nothing that they wrote is lost, and they are told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from plenary.engines.calls import actions
from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.form.signs import seen_digest
from plenary.engines.calls.models import Submission
from plenary.engines.calls.queries import form_in_force, written_for
from plenary.engines.calls.tests.forms import FIELDS, GOOD, make_account, make_call, submitted
from plenary.errors import Invalid
from plenary.ground.audit.actors import SYSTEM

pytestmark = pytest.mark.django_db

CHANGED = "This form has changed since you began"
MOTTO = {"code": "motto", "kind": "text", "label": "Motto", "required": True}
EFFECT = {"code": "effect", "kind": "long-text", "label": "Effect on the harbour"}


def publish(call, *fields: dict[str, Any], without: tuple[str, ...] = ()):
    kept = [field for field in FIELDS if field["code"] not in (*without, *(each["code"] for each in fields))]
    return actions.put_form(actor=SYSTEM, call=call, definition=Definition.from_data({"parts": [{"fields": [*kept, *fields]}]}))


@pytest.fixture
def call():
    made = make_call()
    publish(made, EFFECT)
    return made


@pytest.fixture
def owner():
    return make_account()


@pytest.fixture
def browser(owner):
    client = Client()
    client.force_login(owner)
    return client


def begin(call, owner, **answers):
    draft, _secret = actions.start_draft(actor=owner, call=call, answers={**GOOD, "effect": "Fewer boats are lost.", **answers})
    return draft, f"/calls/answers/{draft.pk}/"


def text_of(answered) -> str:
    return answered.content.decode()


def test_a_draft_keeps_what_is_no_longer_asked_and_its_writer_is_told_on_form_and_preview(call, owner, browser):
    draft, path = begin(call, owner)
    assert CHANGED not in text_of(browser.get(path)) + text_of(browser.get(f"{path}preview/"))
    publish(call, MOTTO, without=("effect",))
    for page in (text_of(browser.get(path)), text_of(browser.get(f"{path}preview/"))):
        assert CHANGED in page
        assert "New, and asked now:" in page and "#f-motto-field" in page
        assert "No longer asked" in page and "Effect on the harbour" in page and "Fewer boats are lost." in page
        assert "This is not submitted any more." in page
    browser.post(path, {"f-title": "More boats", "f-motto": "Safe home", "version": "2", "save": "draft"})
    draft.refresh_from_db()
    assert draft.draft == {**GOOD, "title": "More boats", "motto": "Safe home", "effect@1": "Fewer boats are lost."}
    page = text_of(browser.get(f"{path}preview/"))
    assert CHANGED in page and "Fewer boats are lost." in page, "until it is submitted"
    done = actions.submit(actor=owner, submission=draft)
    assert done.answers == {**GOOD, "title": "More boats", "motto": "Safe home"} and done.draft is None
    assert (done.begun_with, done.drafted_with) == (None, None)
    assert CHANGED not in text_of(browser.get(path))


def test_a_page_from_before_the_change_loses_nothing_when_it_is_sent(call, owner, browser):
    draft, path = begin(call, owner)
    page = {
        "f-title": "Boats with radios",
        "f-effect": "Nobody is lost any more.\r\nNot one.",
        "f-summary": "Radios for six boats.",
        "version": "1",
        "save": "draft",
    }
    publish(call, MOTTO, without=("effect",))
    told = browser.post(path, {**page, "seen": json.dumps({"effect": seen_digest("Fewer boats are lost.")})}, follow=True)
    assert "Your draft is saved." in text_of(told) and CHANGED in text_of(told) and "Nobody is lost any more." in text_of(told)
    draft.refresh_from_db()
    assert draft.draft["effect@1"] == "Nobody is lost any more.\nNot one." and draft.draft["summary"] == "Radios for six boats."
    script = browser.post(path, {**page, "f-effect": "Once more"}, headers={"Accept": "application/json"}).json()
    assert script["saved"] and script["note"].startswith(CHANGED)
    draft.refresh_from_db()
    assert draft.draft["effect@1"] == "Once more"


def test_an_empty_form_opened_before_the_change_begins_a_draft_with_all_that_was_written(call, browser, owner):
    begin(call, owner)  # so that the version has answers
    publish(call, MOTTO, without=("effect",))
    told = browser.post("/calls/2031/prizes/answer/", {"f-title": "New", "f-effect": "Kept", "version": "1", "save": "draft"}, follow=True)
    made = Submission.objects.order_by("-created_at").first()
    assert made.draft == {"title": "New", "effect@1": "Kept"} and made.begun_with == 1
    assert CHANGED in text_of(told)


def test_a_page_that_does_not_say_its_version_loses_nothing_either(call, owner, browser):
    draft, path = begin(call, owner)
    publish(call, MOTTO, without=("effect",))
    browser.post(path, {"f-effect": "Typed in an old page", "f-organisation.name": "Office", "f-nonsense.en": "x", "f-../x": "y", "save": "draft"})
    draft.refresh_from_db()
    assert draft.draft["effect@1"] == "Typed in an old page"
    assert draft.draft["organisation"] == {"name": "Office"}
    assert browser.get(path).status_code == browser.get(f"{path}preview/").status_code == 200


def test_a_field_that_is_asked_again_has_its_answer_again(call, owner, browser):
    draft, path = begin(call, owner)
    publish(call, without=("effect",))
    browser.post(path, {"f-title": "Boats", "version": "2", "save": "draft"})
    publish(call, EFFECT, MOTTO)
    assert ">\nFewer boats are lost.</textarea>" in text_of(browser.get(path))
    browser.post(path, {"f-effect": "", "version": "3", "save": "draft"})
    draft.refresh_from_db()
    assert "effect" not in draft.draft and "effect@1" not in draft.draft
    assert "Fewer boats" not in text_of(browser.get(path)), "taken away for good"


KINDS = [
    ({**EFFECT, "kind": "choices", "options": [{"code": "a", "label": "A"}]}, {"f-effect": ["", "a"]}, ["a"]),
    ({**EFFECT, "kind": "consent"}, {"f-effect": ["", "true"]}, True),
    ({**EFFECT, "kind": "country"}, {"f-effect": "KE"}, "KE"),
    ({**EFFECT, "kind": "file"}, {"f-effect": ""}, None),
    ({**EFFECT, "kind": "money"}, {"f-effect.amount": "5", "f-effect.currency": "CHF"}, {"amount": "5", "currency": "CHF"}),
]  # fmt: skip


@pytest.mark.parametrize(("field", "sent", "kept"), KINDS, ids=lambda each: each.get("kind", "") if isinstance(each, dict) else "")
def test_a_field_that_asks_for_something_else_leaves_the_text_to_be_read(call, owner, browser, field, sent, kept):
    draft, path = begin(call, owner)
    publish(call, field)
    page = text_of(browser.get(path))
    assert "No longer asked" in page and "Fewer boats are lost." in page and "New, and asked now:" in page
    assert not Submission.objects.get().draft.get("effect@1"), "looking changes nothing"
    assert actions.submitting.check_answers(draft, form_in_force(call), written_for(draft, form_in_force(call))).holds
    browser.post(path, {**sent, "version": "2", "save": "draft"})
    draft.refresh_from_db()
    assert draft.draft["effect@1"] == "Fewer boats are lost." and draft.draft.get("effect") == kept


def test_what_can_stand_where_it_is_stays_there(call, owner, browser):
    draft, path = begin(call, owner, kind="old", since="2020-01-01", phone="+41227305111")
    longer = [{**field, "kind": "long-text"} if field["code"] in ("title", "phone") else field for field in FIELDS]
    publish(call, *longer, {**EFFECT, "help": "Say more."})
    assert written_for(draft, form_in_force(call)) == draft.draft
    page = text_of(browser.get(path))
    assert CHANGED in page and "No longer asked" not in page


def test_a_choice_that_is_no_longer_offered_is_shown_with_what_it_was(call, owner, browser):
    offered = [{"code": code, "label": f"Harbour {code}"} for code in "abc"]
    publish(call, EFFECT, {"code": "places", "kind": "choices", "label": "Places", "options": offered})
    draft, path = begin(call, owner, places=["a", "c"], kind="old", since="2020-01-01")
    publish(call, EFFECT, {"code": "places", "kind": "choices", "label": "Places", "options": offered[:2]})
    found = written_for(draft, form_in_force(call))
    assert (found["places"], found[f"places@{draft.form.number}"]) == (["a"], ["a", "c"])
    assert "Harbour c" in text_of(browser.get(f"{path}preview/"))


def test_changes_to_what_was_submitted_are_told_of_it_too(call, owner, browser):
    done = submitted(call, owner, effect="Fewer boats are lost.")
    publish(call, MOTTO, without=("effect",))
    path = f"/calls/answers/{done.pk}/"
    page = text_of(browser.get(path))
    assert CHANGED in page and "Fewer boats are lost." in page
    done.refresh_from_db()
    assert done.draft is None
    browser.post(path, {"f-motto": "Safe home", "version": "2", "save": "draft"})
    browser.post(path, {"f-title": "Ships", "version": "2", "save": "draft"})
    done.refresh_from_db()
    assert done.draft == {**GOOD, "title": "Ships", "motto": "Safe home", "effect@1": "Fewer boats are lost."}
    assert (done.answers["effect"], done.form.number) == ("Fewer boats are lost.", 1), "what was submitted stands"
    assert CHANGED in text_of(browser.get(f"{path}preview/"))
    actions.submit(actor=owner, submission=done)
    done.refresh_from_db()
    assert done.answers == {**GOOD, "title": "Ships", "motto": "Safe home"} and done.form.number == 2


def test_what_is_set_aside_is_never_submitted_nor_in_the_way(call, owner):
    draft, _path = begin(call, owner, effect="<script>")
    with pytest.raises(Invalid):
        actions.submit(actor=owner, submission=draft)
    publish(call, without=("effect",))
    assert actions.submit(actor=owner, submission=draft).answers == GOOD
