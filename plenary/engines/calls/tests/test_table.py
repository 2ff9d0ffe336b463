"""A form as a table: the template, what is read from one that was filled in, what is said of a table that cannot be read."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import pytest
from django.utils.translation import override
from openpyxl import Workbook, load_workbook

from plenary.engines.calls.form.table import MARK, columns_of, read_table, template_csv, template_xlsx, write_table
from plenary.engines.calls.queries import form_in_force
from plenary.engines.calls.tests.forming import form, vocabularies
from plenary.engines.calls.tests.forms import make_call
from plenary.errors import Invalid
from plenary.ground.files.tables import Report

FORM = form(
    {"code": "title", "kind": "text", "required": True},
    {"code": "summary", "kind": "long-text", "per_language": True},
    {"code": "kind", "kind": "choice", "options": [{"code": "new", "label": {"en": "New; fresh", "fr": "Nouveau"}}, {"code": "old", "label": "Old"}]},
    {"code": "sdgs", "kind": "concepts", "schemes": ["sdgs", "sdg-targets"]},
    {"code": "organisation", "kind": "organisation"},
    {"code": "country", "kind": "country"},
    {"code": "since", "kind": "date"},
    {"code": "budget", "kind": "money"},
    {"code": "staff", "kind": "number", "decimals": 2},
    {"code": "phone", "kind": "phone"},
    {"code": "agree", "kind": "consent"},
    {"code": "picture", "kind": "image"},
)


def book(*rows, sheet="Table"):
    """A workbook with these rows, as a file."""
    made = Workbook()
    made.active.title = sheet
    for row in rows:
        made.active.append(row)
    file = io.BytesIO()
    made.save(file)
    file.seek(0)
    return file


def text(content, encoding="utf-8"):
    return io.BytesIO(content.encode(encoding) if isinstance(content, str) else content)


def rows(file, definition=FORM):
    return read_table(file, definition, vocabularies())


def answers(file, definition=FORM):
    return [row.answers for row in rows(file, definition)]


def problems(file, definition=FORM):
    with pytest.raises(Invalid) as caught:
        rows(file, definition)
    return caught.value.problems


# ---- columns and templates ------------------------------------------------------------------------------------------


def test_columns_are_named_by_code_piece_and_language_and_files_have_none():
    codes = [column.code for column in columns_of(FORM, ["en", "fr"])]
    assert codes == [
        "title", "summary.en", "summary.fr", "kind", "sdgs", "organisation.name", "organisation.country", "organisation.stakeholder_type", "organisation.website",
        "country", "since", "budget.amount", "budget.currency", "staff", "phone", "agree",
    ]  # fmt: skip
    assert [column.code for column in columns_of(FORM) if column.code.startswith("summary")] == [
        f"summary.{tag}" for tag in ("en", "ar", "zh", "fr", "ru", "es")
    ]


@pytest.mark.django_db
def test_the_template_explains_each_column_and_lists_the_codes_to_choose_from():
    call = make_call()
    definition = form_in_force(call).form
    made = load_workbook(io.BytesIO(template_xlsx(call, definition)))
    table, helping = made.worksheets
    heads = [cell.value for cell in table[1]]
    assert heads[:3] == ["title", "category", "summary"] and heads[-1] == "email" and "picture" not in heads
    assert [cell.value for cell in table[2]][:2] == ["# Title", "# Category"]
    assert helping.title == "Help"
    told = [[cell.value or "" for cell in row] for row in helping.iter_rows()]
    by_column = {row[0]: row for row in told}
    assert by_column["title"][2] == "Yes" and by_column["phone"][2] == "No"
    assert by_column["since"][2] == "Only if your answer to “Kind” is “Old”."
    assert "3 to 8 words." in by_column["summary"][3]
    assert ["category", "C7-4"] in [row[:2] for row in told]
    assert ["kind", "old", "Old"] in [row[:3] for row in told]
    assert ["organisation.country, country", "KE", "Kenya"] in [row[:3] for row in told]  # one list for both
    assert any("Picture" in row[0] for row in told)  # files are added afterwards
    offered = {str(rule.sqref).split(":")[0].rstrip("0123456789"): rule.formula1 for rule in table.data_validations.dataValidation}
    letter = table.cell(1, heads.index("kind") + 1).column_letter
    place = offered[letter].split("!")[1].replace("$", "")
    assert [row[0].value for row in helping[place]] == ["new", "old"]


@pytest.mark.django_db
def test_the_template_speaks_the_readers_language_and_runs_its_way():
    call = make_call()
    with override("ar"):
        made = load_workbook(io.BytesIO(template_xlsx(call, form_in_force(call).form)))
    assert all(sheet.sheet_view.rightToLeft for sheet in made.worksheets)


@pytest.mark.django_db
@pytest.mark.parametrize("make", [template_xlsx, template_csv])
def test_an_empty_template_read_again_has_no_rows(make):
    call = make_call()
    assert problems(io.BytesIO(make(call, form_in_force(call).form)), form_in_force(call).form) == {"": ["There are no records in the file."]}


def test_labels_that_look_like_formulas_are_none():
    definition = form({"code": "q", "kind": "text", "label": "=HYPERLINK(1)", "help": "@x"})
    table = load_workbook(io.BytesIO(write_table(definition, [{"q": "=1+1"}])), data_only=False).active
    assert [table["A2"].data_type, table["A3"].data_type] == ["s", "s"]
    lines = write_table(definition, [{"q": "=1+1"}, {"q": "+41"}], ending="csv").decode("utf-8-sig").splitlines()
    assert lines == ["q", "# =HYPERLINK(1)", "'=1+1", "'+41"]


# ---- reading --------------------------------------------------------------------------------------------------------

HEAD = [
    "title",
    "summary.fr",
    "kind",
    "sdgs",
    "organisation.name",
    "organisation.country",
    "country",
    "since",
    "budget.amount",
    "budget.currency",
    "staff",
    "phone",
    "agree",
]
ROW = ["Boats", "Des bateaux", "new", "3; 3.8", "ITU", "CH", "KE", "2021-01-25", "1200.50", "CHF", "2.5", "+41 22 730 51 11", "yes"]
READ = {
    "title": "Boats", "summary": {"fr": "Des bateaux"}, "kind": "new", "sdgs": ["3", "3.8"], "organisation": {"name": "ITU", "country": "CH"}, "country": "KE",
    "since": "2021-01-25", "budget": {"amount": "1200.50", "currency": "CHF"}, "staff": "2.5", "phone": "+41 22 730 51 11", "agree": "yes",
}  # fmt: skip


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_csv_is_read_whatever_separates_its_columns(separator, encoding):
    written = "\n".join(separator.join(f'"{cell}"' if separator in cell else cell for cell in row) for row in (HEAD, ROW))
    assert answers(text(written, encoding)) == [READ]
    assert answers(text(f"sep={separator}\r\n{written}\r\n", encoding)) == [READ]


def test_a_workbook_is_read_with_numbers_and_days_as_they_are():
    row = ["Boats", "Des bateaux", "new", "3; 3.8", "ITU", "CH", "KE", datetime(2021, 1, 25), 1200.5, "CHF", 2.5, "+41 22 730 51 11", True]
    assert answers(book(HEAD, row)) == [{**READ, "budget": {"amount": 1200.5, "currency": "CHF"}, "staff": 2.5, "agree": "true"}]
    assert answers(book(["title", "since"], [2021, date(2021, 1, 25)])) == [{"title": "2021", "since": "2021-01-25"}]
    assert answers(book(["title", "since"], ["x", datetime(2021, 1, 25, 10, 30)])) == [{"title": "x", "since": "2021-01-25 10:30:00"}]


def test_rows_keep_the_numbers_that_their_sender_sees():
    assert [row.number for row in rows(book(["title"], ["# Title"], ["a"], [None], ["b"]))] == [3, 5]
    assert [row.number for row in rows(text("\ntitle\n# Title\na\n\nb\n"))] == [4, 6]
    assert [row.number for row in rows(text("sep=,\ntitle\na\n"))] == [3]


def test_only_the_row_below_the_head_explains_and_only_if_all_its_cells_do():
    assert answers(book(["title", "phone"], ["# one", "+41"], ["# two", None])) == [{"title": "# one", "phone": "+41"}, {"title": "# two"}]
    assert answers(book(["title", "phone"], [f"{MARK}Title", f"{MARK}Telephone"], ["x", None])) == [{"title": "x"}]


@pytest.mark.parametrize(
    ("cell", "code"),
    [("Kenya", "KE"), ("КЕНИЯ", "KE"), ("suisse", "CH"), ("سويسرا", "CH"), ("瑞士", "CH"), ("Cote d'Ivoire", "CI"), ("ke", "KE"), ("Atlantis", "Atlantis")],
)
def test_countries_can_be_written_by_name_in_any_language(cell, code):
    assert answers(book(["title", "country", "organisation.country"], ["x", cell, cell])) == [
        {"title": "x", "country": code, "organisation": {"country": code}}
    ]


def test_options_and_concepts_can_be_written_by_name_and_lists_with_any_semicolon():
    assert answers(book(["title", "kind"], ["x", "nouveau"], ["x", "OLD"], ["x", "New; fresh"])) == [
        {"title": "x", "kind": code} for code in ("new", "old", "new")
    ]
    assert answers(book(["title", "sdgs"], ["x", "Good health； Schools؛3"])) == [{"title": "x", "sdgs": ["3", "4.1", "3"]}]


def test_whom_a_submission_is_for_can_be_given():
    assert [(row.email, row.answers) for row in rows(book(["title", "email"], ["x", " ada@example.org "]))] == [("ada@example.org", {"title": "x"})]
    own = form({"code": "email", "kind": "email"})
    found = rows(book(["email", "contributor-email"], ["theirs@example.org", "ada@example.org"]), own)
    assert [(row.email, row.answers) for row in found] == [("ada@example.org", {"email": "theirs@example.org"})]


def test_signs_that_workbooks_escape_are_read_as_what_they_are():
    assert answers(book(["title"], ["a_x000D_\nb"])) == [{"title": "a\r\nb"}]
    [given] = answers(io.BytesIO(write_table(FORM, [{"title": "literally _x000D_ and \x07"}])))
    assert given == {"title": "literally _x000D_ and \x07"}


# ---- what cannot be read --------------------------------------------------------------------------------------------


def test_formulas_and_errors_are_no_answers():
    found = problems(book(["title", "staff"], ["=1+1", "=SUM(A1:A9)"], ["#N/A", 5]))
    assert found["row 2, title"] == ["This is a formula. Put its result in its place."]
    assert found["row 2, staff"] == ["This is a formula. Put its result in its place."]
    assert found["row 3, title"] == ["“#N/A” is an error of the spreadsheet, not an answer."]


BROKEN = [
    ("", "There are no records in the file."),
    ("title\n", "There are no records in the file."),
    ("title,colour\nx,red\n", "There is no such column."),
    ("title,title\nx,y\n", "The column is there twice."),
    ("title,,phone\nx,y,z\n", "There is no such column."),
    ("phone\n+41\n", "The column is missing."),
    ("title,phone.mobile\nx,y\n", "There is no such column."),
    ("title,organisation.colour\nx,y\n", "There is no such column."),
    ("title,picture\nx,y\n", "Files cannot be given in a table."),
    ("title,phone\nx,y,z\n", "There are cells to the right of the last column."),
    ('title\n"x\n', "From here on this is not CSV"),
    (b"title\ncaf\xe9\n", "The file is not in UTF-8 (byte 0xe9 in line 2); save it as UTF-8."),
    ("title\nx\n".encode("utf-16"), "The file is in UTF-16; save it as UTF-8."),
    (b"t\x00i\x00t\x00l\x00e\x00\n", "The file holds null characters"),
    (b"PK\x03\x04 nonsense", "not a workbook that can be read"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a workbook of an old kind, or one with a password"),
    (b"title\n" + b"x" * 200_000, "The text has 200,000 characters; at most 100,000 are taken."),
    (b"x" * 200_000 + b"\nx\n", "There is no such column."),
]  # fmt: skip


@pytest.mark.parametrize(("content", "words"), BROKEN, ids=range(len(BROKEN)))
def test_a_table_that_cannot_be_read_is_told_in_few_words(content, words):
    found = problems(text(content))
    sentences = [sentence for each in found.values() for sentence in each]
    assert any(words in sentence for sentence in sentences), found
    assert len(sentences) <= 3


def test_one_bad_cell_is_told_with_its_column_and_the_rows_after_it_are_read():
    report = Report("table")
    rows = read_table(
        text("title,phone,kind\n" + "x" * 100_001 + ",1,a\n\nBoats\0,2,b\nRafts,3," + "y" * 1_000_000 + "\nShips,4,c\n"), FORM, vocabularies(), report=report
    )
    assert {problem.place: problem.text for problem in report.problems} == {
        "row 2, title": "The text has 100,001 characters; at most 100,000 are taken.",
        "row 5, kind": "The text has 1,000,000 characters; at most 100,000 are taken.",
    }
    assert [row.number for row in rows] == [2, 4, 5, 6] and [row.answers.get("phone") for row in rows] == ["1", "2", "3", "4"]
    assert rows[1].answers["title"] == "Boats\ufffd", "which the check tells"
    assert [row.unread for row in rows] == [{"title"}, frozenset(), {"kind"}, frozenset()]


def test_a_problem_is_told_at_a_column_that_the_table_has():
    [parts], [whole] = (read_table(text(f"title,summary.fr,{name}\nBoats,x,ITU\n"), FORM, vocabularies()) for name in ("organisation.name", "organisation"))
    for row, names in (
        (parts, ["organisation.name", "organisation.name", "summary.fr", "summary.fr", "title"]),
        (whole, ["organisation", "organisation", "summary.fr", "summary.fr", "title"]),
    ):
        assert [row.column_of(key) for key in ("organisation", "organisation.website", "summary", "summary.fr", "title")] == names
    assert problems(text("phone\n+41\n"), form({"code": "who", "kind": "person", "required": True}, {"code": "phone", "kind": "phone"})) == {
        "row 1, who.name": ["The column is missing."]
    }


def test_unknown_columns_are_told_with_those_there_are():
    found = problems(text("title,colour\nx,red\n"))
    assert found["row 1, colour"] == ["There is no such column."]
    assert "title, summary.en" in found["row 1"][0] and found["row 1"][0].endswith("email.")


def test_a_workbook_that_unpacks_to_gigabytes_is_not_unpacked():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
        for _each in range(400):
            sheet.write(bytes(1_000_000))
    bomb.seek(0)
    assert problems(bomb) == {"": ["The workbook unpacks to more than can be read; send it in parts."]}


def test_a_workbook_that_calls_for_other_files_gets_none():
    source = book(["title"], ["x"])
    hostile = io.BytesIO()
    with zipfile.ZipFile(source) as given, zipfile.ZipFile(hostile, "w") as made:
        for name in given.namelist():
            content = given.read(name)
            if name.endswith("sheet1.xml"):
                entity = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
                content = entity + content.split(b"?>", 1)[-1].replace(b"<t>x</t>", b"<t>&e;</t>")
            made.writestr(name, content)
    hostile.seek(0)
    with pytest.raises(Invalid) as caught:
        rows(hostile)
    assert "root:" not in str(caught.value)


# ---- writing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_what_is_written_is_read_again(ending):
    given = [
        {**READ, "staff": 2.5, "budget": {"amount": 10**14, "currency": "CHF"}, "agree": True, "summary": {"fr": "a\n\nb", "sw": "Boti"}},
        {"title": "'=quoted", "staff": 0.1 + 0.2, "sdgs": []},
        {"title": "  spaces  ", "summary": "one for all", "staff": 10**20},
    ]
    found = answers(io.BytesIO(write_table(FORM, given, languages=["fr"], ending=ending)))
    number = (lambda value: value) if ending == "xlsx" else str
    assert found == [
        {**READ, "staff": number(2.5), "budget": {"amount": number(10**14), "currency": "CHF"}, "agree": "yes", "summary": {"fr": "a\n\nb", "sw": "Boti"}},
        {"title": "'=quoted", "staff": "0.30000000000000004"},
        {"title": "  spaces  ", "summary": "one for all", "staff": "100000000000000000000"},
    ]
