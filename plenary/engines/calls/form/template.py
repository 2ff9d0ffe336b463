"""The workbook that people fill in: the empty table, and a sheet that explains it."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.form.lists import label_of
from plenary.engines.calls.form.lookups import Lookups, concepts_of
from plenary.engines.calls.form.page import limits_of, only_if
from plenary.engines.calls.form.table import MARK, Column, escaped
from plenary.ground.framework.text import reader_language

#: Rows in which spreadsheets offer the codes to choose from.
_OFFERED_IN = 2000
_QUIET = Font(color="55606C", italic=True)
_TOP = Alignment(vertical="top", wrap_text=True)
_LINE = Border(bottom=Side(style="thin", color="DCD8CD"))
_NEEDED = PatternFill("solid", fgColor="F1EDE2")


def workbook(call: Any, definition: Definition, columns: list[Column]) -> bytes:
    """The template as xlsx, in the reader's language."""
    lookups = Lookups(concepts_of(definition.schemes))
    book = Workbook()
    table = book.active
    table.title = str(call.slug)[:31]
    for position, column in enumerate(columns, 1):
        letter = get_column_letter(position)
        _put(table, 1, position, column.code, Font(bold=True))
        _put(table, 2, position, MARK + column.label, _QUIET)
        if _is_needed(column):
            table.cell(1, position).fill = _NEEDED
        table.column_dimensions[letter].width = 44 if _is_long(column) else 24
        if not column.is_number:
            table.column_dimensions[letter].number_format = "@"  # telephone numbers and days stay as they are typed
    table.row_dimensions[2].height = 48
    table.freeze_panes = "A3"
    codes = _explain(book.create_sheet(_("Help")[:31]), call, definition, columns, lookups)
    for position, column in enumerate(columns, 1):
        if column.code in codes and column.field is not None and not column.field.many:
            letter = get_column_letter(position)
            rule = DataValidation(type="list", formula1=codes[column.code], allow_blank=True, showErrorMessage=False)
            rule.add(f"{letter}3:{letter}{_OFFERED_IN}")
            table.add_data_validation(rule)
    if reader_language() == "ar":
        for sheet in book.worksheets:
            sheet.sheet_view.rightToLeft = True
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _put(sheet: Worksheet, row: int, column: int, text: str, font: Font | None = None) -> None:
    cell = sheet.cell(row, column)
    cell.value = escaped(text)
    cell.data_type = "s"  # a label is never a formula
    cell.alignment = _TOP
    if font is not None:
        cell.font = font


def _is_needed(column: Column) -> bool:
    if column.field is None or not column.field.required or column.field.when is not None:
        return False
    if not column.field.pieces:
        return True
    needed = {"name", "from", "amount", "currency"} | ({"email"} if getattr(column.field, "invite", False) else set())
    return column.piece in needed or (column.piece == "to" and not column.field.open_end)


def _is_long(column: Column) -> bool:
    return column.field is not None and (column.field.kind in ("long-text", "concepts", "choices") or column.piece in ("name", "website"))


# ---- help -----------------------------------------------------------------------------------------------------------


def _explain(sheet: Worksheet, call: Any, definition: Definition, columns: list[Column], lookups: Lookups) -> dict[str, str]:
    """Fill the sheet that explains the table. By column, the cells that hold its codes."""
    for letter, width in zip("ABCDE", (28, 36, 24, 46, 60), strict=True):
        sheet.column_dimensions[letter].width = width
    _put(sheet, 1, 1, str(call.title), Font(bold=True, size=14))
    row = 2
    for sentence in _how_to_fill_in(definition):
        _put(sheet, row, 1, sentence)
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=5)
        sheet.row_dimensions[row].height = 32
        row += 1
    row = _heads(sheet, row + 1, (_("Column"), _("What it is"), _("Needed"), _("How to write it"), _("Help")))
    for column in columns:
        needed = _("Yes") if _is_needed(column) else only_if(column.field, definition.by_code) if column.field is not None and column.field.when else _("No")
        texts = (column.code, column.label, needed, how_to_write(column), str(column.field.help) if column.field is not None else "")
        for position, text in enumerate(texts, 1):
            _put(sheet, row, position, text)
            sheet.cell(row, position).border = _LINE
        row += 1
    return _codes(sheet, row + 1, columns, lookups)


def _how_to_fill_in(definition: Definition) -> list[str]:
    files = [str(field.label) for field in definition if field.kind in ("file", "image")]
    told = [
        _("Write one submission in each row, from the third row on. The first row names the columns and stays as it is; the second is not read."),
        _("Several values in one cell are separated by semicolons. What is chosen from a list can be written as its code or by its name, in any language."),
    ]
    if files:
        told.append(_("Files cannot be given in a table. They are added to the submissions afterwards: %(names)s.") % {"names": ", ".join(files)})
    return told


def _heads(sheet: Worksheet, row: int, names: Iterable[str]) -> int:
    for position, name in enumerate(names, 1):
        _put(sheet, row, position, name, Font(bold=True))
        sheet.cell(row, position).border = Border(bottom=Side(style="medium", color="16202B"))
    return row + 1


def how_to_write(column: Column) -> str:
    """How an answer is written into a cell, and what it must keep to."""
    field, piece = column.field, column.piece
    if field is None:
        return _("Whom the submission is for; no mail is sent when the table is imported.")
    limits = limits_of(field)
    kind = piece if field.pieces and piece in ("email", "website", "amount", "currency") else field.kind
    if column.schemes or field.kind in ("choice", "choices"):
        told = _("Codes or names, separated by semicolons; see below.") if field.many else _("A code or a name; see below.")
        return f"{told} {limits}".strip()
    return {
        "text": _("At most %(n)s characters.") % {"n": getattr(field, "longest", 0)},
        "long-text": limits or _("At most %(n)s characters.") % {"n": getattr(field, "longest", 0)},
        "link": _("A web address, such as https://example.org."),
        "website": _("A web address, such as https://example.org."),
        "email": _("An e-mail address, such as name@example.org."),
        "phone": limits,
        "date": _("Year, month and day, such as 2021-01-25."),
        "date-range": _("Year, month and day, such as 2021-01-25."),
        "number": f"{_('In digits, such as 12500 or 12.5.')} {limits} {field.unit if field.kind == 'number' else ''}".strip(),
        "amount": _("In digits, such as 12500 or 12.5."),
        "currency": _("One of: %(codes)s.") % {"codes": ", ".join(getattr(field, "currencies", ()))},
        "consent": _("“yes” to agree."),
    }.get(kind, "")


def _codes(sheet: Worksheet, row: int, columns: list[Column], lookups: Lookups) -> dict[str, str]:
    """List the codes to choose from, those of one vocabulary once; by column, the cells that hold them."""
    lists: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    used_by: dict[tuple[str, ...], list[str]] = {}
    for column in columns:
        options = getattr(column.field, "options", ()) if column.field is not None else ()
        leaves = bool(getattr(column.field, "leaves", False))
        if options:
            key: tuple[str, ...] = ("", column.code)
            lists[key] = [(option.code, str(option.label)) for option in options]
        elif column.schemes:
            key = (*column.schemes, "leaves" if leaves else "")
            lists.setdefault(key, [(each.code, label_of(each)) for each in lookups.offered(column.schemes, leaves=leaves)])
        else:
            continue
        used_by.setdefault(key, []).append(column.code)
    if not lists:
        return {}
    row = _heads(sheet, row, (_("Column"), _("Code"), _("Name")))
    places: dict[str, str] = {}
    title = sheet.title.replace("'", "''")
    for key, offered in lists.items():
        first = row
        for code, label in offered:
            for position, text in enumerate((", ".join(used_by[key]), code, label), 1):
                _put(sheet, row, position, text)
            row += 1
        places |= dict.fromkeys(used_by[key], f"'{title}'!$B${first}:$B${row - 1}")
        row += 1
    return places
