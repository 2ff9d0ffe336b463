"""The JSON Schema of a form: what programs read of it, and what it lets pass."""

from __future__ import annotations

from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from plenary.engines.calls.form.lookups import Known, Lookups
from plenary.engines.calls.form.schema import DIALECT, json_schema
from plenary.engines.calls.queries import form_in_force
from plenary.engines.calls.tests.forming import form, vocabularies
from plenary.engines.calls.tests.forms import make_call
from plenary.ground.framework.text import Text

OPTIONS = [{"code": "new", "label": {"en": "New", "fr": "Nouveau"}}, {"code": "old", "label": "Old"}]


def schema(*fields, language="en", **more):
    return json_schema(form(*fields), language, lookups=vocabularies(), **more)


def accepts(*fields):
    """Whether answers to a form of these fields are valid."""
    found = schema(*fields)
    Draft202012Validator.check_schema(found)
    validator = Draft202012Validator(found, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return validator.is_valid


def test_titles_and_help_are_in_the_language_asked_for():
    field = {
        "code": "title",
        "kind": "text",
        "label": {"en": "Title", "fr": "Titre"},
        "help": {"en": "Short.", "fr": "Court."},
        "longest": 80,
        "becomes": "title",
    }
    found = schema(field, language="fr")["properties"]["title"]
    assert (found["title"], found["description"]) == ("Titre", "Court.")
    assert (found["type"], found["minLength"], found["maxLength"], found["x-kind"], found["x-becomes"]) == ("string", 1, 80, "text", "title")
    assert schema(field, language="zh")["properties"]["title"]["title"] == "Title"
    assert schema(field)["$schema"] == DIALECT


def test_limits_in_words_and_who_reads_an_answer_are_told():
    found = schema({"code": "a", "kind": "long-text", "min_words": 150, "max_words": 200, "private": True, "anonymous": True})["properties"]["a"]
    assert (found["x-minWords"], found["x-maxWords"], found["x-private"], found["x-anonymous"]) == (150, 200, True, True)


def test_codes_to_choose_from_are_listed_with_their_labels_and_retired_ones_are_not():
    found = schema({"code": "kind", "kind": "choice", "options": OPTIONS}, {"code": "line", "kind": "concept", "scheme": "action-lines"}, language="fr")[
        "properties"
    ]
    assert found["kind"]["enum"] == ["new", "old"]
    assert found["kind"]["x-labels"] == {"new": "Nouveau", "old": "Old"}
    assert found["line"]["enum"] == ["C1", "C7", "C7-4"]
    assert found["line"]["x-schemes"] == ["action-lines"]
    assert schema({"code": "line", "kind": "concept", "scheme": "action-lines", "leaves": True})["properties"]["line"]["enum"] == ["C1", "C7-4"]


def test_a_long_vocabulary_is_named_and_not_listed():
    many = {f"X{number}": Known("sdg-targets", f"X{number}", Text.of(str(number)), "", True) for number in range(301)}
    lookups = Lookups({**vocabularies().concepts, "sdg-targets": many})
    found = json_schema(form({"code": "a", "kind": "concept", "scheme": "sdg-targets"}), "en", lookups=lookups)["properties"]["a"]
    assert "enum" not in found and found["x-schemes"] == ["sdg-targets"]
    one_less = Lookups({**lookups.concepts, "sdg-targets": {**many, "X0": replace(many["X0"], offered=False)}})
    assert len(json_schema(form({"code": "a", "kind": "concept", "scheme": "sdg-targets"}), "en", lookups=one_less)["properties"]["a"]["enum"]) == 300


def test_needed_answers_are_required_and_unknown_ones_refused():
    valid = accepts({"code": "a", "kind": "text", "required": True}, {"code": "b", "kind": "consent", "required": True}, {"code": "c", "kind": "text"})
    assert valid({"a": "x", "b": True})
    assert not valid({"a": "x"})
    assert not valid({"a": "x", "b": False})
    assert not valid({"a": "x", "b": True, "z": 1})
    assert not valid({"a": "", "b": True})
    assert not valid({"a": "one\ntwo", "b": True})


CONDITIONS = [
    ({"kind": "choice", "options": OPTIONS}, ["old"], {"q": "old"}, {"q": "new"}),
    ({"kind": "choices", "options": OPTIONS}, ["old"], {"q": ["new", "old"]}, {"q": ["new"]}),
    ({"kind": "concepts", "schemes": ["sdgs"]}, ["3"], {"q": ["3"]}, {"q": ["4"]}),
    ({"kind": "country"}, ["KE"], {"q": "KE"}, {"q": "CH"}),
    ({"kind": "number"}, ["0", "5"], {"q": 0}, {"q": 1}),
    ({"kind": "number", "decimals": 1}, ["2.5"], {"q": 2.5}, {"q": 5}),
    ({"kind": "consent"}, ["true"], {"q": True}, {}),
    ({"kind": "text"}, [], {"q": "anything"}, {}),
    ({"kind": "organisation"}, [], {"q": {"name": "ITU"}}, {}),
]


@pytest.mark.parametrize(("kind", "among", "asked", "not_asked"), CONDITIONS)
def test_what_is_asked_under_a_condition_is_required_then_and_not_there_otherwise(kind, among, asked, not_asked):
    valid = accepts({"code": "q", **kind}, {"code": "why", "kind": "text", "required": True, "when": {"field": "q", "among": among}})
    assert valid({**asked, "why": "because"})
    assert not valid(asked)
    assert valid(not_asked)
    assert not valid({**not_asked, "why": "because"})


KINDS = [
    ({"kind": "text", "per_language": True}, {"fr": "x", "zh-Hans": "y"}, ["x", {}, {"fr": ""}, {"no language": "x"}]),
    ({"kind": "choices", "options": OPTIONS, "most": 1}, ["new"], [[], ["new", "old"], ["new", "new"], ["z"], "new"]),
    ({"kind": "organisation"}, {"name": "ITU", "country": "CH"}, [{"country": "CH"}, {"name": "ITU", "country": "YU"}, {"name": "ITU", "colour": "x"}, "ITU"]),
    ({"kind": "person", "invite": True}, {"name": "Ada", "email": "ada@example.org"}, [{"name": "Ada"}, {"name": "Ada", "email": "nonsense"}]),
    ({"kind": "email"}, "ada@example.org", ["nonsense", 5]),
    ({"kind": "phone"}, "+41227305111", ["0227305111", "+41 22 730"]),
    ({"kind": "date"}, "2021-01-25", ["2021-02-30", "25.1.2021", 2021]),
    ({"kind": "date-range"}, {"from": "2021-01-01", "to": "2021-01-02"}, [{"from": "2021-01-01"}, {"to": "2021-01-01"}]),
    ({"kind": "date-range", "open_end": True}, {"from": "2021-01-01"}, [{"to": "2021-01-01"}]),
    ({"kind": "number", "least": 1, "most": 9}, 9, [0, 10, 2.5, "9", True]),
    ({"kind": "number", "decimals": 2}, 2.25, ["2.25", None]),
    ({"kind": "money"}, {"amount": 12.5, "currency": "CHF"}, [{"amount": 12.5}, {"amount": -1, "currency": "CHF"}, {"amount": 1, "currency": "XXX"}, 12]),
    ({"kind": "file", "most": 1}, ["0a5c8f9e-3a39-4d0c-9f0e-0f7f6d1b2c3d"], [[], ["a", "b"], "a"]),
    ({"kind": "consent"}, True, [False, "yes", 1]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "good", "bad"), KINDS)
def test_each_kind_takes_what_the_check_gives_out_and_nothing_else(kind, good, bad):
    valid = accepts({"code": "q", **kind})
    assert valid({"q": good})
    assert [answer for answer in bad if valid({"q": answer})] == []


def test_only_the_languages_of_the_call_are_taken():
    found = schema({"code": "q", "kind": "text", "per_language": True}, languages=("en", "fr"))
    valid = Draft202012Validator(found).is_valid
    assert valid({"q": {"fr": "x"}}) and not valid({"q": {"es": "x"}})


@pytest.mark.django_db
def test_the_vocabularies_of_the_site_are_read_where_none_are_given(django_assert_max_num_queries):
    definition = form_in_force(make_call()).form
    with django_assert_max_num_queries(2):
        found = json_schema(definition)
    assert found["properties"]["category"]["enum"] == ["C7-3", "C7-4"]
    assert found["properties"]["country"]["x-labels"] == {"KE": "Kenya", "CH": "Switzerland"}
