"""Editing the form of a call, through the pages: beginning, every kind and setting, conditions, moving."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from plenary.engines.calls import intakes
from plenary.engines.calls.actions import put_form, start_draft
from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.form.fields import KINDS
from plenary.engines.calls.models import Call, FormVersion
from plenary.faces.desk.forms.form_editor import own_settings
from plenary.faces.desk.forms.form_words import KIND_WORDS, SETTING_WORDS
from plenary.faces.desk.tests.form_pages import FORM, START, codes, draft, filled
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.models import Edition

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(edition: Edition) -> Call:
    return Call.objects.select_related("edition").get(edition=edition, slug="prizes")


@pytest.fixture
def form(call: Call) -> FormVersion:
    """The form in force, version 1."""
    return put_form(actor=SYSTEM, call=call, definition=Definition.from_data(START))


# ---- beginning ------------------------------------------------------------------------------------------------------


def test_a_form_is_made_from_nothing_and_answered(call: Call, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    assert "has no form yet" in client.get(FORM).content.decode()
    client.post(FORM, {"start": "1"})
    assert codes(draft(call)) == [["title"]]
    assert FormVersion.objects.get(call=call).form.by_code["title"].label.texts["fr"] == "Titre"
    assert client.post(f"{FORM}parts/add/", {"title_en": "You", "title_original": "en"}).status_code == 302
    assert "Several choices" in client.get(f"{FORM}add/?part=1").content.decode()
    path = f"{FORM}add/choices/?part=1"
    typed = filled(
        client,
        path,
        label_en="Topics of interest",
        label_original="en",
        options_rows="4",
        options_0_en="Health care",
        options_2_code="edu",
        options_2_fr="École",
    )
    assert client.post(path, typed)["Location"] == f"{FORM}#field-topics_of_interest"
    assert draft(call)["parts"][1]["fields"] == [
        {
            "kind": "choices",
            "code": "topics_of_interest",
            "label": {"en": "Topics of interest"},
            "options": [{"code": "health-care", "label": {"en": "Health care"}}, {"code": "edu", "label": {"fr": "École", "original": "fr"}}],
        }
    ]
    with pytest.raises(Exception, match="cannot be answered"):
        start_draft(actor=SYSTEM, call=call)
    client.post(f"{FORM}publish/")
    assert FormVersion.objects.get(call=call).published_at is not None
    start_draft(actor=SYSTEM, call=call, answers={"title": "T"})


def test_a_form_begins_as_another_call_has_it(call: Call, form: FormVersion, edition: Edition, at_desk: Callable[..., Client]) -> None:
    other = Call.objects.create(edition=edition, slug="photos", title=call.title)
    client = at_desk()
    path = "/desk/editions/2021/calls/photos/form/"
    assert '<option value="2021/prizes">' in client.get(path).content.decode()
    client.post(path, {"start": "like", "like": "2021/prizes"})
    assert draft(other) == form.definition
    client.post(path, {"start": "1"})
    assert draft(other) == form.definition
    empty = Call.objects.create(edition=edition, slug="team", title=call.title)
    page = client.post("/desk/editions/2021/calls/team/form/", {"start": "like", "like": "2021/nothing"}, follow=True)
    assert "has no form" in page.content.decode()
    assert not empty.forms.exists()


# ---- every kind and every setting -----------------------------------------------------------------------------------


def test_every_kind_and_every_setting_has_words() -> None:
    assert set(KIND_WORDS) == set(KINDS)
    for kind, model in KINDS.items():
        assert set(model.model_fields) <= set(SETTING_WORDS), kind


#: For each kind of field, what is typed beside the label, and what the definition says then.
TYPED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "text": ({"longest": "80", "per_language": "on"}, {"longest": 80, "per_language": True}),
    "long-text": ({"longest": "9000", "min_words": "150", "max_words": "200"}, {"longest": 9000, "min_words": 150, "max_words": 200}),
    "choice": ({"options_rows": "1", "options_0_en": "Yes"}, {"options": [{"code": "yes", "label": {"en": "Yes"}}]}),
    "choices": (
        {"options_rows": "2", "options_0_en": "A", "options_1_en": "B", "least": "1", "most": "2"},
        {"options": [{"code": "a", "label": {"en": "A"}}, {"code": "b", "label": {"en": "B"}}], "least": 1, "most": 2},
    ),
    "concept": ({"scheme": "action-lines", "leaves": "on"}, {"scheme": "action-lines", "leaves": True}),
    "concepts": ({"schemes": ["sdgs", "sdg-targets"], "least": "1", "most": "5"}, {"schemes": ["sdgs", "sdg-targets"], "least": 1, "most": 5}),
    "country": ({}, {}),
    "organisation": ({}, {}),
    "person": ({"invite": "on"}, {"invite": True}),
    "link": ({}, {}),
    "email": ({}, {}),
    "phone": ({}, {}),
    "date": ({"earliest": "2021-01-01", "latest": "2021-12-31"}, {"earliest": "2021-01-01", "latest": "2021-12-31"}),
    "date-range": ({"open_end": "on"}, {"open_end": True}),
    "number": ({"least": "-1.5", "most": "10", "decimals": "1", "unit_en": "kg", "unit_original": "en"}, {"least": -1.5, "most": 10.0, "decimals": 1, "unit": {"en": "kg"}}),
    "money": ({"currencies": "ETB, chf"}, {"currencies": ["ETB", "CHF"]}),
    "file": ({"takes": ["document", "table"], "most": "3", "megabytes": "5"}, {"takes": ["document", "table"], "most": 3, "megabytes": 5}),
    "image": ({"most": "2", "megabytes": "8", "min_width": "1000", "min_height": "800", "max_pixels": "20000000"}, {"most": 2, "megabytes": 8, "min_width": 1000, "min_height": 800, "max_pixels": 20_000_000}),
    "consent": ({}, {}),
}  # fmt: skip


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_is_added_with_exactly_its_settings(call: Call, form: FormVersion, at_desk: Callable[..., Client], kind: str) -> None:
    client = at_desk()
    path = f"{FORM}add/{kind}/?part=1"
    page = client.get(path)
    controls = set(page.context["form"].fields)
    common = {"label", "help", "code", "required", "private", "anonymous", "becomes", "seen", "when_field", "when_answers", "when_codes"}
    assert controls - common == set(own_settings(kind))
    typed, said = TYPED[kind]
    assert len(said) == len(own_settings(kind)) or kind in ("long-text",)
    whole = filled(
        client,
        path,
        label_en="What?",
        label_ar="ماذا؟",
        label_original="en",
        code="what",
        help_en="Think.",
        help_original="en",
        required="on",
        private="on",
        anonymous="on",
        **typed,
    )
    assert client.post(path, whole).status_code == 302
    made = draft(call)["parts"][1]["fields"][-1]
    assert made == {
        "kind": kind, "code": "what", "label": {"en": "What?", "ar": "ماذا؟"}, "help": {"en": "Think."}, "required": True, "private": True, "anonymous": True, **said,
    }  # fmt: skip
    # What is shown again for editing is what was kept; sending it as it is changes nothing.
    again = f"{FORM}fields/what/"
    assert client.post(again, filled(client, again)).status_code == 302
    assert draft(call)["parts"][1]["fields"][-1] == made
    assert client.get(f"{FORM}preview/").status_code == 200


@pytest.mark.parametrize(
    ("kind", "typed", "field"),
    [
        ("text", {"label_en": ""}, "label"),
        ("text", {"code": "Wrong Code"}, "code"),
        ("text", {"code": "title"}, "code"),
        ("text", {"label_en": "", "label_zh": "标题", "label_original": "zh"}, "code"),
        ("text", {"longest": "5000"}, "longest"),
        ("text", {"longest": "0"}, "longest"),
        ("text", {"becomes": "title"}, "becomes"),
        ("text", {"becomes": "focal-point"}, "becomes"),
        ("long-text", {"min_words": "300", "max_words": "200"}, "__all__"),
        ("choice", {"options_rows": "3"}, "options"),
        ("choice", {"options_rows": "1", "options_0_code": "a"}, "options"),
        ("choice", {"options_rows": "2", "options_0_en": "Yes", "options_1_en": "Yes"}, "options"),
        ("choice", {"options_rows": "1", "options_0_code": "not a code!", "options_0_en": "A"}, "options"),
        ("choices", {"options_rows": "1", "options_0_en": "A", "least": "2"}, "__all__"),
        ("concept", {"scheme": "dragons"}, "scheme"),
        ("concept", {}, "scheme"),
        ("concepts", {"schemes": []}, "schemes"),
        ("concepts", {"schemes": ["sdgs", "countries", "regions", "action-lines", "stakeholder-types"]}, "schemes"),
        ("date", {"earliest": "2021-12-31", "latest": "2021-01-01"}, "__all__"),
        ("number", {"least": "nan"}, "least"),
        ("number", {"least": "1e999"}, "least"),
        ("money", {"currencies": "francs"}, "currencies"),
        ("money", {"currencies": ""}, "currencies"),
        ("file", {"takes": []}, "takes"),
        ("file", {"megabytes": "500"}, "megabytes"),
        ("image", {"max_pixels": "0"}, "max_pixels"),
    ],
)
def test_a_field_that_does_not_hold_is_told_at_its_control(
    call: Call, form: FormVersion, at_desk: Callable[..., Client], kind: str, typed: dict[str, Any], field: str
) -> None:
    client = at_desk()
    path = f"{FORM}add/{kind}/?part=1"
    whole = {"label_en": "What?", "label_original": "en", "help_ru": "Я это набрал", "help_original": "ru"}
    answer = client.post(path, filled(client, path) | whole | typed)
    assert answer.status_code == 400
    assert field in answer.context["form"].errors
    assert "Я это набрал" in answer.content.decode()
    assert not FormVersion.objects.filter(published_at=None).exists()


def test_the_address_of_a_field_that_is_not_there(call: Call, form: FormVersion, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    for path in (
        "fields/nothing/",
        "fields/nothing/remove/",
        "add/dragon/?part=0",
        "add/text/?part=7",
        "add/?part=7",
        "parts/7/",
        "parts/7/remove/",
        "versions/9/",
    ):
        assert client.get(f"{FORM}{path}").status_code == 404, path
        assert client.post(f"{FORM}{path}").status_code == 404, path
    for path in ("add/text/?part=-1", "add/text/?part=x", "add/?colour=red", "preview/?version=x"):
        assert client.get(f"{FORM}{path}").status_code == 400, path


@pytest.fixture
def entry_intake(call: Call) -> Iterator[str]:
    """An intake of this call that this test alone knows."""
    code = "tests.entry"
    intakes.register(intakes.Intake(code, "Test entry", accept=lambda _actor, _submission: intakes.Made("tests.entry", "1"), reads=("title", "budget")))
    Call.objects.filter(pk=call.pk).update(intakes=[{"decision": "accepted", "intake": code}])
    yield code
    del intakes._intakes[code]


def test_an_answer_can_become_what_the_calls_intakes_read(call: Call, form: FormVersion, entry_intake: str, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    path = f"{FORM}fields/people/"
    page = client.get(path).content.decode()
    assert '<optgroup label="Test entry">' in page
    assert client.post(path, filled(client, path, becomes="budget")).status_code == 302
    assert draft(call)["parts"][0]["fields"][2]["becomes"] == "budget"


# ---- options --------------------------------------------------------------------------------------------------------


def test_rows_of_answers_are_moved_removed_and_added_without_losing_what_was_typed(call: Call, form: FormVersion, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    path = f"{FORM}fields/stage/"
    typed = filled(client, path, options_2_en="Stopped", label_en="Which stage?", label_fr="")

    def rows(answer: Any) -> list[tuple[str, str]]:
        assert answer.status_code == 200
        assert 'value="Which stage?"' in answer.content.decode()
        return [(row["code"], str(row["label"])) for row in answer.context["form"]["options"].value()]

    assert rows(client.post(path, {**typed, "options_up": "1"}))[:3] == [("done", "Done"), ("plan", "A plan"), ("", "Stopped")]
    assert rows(client.post(path, {**typed, "options_down": "1"}))[:3] == [("plan", "A plan"), ("", "Stopped"), ("done", "Done")]
    assert rows(client.post(path, {**typed, "options_out": "0"}))[:2] == [("done", "Done"), ("", "Stopped")]
    assert len(rows(client.post(path, {**typed, "options_more": "1"}))) == 15
    for nonsense in ("99", "-1", "x", "9" * 50):
        assert rows(client.post(path, {**typed, "options_up": nonsense}))[0] == ("plan", "A plan")
    assert client.post(path, {**typed, "options_rows": "9" * 40}).status_code == 400
    assert not FormVersion.objects.filter(published_at=None).exists()
    moved = {
        **typed,
        "options_0_code": "done",
        "options_0_en": "Done",
        "options_0_fr": "Fini",
        "options_1_code": "plan",
        "options_1_en": "A plan",
        "options_1_fr": "",
    }
    assert client.post(path, moved).status_code == 302
    assert [(each["code"], each["label"]) for each in draft(call)["parts"][0]["fields"][1]["options"]] == [
        ("done", {"en": "Done", "fr": "Fini"}),
        ("plan", {"en": "A plan"}),
        ("stopped", {"en": "Stopped"}),
    ]


def test_more_answers_than_fit_on_a_page_stay_as_they_are(call: Call, at_desk: Callable[..., Client]) -> None:
    many = [{"code": f"o{n}", "label": {"en": f"Option {n}"}} for n in range(200)]
    put_form(
        actor=SYSTEM, call=call, definition=Definition.from_data({"parts": [{"fields": [{"kind": "choice", "code": "c", "label": "C", "options": many}]}]})
    )
    client = at_desk()
    path = f"{FORM}fields/c/"
    assert "more answers than fit on a page" in client.get(path).content.decode()
    assert client.post(path, filled(client, path, required="on")).status_code == 302
    field = draft(call)["parts"][0]["fields"][0]
    assert (field["required"], field["options"]) == (True, many)


# ---- conditions -----------------------------------------------------------------------------------------------------


def test_a_field_is_asked_only_after_another_answer(call: Call, form: FormVersion, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    path = f"{FORM}fields/mail/"
    offered = [code for code, _label in client.get(path).context["form"].fields["when_field"].choices]
    assert offered == ["", "title", "stage", "people", "country"]

    def when(**typed: Any) -> Any:
        assert (
            client.post(path, {"label_en": "Address", "label_original": "en", "code": "mail", "seen": filled(client, path)["seen"], **typed}).status_code == 302
        )
        return next((field for field in draft(call)["parts"][1]["fields"] if field["code"] == "mail"), {}).get("when")

    assert when(when_field="stage", when_answers=["stage=plan"]) == {"field": "stage", "among": ["plan"]}
    assert when(when_answers=["stage=plan", "stage=done"]) == {"field": "stage", "among": ["plan", "done"]}
    assert when(when_field="country", when_codes="KE, ET") == {"field": "country", "among": ["KE", "ET"]}
    assert filled(client, path)["when_codes"] == "KE, ET"
    assert when(when_field="title") == {"field": "title"}
    assert "asked only after “Title”" in client.get(FORM).content.decode()
    for wrong, field in (
        ({"when_field": "country", "when_answers": ["stage=plan"]}, "when_answers"),
        ({"when_field": "stage", "when_codes": "plan"}, "when_codes"),
        ({"when_codes": "KE"}, "when_field"),
        ({"when_field": "country", "when_codes": "Atlantis"}, "when_codes"),
        ({"when_field": "mail"}, "when_field"),
        ({"when_answers": ["stage=gone"]}, "when_answers"),
    ):
        answer = client.post(path, {"label_en": "Address", "label_original": "en", "code": "mail", **wrong})
        assert answer.status_code == 400
        assert field in answer.context["form"].errors
    assert client.get(f"{FORM}fields/title/").context["form"].conditional is False


def test_what_others_wait_for_cannot_go_or_move_behind_them(call: Call, form: FormVersion, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    page = client.get(f"{FORM}fields/stage/remove/").content.decode()
    assert "People reached" in page
    assert "Take it away</button>" not in page
    for path, typed in ((f"{FORM}fields/stage/remove/", {}), (FORM, {"up": "people"}), (FORM, {"part_down": "7"})):
        client.post(path, typed)
    told = client.post(FORM, {"down": "stage"}, follow=True).content.decode()
    assert "People reached: It waits for the answer to “stage”, which must come before it." in told
    assert not FormVersion.objects.filter(published_at=None).exists()
    # An answer that is waited for cannot go either; its code may change, and the condition follows the field's code.
    path = f"{FORM}fields/stage/"
    refused = client.post(path, filled(client, path, options_1_code="finished"))
    assert "waits for the answer “done”" in " ".join(refused.context["form"].non_field_errors())
    assert client.post(path, filled(client, path, code="state")).status_code == 302
    assert draft(call)["parts"][0]["fields"][2]["when"] == {"field": "state", "among": ["done"]}


# ---- moving and taking away -----------------------------------------------------------------------------------------


def test_fields_and_parts_change_places(call: Call, form: FormVersion, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    assert client.post(FORM, {"up": "mail"})["Location"] == f"{FORM}#field-mail"
    assert codes(draft(call)) == [["title", "stage", "people"], ["mail", "country"]]
    client.post(FORM, {"up": "mail"})
    assert codes(draft(call)) == [["title", "stage", "people", "mail"], ["country"]]
    client.post(FORM, {"down": "mail"})
    client.post(FORM, {"part_up": "1"})
    assert codes(draft(call)) == [["mail", "country"], ["title", "stage", "people"]]
    client.post(FORM, {"part_down": "0"})
    client.post(FORM, {"down": "mail"})
    # It is again as in force: then there is no draft any more.
    assert not FormVersion.objects.filter(published_at=None).exists()
    for nothing in ({"up": "title"}, {"part_up": "0"}, {"down": "mail"}):
        client.post(FORM, nothing)
    assert not FormVersion.objects.filter(published_at=None).exists()
    assert "not there any more" in client.post(FORM, {"up": "gone"}, follow=True).content.decode()
    assert "not there any more" in client.post(FORM, {"part_up": "x"}, follow=True).content.decode()


def test_parts_are_edited_and_taken_away(call: Call, form: FormVersion, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    path = f"{FORM}parts/1/"
    client.post(path, filled(client, path, title_fr="Vous", text_en="Who are you?", text_original="en"))
    assert draft(call)["parts"][1]["title"] == {"en": "You", "fr": "Vous"}
    assert codes(draft(call))[1] == ["country", "mail"]
    look = client.get(f"{path}remove/")
    assert "Address" in look.content.decode()
    sign = look.context["sign"]
    client.post(FORM, {"up": "mail"})
    told = client.post(f"{path}remove/", {"seen": sign}, follow=True).content.decode()
    assert "Somebody else changed this part" in told
    assert client.post(f"{path}remove/", {"seen": client.get(f"{path}remove/").context["sign"]}).status_code == 302
    assert codes(draft(call)) == [["title", "stage", "people"]]
    last = f"{FORM}parts/0/remove/"
    told = client.post(last, {"seen": client.get(last).context["sign"]}, follow=True).content.decode()
    assert "This cannot be done" in told
    assert client.post(f"{FORM}fields/people/remove/").status_code == 302
    assert codes(draft(call)) == [["title", "stage"]]


def test_what_two_people_edit_is_not_lost_silently(call: Call, form: FormVersion, at_desk: Callable[..., Client]) -> None:
    one, other = at_desk(), at_desk("administrator")
    path = f"{FORM}fields/title/"
    typed = filled(one, path, label_en="Name of the project")
    assert other.post(path, filled(other, path, help_en="Short.", help_original="en")).status_code == 302
    warned = one.post(path, typed)
    assert warned.status_code == 400
    assert "Somebody else changed this field" in warned.content.decode()
    assert draft(call)["parts"][0]["fields"][0]["help"] == {"en": "Short."}
    # Another field was changed by both: both stay.
    assert other.post(f"{FORM}fields/mail/", filled(other, f"{FORM}fields/mail/", required="on")).status_code == 302
    assert one.post(path, {**typed, "seen": warned.context["form"]["seen"].value()}).status_code == 302
    assert draft(call)["parts"][0]["fields"][0]["label"]["en"] == "Name of the project"
    assert draft(call)["parts"][1]["fields"][1]["required"] is True
