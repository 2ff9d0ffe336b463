"""Suggestions while one writes: asked for by a button, taken over by a button, and nothing typed is lost."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from plenary.engines.calls import actions
from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.models import Submission
from plenary.engines.calls.tests.forms import make_account, make_call
from plenary.engines.classify.queries import forget_all
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.models import Concept, Scheme
from plenary.ground.framework.text import Text

FIELDS = [
    {"code": "title", "kind": "text", "label": "Title", "required": True, "becomes": "title"},
    {"code": "summary", "kind": "long-text", "label": "Summary", "becomes": "summary"},
    {"code": "secret", "kind": "long-text", "label": "For us", "private": True},
    {"code": "category", "kind": "concept", "scheme": "action-lines", "leaves": True, "label": "Category"},
    {"code": "goals", "kind": "concepts", "schemes": ["sdgs", "sdg-targets"], "label": "Goals"},
    {"code": "country", "kind": "country", "label": "Country"},
]
WRITTEN = {"f-title": "Telemedicine for islands", "f-summary": "Doctors see patients of small clinics over a video line.", "f-secret": "Not for others."}


@pytest.fixture
def call(db):
    made = make_call()
    goals = Scheme.objects.create(code="sdgs", address="sdgs")
    targets = Scheme.objects.create(code="sdg-targets")
    for position, (code, label) in enumerate((("3", "Health"), ("4", "Education")), 1):
        goal = Concept.objects.create(scheme=goals, code=code, label=Text.of(label), position=position)
        for place, words in enumerate(("Clinics for all", "Doctors and nurses") if code == "3" else ("Schools for all", "Teachers")):
            Concept.objects.create(scheme=targets, parent=goal, code=f"{code}.{place + 1}", label=Text.of(words), position=10 * position + place)
    actions.put_form(actor=SYSTEM, call=made, definition=Definition.from_data({"parts": [{"title": "Project", "fields": FIELDS}]}))
    forget_all()
    return made


def field_of(page: str, code: str) -> str:
    return page.split(f'id="f-{code}-field"')[1].split('<div class="field')[0]


def buttons(field: str) -> list[str]:
    return re.findall(r'name="save" value="(take:[^"]+)"', field)


def at(answer) -> str:
    return urlsplit(answer["Location"]).path


def test_only_fields_of_such_schemes_offer_suggestions(call, client):
    page = client.get("/calls/2031/prizes/answer/").content.decode()
    assert 'value="suggest:category"' in field_of(page, "category")
    assert 'value="suggest:goals"' in field_of(page, "goals")
    assert "suggest:" not in field_of(page, "country") + field_of(page, "title")
    assert "take:" not in page


def test_asking_saves_the_draft_and_shows_suggestions_with_reasons(call, client):
    asked = client.post("/calls/2031/prizes/answer/", {**WRITTEN, "save": "suggest:category"})
    assert asked.status_code == 302
    assert asked["Location"].endswith("?suggest=category#f-category-field")
    kept = Submission.objects.get()
    assert kept.draft["title"] == WRITTEN["f-title"]
    field = field_of(client.get(asked["Location"]).content.decode(), "category")
    assert buttons(field)[0] == "take:category:C7-4"
    assert "Telemedicine" in field


def test_a_suggestion_is_taken_over_with_all_that_was_typed_meanwhile(call, client):
    path = at(client.post("/calls/2031/prizes/answer/", {**WRITTEN, "save": "suggest:category"}))
    page = client.get(path).content.decode()
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1].replace("&quot;", '"')
    taken = client.post(path, {**WRITTEN, "f-title": "Telemedicine for ten islands", "f-category": "", "seen": seen, "save": "take:category:C7-4"})
    assert taken.status_code == 302
    draft = Submission.objects.get().draft
    assert (draft["title"], draft["category"], draft["secret"]) == ("Telemedicine for ten islands", "C7-4", "Not for others.")
    assert '<option value="C7-4" selected' in client.get(taken["Location"]).content.decode()


def test_several_goals_are_taken_one_after_the_other(call, client):
    first = client.post("/calls/2031/prizes/answer/", {**WRITTEN, "f-goals": ["", "4"], "save": "suggest:goals"})
    offered = buttons(field_of(client.get(first["Location"]).content.decode(), "goals"))
    assert "take:goals:3" in offered
    assert "take:goals:4" not in offered
    taken = client.post(at(first), {"f-goals": ["", "4"], "save": "take:goals:3"})
    assert Submission.objects.get().draft["goals"] == ["4", "3"]
    field = field_of(client.get(taken["Location"]).content.decode(), "goals")
    assert "take:goals:3" not in buttons(field)
    assert any(value.startswith("take:goals:3.") for value in buttons(field))


def test_private_answers_are_not_read(call, client):
    asked = client.post("/calls/2031/prizes/answer/", {"f-secret": WRITTEN["f-summary"], "save": "suggest:category"}, follow=True)
    field = field_of(asked.content.decode(), "category")
    assert buttons(field) == []
    assert "points to nothing" in field


def test_asking_before_anything_is_written_says_what_to_do(call, client):
    asked = client.post("/calls/2031/prizes/answer/", {"save": "suggest:category"}, follow=True)
    assert asked.status_code == 200
    assert "Write something first" in asked.content.decode()
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    "pressed", ["suggest:none", "suggest:country", "take:country:KE", "take:category", "take::", "take:title:x", "suggest:\x00", ":" * 300]
)
def test_buttons_that_are_not_there_only_save(call, client, pressed):
    answer = client.post("/calls/2031/prizes/answer/", {**WRITTEN, "save": pressed})
    assert answer.status_code == 302
    assert client.get(answer["Location"]).status_code == 200
    draft = Submission.objects.get().draft
    assert draft["title"] == WRITTEN["f-title"]
    assert not draft.get("country")


def test_nonsense_that_is_taken_over_stays_visible_and_is_told_at_the_check(call, client):
    answer = client.post("/calls/2031/prizes/answer/", {**WRITTEN, "save": "take:category:<b>\x00"}, follow=True)
    assert answer.status_code == 200
    assert "&lt;b&gt;" in answer.content.decode()
    assert "<b>\x00" not in answer.content.decode()


def test_a_suggestion_for_a_draft_of_an_account_works_too(call, client):
    client.force_login(make_account())
    asked = client.post("/calls/2031/prizes/answer/", {**WRITTEN, "save": "suggest:category"})
    assert "take:category:C7-4" in client.get(asked["Location"]).content.decode()
    assert client.get(at(asked) + "?suggest=" + "x" * 500).status_code == 200


def test_with_an_early_retirement_nothing_that_is_not_offered_is_suggested(call, client):
    Concept.objects.filter(code="C7-4").update(retired_on="2020-01-01")
    load = client.post("/calls/2031/prizes/answer/", {**WRITTEN, "save": "suggest:category"})
    assert "take:category:C7-4" not in client.get(load["Location"]).content.decode()


def test_texts_in_several_languages_are_read_in_each(call, client):
    fields = [{**each, "per_language": True} if each["code"] in ("title", "summary") else each for each in FIELDS]
    actions.put_form(actor=SYSTEM, call=call, definition=Definition.from_data({"parts": [{"title": "Project", "fields": fields}]}))
    written = {"f-title.fr": "Télémédecine", "f-summary.fr": "Des médecins voient les patients des cliniques.", "save": "suggest:category"}
    asked = client.post("/calls/2031/prizes/answer/", written)
    assert buttons(field_of(client.get(asked["Location"]).content.decode(), "category"))[0] == "take:category:C7-4"
