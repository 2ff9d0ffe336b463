"""Reading edition folders and telling everything that is wrong with them, before any of it is written."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from plenary.ground.framework.editions import records
from plenary.ground.framework.editions.locating import Lines, locate
from plenary.ground.framework.editions.plain import columns_of, from_cells, required_columns, values_of
from plenary.ground.framework.editions.sections import Row, Section, sections
from plenary.ground.framework.files import Problems, read_table, read_text, read_toml
from plenary.ground.framework.models import Concept

EDITION = "edition"
RECORDS = "records"
_PASSED_OVER = {"README.md"}


@dataclass(slots=True)
class FoundRow:
    """A row of a file, checked by itself."""

    row: Row
    values: dict[str, Any]
    file: str
    lines: Lines
    path: tuple[str | int, ...]  # in a CSV file: empty, and ``line`` says all
    line: int

    def line_of(self, path: tuple[str | int, ...]) -> int:
        """The line on which a part of the row stands."""
        return self.lines.of((*self.path, *path)) or self.line


@dataclass(slots=True)
class Folder:
    """An edition folder that was read."""

    path: Path
    name: str
    rows: dict[str, list[FoundRow]] = field(default_factory=dict)
    records: list[Path] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The edition's code, or an empty string where the folder does not say."""
        found = self.rows.get(EDITION) or []
        return str(found[0].row.key) if found else ""


def known_concepts() -> dict[str, set[str]]:
    """The codes of all concepts by scheme: the context in which rows are checked."""
    known: dict[str, set[str]] = defaultdict(set)
    for scheme, code in Concept.objects.values_list("scheme__code", "code"):
        known[scheme].add(code)
    return known


def edition_folders(paths: Sequence[Path]) -> list[Path]:
    """The edition folders that paths mean: each is one, or holds some."""
    found: list[Path] = []
    for path in paths:
        inner = [] if (path / "edition.toml").exists() else sorted(each.parent for each in path.glob("*/edition.toml"))
        found += inner or [path]
    return list(dict.fromkeys(each.resolve() for each in found))


def read_folders(paths: Sequence[Path], problems: Problems) -> list[Folder]:
    """Read and check edition folders; what is wrong goes to ``problems``, whatever could be read comes back."""
    known = known_concepts()
    folders = [_read_folder(path, known, problems) for path in edition_folders(paths)]
    first: dict[str, Folder] = {}
    for folder in folders:
        other = first.setdefault(folder.code, folder)
        if folder.code and other is not folder:
            where = folder.rows[EDITION][0]
            problems.add(where.file, where.line_of(("code",)), "code", f"the edition {folder.code} is in {other.name} too")
    return folders


def _read_folder(path: Path, known: Mapping[str, set[str]], problems: Problems) -> Folder:
    folder = Folder(path, path.name)
    if not path.is_dir():
        problems.add(folder.name, 0, "", "there is no such folder")
        return folder
    if not (path / "edition.toml").is_file():
        problems.add(f"{folder.name}/edition.toml", 0, "", "is missing")
    before = len(problems.found)
    by_file = {section.file: section for section in sections()}
    _check_names(folder, by_file, problems)
    for section in sections():
        if (path / section.file).is_file():
            folder.rows[section.name] = _read_section(folder, section, known, problems)
    if len(problems.found) == before:
        _check_together(folder, problems)
    return folder


def _check_names(folder: Folder, by_file: Mapping[str, Section[Any]], problems: Problems) -> None:
    for each in sorted(folder.path.iterdir()):
        name = each.name
        if name.startswith(".") or name in _PASSED_OVER or name in by_file or (name == RECORDS and each.is_dir()):
            continue
        problems.add(f"{folder.name}/{name}", 0, "", _unknown("file", name, list(by_file)))
    importers = records.importers()
    held = {each.name: each for each in sorted((folder.path / RECORDS).glob("*")) if not each.name.startswith(".") and each.name not in _PASSED_OVER}
    for name in held:
        if name not in importers:
            problems.add(f"{folder.name}/{RECORDS}/{name}", 0, "", _unknown("file of records", name, list(importers)))
    folder.records = [held[name] for name in importers if name in held]


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"there is no such {what}" + (f"; is {near[0]} meant?" if near else "")


def _read_section(folder: Folder, section: Section[Any], known: Mapping[str, set[str]], problems: Problems) -> list[FoundRow]:
    name = f"{folder.name}/{section.file}"
    text = read_text(folder.path / section.file, name, problems)
    if text is None:
        return []
    raw = _csv_rows(section, text, name, problems) if section.file.endswith(".csv") else _toml_rows(section, text, name, problems)
    found: list[FoundRow] = []
    first: dict[str, int] = {}
    for values, lines, path, line in raw:
        try:
            row = section.row.model_validate(values, context={"concepts": known})
        except ValidationError as error:
            _tell(error, section, name, lines, path, line, problems)
            continue
        except RecursionError:
            problems.add(name, line, "", "is nested too deeply")
            continue
        if row.key in first:
            problems.add(name, line, "code" if "code" in section.row.model_fields else "", f"{row.key[:80]!r} is there twice, first in line {first[row.key]}")
            continue
        first[row.key] = line
        found.append(FoundRow(row, values_of(row), name, lines, path, line))
    return found


RawRow = tuple[dict[str, Any], Lines, tuple[str | int, ...], int]


def _csv_rows(section: Section[Any], text: str, name: str, problems: Problems) -> list[RawRow]:
    table = read_table(text, name, problems, required=required_columns(section.row), allowed=columns_of(section.row))
    return [(from_cells(section.row, line.cells), Lines(), (), line.number) for line in table or ()]


def _toml_rows(section: Section[Any], text: str, name: str, problems: Problems) -> list[RawRow]:
    tables = read_toml(text, name, problems)
    if tables is None:
        return []
    lines = locate(text)
    for key in tables.keys() - {section.name}:
        problems.add(name, lines.of((key,)), key[:60], _unknown("table", key[:60], [section.name]))
    held = tables.get(section.name)
    if section.single:
        if isinstance(held, dict):
            return [(held, lines, (section.name,), lines.of((section.name,)))]
        problems.add(name, lines.of((section.name,)), section.name, f"is missing; write it as the table [{section.name}]")
        return []
    if held is None:
        return []
    if not isinstance(held, list) or not all(isinstance(each, dict) for each in held):
        problems.add(name, lines.of((section.name,)), section.name, f"is not a list of tables; write each as [[{section.name}]]")
        return []
    return [(each, lines, (section.name, index), lines.of((section.name, index))) for index, each in enumerate(held)]


def _tell(error: ValidationError, section: Section[Any], name: str, lines: Lines, path: tuple[str | int, ...], line: int, problems: Problems) -> None:
    for problem in error.errors(include_url=False, include_context=True, include_input=False):
        place = problem["loc"]
        shown = ".".join(str(part + 1) if isinstance(part, int) else part[:60] for part in place)
        problems.add(name, (lines.of((*path, *place)) if path else 0) or line, shown, _sentence(problem, section))


def _sentence(problem: Any, section: Section[Any]) -> str:
    """What pydantic found, in words for the one who wrote the file."""
    kind, context = problem["type"], problem.get("ctx") or {}
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        place = problem["loc"]
        return _unknown("key", str(place[-1])[:60], list(section.row.model_fields) if len(place) == 1 else [])
    if kind == "string_pattern_mismatch" and str(context.get("pattern", "")).startswith("^[a-z0-9]"):
        return "is not a short name: small letters, digits and hyphens"
    if kind == "value_error":
        return str(context.get("error", problem["msg"]))[:300]
    message = str(problem["msg"])[:300]
    return f"{message[:1].lower()}{message[1:]}"


def _check_together(folder: Folder, problems: Problems) -> None:
    """What only shows when rows stand beside each other."""
    rows = {name: [each.row for each in found] for name, found in folder.rows.items()}
    for section in sections():
        found = folder.rows.get(section.name)
        if not found:
            continue
        for index, name, sentence in section.check(rows[section.name], rows):
            problems.add(found[index].file, found[index].line_of((name,)), name, sentence)
