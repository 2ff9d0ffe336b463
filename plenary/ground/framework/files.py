"""Reading data files so that every problem in them is told with file, line and field, all at once."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plenary.errors import Invalid

#: No file of concepts or of an edition comes near this; larger ones are refused before they are parsed.
LARGEST = 4_000_000
#: Keys of so many dotted parts only occur in files made to keep a parser busy.
_ENDLESS_KEY = re.compile(r"(?:[A-Za-z0-9_-]{1,40}[ \t]{0,9}\.[ \t]{0,9}){40}")
_NULL = re.compile(r"(?<!\\)(?:\\\\)*\\(?:u0000|U00000000)")  # databases cannot hold it


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong. line: 0 where it concerns the whole file."""

    file: str
    line: int
    field: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"

    @property
    def place(self) -> str:
        """Where it is: ``calls.toml, line 12, deadline``."""
        return ", ".join(part for part in (self.file, f"line {self.line}" if self.line else "", self.field) if part)


class BadFiles(Invalid):
    """Data files that cannot be loaded; ``found`` are all problems in the order of files and lines."""

    def __init__(self, found: Collection[Problem]) -> None:
        self.found = sorted(set(found))
        problems: dict[str, list[str]] = {}
        for problem in self.found:
            problems.setdefault(problem.place, []).append(problem.text)
        super().__init__(problems)


class Problems:
    """Collects problems until the whole of a folder has been read."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def __bool__(self) -> bool:
        return bool(self.found)

    def add(self, file: str, line: int, field: str, text: str) -> None:
        """Note a problem; reading goes on."""
        self.found.append(Problem(file, line, field, text))

    def stop(self) -> None:
        """Raises: BadFiles, if anything was found."""
        if self.found:
            raise BadFiles(self.found)


def read_text(path: Path, name: str, problems: Problems) -> str | None:
    """The text of a file in UTF-8, with or without byte order mark; None where it cannot be read."""
    try:
        size = path.stat().st_size
        if size > LARGEST:
            problems.add(name, 0, "", f"the file has {size:,} bytes; more than {LARGEST:,} are not read")
            return None
        raw = path.read_bytes()
    except OSError as error:
        problems.add(name, 0, "", f"the file cannot be read: {error.strerror}")
        return None
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        problems.add(name, 1, "", "the file is in UTF-16; save it as UTF-8")
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.add(name, raw[: error.start].count(b"\n") + 1, "", f"the file is not in UTF-8 (byte 0x{raw[error.start]:02x}); save it as UTF-8")
        return None
    if "\x00" in text:
        problems.add(name, text[: text.index("\x00")].count("\n") + 1, "", "the file holds a null character")
        return None
    return text


def read_toml(text: str, name: str, problems: Problems) -> dict[str, Any] | None:
    """The tables of a TOML text; None where it is not TOML."""
    endless = _ENDLESS_KEY.search(text)
    if endless:
        problems.add(name, text[: endless.start()].count("\n") + 1, "", "a key has too many parts")
        return None
    null = _NULL.search(text)
    if null:
        problems.add(name, text[: null.start()].count("\n") + 1, "", "the file holds a null character")
        return None
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        message, line = _split_position(str(error), text)
        problems.add(name, line, "", f"this is not TOML: {message}")
    except (RecursionError, ValueError, OverflowError):
        # Nesting too deep, or a number or date beyond what can be held: nothing that an edition needs.
        problems.add(name, 0, "", "this cannot be read: it is nested too deeply or holds an impossible value")
    return None


def _split_position(message: str, text: str) -> tuple[str, int]:
    match = re.search(r"^(.*) \(at (?:line (\d+), column \d+|end of document)\)$", message, re.DOTALL)
    if match is None:
        return message[:200], 0
    return match[1][:200], int(match[2]) if match[2] else text.count("\n") + 1


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table with the number of its line."""

    number: int
    cells: dict[str, str]


def read_table(text: str, name: str, problems: Problems, *, required: Collection[str] = (), allowed: re.Pattern[str] | None = None) -> list[Line] | None:
    """The rows of a CSV text by column name; None where not even the head can be read.

    required: columns that must be there. allowed: pattern of the names of all columns that may be there.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[Line] = []
    head: list[str] | None = None
    start = 1
    try:
        for cells in reader:
            number, start = start, reader.line_num + 1
            if not cells:
                continue
            if head is None:
                head = [cell.strip() for cell in cells]
                if not _head_holds(head, number, name, problems, required, allowed):
                    return None
            elif len(cells) != len(head):
                problems.add(name, number, "", f"there are {len(cells)} columns here and {len(head)} in the head")
            else:
                lines.append(Line(number, {column: cell.strip() for column, cell in zip(head, cells, strict=True)}))
    except csv.Error as error:
        problems.add(name, reader.line_num or 1, "", f"this is not CSV: {error}")
        return None
    if head is None:
        problems.add(name, 1, "", "the file is empty; its first line names the columns")
        return None
    return lines


def _head_holds(head: list[str], number: int, name: str, problems: Problems, required: Collection[str], allowed: re.Pattern[str] | None) -> bool:
    before = len(problems.found)
    for column in sorted({column for column in head if head.count(column) > 1}):
        problems.add(name, number, column[:60], "the column is there twice")
    for column in required:
        if column not in head:
            problems.add(name, number, column, "the column is missing")
    if allowed is not None:
        for column in head:
            if not allowed.fullmatch(column):
                problems.add(name, number, column[:60], "there is no such column")
    return len(problems.found) == before
