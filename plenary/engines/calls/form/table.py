"""A form as a table: the template to fill in, reading one that was filled in, and writing answers into its columns.

A column is called like a field (``title``), a piece of an answer (``organisation.name``) or a text in a language
(``summary.en``). The row below the head says in words what belongs into the columns; its cells begin with ``# `` and it is
not read. Several values in one cell are separated by semicolons. Files are not in tables: they are added afterwards.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.form.fields import schemes_of
from plenary.engines.calls.form.lookups import Lookups
from plenary.engines.calls.form.posted import storable
from plenary.engines.calls.form.showing import piece_name
from plenary.ground.files.tables import LONGEST_CELL, MOST_ROWS, Report, Unreadable, content_of, csv_rows, decoded, shorten, workbook_rows
from plenary.ground.framework.spelling import fold
from plenary.ground.framework.text import LANGUAGES

#: Begins the cells of the row that explains the columns.
MARK = "# "
#: The column with the address of whom a submission is for. No field can have the first name; the second reads better.
CONTRIBUTOR, EMAIL = "contributor-email", "email"
_DELIMITERS = (",", ";", "\t")
#: What separates values in a cell; on Arabic and Chinese keyboards the semicolon is another sign.
_SEPARATOR = re.compile("[;\u061b\uff1b]")
#: Signs with which a spreadsheet takes a text for a formula. An apostrophe before them says that it is a text.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
#: Digits that a spreadsheet keeps of a number.
_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Column:
    """A column. field: None for the address of whom it is for. piece: of an answer that has several, or a language."""

    code: str
    field: Any = None
    piece: str = ""

    @property
    def label(self) -> str:
        """What it is called in words, in the reader's language."""
        if self.field is None:
            return _("E-mail address of the contributor")
        if not self.piece:
            return str(self.field.label)
        return f"{self.field.label}: {piece_name(self.field, self.piece)}"

    @property
    def schemes(self) -> tuple[str, ...]:
        """The concept schemes that it is filled in from."""
        if self.field is None:
            return ()
        if self.field.pieces:
            return {"country": ("countries",), "stakeholder_type": ("stakeholder-types",)}.get(self.piece, ())
        return schemes_of(self.field)

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers, which spreadsheets write in their own way."""
        return self.field is not None and (self.field.kind == "number" or (self.field.kind == "money" and self.piece in ("", "amount")))


@dataclass(frozen=True, slots=True)
class TableRow:
    """The answers of a row, as written, with the number by which its sender knows it.

    email: whom the submission is for. unread: fields with a cell that cannot be read, which was told. columns: the head.
    """

    number: int
    answers: dict[str, Any] = field(default_factory=dict)
    email: str = ""
    unread: frozenset[str] = frozenset()
    columns: tuple[Column, ...] = ()

    def column_of(self, problem: str) -> str:
        """The name of the column where a problem is put right. problem: its key, of a field or of a piece (``organisation.website``)."""
        names = [each.code for each in self.columns if each.field is not None and each.field.code == problem.partition(".")[0]]
        if problem in names or not names:
            return problem
        # What is wrong with a part may be written in a column for the whole, and the other way round.
        return next((name for name in names if "." not in name), names[0])


def columns_of(definition: Definition, languages: Iterable[str] = ()) -> list[Column]:
    """All columns of a form, in its order. languages: those in which texts may be written; none for the six of the site."""
    found: list[Column] = []
    for each in definition:
        if each.kind in ("file", "image"):
            continue
        pieces = each.pieces or (tuple(languages) or LANGUAGES if getattr(each, "per_language", False) else ("",))
        found += [Column(f"{each.code}.{piece}" if piece else each.code, each, piece) for piece in pieces]
    return found


def contributor_column(definition: Definition) -> Column:
    """The column with the address of whom a submission is for."""
    return Column(CONTRIBUTOR if EMAIL in definition.by_code else EMAIL)


# ---- templates ------------------------------------------------------------------------------------------------------


def template_csv(call: Any, definition: Definition) -> bytes:
    """The empty table as CSV: the names of the columns, and what belongs into them. In UTF-8 with the mark that spreadsheets look for."""
    return _csv([*columns_of(definition, call.languages), contributor_column(definition)], ())


def template_xlsx(call: Any, definition: Definition) -> bytes:
    """The empty table as a workbook, with a sheet that explains each column and lists the codes to choose from."""
    from plenary.engines.calls.form.template import workbook

    return workbook(call, definition, [*columns_of(definition, call.languages), contributor_column(definition)])


# ---- reading --------------------------------------------------------------------------------------------------------


def read_table(source: Path | IO[bytes], definition: Definition, lookups: Lookups, *, report: Report | None = None) -> list[TableRow]:
    """The rows of a table that was filled in, xlsx or csv; which of them it is follows from its content.

    report: takes what is wrong with the table; without one it is raised. What is wrong with answers, the check says.
    Raises: Invalid.
    """
    own = report or Report(Path(str(getattr(source, "name", "") or "table")).name)
    raw = content_of(source, own)
    found = list(rows_of(raw, definition, lookups, own)) if raw is not None else []
    if report is None:
        own.stop()
    return found


def rows_of(raw: bytes, definition: Definition, lookups: Lookups, report: Report, *, languages: Iterable[str] = ()) -> Iterator[TableRow]:
    """The rows of a table that was filled in, as they are read. languages: those of the template, for telling which columns there are."""
    for row in _rows(raw, definition, lookups, report, columns_of(definition, languages)):
        report.rows += 1
        yield row
    if not report.rows and not report.problems:
        report.wrong(0, "", _("There are no records in the file."))


def _rows(raw: bytes, definition: Definition, lookups: Lookups, report: Report, asked: Sequence[Column]) -> Iterator[TableRow]:
    names: tuple[Column, ...] | None = None
    for number, cells in _cells(raw, definition, report):
        if not any(_filled(cell) for cell in cells):
            continue  # blanks that somebody typed and left, as empty as the rows that programs leave out
        if names is None:
            names = _head(cells, definition, report, number, asked)
            if names is None:
                return
            head_row = number
        elif number == head_row + 1 and _explains(cells):
            continue
        elif len(cells) > len(names) and any(_filled(cell) for cell in cells[len(names) :]):
            report.wrong(number, "", _("There are cells to the right of the last column."))
        elif report.rows >= MOST_ROWS:
            report.wrong(number, "", _("There are more than %(most)s rows; send the file in parts.") % {"most": f"{MOST_ROWS:,}"})
            return
        elif not report.is_full:
            yield _row(number, names, cells, lookups, report)


def _cells(raw: bytes, definition: Definition, report: Report) -> Iterator[tuple[int, list[Any]]]:
    if raw.startswith(b"PK\x03\x04"):
        # As many as a form can ask for, and some that it does not know.
        yield from workbook_rows(raw, report, columns=len(columns_of(definition)) * 2 + 100, formulas=True)
        return
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        report.wrong(0, "", _("This is a workbook of an old kind, or one with a password. Save it as .xlsx without a password."))
        return
    text = decoded(raw, report, some_nulls=True)
    if text is None:
        return
    skipped = 0
    if re.match(r"sep=[,;\t]\n", text):  # by which Excel tells itself what separates the columns
        text, skipped = text.split("\n", 1)[1], 1
    for number, cells in csv_rows(text, report, delimiter=_delimiter(text, definition)):
        yield number + skipped, [_bare(cell) for cell in cells]


def _delimiter(text: str, definition: Definition) -> str:
    """What separates the columns: the sign by which most of the names in the head are known."""
    first = text.lstrip("\n").partition("\n")[0]

    def known(delimiter: str) -> int:
        return sum(_column(cell.strip('" '), definition) is not None for cell in first.split(delimiter))

    return max(_DELIMITERS, key=lambda delimiter: (known(delimiter), first.count(delimiter)))


def _bare(cell: str) -> str:
    """A cell of a CSV file without the apostrophe that kept it from being a formula."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _filled(cell: Any) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


def _explains(cells: Sequence[Any]) -> bool:
    """Whether this is the row that explains the columns."""
    return all(isinstance(cell, str) and cell.startswith(MARK) for cell in cells if _filled(cell))


def _column(name: str, definition: Definition) -> Column | None:
    code, _dot, piece = (part.strip() for part in name.partition("."))
    code = code.lower()
    known = definition.by_code.get(code)
    if known is None:
        return Column(code) if not piece and code in (CONTRIBUTOR, EMAIL) else None
    if known.kind in ("file", "image"):
        return None
    if known.pieces:
        piece = piece.lower()
    if piece and piece not in known.pieces and not getattr(known, "per_language", False):
        return None
    return Column(f"{code}.{piece}" if piece else code, known, piece)


def _head(cells: Sequence[Any], definition: Definition, report: Report, number: int, asked: Sequence[Column]) -> tuple[Column, ...] | None:
    """The columns of a table; None where they make no sense. asked: those that there should be."""
    found: list[Column] = []
    names = [("" if cell is None or isinstance(cell, Unreadable) else str(cell)).strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    unknown = False
    for name in names:
        column = _column(name, definition)
        known = definition.by_code.get(name.lower())
        if column is not None and column.code in {each.code for each in found}:
            report.wrong(number, column.code, _("The column is there twice."))
        elif column is not None:
            found.append(column)
        elif known is not None and known.kind in ("file", "image"):
            report.wrong(number, name, _("Files cannot be given in a table. Take this column out, and add the files to the submissions afterwards."))
        else:
            report.wrong(number, storable(name)[:60] or _("(no name)"), _("There is no such column."))
            unknown = True
    if unknown:
        told = [*(each.code for each in asked), contributor_column(definition).code]
        report.wrong(number, "", _("The columns that can be read are: %(columns)s.") % {"columns": ", ".join(told)})
    there = {column.field.code for column in found if column.field is not None}
    for each in definition:
        if each.required and each.when is None and each.code not in there and each.kind not in ("file", "image"):
            report.wrong(number, next(column.code for column in asked if column.field is each), _("The column is missing."))
    return None if report.problems else tuple(found)


def _row(number: int, columns: tuple[Column, ...], cells: Sequence[Any], lookups: Lookups, report: Report) -> TableRow:
    answers: dict[str, Any] = {}
    unread: set[str] = set()
    email = ""
    for column, cell in zip(columns, cells, strict=False):
        if not _filled(cell):
            continue
        if isinstance(cell, str) and len(cell) > LONGEST_CELL:
            words = _("The text has %(count)s characters; at most %(most)s are taken.")
            report.wrong(number, column.code, words % {"count": f"{len(cell):,}", "most": f"{LONGEST_CELL:,}"})
            unread.add(column.field.code if column.field is not None else "")
            continue
        if isinstance(cell, Unreadable):
            words = _("This is a formula. Put its result in its place.") if cell.is_formula else _("%(value)s is an error of the spreadsheet, not an answer.")
            report.wrong(number, column.code, words if cell.is_formula else words % {"value": shorten(cell.text)})
            unread.add(column.field.code if column.field is not None else "")
            continue
        if column.field is None:
            email = storable(_written(cell)).strip()
            continue
        code, answer = column.field.code, _answer(column, cell, lookups)
        if column.piece:
            # One text for the whole beside its parts would be said twice; the parts are what counts.
            answers[code] = {**(answers[code] if isinstance(answers.get(code), dict) else {}), column.piece: answer}
        else:
            answers.setdefault(code, answer)
    return TableRow(number, answers, email, frozenset(unread), columns)


def _answer(column: Column, cell: Any, lookups: Lookups) -> Any:
    if column.is_number and isinstance(cell, int | float) and not isinstance(cell, bool):
        return cell
    text = storable(_written(cell))
    asked = column.field
    if asked.many:
        return [value for value in (_code(column, part, lookups) for part in _parts(column, text, lookups)) if value.strip()]
    return _code(column, text, lookups)


def _written(cell: Any) -> str:
    """A cell as its writer sees it."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if (cell.hour, cell.minute, cell.second, cell.microsecond) == (0, 0, 0, 0) else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 10**_DIGITS:
        return str(int(cell))
    return str(cell)


def _parts(column: Column, text: str, lookups: Lookups) -> list[str]:
    if _code(column, text, lookups).strip() != text.strip():
        return [text]  # one label that has a semicolon in it
    return _SEPARATOR.split(text)


def _code(column: Column, text: str, lookups: Lookups) -> str:
    """The code that a label stands for, in any language; the text itself where none does."""
    if column.schemes:
        return lookups.by_spelling(column.schemes, text.strip())
    options = getattr(column.field, "options", ())
    if not options or any(option.code == text.strip() for option in options):
        return text
    folded = fold(text)
    for option in options:
        if folded and folded in {fold(option.code), *(fold(label) for label in option.label.texts.values())}:
            return str(option.code)
    return text


# ---- writing --------------------------------------------------------------------------------------------------------


def write_table(definition: Definition, rows: Iterable[Mapping[str, Any]], *, languages: Iterable[str] = (), ending: str = "xlsx") -> bytes:
    """Answers in the columns of the form, as they can be read again. ending: xlsx or csv.

    languages: in which texts may be written; more columns are added for others that are used. Files are left out.
    """
    listed = list(rows)
    columns: list[Column] = []
    for each in definition:
        if each.kind in ("file", "image"):
            continue
        own = [column for column in columns_of(definition, languages) if column.field.code == each.code]
        if getattr(each, "per_language", False):
            used = dict.fromkeys(str(tag) for row in listed if isinstance(row.get(each.code), Mapping) for tag in row[each.code])
            own += [Column(f"{each.code}.{tag}", each, tag) for tag in used if tag not in {column.piece for column in own}]
            if any(_filled(row.get(each.code)) and not isinstance(row[each.code], Mapping) for row in listed):
                own.append(Column(each.code, each))
        columns += own
    cells = ([_cell(column, row.get(column.field.code)) for column in columns] for row in listed)
    return _csv(columns, cells) if ending == "csv" else _xlsx(columns, cells)


def _cell(column: Column, answer: Any) -> str | int | float:
    """What stands in a cell for an answer."""
    if isinstance(answer, Mapping):
        answer = answer.get(column.piece) if column.piece else None
    elif column.piece and column.piece != next(iter(column.field.pieces), ""):
        answer = None  # one text for the whole is its first piece
    if answer is None or answer is False:
        return ""
    if isinstance(answer, list | tuple):
        return "; ".join(str(each) for each in answer if each is not None)
    if answer is True:
        return "yes"
    if column.is_number and isinstance(answer, int | float) and _fits(answer):
        return answer
    return str(answer)


def _fits(number: int | float) -> bool:
    """Whether a spreadsheet keeps all digits of a number."""
    return abs(number) < 10**_DIGITS and float(f"{number:.{_DIGITS}g}") == number


def _csv(columns: Sequence[Column], rows: Iterable[Sequence[str | int | float]]) -> bytes:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([column.code for column in columns])
    writer.writerow([MARK + column.label for column in columns])
    for row in rows:
        writer.writerow([_guarded(cell) if isinstance(cell, str) else cell for cell in row])
    return written.getvalue().encode("utf-8-sig")


def _guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    kept = storable(text)
    return f"'{kept}" if _FORMULA.match(kept) and not _NUMBER.fullmatch(kept) else kept


def _xlsx(columns: Sequence[Column], rows: Iterable[Sequence[str | int | float]]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("1")
    sheet.freeze_panes = "A3"

    def cell(value: str | int | float) -> Any:
        made = WriteOnlyCell(sheet, value if not isinstance(value, str) else escaped(value))
        if isinstance(value, str):
            made.data_type = "s"  # whatever it looks like: a formula is not made of it
        return made

    for row in ([column.code for column in columns], [MARK + column.label for column in columns], *rows):
        sheet.append([cell(value) if value != "" else None for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


#: Signs that XML cannot hold, and what would be read as one that was written in their place.
_ESCAPE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def escaped(text: str) -> str:
    """A text as a workbook holds it (ECMA-376, ST_Xstring)."""
    return _ESCAPE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
