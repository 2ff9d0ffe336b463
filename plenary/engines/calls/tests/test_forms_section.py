"""Forms in edition folders: what is written is read back, what is wrong has its place, and what the desk edits stays."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pydantic import ValidationError

from plenary.engines.calls import actions, intakes
from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.form.fields import KINDS
from plenary.engines.calls.models import Call, FormVersion, Submission
from plenary.engines.calls.queries import form_in_force
from plenary.engines.calls.sections import Calls, FormRow, Forms
from plenary.engines.calls.tests.forms import make_account
from plenary.engines.calls.tests.test_stages import collect, make_call, make_edition
from plenary.errors import Conflict, NotAllowed
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.editions import loading
from plenary.ground.framework.editions.checking import _toml_rows
from plenary.ground.framework.editions.dumping import files_of
from plenary.ground.framework.editions.plain import to_toml
from plenary.ground.framework.files import BadFiles, Problems
from plenary.ground.framework.models import Concept, Edition, Scheme
from plenary.ground.framework.tests.test_plain import tables
from plenary.ground.framework.text import LANGUAGES, Text

EDITIONS = settings.ROOT / "editions"
EDITION = '[edition]\ncode = "2031"\nname = "Forum 2031"\nzone = "Europe/Zurich"\n'
CALLS = """[[calls]]
slug = "prizes"
title = "Prizes"
%s

[[calls.phases]]
code = "submission"
kind = "collect"
title = "Submission"
"""
FORMS = """[[forms]]
call = "prizes"

[[forms.parts]]
title = "The project"

[[forms.parts.fields]]
code = "title"
kind = "text"
required = true
becomes = "title"

[forms.parts.fields.label]
en = "Title"
fr = "Titre"

[[forms.parts.fields]]
code = "line"
kind = "concept"
scheme = "action-lines"
label = "Action line"
"""


@pytest.fixture
def lines(db):
    """One scheme with one concept."""
    Concept.objects.create(scheme=Scheme.objects.create(code="action-lines"), code="C1", label=Text.of("Governments"))


@pytest.fixture
def folder(lines, tmp_path):
    """Writes an edition folder; what is not given is right."""

    def make(*, forms: str = FORMS, call: str = "", calls: str = CALLS) -> Path:
        path = tmp_path / "wsis-2031"
        path.mkdir(exist_ok=True)
        (path / "edition.toml").write_text(EDITION, encoding="utf-8")
        (path / "calls.toml").write_text(calls % call if calls else "", encoding="utf-8")
        (path / "forms.toml").write_text(forms, encoding="utf-8")
        return path

    return make


def load(path: Path) -> loading.LoadResult:
    return loading.load(actor=SYSTEM, paths=[path])[0]


def form_of(slug: str = "prizes") -> dict[str, Any]:
    form = form_in_force(Call.objects.get(slug=slug))
    assert form is not None
    return form.definition


# ---- written and read back ------------------------------------------------------------------------------------------


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    """Forms of fields of all kinds, with conditions and roles."""
    kinds = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=6))
    fields: list[dict[str, Any]] = []
    for number, kind in enumerate(kinds):
        field = {**draw(tables(KINDS[kind])), "code": f"field_{number}", "becomes": draw(st.sampled_from(["", f"role-{number}"]))}
        field.pop("when", None)
        if fields and draw(st.booleans()):
            field["when"] = {"field": draw(st.sampled_from([each["code"] for each in fields]))}
        try:
            KINDS[kind].model_validate(field)
        except ValidationError:
            field = {"code": field["code"], "kind": "text", "label": "Anything"}
        fields.append(field)
    cut = draw(st.integers(0, len(fields)))
    return Definition.from_data({"parts": [{"title": "First", "fields": fields[:cut]}, {"text": {"fr": "Suite"}, "fields": fields[cut:]}]})


@pytest.mark.django_db
@given(definitions())
@examples(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
def test_any_form_survives_dump_and_load(definition):
    Edition.objects.all().delete()
    edition = make_edition("round")
    call = make_call(edition, "any")
    actions.put_form(actor=SYSTEM, call=call, definition=definition)
    text = files_of(edition)["forms.toml"]
    problems = Problems()
    ((values, _lines, _path, _line),) = _toml_rows(Forms(), text, "forms.toml", problems)
    row = FormRow.model_validate(values)
    assert row.definition == definition
    actions.remove_form(actor=SYSTEM, call=call)
    assert "forms.toml" not in files_of(edition)
    Forms().write(edition, row, SYSTEM)
    assert files_of(edition)["forms.toml"] == text
    assert FormVersion.objects.get(call=call).form == definition


FORM_FILES = sorted(EDITIONS.glob("*/forms.toml"))


def forms_of(path: Path) -> list[FormRow]:
    return [FormRow.model_validate(row) for row in tomllib.loads(path.read_text(encoding="utf-8"))["forms"]]


@pytest.mark.parametrize("path", FORM_FILES, ids=lambda path: path.parent.name)
def test_our_own_forms_are_canonical(path):
    """So that a dump of an unchanged edition differs by the remarks at the top only."""
    text = path.read_text(encoding="utf-8")
    assert text[text.index("[[forms]]") :] == to_toml(Forms(), forms_of(path))


@pytest.mark.parametrize("path", FORM_FILES, ids=lambda path: path.parent.name)
def test_all_that_a_form_says_is_in_six_languages(path):
    for row in forms_of(path):
        texts = [each for part in row.parts for each in (part.title, part.text)]
        for field in row.definition:
            texts += [field.label, field.help, *(option.label for option in getattr(field, "options", ()))]
        for text in filter(None, texts):
            assert set(text.texts) == set(LANGUAGES), (row.call, str(text))


@pytest.mark.parametrize("path", FORM_FILES, ids=lambda path: path.parent.name)
def test_what_recurs_reads_the_same_everywhere(path):
    """Whoever answers two calls meets the same question in the same words: a label stands for one text in each language."""
    said: dict[str, dict[str, str]] = {}
    for row in forms_of(path):
        for field in row.definition:
            for text in (field.label, field.help, *(option.label for option in getattr(field, "options", ()))):
                if text:
                    assert said.setdefault(text.texts["en"], dict(text.texts)) == dict(text.texts), (row.call, field.code)


# ---- wrong files ----------------------------------------------------------------------------------------------------


def problems_of(path: Path) -> list[tuple[str, int, str, str]]:
    with pytest.raises(BadFiles) as caught:
        load(path)
    assert not Edition.objects.exists()
    return [(each.file, each.line, each.field, each.text) for each in caught.value.found]


@pytest.mark.parametrize(
    ("right", "wrong", "line", "field", "sentence"),
    [
        ('kind = "text"', 'kind = "txt"', 9, "parts.1.fields.1.kind", "no such kind of field; is text meant"),
        ('kind = "text"\n', "", 7, "parts.1.fields.1.kind", "missing"),
        ("required = true", "required = 7", 10, "parts.1.fields.1.required", "boolean"),
        ("required = true", "colour = true", 10, "parts.1.fields.1.colour", "no such key"),
        ('code = "title"', 'code = "Title-1"', 8, "parts.1.fields.1.code", "is not the code of a field"),
        ('en = "Title"', "en = 7", 14, "parts.1.fields.1.label", "not a string"),
        ('code = "line"', 'code = "title"', 18, "parts.1.fields.2.code", "two fields have the code title"),
        ('scheme = "action-lines"', 'scheme = "action-line"', 20, "parts.1.fields.2.scheme", "is action-lines meant"),
        ('label = "Action line"', 'label = "Action line"\nwhen = { field = "other" }', 22, "parts.1.fields.2.when", "does not come before it"),
        ('label = "Action line"', 'label = "Action line"\nbecomes = "title"', 22, "parts.1.fields.2.becomes", "two fields become title"),
        ('call = "prizes"', 'call = "prices"', 2, "call", "no call prices in calls.toml; is prizes meant"),
        ('call = "prizes"\n', "", 1, "call", "missing"),
    ],
)
def test_what_is_wrong_in_a_form_is_told_with_line_and_field(folder, right, wrong, line, field, sentence):
    assert right in FORMS
    ((file, at, where, text),) = problems_of(folder(forms=FORMS.replace(right, wrong, 1)))
    assert (file, where) == ("wsis-2031/forms.toml", field)
    assert at in (line, line - 1), text  # of a table, the line of its heading or of its first key
    assert sentence in text


def test_a_call_cannot_limit_by_what_its_form_does_not_ask(folder):
    found = problems_of(folder(call="per_organisation_and_category = 1"))
    assert [(field, role in text) for (_file, _line, field, text), role in zip(found, ("become category", "become organisation"), strict=True)] == [
        ("parts", True)
    ] * 2


@pytest.mark.parametrize(
    ("intake", "field", "sentence"),
    [
        ('{ decision = "Accepted", intake = "harbour.boat" }', "intakes.1.decision", "short name"),
        ('{ decision = "declined", intake = "harbour.boat" }', "intakes.1.decision", "'declined'"),
        ('{ decision = "accepted", intake = "harbour.goat" }', "intakes.1.intake", "is harbour.boat meant"),
        ('{ decision = "accepted", intake = "nowhere.thing" }', "intakes.1.intake", "nothing here makes records"),
        ('{ decision = "a", intake = "harbour.boat" }, { decision = "a", intake = "harbour.boat" }', "", "named twice"),
    ],
)
def test_an_intake_must_be_one_that_a_room_offers(folder, monkeypatch, intake, field, sentence):
    boat = intakes.Intake("harbour.boat", "Boat", lambda actor, submission: intakes.Made("boat", "1"))
    monkeypatch.setattr(intakes, "_intakes", {"harbour.boat": boat})
    ((file, line, where, text),) = problems_of(folder(call=f"intakes = [{intake}]"))
    assert (file, where) == ("wsis-2031/calls.toml", field)
    assert line == 4 or not field
    assert sentence in text


def test_an_intake_of_a_room_that_has_none_yet_can_wait(folder, monkeypatch):
    monkeypatch.setattr(intakes, "_intakes", {})
    load(folder(call='intakes = [{ decision = "accepted", intake = "insights.thing" }]'))
    assert Call.objects.get().decisions == ["accepted"]


# ---- loading again --------------------------------------------------------------------------------------------------


def other_form() -> Definition:
    return Definition.from_data({"parts": [{"fields": [{"code": "name", "kind": "text", "label": "Written at the desk"}]}]})


def test_loading_an_unchanged_folder_makes_no_new_version(folder):
    path = folder()
    load(path)
    before = list(FormVersion.objects.values_list("pk", "number", "published_at"))
    result = load(path)
    assert not result.did_something
    assert list(FormVersion.objects.values_list("pk", "number", "published_at")) == before


def test_what_changed_in_the_file_is_taken_over_and_answers_keep_their_form(folder):
    path = folder()
    load(path)
    account = make_account()
    call = Call.objects.select_related("edition").get()
    draft, _secret = actions.start_draft(actor=account, call=call, answers={"title": "Boats", "line": "C1"})
    held = actions.submit(actor=account, submission=draft)
    assert load(folder(forms=FORMS.replace("Titre", "Intitulé"))).changed == ["forms/prizes"]
    assert form_of()["parts"][0]["fields"][0]["label"]["fr"] == "Intitulé"
    assert list(FormVersion.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert Submission.objects.get(pk=held.pk).form.definition["parts"][0]["fields"][0]["label"]["fr"] == "Titre"


def test_a_form_edited_at_the_desk_stays_and_a_conflict_is_listed(folder):
    path = folder()
    load(path)
    call = Call.objects.select_related("edition").get()
    actions.save_form_draft(actor=SYSTEM, call=call, definition=other_form())
    actions.publish_form(actor=SYSTEM, call=call)
    result = load(path)
    assert not result.did_something and result.conflicts == []
    result = load(folder(forms=FORMS.replace("Titre", "Intitulé")))
    assert [(each.file, each.section, each.key, each.field) for each in result.conflicts] == [("wsis-2031/forms.toml", "forms", "prizes", "parts")]
    assert form_of() == other_form().to_data()
    assert "Written at the desk" in files_of(Edition.objects.get())["forms.toml"]


def test_a_form_that_left_its_file_is_taken_out_of_force(folder):
    path = folder()
    load(path)
    (path / "forms.toml").unlink()
    assert load(path).removed == ["forms/prizes"]
    assert form_in_force(Call.objects.get()) is None
    with pytest.raises(Conflict):
        actions.start_draft(actor=make_account(), call=Call.objects.select_related("edition").get())


def test_a_form_with_answers_stays_although_it_left_its_file(folder):
    path = folder()
    load(path)
    actions.start_draft(actor=make_account(), call=Call.objects.select_related("edition").get(), answers={"title": "Boats"})
    (path / "forms.toml").unlink()
    (path / "calls.toml").unlink()
    result = load(path)
    assert [(each.section, each.key, each.in_file) for each in result.conflicts] == [("forms", "prizes", None), ("calls", "prizes", None)]
    assert form_of()["parts"][0]["fields"][0]["code"] == "title"


def test_a_call_goes_with_its_form_but_not_with_one_of_the_desk(folder):
    path = folder()
    load(path)
    call = Call.objects.select_related("edition").get()
    actions.put_form(actor=SYSTEM, call=call, definition=other_form())
    (path / "forms.toml").unlink()
    (path / "calls.toml").unlink()
    assert {(each.section, each.key) for each in load(path).conflicts} == {("forms", "prizes"), ("calls", "prizes")}
    assert form_of() == other_form().to_data()
    actions.put_form(actor=SYSTEM, call=call, definition=FormRow.model_validate(tomllib.loads(FORMS)["forms"][0]).definition)
    assert set(load(path).removed) == {"forms/prizes", "calls/prizes"}
    assert not Call.objects.exists() and not FormVersion.objects.exists()


def test_a_call_deleted_at_the_desk_stays_deleted_with_its_form(folder):
    path = folder()
    load(path)
    actions.remove_call(actor=SYSTEM, call=Call.objects.select_related("edition").get())
    assert set(load(path).deleted_at_desk) == {"calls/prizes", "forms/prizes"}
    assert not Call.objects.exists()


def test_only_the_secretariat_takes_a_form_out_of_force(folder):
    load(folder())
    with pytest.raises(NotAllowed):
        actions.remove_form(actor=make_account(), call=Call.objects.select_related("edition").get())
    assert form_in_force(Call.objects.get()) is not None


def test_reading_calls_does_not_need_the_rooms_that_made_their_records(lines):
    """A call keeps the name of an intake whose room is gone; dumping it says what it said."""
    edition = make_edition("2031")
    call = make_call(edition, "old", collect())
    Call.objects.filter(pk=call.pk).update(intakes=[{"decision": "accepted", "intake": "nowhere.thing"}])
    assert [each.intake for each in Calls().read(edition)[0].intakes] == ["nowhere.thing"]


# ---- the guide ------------------------------------------------------------------------------------------------------


def test_the_guide_shows_a_form_that_loads_and_names_every_kind_and_setting():
    text = (settings.ROOT / "docs" / "forms.md").read_text(encoding="utf-8")
    example = text[text.index("```toml") + 7 : text.index("```", text.index("```toml") + 7)]
    (row,) = tomllib.loads(example)["forms"]
    assert [field.kind for field in FormRow.model_validate(row).definition] == ["text", "choice", "long-text"]
    for kind, model in KINDS.items():
        assert f"`{kind}`" in text
        for setting in model.model_fields:
            assert f"`{setting}`" in text, f"{kind}: {setting}"
