"""What spreadsheet programs make of the template and of exports: days, numbers, lists and texts come home as they were written."""

from __future__ import annotations

import io
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override
from openpyxl import Workbook, load_workbook

from plenary.engines.calls.form.table import read_table, template_xlsx, write_table
from plenary.engines.calls.queries import form_in_force
from plenary.engines.calls.tests.forming import form, vocabularies
from plenary.engines.calls.tests.forms import make_call
from plenary.ground.files.tables import Report

FORM = form(
    {"code": "title", "kind": "text", "required": True},
    {"code": "summary", "kind": "long-text"},
    {"code": "kind", "kind": "choice", "options": [{"code": "1", "label": "Old"}, {"code": "true", "label": "New"}]},
    {"code": "sdgs", "kind": "concepts", "schemes": ["sdgs", "sdg-targets"]},
    {"code": "country", "kind": "country"},
    {"code": "body", "kind": "organisation"},
    {"code": "who", "kind": "person"},
    {"code": "website", "kind": "link"},
    {"code": "mail", "kind": "email"},
    {"code": "phone", "kind": "phone"},
    {"code": "since", "kind": "date"},
    {"code": "during", "kind": "date-range", "open_end": True},
    {"code": "staff", "kind": "number", "decimals": 2},
    {"code": "budget", "kind": "money"},
    {"code": "agree", "kind": "consent"},
)
ANSWERS: dict[str, Any] = {
    "title": "007", "summary": "=1+1\nفي سطرين", "kind": "1", "sdgs": ["3", "3.8"], "country": "CI", "body": {"name": "+Health", "country": "KE"},
    "who": {"name": "-Ada", "email": "ada@example.org"}, "website": "https://example.org", "mail": "ada@example.org", "phone": "+41 22 730 51 11",
    "since": "2021-01-25", "during": {"from": "2020-02-29"}, "staff": 12.5, "budget": {"amount": 1200, "currency": "CHF"}, "agree": "yes",
}  # fmt: skip


def read(content: bytes) -> list[dict[str, Any]]:
    report = Report("table")
    rows = read_table(io.BytesIO(content), FORM, vocabularies(), report=report)
    assert not report.problems, report.problems
    return [row.answers for row in rows]


def test_what_a_program_makes_of_typed_values_is_read_as_it_was_meant() -> None:
    book = load_workbook(io.BytesIO(write_table(FORM, [ANSWERS])))
    sheet = book.worksheets[0]
    sheet.title = "Feuille 1"
    heads = [cell.value for cell in sheet[1]]

    def put(code: str, value: Any) -> None:
        sheet.cell(3, heads.index(code) + 1).value = value

    put("since", datetime(2021, 1, 25))
    put("during.from", datetime(2020, 2, 29))
    put("kind", 1.0)
    put("staff", 12.5)
    put("budget.amount", 1200.0)
    put("agree", True)
    for row in range(4, 30):  # rows that somebody looked at and left
        sheet.cell(row, 1).value = "  " if row % 2 else None
    book.create_sheet("Notes").cell(1, 1).value = "mine"
    made = io.BytesIO()
    book.save(made)
    assert read(made.getvalue()) == [{**ANSWERS, "agree": "true"}]


def test_a_row_of_words_that_are_numbers_keeps_them_as_far_as_the_program_does() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["title", "phone", "kind"])
    sheet.append([7.0, 41227305111.0, True])  # typed into cells that were not set to hold text
    made = io.BytesIO()
    book.save(made)
    assert read(made.getvalue()) == [{"title": "7", "phone": "41227305111", "kind": "true"}]


OFFICE = shutil.which("soffice")
#: Some machines have LibreOffice without the part that knows tables.
CALC = OFFICE is not None and (Path(OFFICE).resolve().parent / "libsclo.so").exists()
needs_office = pytest.mark.skipif(not CALC, reason="LibreOffice Calc is not installed")


def through_office(content: bytes, place: Path, ending: str = "xlsx", to: str = "xlsx") -> bytes:
    """A file as LibreOffice opens and saves it."""
    source, out = place / f"table.{ending}", place / "out"
    source.write_bytes(content)
    assert OFFICE is not None
    command = [OFFICE, f"-env:UserInstallation=file://{place}/profile", "--headless"]
    if ending == "csv":
        command.append("--infilter=CSV:44,34,UTF8")
    subprocess.run([*command, "--convert-to", to, "--outdir", str(out), str(source)], check=True, capture_output=True, timeout=120)
    return (out / f"table.{to.split(':')[0]}").read_bytes()


@needs_office
@pytest.mark.soak
def test_answers_come_home_from_libreoffice(tmp_path: Path) -> None:
    assert read(through_office(write_table(FORM, [ANSWERS]), tmp_path)) == [ANSWERS]


@needs_office
@pytest.mark.soak
def test_a_csv_that_libreoffice_opens_holds_no_formula(tmp_path: Path) -> None:
    made = load_workbook(io.BytesIO(through_office(write_table(FORM, [ANSWERS], ending="csv"), tmp_path, "csv")))
    assert not [cell.value for row in made.worksheets[0] for cell in row if cell.data_type == "f"]


@needs_office
@pytest.mark.soak
@pytest.mark.django_db
def test_the_template_keeps_its_lists_notes_and_direction_in_libreoffice(tmp_path: Path) -> None:
    call = make_call()
    with override("ar"):
        content = template_xlsx(call, form_in_force(call).form)
    before, after = load_workbook(io.BytesIO(content)), load_workbook(io.BytesIO(through_office(content, tmp_path)))
    assert after.sheetnames == before.sheetnames
    assert all(sheet.sheet_view.rightToLeft for sheet in after.worksheets)
    table, former = after.worksheets[0], before.worksheets[0]
    assert [cell.value for cell in table[1]] == [cell.value for cell in former[1]]
    assert [cell.value for cell in table[2]] == [cell.value for cell in former[2]]

    def lists(sheet: Any) -> set[tuple[str, str]]:
        return {
            (str(rule.sqref).split(":")[0], rule.formula1.replace("'", "").replace("$", "").replace(".", "!")) for rule in sheet.data_validations.dataValidation
        }

    assert lists(table) == lists(former) and lists(table)
    assert len(list(after.worksheets[1].iter_rows())) >= len(list(before.worksheets[1].iter_rows()))
