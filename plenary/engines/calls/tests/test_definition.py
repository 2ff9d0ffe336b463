"""A form is data: what makes sense of it, and what is said of what does not."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from plenary.engines.calls.form.definition import Definition, asked
from plenary.engines.calls.tests.forming import form

CHOICE = {"code": "kind", "kind": "choice", "options": [{"code": "a", "label": "A"}]}


def said_of(*fields: dict[str, object]) -> str:
    with pytest.raises(ValidationError) as caught:
        form(*fields)
    return str(caught.value)


WRONG = [
    ([{"code": "Bad", "kind": "text"}], "code"),
    ([{"code": "a-b", "kind": "text"}], "code"),
    ([{"code": "a", "kind": "riddle"}], "riddle"),
    ([{"code": "a", "kind": "text", "colour": "red"}], "colour"),
    ([{"code": "a", "kind": "text", "label": ""}], "has no label"),
    ([{"code": "a", "kind": "text"}, {"code": "a", "kind": "text"}], "two fields have the code a"),
    ([{"code": "a", "kind": "text", "becomes": "title"}, {"code": "b", "kind": "text", "becomes": "title"}], "two fields become title"),
    ([{"code": "a", "kind": "text", "longest": 0}], "greater than or equal to 1"),
    ([{"code": "a", "kind": "long-text", "min_words": 9, "max_words": 3}], "min_words is more than max_words"),
    ([{"code": "a", "kind": "choice", "options": []}], "at least 1 item"),
    ([{"code": "a", "kind": "choice", "options": [{"code": "x", "label": "X"}] * 2}], "two options have the same code"),
    ([{"code": "a", "kind": "choice", "options": [{"code": "x", "label": ""}]}], "the option x has no label"),
    ([{"code": "a", "kind": "choices", "options": [{"code": "x", "label": "X"}], "least": 2}], "least is more than can be chosen"),
    ([{"code": "a", "kind": "concepts", "schemes": ["sdgs"], "least": 3, "most": 2}], "least is more than most"),
    ([{"code": "a", "kind": "number", "least": 3, "most": 2}], "least is more than most"),
    ([{"code": "a", "kind": "number", "most": float("nan")}], "finite number"),
    ([{"code": "a", "kind": "date", "earliest": "2021-02-01", "latest": "2021-01-01"}], "earliest lies after latest"),
    ([{"code": "a", "kind": "money", "currencies": ["francs"]}], "currencies"),
    ([{"code": "a", "kind": "image", "max_pixels": 10**12}], "max_pixels"),
    ([{"code": "a", "kind": "text", "when": {"field": "b"}}, {"code": "b", "kind": "text"}], "does not come before it"),
    ([{"code": "a", "kind": "text", "when": {"field": "a"}}], "does not come before it"),
    ([CHOICE, {"code": "b", "kind": "text", "when": {"field": "kind", "among": ["z"]}}], "waits for z, which kind does not offer"),
    ([{"code": "o", "kind": "organisation"}, {"code": "b", "kind": "text", "when": {"field": "o", "among": ["ITU"]}}], "more than one value"),
    ([{"code": "a", "kind": "text", "label": "x\x00y"}], "no database keeps"),
    ([{"code": "a", "kind": "text", "label": "x\ud800y"}], "no database keeps"),
    ([], "the form has no field"),
    ([{"code": f"f{number}", "kind": "text"} for number in range(101)], "at most 100 items"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "words"), WRONG)
def test_a_form_that_makes_no_sense_is_refused_with_what_is_wrong(fields, words):
    assert words in said_of(*fields)


def test_there_are_at_most_150_fields():
    parts = [{"fields": [{"code": f"f{part}_{number}", "kind": "text", "label": "x"} for number in range(60)]} for part in range(3)]
    with pytest.raises(ValidationError, match="at most 150 fields"):
        Definition.from_data({"parts": parts})


def test_what_is_default_is_not_written_and_the_order_of_languages_is_fixed():
    definition = form({"code": "a", "kind": "text", "label": {"fr": "Titre", "en": "Title"}, "longest": 200, "required": True})
    assert definition.to_data() == {"parts": [{"fields": [{"code": "a", "label": {"en": "Title", "fr": "Titre"}, "required": True, "kind": "text"}]}]}


def test_a_field_below_one_that_is_not_asked_is_not_asked():
    definition = form(
        CHOICE,
        {"code": "b", "kind": "text", "when": {"field": "kind", "among": ["a"]}},
        {"code": "c", "kind": "text", "when": {"field": "b"}},
    )
    assert asked(definition, {"kind": "", "b": "left over", "c": ""}) == {"kind": True, "b": False, "c": False}
    assert asked(definition, {"kind": "a", "b": "x"}) == {"kind": True, "b": True, "c": True}


def test_a_definition_tells_its_vocabularies_and_roles():
    definition = form(
        {"code": "a", "kind": "concepts", "schemes": ["sdgs", "sdg-targets"], "becomes": "concepts"},
        {"code": "b", "kind": "organisation"},
        {"code": "c", "kind": "concept", "scheme": "sdgs"},
    )
    assert definition.schemes == ("sdgs", "sdg-targets", "countries", "stakeholder-types")
    assert {role: field.code for role, field in definition.by_role.items()} == {"concepts": "a"}
