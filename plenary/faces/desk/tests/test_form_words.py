"""Whatever the checks of a form's definition find is told at the desk in the reader's language."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import pytest
from django.utils import translation

from plenary.engines.calls.actions.forms import read_definition
from plenary.engines.calls.form import definition, fields
from plenary.engines.calls.form.fields import KINDS
from plenary.errors import Invalid
from plenary.faces.desk.forms.form_words import is_known, problems_of
from plenary.ground.framework.editions import sections

pytestmark = pytest.mark.django_db

#: What each kind of field needs beside code, kind and label.
NEEDS: dict[str, dict[str, Any]] = {
    "choice": {"options": [{"code": "a", "label": "A"}]},
    "choices": {"options": [{"code": "a", "label": "A"}]},
    "concept": {"scheme": "countries"},
    "concepts": {"schemes": ["countries"]},
}
ODD: list[Any] = [
    None, True, "", "x", " ", "Ärger", "a\x00b", "\ud800", -1, 0, 1, 1.5, 10**6, 10**30, "9" * 5000, float("nan"), float("inf"), [], {}, [1], [None], ["a", "a"],
    ["x"] * 400, [{}], [{"code": "a"}], [{"code": "a", "label": ""}], [{"code": "a", "label": "A"}, {"code": "a", "label": "B"}], {"a": 1}, {1: "a"},
    {"en": 7}, {"original": "fr", "en": "A"}, {"en": "A", "machine": "ar"}, {"en": "A", "machine": [1]}, "2021-02-30", "2021-01-01T10:00:00", "2021-01-01",
    {"field": "before"}, {"field": "later"}, {"field": "before", "among": ["x"]}, {"field": "pair", "among": ["x"]}, {"field": "before", "among": "x"},
]  # fmt: skip


def field_of(kind: str, **settings: Any) -> dict[str, Any]:
    return {"code": "tried", "kind": kind, "label": "Tried", **NEEDS.get(kind, {}), **settings}


def form_of(tried: Any) -> dict[str, Any]:
    before = {"code": "before", "kind": "choice", "label": "Before", "options": [{"code": "a", "label": "A"}]}
    return {
        "parts": [{"fields": [before, {"code": "pair", "kind": "date-range", "label": "Pair"}, tried, {"code": "later", "kind": "text", "label": "Later"}]}]
    }


def messages_of(data: Any) -> set[str]:
    try:
        read_definition(data)
    except Invalid as error:
        problems_of(data if isinstance(data, dict) else {}, error.problems)  # tells them without failing
        return {message for place, messages in error.problems.items() for message in messages if place}
    return set()


def sentences(tree: ast.AST) -> set[str]:
    """Sentences that code raises or hands back, with something in place of what they are filled in with."""
    found = set()
    for node in ast.walk(tree):
        given: list[ast.expr] = []
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ValueError":
            given = node.args
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_wrong":
            given = node.args[1:]
        elif isinstance(node, ast.Return) and node.value is not None:
            given = [node.value.body] if isinstance(node.value, ast.IfExp) else [node.value]
        for each in given:
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                found.add(each.value)
            elif isinstance(each, ast.JoinedStr):
                found.add("".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in each.values))
    return {each for each in found if " " in each}


def test_every_sentence_of_the_checks_is_known():
    tried = set()
    for thing in (fields, definition, sections._TextValue):
        tried |= sentences(ast.parse(inspect.getsource(thing)))
    assert "a form has at most 150 fields" in tried and len(tried) >= 17, "the code is read"
    assert sorted(each for each in tried if not is_known(each)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_stands_in_a_setting_is_told_in_known_words(kind):
    told = set()
    for setting in (*KINDS[kind].model_fields, "no_such"):
        for odd in ODD:
            told |= messages_of(form_of(field_of(kind) | {setting: odd}))
    assert told and sorted(each for each in told if not is_known(each)) == []


def test_whatever_stands_in_place_of_a_part_is_told_in_known_words():
    whole = [odd for odd in ODD if isinstance(odd, dict)]
    tried = [form_of(odd) for odd in ODD] + [{"parts": odd} for odd in ODD] + [{"parts": [odd]} for odd in ODD] + whole
    tried += [{"parts": [{name: odd}]} for name in ("title", "text", "fields", "no_such") for odd in ODD]
    tried += [form_of(field_of("choice", options=[{"code": "a", "label": "A"} | {name: odd}])) for name in ("code", "label", "no_such") for odd in ODD]
    tried += [form_of(field_of("text", when={"field": "before"} | {name: odd})) for name in ("field", "among", "no_such") for odd in ODD]
    tried += [{"parts": [{"fields": [field_of("text", code=f"f{number}") for number in range(100)]}] * 2}, {"parts": [{"fields": []}] * 31}]
    tried.append({"parts": [{"fields": [field_of("text", code=f"f{part}_{number}") for number in range(80)]} for part in range(2)]})
    tried.append({"parts": [{"fields": [field_of("text", code=code, becomes="title") for code in ("a", "b")]}]})
    told = set().union(*(messages_of(each) for each in tried))
    assert len(told) > 20 and sorted(each for each in told if not is_known(each)) == []


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"kind": "text", "label": {"en": 7}}, "The text in the language “en” is not a text."),
        ({"kind": "text", "label": 7}, "Write a text here, or a list of texts by language."),
        (
            {"kind": "text", "when": {"field": "pair", "among": ["x"]}},
            "The answer to “pair” has several parts: wait for any answer to it, not for certain ones.",
        ),
        ({"kind": "file", "takes": ["film"]}, "This is not one of: document, image, table."),
        ({"kind": "date", "earliest": "2021-02-30"}, "Write a date such as 2021-03-18."),
        ({"kind": "number", "least": float("nan")}, "Write a number."),
        ({"kind": "choice", "options": ["a"]}, "A table of settings is wanted here."),
    ],
)
def test_a_sentence_says_what_to_do(settings, sentence):
    data = form_of(field_of(settings["kind"]) | settings)
    with pytest.raises(Invalid) as refused, translation.override("en"):
        read_definition(data)
    with translation.override("en"):
        assert sentence in [each.sentence for each in problems_of(data, refused.value.problems)]
