"""Tables to take home: what stands in them, for whom, and that no spreadsheet runs what contributors wrote."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from plenary.engines.calls import actions, exporting
from plenary.engines.calls.exporting import chosen_columns, columns_of
from plenary.engines.calls.queries.selection import Selection, select, sight_of
from plenary.engines.calls.tests.working import begin, hand_in, make_call, make_edition, person
from plenary.errors import BadQuery

pytestmark = pytest.mark.django_db
ALL = ("reference", "title", "country", "category", "state", "decisions", "tags", "submitted", "f-summary", "f-body", "f-budget", "f-report")


@pytest.fixture
def call(db):
    return make_call(make_edition())


@pytest.fixture
def staff(db):
    return person("Sam", "secretariat")


def written(actor, call, ending: str, *codes: str, **asked) -> bytes:
    sight = sight_of(actor, call)
    _type, write = exporting.FORMATS[ending]
    return write(select(actor, sight, Selection(order="number", **asked)), sight, chosen_columns(sight, codes or ALL)).read()


def rows(actor, call, ending: str, *codes: str, **asked) -> list[list]:
    content = written(actor, call, ending, *codes, **asked)
    if ending == "csv":
        assert content.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(content), read_only=True).active.iter_rows(values_only=True)]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_rows_are_in_words(call, staff, ending):
    made = hand_in(
        call,
        "Clinic «Ñandú»",
        country="KE",
        category="health",
        budget="-12.5",
        summary="Two\nlines",
        body={"name": "Ministry", "stakeholder_type": "government"},
    )
    actions.decide(actor=staff, submission=made, code="accepted", notify=False)
    actions.set_tags(actor=staff, submission=made, names=["b", "a"])
    heads, row = rows(staff, call, ending)
    assert heads[:4] == ["Reference", "Title", "Country", "Category"]
    told = dict(zip(heads, row, strict=True))
    assert told["Reference"] == "2021/prizes/1"
    assert told["Title"] == "Clinic «Ñandú»"
    assert (told["Country"], told["Category"], told["State"], told["Decisions"], told["Tags"]) == ("Kenya", "E-health", "Accepted", "Accepted", "a, b")
    assert told["Summary"] == "Two\nlines"
    assert "Ministry" in told["Organisation"] and "Government" in told["Organisation"]
    assert float(told["Budget"]) == -12.5


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("text", ["=1+1", "+41 22", "-2+3", "@SUM(A1)", '=HYPERLINK("http://evil.example")'])
def test_no_cell_is_a_formula(call, staff, ending, text):
    hand_in(call, text, summary=text, body={"name": text})
    _heads, row = rows(staff, call, ending, "title", "organisation", "f-summary")
    assert [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert row[0] == f"'{text}"


def test_tags_and_heads_are_no_formula_either(call, staff):
    made = hand_in(call, "Clinic")
    actions.set_tags(actor=staff, submission=made, names=["=1+1"])
    assert rows(staff, call, "xlsx", "tags")[1] == ["'=1+1"]


def test_programs_get_the_answers_as_they_are_kept(call, staff):
    made = hand_in(call, "Clinic", country="KE", category="health", budget="12.50", body={"name": "Ministry", "country": "CH"})
    told = json.loads(written(staff, call, "json"))
    assert told["call"] == "2021/prizes"
    (row,) = told["submissions"]
    assert row["id"] == str(made.pk)
    assert (row["reference"], row["country"], row["category"], row["state"]) == ("2021/prizes/1", "KE", "health", "submitted")
    assert row["answers"] == {"body": {"name": "Ministry", "country": "CH"}, "budget": 12.5}
    assert json.loads(written(staff, call, "json", state="declined"))["submissions"] == []


def test_private_answers_are_for_those_who_decide(call, staff):
    hand_in(call, "Clinic", phone="+41227305111")
    reader = person("Rita", "reader")
    assert "f-phone" in columns_of(sight_of(staff, call)) and "email" in columns_of(sight_of(staff, call))
    assert rows(staff, call, "csv", "f-phone", "email")[1] == ["'+41227305111", "ada@example.org"]
    known = columns_of(sight_of(reader, call))
    assert "f-phone" not in known and "email" not in known
    for ending in exporting.FORMATS:
        content = written(reader, call, ending, *known)
        assert b"41227305111" not in content and b"ada@example.org" not in content
    for code in ("f-phone", "email", "f-invented", "password"):
        with pytest.raises(BadQuery):
            written(reader, call, "csv", code)


def test_answers_of_drafts_are_in_no_table(call, staff):
    begin(call, "Ada", title="Secret plan", summary="Secret words")
    actions.enter_for(actor=staff, call=call, answers={"title": "By paper"}, origin="paper", email="someone@example.org", draft_only=True)
    for ending in exporting.FORMATS:
        content = written(staff, call, ending, *columns_of(sight_of(staff, call)), state="draft")
        assert b"ecret" not in content
        assert b"Ada" not in content and b"ada@example.org" not in content
    assert ["By paper", ""] in rows(staff, call, "csv", "title", "contributor", state="draft")


def test_changes_not_handed_in_are_in_no_table(call, staff):
    made = hand_in(call, "Clinic", summary="Handed in")
    actions.save_draft(actor=person("Ada"), submission=made, answers={"summary": "Still thinking"})
    assert rows(staff, call, "csv", "f-summary")[1] == ["Handed in"]


def test_files_are_named_with_where_they_are(call, staff, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    draft = begin(call, "Ada", title="Clinic")
    pdf = SimpleUploadedFile("plan.pdf", b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF", "application/pdf")
    attachment = actions.attach(actor=person("Ada"), submission=draft, code="report", upload=pdf)
    draft.refresh_from_db()
    actions.submit(actor=person("Ada"), submission=draft)
    (cell,) = rows(staff, call, "csv", "f-report")[1]
    assert cell.startswith("plan.pdf http") and str(attachment.file_id) in cell


def test_older_forms_keep_their_columns(call, staff):
    from plenary.engines.calls.tests.working import FIELDS, form_of

    hand_in(call, "Old", summary="Old words")
    actions.put_form(actor=staff, call=call, definition=form_of(FIELDS[0], {"kind": "text", "code": "motto", "label": "Motto"}))
    hand_in(call, "New", motto="New words")
    found = rows(staff, call, "csv", "title", "f-motto", "f-summary")
    assert found == [["Title", "Motto", "Summary"], ["Old", "", "Old words"], ["New", "New words", ""]]


def test_the_words_are_in_the_language_of_the_page(call, staff):
    hand_in(call, "Clinic", country="CH")
    with translation.override("fr"):
        assert rows(staff, call, "csv", "state")[0][0] != ""
        assert rows(staff, call, "csv", "f-summary")[0] == ["Summary"]


def test_long_texts_fit_their_cell(call, staff):
    made = hand_in(call, "Clinic")
    made.answers["summary"] = "x" * 40_000
    made.save(update_fields=["answers"])
    assert len(rows(staff, call, "xlsx", "f-summary")[1][0]) == 32_767
    assert len(rows(staff, call, "csv", "f-summary")[1][0]) == 40_000


def test_many_rows_take_no_more_statements_for_each(call, staff, django_assert_max_num_queries):
    for number in range(12):
        hand_in(call, f"Clinic {number}", country="KE")
    with django_assert_max_num_queries(11):
        assert len(rows(staff, call, "csv")) == 13
