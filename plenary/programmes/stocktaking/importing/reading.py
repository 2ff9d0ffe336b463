"""Reading the rows of a file that somebody sends: JSON lines, CSV, Excel. Whatever it holds, the answer is a report.

Rows are numbered as the sender sees them: lines of a JSON file, rows of a table with the head as row 1.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from plenary.ground.files.tables import LONGEST_CELL, MOST_ROWS, Report, content_of, csv_rows, decoded, shorten, workbook_rows

DEEPEST = 6  # brackets within brackets
_FORMULA = re.compile(r"^(=|[+\-]\s*[\d(]|@\w+\s*\()")


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
) -> list[Row]:
    """All rows of a file as far as they can be read; what cannot is noted in the report.

    columns: those that may be there; silent: more of them, that the report does not offer. required: those that must be in the head of a table. aliases: other names of columns.
    """
    kind = path.suffix.lower()
    readers = {".jsonl": _json_lines, ".ndjson": _json_lines, ".json": _json_lines, ".csv": _table, ".xlsx": _workbook}
    if kind not in readers:
        report.wrong(0, "", _("%(file)s is not a file that can be imported: its name must end in .jsonl, .csv or .xlsx.") % {"file": path.name})
        return []
    raw = content_of(path, report)
    if raw is None:
        return []
    found: list[Row] = []
    for row in readers[kind](raw, report, _Head({*columns, *silent}, set(required), dict(aliases or {}), list(columns))):
        if len(found) >= MOST_ROWS:
            report.wrong(row.number, "", _("There are more than %(most)s rows; send the file in parts.") % {"most": f"{MOST_ROWS:,}"})
            break
        if report.is_full:
            break
        found.append(row)
    if not found and not report.problems:
        report.wrong(0, "", _("There are no records in the file."))
    report.rows = len(found)
    return found


@dataclass(frozen=True, slots=True)
class _Head:
    """Which columns a file may and must have."""

    columns: set[str]
    required: set[str]
    aliases: dict[str, str]
    told: list[str]

    def name(self, given: str) -> str:
        """A column's name as the importer knows it."""
        name = given.strip().lower().replace(" ", "_")
        return self.aliases.get(name, name)

    def read(self, given: list[str], report: Report, row: int) -> list[str] | None:
        """The columns of a table; None where they make no sense."""
        names = [self.name(cell) for cell in given]
        if len(names) == 1 and names[0] not in self.columns:
            for separator, words in ((";", _("semicolons")), ("\t", _("tabs")), ("|", _("upright strokes"))):
                if separator in given[0]:
                    report.wrong(row, "", _("The columns are separated by %(words)s here; save the file as CSV with commas.") % {"words": words})
                    return None
        for column in sorted({name for name in names if name and names.count(name) > 1}):
            report.wrong(row, column[:60], _("The column is there twice."))
        unknown = [name for name in names if name not in self.columns]
        for column in unknown:
            report.wrong(row, column[:60] or _("(no name)"), _("There is no such column."))
        if unknown:
            report.wrong(row, "", _("The columns that can be read are: %(columns)s.") % {"columns": ", ".join(self.told)})
        for column in sorted(self.required - set(names)):
            report.wrong(row, column, _("The column is missing."))
        return None if report.problems else names


def _json_lines(raw: bytes, report: Report, head: _Head) -> Iterator[Row]:
    text = decoded(raw, report)
    if text is None:
        return
    if text.lstrip()[:1] == "[":
        report.wrong(1, "", _("The file starts with a list. Write one record per line, each in braces, without a list around them."))
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if report.is_full:
            return
        if not line.strip():
            continue
        record = _json_object(line, number, report)
        if record is None:
            continue
        cells: dict[str, Any] = {}
        for given, value in record.items():
            name = head.name(given)
            if name not in head.columns:
                report.wrong(number, given[:60], _("There is no such key."))
            elif name in cells:
                report.wrong(number, given[:60], _("The key is there twice."))
            else:
                cells[name] = value
        yield Row(number, cells)


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


def _table(raw: bytes, report: Report, head: _Head) -> Iterator[Row]:
    text = decoded(raw, report)
    if text is None:
        return
    names: list[str] | None = None
    for number, cells in csv_rows(text, report):
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
            yield Row(number, dict(zip(names, cells, strict=True)))


def _workbook(raw: bytes, report: Report, head: _Head) -> Iterator[Row]:
    names: list[str] | None = None
    for number, cells in workbook_rows(raw, report, columns=60):
        if names is None:
            names = head.read([str(cell or "") for cell in cells], report, number)
            if names is None:
                return
        elif len(cells) > len(names):
            report.wrong(number, "", _("There are cells to the right of the last column."))
        else:
            padded = cells + [None] * (len(names) - len(cells))
            yield Row(number, {name: _plain(cell) for name, cell in zip(names, padded, strict=True)})


def _plain(cell: Any) -> Any:
    """A workbook's cell as a table would have it."""
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
    for char in value:
        # Escapes, half characters and marks that turn the writing direction of all that follows are never meant.
        if char not in "\n\t\r" and (unicodedata.category(char) in ("Cc", "Cs") or char in "\u202d\u202e\ufffe\uffff"):
            report.wrong(row, column, _("The text holds the character U+%(code)s, which is not text.") % {"code": f"{ord(char):04X}"})
            return ""
    tidy = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    tidy = "\n".join(part.rstrip() for part in tidy.split("\n")).strip() if lines else " ".join(tidy.split())
    if _FORMULA.match(tidy):
        report.wrong(row, column, _("%(value)s is a formula for spreadsheets, not a text; put a word before it.") % {"value": shorten(tidy)})
        return ""
    if tidy != value:
        report.mend(row, column, _("superfluous blanks removed"))
    return tidy
