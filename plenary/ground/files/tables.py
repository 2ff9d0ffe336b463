"""Reading tables that somebody sends, CSV and Excel, for importing them. Whatever a file holds, the answer is a report.

Rows are numbered as the sender sees them, with the head as row 1. Which columns there may be and what stands in them is
the importer's business.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plenary.errors import Invalid

LARGEST = 60_000_000  # bytes
MOST_ROWS = 200_000
LONGEST_CELL = 100_000  # characters
#: More problems than this are counted but not told one by one: nobody reads them, and a wrong file may have millions.
TOLD = 200
#: One null character in as many others is a slip of the program that wrote the table.
_FEW = 10
_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"\x00\x00\xfe\xff": "UTF-32"}
#: How workbooks write signs that XML cannot hold (ECMA-376, ST_Xstring); Excel does so for every carriage return.
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one cell. row: 0 where it concerns the whole file."""

    row: int
    column: str
    text: str

    @property
    def place(self) -> str:
        """Where: ``row 12, year``."""
        return ", ".join(part for part in (_("row %(row)s") % {"row": self.row} if self.row else "", self.column) if part)

    def __str__(self) -> str:
        return f"{self.place}: {self.text}" if self.place else self.text


@dataclass(slots=True)
class Report:
    """What an import has to say: what is wrong, what was mended, what it did. most: how many problems are told one by one."""

    file: str
    rows: int = 0
    problems: list[Remark] = field(default_factory=list)
    more_problems: int = 0
    mended: list[Remark] = field(default_factory=list)
    more_mended: int = 0
    summary: list[str] = field(default_factory=list)
    most: int = TOLD

    def wrong(self, row: int, column: str, text: str) -> None:
        """Note a problem; nothing will be written."""
        if len(self.problems) < self.most:
            self.problems.append(Remark(row, column, text))
        else:
            self.more_problems += 1

    def mend(self, row: int, column: str, text: str) -> None:
        """Note what was put right without asking."""
        if len(self.mended) < TOLD:
            self.mended.append(Remark(row, column, text))
        else:
            self.more_mended += 1

    @property
    def is_full(self) -> bool:
        """Whether reading on would tell nothing new."""
        return len(self.problems) >= self.most and self.more_problems > 5000

    def stop(self) -> None:
        """Raises: Invalid with all problems by row and column, if there are any."""
        if not self.problems:
            return
        found: dict[str, list[str]] = {}
        for remark in self.problems:
            found.setdefault(remark.place, []).append(remark.text)
        if self.more_problems:
            found.setdefault("", []).append(_("There are %(count)s more problems like these.") % {"count": f"{self.more_problems:,}"})
        raise Invalid(found)

    def lines(self) -> list[str]:
        """The report in words, for the terminal and the desk."""
        told = [str(remark) for remark in self.mended]
        if self.more_mended:
            told.append(_("and %(count)s more of the kind") % {"count": f"{self.more_mended:,}"})
        read = ngettext("%(file)s: %(count)s row read.", "%(file)s: %(count)s rows read.", self.rows) % {"file": self.file, "count": f"{self.rows:,}"}
        return [read, *([_("Put right:"), *(f"  {line}" for line in told)] if told else []), *self.summary]


def shorten(value: object, length: int = 60) -> str:
    """A value in quotation marks, for messages."""
    text = str(value)
    return f"“{text[:length]}…”" if len(text) > length else f"“{text}”"


# ---- files ----------------------------------------------------------------------------------------------------------


def content_of(source: Path | IO[bytes], report: Report) -> bytes | None:
    """The bytes of a file, as far as it is of a size that can be read; None where it is not."""
    try:
        if isinstance(source, Path):
            with source.open("rb") as file:
                raw = file.read(LARGEST + 1)
        else:
            raw = source.read(LARGEST + 1)
    except OSError as error:
        report.wrong(0, "", _("The file cannot be read: %(reason)s.") % {"reason": error.strerror or error})
        return None
    if len(raw) > LARGEST:
        size = source.stat().st_size if isinstance(source, Path) else len(raw)
        report.wrong(0, "", _("The file has %(size)s bytes; send at most %(most)s at a time.") % {"size": f"{size:,}", "most": f"{LARGEST:,}"})
        return None
    return raw


def rows_expected(raw: bytes) -> int:
    """About how many rows a table has, for telling how far its reading is."""
    if not raw.startswith(b"PK\x03\x04"):
        return raw.count(b"\n")
    count = 0
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            sheet = archive.getinfo("xl/worksheets/sheet1.xml")
            with archive.open(sheet) as file:
                read = 0
                while (part := file.read(1_000_000)) and (read := read + len(part)) <= LARGEST * 3:
                    count += part.count(b"<row ")
    except Exception:  # noqa: BLE001 reading it will tell what is wrong
        return 0
    return count


def decoded(raw: bytes, report: Report, *, some_nulls: bool = False) -> str | None:
    """The text of a file in UTF-8, with or without byte order mark.

    some_nulls: whether a null character here and there is left to whoever reads the cells. In files that are no text there
    are many.
    """
    for mark, name in _BOMS.items():
        if raw.startswith(mark):
            report.wrong(1, "", _("The file is in %(encoding)s; save it as UTF-8.") % {"encoding": name})
            return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        report.wrong(
            line, "", _("The file is not in UTF-8 (byte 0x%(byte)s in line %(line)s); save it as UTF-8.") % {"byte": f"{raw[error.start]:02x}", "line": line}
        )
        return None
    nulls = text.count("\x00")
    if nulls and (not some_nulls or nulls * _FEW > len(text)):
        report.wrong(text[: text.index("\x00")].count("\n") + 1, "", _("The file holds null characters; it is not a text file."))
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


# ---- CSV ------------------------------------------------------------------------------------------------------------


def csv_rows(text: str, report: Report, *, delimiter: str = ",") -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV text with their numbers; empty ones are counted and left out.

    Cells may be as long as the file: whoever reads them knows in which column one is too long, and that the next row is fine.
    """
    csv.field_size_limit(LARGEST + 1)  # a file is no larger
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for cells in reader:
            number += 1
            if any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error as error:
        report.wrong(number + 1, "", _("From here on this is not CSV: %(reason)s.") % {"reason": error})


# ---- workbooks ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What stands in a cell that has no value of its own: a formula, or an error such as #N/A."""

    text: str
    is_formula: bool


def workbook_rows(raw: bytes, report: Report, *, columns: int, formulas: bool = False) -> Iterator[tuple[int, list[Any]]]:
    """The rows of a workbook's first sheet with their numbers, without empty cells at their end; empty rows are left out.

    columns: how many are looked at. formulas: whether a formula is given as such (``Unreadable``) instead of the value that
    the program which saved the file computed, if it did.
    """
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST * 3:
                report.wrong(0, "", _("The workbook unpacks to more than can be read; send it in parts."))
                return
        sheet = load_workbook(io.BytesIO(raw), read_only=True, data_only=not formulas).worksheets[0]
        sheet.reset_dimensions()  # programs write wrong ones
        rows = iter(sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=columns, values_only=not formulas))
    except Exception:  # noqa: BLE001 a broken workbook fails in a hundred ways, none of which says more than this
        report.wrong(0, "", _("The file is not a workbook that can be read; save it again as .xlsx, or as CSV."))
        return
    number = 0
    while True:
        number += 1
        try:
            found = next(rows, None)
        except Exception:  # noqa: BLE001 as above: the rows are parsed as they are taken
            report.wrong(number, "", _("The file is not a workbook that can be read; save it again as .xlsx, or as CSV."))
            return
        if found is None:
            return
        cells = [_value(cell) for cell in found] if formulas else [_unescaped(cell) for cell in found]
        last = next((position for position in range(len(cells), 0, -1) if cells[position - 1] is not None), 0)
        if last:
            yield number, cells[:last]


def _value(cell: Any) -> Any:
    if cell.data_type == "f":
        return Unreadable(str(cell.value), True)
    if cell.data_type == "e":
        return Unreadable(str(cell.value), False)
    return _unescaped(cell.value)


def _unescaped(value: Any) -> Any:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value) if isinstance(value, str) and "_x" in value else value
