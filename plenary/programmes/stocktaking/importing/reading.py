"""Reading the rows of a file that somebody sends: JSON lines, CSV, Excel. Whatever it holds, the answer is a report.

Rows are numbered as the sender sees them: lines of a JSON file, rows of a table with the head as row 1. Files are read row by
row, so that a long one needs no more memory than a short one.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from plenary.ground.files.tables import LARGEST, LONGEST_CELL, MOST_ROWS, Report, Unreadable, content_of, shorten, workbook_rows
from plenary.programmes.stocktaking.importing.mapping import guess, guesses, plain_name

DEEPEST = 6  # brackets within brackets
#: Bytes of a text file. Nothing of it is kept, so the limit is that of patience.
LARGEST_TEXT = 1_000_000_000
_LONGEST_LINE = LONGEST_CELL * 5
_FORMULA = re.compile(r"^(=|[+\-]\s*[\d(]|@\w+\s*\()")
#: An apostrophe with which a table keeps a text from being taken for a formula.
_KEPT = re.compile(r"'[=+\-@]")
_BOMS = {codecs.BOM_UTF32_LE: "UTF-32", codecs.BOM_UTF32_BE: "UTF-32", codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}
_MERGED = re.compile(rb'<mergeCell ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')


@dataclass(frozen=True, slots=True)
class Row:
    """A record of the file with the number that its sender knows it by."""

    number: int
    cells: dict[str, Any]


def read_rows(
    path: Path,
    report: Report,
    *,
    columns: Collection[str],
    required: Collection[str],
    silent: Collection[str] = (),
    aliases: Mapping[str, str] | None = None,
    mapping: Mapping[str, str] | None = None,
    also: Callable[[str], bool] | None = None,
    checked: bool = False,
) -> Iterator[Row]:
    """All rows of a file as far as they can be read; what cannot is noted in the report.

    columns: those that may be there; silent: more of them, that the report does not offer. required: those that must be in the
    head of a table. aliases: other names of columns. mapping: how somebody says that columns are read, see ``mapping.py``; an
    empty one lets unknown names be guessed, None does not. also: whether a name stands for a column although it is not among
    them. checked: whether the file was read before and holds, so that this is not looked at again.
    """
    kind = path.suffix.lower()
    readers = {".jsonl": _json_lines, ".ndjson": _json_lines, ".json": _json_lines, ".csv": _table, ".xlsx": _workbook}
    if kind not in readers:
        report.wrong(0, "", _("%(file)s is not a file that can be imported: its name must end in .jsonl, .csv or .xlsx.") % {"file": path.name})
        return
    head = _Head({*columns, *silent}, set(required), dict(aliases or {}), list(columns), mapping, also or (lambda name: False))
    count = 0
    for row in readers[kind](path, report, head, checked):
        if count >= MOST_ROWS:
            report.wrong(row.number, "", _("There are more than %(most)s rows; send the file in parts.") % {"most": f"{MOST_ROWS:,}"})
            break
        if report.is_full:
            break
        count += 1
        yield row
    if not count and not report.problems:
        report.wrong(0, "", _("There are no records in the file."))
    report.rows = count


@dataclass(frozen=True, slots=True)
class _Head:
    """Which columns a file may and must have, and which of them its own names stand for."""

    columns: set[str]
    required: set[str]
    aliases: dict[str, str]
    told: list[str]
    mapping: Mapping[str, str] | None
    also: Callable[[str], bool]
    read_as: dict[str, str | None] = field(default_factory=dict)  # of names met before; empty: left out, None: unknown

    def name(self, given: str) -> str:
        """A column's name as the importer knows it, without guessing."""
        name = plain_name(given)
        return self.aliases.get(name, name)

    def knows(self, name: str) -> bool:
        return name in self.columns or self.also(name)

    def key(self, given: str, report: Report) -> str | None:
        """The column that a key of a JSON record stands for; empty where it is left out, None where there is none."""
        if given not in self.read_as:
            self.read_as[given] = self._resolved(given, report)
        return self.read_as[given]

    def _resolved(self, given: str, report: Report) -> str | None:
        if self.mapping is not None and given.strip() in self.mapping:
            return self._mapped(given, self.mapping[given.strip()].strip(), report)
        name = self.name(given)
        if self.knows(name):
            return name
        found = guess(given) if self.mapping is not None else None
        if found is None or not found.sure or not self.knows(found.column):
            return None
        report.mend(0, given[:60], _("the column is read as %(column)s") % {"column": found.column})
        return found.column

    def _mapped(self, given: str, column: str, report: Report) -> str | None:
        column = column if self.knows(column) else plain_name(column)
        if not column:
            report.mend(0, given[:60], _("the column is not taken over"))
            return ""
        return column if self.knows(column) else None

    def read(self, given: list[str], report: Report, row: int) -> list[str] | None:
        """The columns of a table; None where they make no sense."""
        if len(given) == 1 and not self.knows(self.name(given[0])) and given[0].strip() not in (self.mapping or {}):
            for separator, words in ((";", _("semicolons")), ("\t", _("tabs")), ("|", _("upright strokes"))):
                if separator in given[0]:
                    report.wrong(row, "", _("The columns are separated by %(words)s here; save the file as CSV with commas.") % {"words": words})
                    return None
        names = [self.key(cell, report) for cell in given] if self.mapping is not None else [self.name(cell) for cell in given]
        for column in sorted({name for name in names if name and names.count(name) > 1}):
            report.wrong(row, column[:60], _("The column is there twice."))
        unknown = [
            cell for cell, name in zip(given, names, strict=True) if name is None or (name and not self.knows(name)) or (not name and self.mapping is None)
        ]
        self._tell_unknown(unknown, report, row)
        for column in sorted(self.required - {name for name in names if name}):
            if not any(name and name.startswith(f"{column}_") for name in names):
                report.wrong(row, column, _("The column is missing."))
        return None if report.problems else [name or "" for name in names]

    def _tell_unknown(self, unknown: list[str], report: Report, row: int) -> None:
        near = guesses(unknown, self.told) if self.mapping is not None else {}
        for cell in unknown:
            offer = near.get(cell)
            sentence = _("There is no such column.")
            if offer is not None and self.knows(offer.column):
                sentence += " " + _("Is it %(column)s? Say how the columns are to be read, or that this one is left out.") % {"column": offer.column}
            report.wrong(row, plain_name(cell)[:60] or _("(no name)"), sentence)
        if unknown:
            report.wrong(row, "", _("The columns that can be read are: %(columns)s.") % {"columns": ", ".join(self.told)})


# ---- text files -----------------------------------------------------------------------------------------------------


def _is_text(path: Path, report: Report) -> bool:
    """Whether a file is of a size that can be read, and text in UTF-8; what it is else stands in the report."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    line, first = 1, True
    try:
        size = path.stat().st_size
        if size > LARGEST_TEXT:
            report.wrong(0, "", _("The file has %(size)s bytes; send at most %(most)s at a time.") % {"size": f"{size:,}", "most": f"{LARGEST_TEXT:,}"})
            return False
        with path.open("rb") as file:
            while True:
                raw = file.read(1 << 20)
                if first and (name := next((name for mark, name in _BOMS.items() if raw.startswith(mark)), "")):
                    report.wrong(1, "", _("The file is in %(encoding)s; save it as UTF-8.") % {"encoding": name})
                    return False
                first = False
                try:
                    decoder.decode(raw, final=not raw)
                except UnicodeDecodeError as error:
                    # What stood at the end of the last part, unfinished, holds no line break.
                    line += error.object[: error.start].count(b"\n")
                    told = {"byte": f"{error.object[error.start]:02x}", "line": line}
                    report.wrong(line, "", _("The file is not in UTF-8 (byte 0x%(byte)s in line %(line)s); save it as UTF-8.") % told)
                    return False
                if b"\x00" in raw:
                    line += raw[: raw.index(b"\x00")].count(b"\n")
                    report.wrong(line, "", _("The file holds null characters; it is not a text file."))
                    return False
                line += raw.count(b"\n")
                if not raw:
                    return True
    except OSError as error:
        report.wrong(0, "", _("The file cannot be read: %(reason)s.") % {"reason": error.strerror or error})
        return False


def rows_expected(path: Path) -> int:
    """About how many rows a file has, for telling how far its reading is."""
    from plenary.ground.files.tables import rows_expected as rows_of

    try:
        if path.suffix.lower() == ".xlsx":
            return rows_of(path.read_bytes()) if path.stat().st_size <= LARGEST else 0
        with path.open("rb") as file:
            return sum(part.count(b"\n") for part in iter(lambda: file.read(1 << 20), b""))
    except OSError:
        return 0


def _json_lines(path: Path, report: Report, head: _Head, checked: bool) -> Iterator[Row]:
    if not checked and not _is_text(path, report):
        return
    with path.open(encoding="utf-8-sig") as file:
        number = 0
        while line := file.readline(_LONGEST_LINE + 1):
            number += 1
            if report.is_full:
                return
            if number == 1 and line.lstrip()[:1] == "[":
                report.wrong(1, "", _("The file starts with a list. Write one record per line, each in braces, without a list around them."))
                return
            if len(line) > _LONGEST_LINE:
                length = len(line)
                while not line.endswith("\n") and (line := file.readline(_LONGEST_LINE)):
                    length += len(line)
                report.wrong(number, "", _("The line has %(count)s characters; that is no record.") % {"count": f"{length:,}"})
                continue
            if not line.strip():
                continue
            record = _json_object(line.rstrip("\n"), number, report)
            if record is not None:
                yield Row(number, _json_cells(record, number, report, head))


def _json_cells(record: dict[str, Any], number: int, report: Report, head: _Head) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for given, value in record.items():
        name = head.key(given, report)
        if name is None:
            report.wrong(number, given[:60], _("There is no such key."))
        elif name in cells:
            report.wrong(number, given[:60], _("The key is there twice."))
        elif name:
            cells[name] = value
    return cells


def _json_object(line: str, number: int, report: Report) -> dict[str, Any] | None:
    if len(line) > LONGEST_CELL * 5:
        report.wrong(number, "", _("The line has %(count)s characters; that is no record.") % {"count": f"{len(line):,}"})
        return None
    if line.count("[") + line.count("{") > DEEPEST and _depth(line) > DEEPEST:
        report.wrong(number, "", _("The record is nested too deeply."))
        return None
    try:
        record = json.loads(line, object_pairs_hook=_pairs, parse_constant=_no_constant)
    except _TwiceError as error:
        report.wrong(number, str(error)[:60], _("The key is there twice."))
    except (ValueError, RecursionError) as error:
        report.wrong(number, "", _("The line is not a JSON record (%(reason)s).") % {"reason": str(error)[:100]})
    else:
        if isinstance(record, dict):
            return record
        report.wrong(number, "", _("The line is not a JSON record: a record stands in braces."))
    return None


class _TwiceError(ValueError):
    """A key stands twice in a JSON object."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _TwiceError(key)
        found[key] = value
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a value of JSON")


def _depth(line: str) -> int:
    """How deeply brackets are nested outside of strings."""
    deepest = depth = 0
    in_string = escaped = False
    for char in line:
        if in_string:
            in_string = escaped or char != '"'
            escaped = char == "\\" and not escaped
        elif char == '"':
            in_string = True
        elif char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def _csv_rows(path: Path, report: Report) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV file with their numbers; empty ones are counted and left out."""
    csv.field_size_limit(LARGEST + 1)  # whoever reads the cells knows in which column one is too long
    with path.open(encoding="utf-8-sig", newline=None) as file:
        number = 0
        try:
            for cells in csv.reader(file, strict=True):
                number += 1
                if any(cell.strip() for cell in cells):
                    yield number, cells
        except csv.Error as error:
            report.wrong(number + 1, "", _("From here on this is not CSV: %(reason)s.") % {"reason": error})


def _table(path: Path, report: Report, head: _Head, checked: bool) -> Iterator[Row]:
    if not checked and not _is_text(path, report):
        return
    names: list[str] | None = None
    for number, cells in _csv_rows(path, report):
        if report.is_full:
            return
        if names is None:
            names = head.read(cells, report, number)
            if names is None:
                return
        elif len(cells) != len(names):
            report.wrong(
                number,
                "",
                _("There are %(cells)s cells here and %(columns)s columns in the head. Put cells with commas in quotation marks.")
                % {"cells": len(cells), "columns": len(names)},
            )
        else:
            yield Row(number, {name: _bare(cell) for name, cell in zip(names, cells, strict=True) if name})


class Literal(str):
    """A text that a table says is a text, although it looks like a formula."""

    __slots__ = ()

    def __str__(self) -> str:
        return self


def _bare(cell: str) -> str:
    return Literal(cell[1:]) if _KEPT.match(cell) else cell


def _workbook(path: Path, report: Report, head: _Head, checked: bool) -> Iterator[Row]:
    raw = content_of(path, report)
    if raw is None:
        return
    names: list[str] | None = None
    for number, cells in workbook_rows(raw, report, columns=80, formulas=not checked):
        if names is None:
            names = head.read([str(cell if cell is not None else "") for cell in cells], report, number)
            if names is None:
                return
            if not checked and not _is_unmerged(raw, number, names, report):
                return
        elif len(cells) > len(names):
            report.wrong(number, "", _("There are cells to the right of the last column."))
        else:
            padded = cells + [None] * (len(names) - len(cells))
            yield Row(number, {name: _plain(cell, number, name, report) for name, cell in zip(names, padded, strict=True) if name})


def _is_unmerged(raw: bytes, head: int, names: list[str], report: Report) -> bool:
    """Whether no cells below the head are merged: of merged cells only the first holds the value, the others look empty."""
    fine, tail = True, b""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        sheets = sorted((name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)), key=lambda name: (len(name), name))
        if not sheets:
            return True
        with archive.open(sheets[0]) as file:
            while part := file.read(1 << 20):
                for match in _MERGED.finditer(tail + part):
                    first, last = int(match[2]), int(match[4])
                    column = _place_of(match[1].decode())
                    if last > head and column < len(names):
                        fine = False
                        told = {"cells": f"{match[1].decode()}{first}:{match[3].decode()}{last}"}
                        report.wrong(first, names[column], _("The cells %(cells)s are merged. Take that back, and write the value into each of them.") % told)
                tail = (tail + part)[-60:] if b"<mergeCell" not in (tail + part)[-60:] else b""
    return fine


def _place_of(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1


def _plain(cell: Any, row: int, column: str, report: Report) -> Any:
    """A workbook's cell as a table would have it."""
    if isinstance(cell, Unreadable):
        if cell.is_formula:
            report.wrong(row, column, _("%(value)s is a formula; put its value there instead.") % {"value": shorten(cell.text)})
        else:
            report.wrong(row, column, _("%(value)s is an error of the spreadsheet, not a value.") % {"value": shorten(cell.text)})
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


# ---- cells ----------------------------------------------------------------------------------------------------------


def clean(value: str, row: int, column: str, report: Report, *, lines: bool = False) -> str:
    """A text without what does not belong into one; what is dangerous is a problem, what is untidy is mended.

    lines: whether it may have several lines.
    """
    if len(value) > LONGEST_CELL:
        report.wrong(
            row, column, _("The text has %(count)s characters; at most %(most)s are taken.") % {"count": f"{len(value):,}", "most": f"{LONGEST_CELL:,}"}
        )
        return ""
    if value.isascii() and value.isprintable():
        tidy = value.strip() if lines else " ".join(value.split())
        return _untroubled(tidy, value, row, column, report)
    bad = _bad_character(value)
    if bad:
        report.wrong(row, column, _("The text holds the character U+%(code)s, which is not text.") % {"code": f"{ord(bad):04X}"})
        return ""
    tidy = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    tidy = "\n".join(part.rstrip() for part in tidy.split("\n")).strip() if lines else " ".join(tidy.split())
    return _untroubled(tidy, value, row, column, report)


# Escapes, half characters and marks that turn the writing direction of all that follows are never meant.
_NEVER_MEANT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202d\u202e\ufffe\uffff]")


def _bad_character(value: str) -> str:
    match = _NEVER_MEANT.search(value)
    return match[0] if match else ""


def _untroubled(tidy: str, value: str, row: int, column: str, report: Report) -> str:
    if _FORMULA.match(tidy) and not isinstance(value, Literal):
        report.wrong(row, column, _("%(value)s is a formula for spreadsheets, not a text; put a word before it.") % {"value": shorten(tidy)})
        return ""
    if tidy != value:
        report.mend(row, column, _("superfluous blanks removed"))
    return tidy
