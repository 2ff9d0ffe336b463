"""Any form, any answers: a page, a program and a table say the same of them."""

from __future__ import annotations

import io
import json
import tomllib
from typing import Any
from urllib.parse import urlencode

import tomli_w
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from plenary.engines.calls.form.carrying import carried, is_set_aside, place_of
from plenary.engines.calls.form.checking import Checked, check
from plenary.engines.calls.form.definition import Definition, asked
from plenary.engines.calls.form.page import form_view
from plenary.engines.calls.form.posted import read_posted, to_posted
from plenary.engines.calls.form.schema import json_schema
from plenary.engines.calls.form.showing import by_field, plain, show
from plenary.engines.calls.form.signs import as_written
from plenary.engines.calls.form.table import read_table, write_table
from plenary.engines.calls.tests.forming import definitions, forms_with_answers, forms_with_anything, vocabularies
from plenary.ground.files.tables import Report

LANGUAGES = st.sampled_from([(), ("en",), ("fr", "ar", "en")])


def by_page(definition: Definition, answers: dict[str, Any]) -> dict[str, Any]:
    # A browser puts U+FFFD in the place of half a pair before it sends a form (HTML, "convert to a scalar value string").
    sent = [tuple(each.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") for each in pair) for pair in to_posted(definition, answers)]
    return read_posted(definition, QueryDict(urlencode(sent)))


def by_program(answers: dict[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(answers))


def by_table(definition: Definition, answers: dict[str, Any], ending: str, languages: tuple[str, ...]) -> dict[str, Any]:
    table = io.BytesIO(write_table(definition, [answers, {}], languages=languages, ending=ending))
    report = Report("table")
    rows = read_table(table, definition, vocabularies(), report=report)
    # A row without anything in it is no row: tables end in many of them.
    assert [problem.text for problem in report.problems] == ([] if rows else ["There are no records in the file."])
    return rows[0].answers if rows else {}


def said(checked: Checked) -> str:
    return json.dumps([checked.answers, checked.problems], sort_keys=True)


@given(forms_with_answers(), LANGUAGES)
def test_page_program_and_table_give_the_same_acceptance_or_the_same_errors(pair, languages):
    definition, answers = pair
    lookups = vocabularies()
    expected = check(definition, by_program(answers), lookups, languages=languages)
    for way in (by_page(definition, answers), by_table(definition, answers, "xlsx", languages), by_table(definition, answers, "csv", languages)):
        assert said(check(definition, way, lookups, languages=languages)) == said(expected)


@given(forms_with_answers(), LANGUAGES)
def test_what_is_kept_is_accepted_again_by_every_way_and_stays_as_it_is(pair, languages):
    """Editing a submission, and bringing an exported one in again, changes nothing in it."""
    definition, answers = pair
    lookups = vocabularies()
    kept = check(definition, answers, lookups, languages=languages).answers
    wanted = json.dumps(kept, sort_keys=True)
    for way in (kept, by_page(definition, kept), by_program(kept), by_table(definition, kept, "xlsx", languages)):
        assert json.dumps(check(definition, way, lookups, languages=languages).answers, sort_keys=True) == wanted


@given(forms_with_answers(), LANGUAGES)
def test_accepted_answers_validate_against_the_json_schema(pair, languages):
    definition, answers = pair
    lookups = vocabularies()
    schema = json_schema(definition, "fr", languages=languages, lookups=lookups)
    Draft202012Validator.check_schema(schema)
    checked = check(definition, answers, lookups, languages=languages)
    errors = list(Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).iter_errors(checked.answers))
    if checked.holds:
        assert not errors
    else:  # only what is missing may be wrong with what is kept
        assert all(error.validator == "required" for error in errors)


@given(forms_with_answers())
def test_only_what_is_asked_is_kept(pair):
    definition, answers = pair
    checked = check(definition, answers, vocabularies())
    shown = asked(definition, checked.answers)
    assert all(shown[code] for code in (*checked.answers, *by_field(checked.problems)))


@given(forms_with_anything(), LANGUAGES)
def test_whatever_is_sent_is_checked_shown_and_told_at_its_field(pair, languages):
    """No answer of whatever shape breaks the check, the page, the preview or a table; what is said of it is said at its field."""
    definition, answers = pair
    lookups = vocabularies()
    checked = check(definition, answers, lookups, languages=languages)
    assert set(by_field(checked.problems)) <= set(definition.by_code)
    assert not set(by_field(checked.problems)) & set(checked.answers)
    assert all(sentence for sentences in checked.problems.values() for sentence in sentences)
    json.dumps(checked.answers, allow_nan=False).encode()
    assert said(check(definition, checked.answers, lookups, languages=languages)) == said(Checked(checked.answers, said_of_missing(definition, checked)))
    view = form_view(definition, answers, lookups, problems=checked.problems, languages=languages)
    assert len(view.problems) == len(checked.problems)
    form_view(definition, answers, lookups, conflicts=answers, languages=languages)
    show(definition, answers, lookups)
    for field in definition:
        plain(field, answers[field.code], lookups)
    for ending in ("csv", "xlsx"):
        write_table(definition, [answers], languages=languages, ending=ending)
    by_page(definition, answers)


def said_of_missing(definition: Definition, checked: Checked) -> dict[str, list[str]]:
    """What is still said where only what holds is sent: that something is missing."""
    return check(definition, checked.answers, vocabularies()).problems


@given(forms_with_anything(), st.lists(definitions(), min_size=1, max_size=2))
def test_answers_carried_to_another_form_are_all_there_and_stay_where_they_are(pair, later):
    definition, answers = pair
    versions = dict(enumerate([definition, *later], 1))
    whole = {code: answer for code, answer in answers.items() if as_written(answer) is not None}
    found = carried(answers, versions, 1, 2)
    assert set(whole) <= {place_of(key)[0] for key in found}
    for code, answer in whole.items():  # as it is where it is asked for, or else set aside
        assert found.get(code) is answer or found[f"{code}@1"] is answer
    assert carried(found, versions, 2, 2) == found
    assert all(key in versions[2].by_code or is_set_aside(key) for key in found)
    asked_for = {key: answer for key, answer in found.items() if key in versions[2].by_code}
    check(versions[2], asked_for, vocabularies())
    form_view(versions[2], found, vocabularies())
    if len(later) == 2:
        again = carried(found, versions, 2, 3)
        assert set(whole) <= {place_of(key)[0] for key in again}


@given(definitions())
def test_a_form_dumped_and_loaded_is_the_same(definition):
    data = definition.to_data()
    for loaded in (data, json.loads(json.dumps(data)), tomllib.loads(tomli_w.dumps(data)), tomllib.loads(tomli_w.dumps(data, multiline_strings=True))):
        again = Definition.from_data(loaded)
        assert again == definition
        assert again.to_data() == data
