"""The data files of the concept schemes: read and checked as a whole, before any of it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from plenary.ground.framework.files import Line, Problems, read_table, read_text, read_toml
from plenary.ground.framework.text import LANGUAGES, Text

_TAGS = "|".join(LANGUAGES)
_CONCEPT_COLUMNS = re.compile(rf"code|parent|(?:label|definition)_(?:{_TAGS})|aliases|retired_on|x_[a-z0-9_]+")
_MEMBERSHIP_COLUMNS = re.compile(r"member_scheme|member|group_scheme|group|since|until|note|reference")
_MAPPING_COLUMNS = re.compile(rf"source_scheme|source|target_scheme|target|kind|since|until|note|rationale_(?:{_TAGS})|reference")
_SCHEME_KEYS = {"code", "title", "description", "file", "source", "licence", "address", "parents"}
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")

Place = tuple[str, str]  # code of the scheme, code of the concept


@dataclass(slots=True)
class SchemeData:
    """A scheme as its files say; ``parents`` is the scheme that its concepts' parents are in."""

    code: str
    title: Text
    description: Text
    address: str
    source: str
    licence: str
    position: int
    parents: str
    concepts: dict[str, ConceptData] = field(default_factory=dict)


@dataclass(slots=True)
class ConceptData:
    """A concept as its line says."""

    code: str
    parent: str
    position: int
    label: Text
    definition: Text
    aliases: list[str]
    facts: dict[str, str]
    retired_on: date | None
    line: int


@dataclass(slots=True)
class LinkData:
    """A membership (``kind`` empty) or a mapping."""

    source: Place
    target: Place
    kind: str
    since: date | None
    until: date | None
    note: str
    rationale: Text
    reference: str


@dataclass(slots=True)
class ConceptFiles:
    """All that the folder holds."""

    schemes: dict[str, SchemeData] = field(default_factory=dict)
    memberships: list[LinkData] = field(default_factory=list)
    mappings: list[LinkData] = field(default_factory=list)


def read_concept_files(folder: Path) -> ConceptFiles:
    """Read schemes.toml, the schemes' tables, memberships.csv and mappings/*.csv.

    Raises: BadFiles with every problem of every file.
    """
    problems = Problems()
    found = ConceptFiles()
    text = read_text(folder / "schemes.toml", "schemes.toml", problems)
    tables = read_toml(text, "schemes.toml", problems) if text is not None else None
    if tables is not None and text is not None:
        heads = [number for number, line in enumerate(text.splitlines(), 1) if line.strip() == "[[scheme]]"]
        _read_schemes(folder, tables, heads, found, problems)
    problems.stop()
    _check_parents(found, problems)
    if (folder / "memberships.csv").exists():
        found.memberships = _read_links(folder, "memberships.csv", found, problems, kinds=False)
    for path in sorted((folder / "mappings").glob("*.csv")):
        found.mappings += _read_links(folder, f"mappings/{path.name}", found, problems, kinds=True)
    problems.stop()
    return found


def _read_schemes(folder: Path, tables: dict[str, Any], heads: list[int], found: ConceptFiles, problems: Problems) -> None:
    name = "schemes.toml"
    for key in tables.keys() - {"scheme"}:
        problems.add(name, 0, key[:60], "there is no such table")
    listed = tables.get("scheme")
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        problems.add(name, 0, "scheme", "schemes are written as [[scheme]] tables")
        return
    for position, table in enumerate(listed):
        line = heads[position] if position < len(heads) else 0
        for key in table.keys() - _SCHEME_KEYS:
            problems.add(name, line, key[:60], "there is no such key")
        missing = [key for key in ("code", "title", "file") if not table.get(key)]
        for key in missing:
            problems.add(name, line, key, "is missing")
        wrong = [key for key in ("code", "file", "source", "licence", "address", "parents") if not isinstance(table.get(key, ""), str)]
        wrong += [key for key in ("title", "description") if not _is_text(table.get(key, ""))]
        for key in wrong:
            problems.add(name, line, key, "is not a text")
        if missing or wrong:
            continue
        code = table["code"]
        if code in found.schemes:
            problems.add(name, line, "code", f"the scheme {code} is there twice")
            continue
        scheme = SchemeData(
            code=code,
            title=Text.from_plain(table["title"]),
            description=Text.from_plain(table.get("description", "")),
            address=table.get("address", ""),
            source=table.get("source", ""),
            licence=table.get("licence", ""),
            position=position,
            parents=table.get("parents", code),
        )
        found.schemes[code] = scheme
        _read_concepts(folder, table["file"], scheme, problems)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, dict) and all(isinstance(key, str) and isinstance(text, str) for key, text in value.items()))


def _read_concepts(folder: Path, name: str, scheme: SchemeData, problems: Problems) -> None:
    text = read_text(folder / name, name, problems)
    lines = read_table(text, name, problems, required=["code", "label_en"], allowed=_CONCEPT_COLUMNS) if text is not None else None
    for position, line in enumerate(lines or ()):
        cells = line.cells
        code = cells["code"]
        if not _CODE.fullmatch(code):
            problems.add(name, line.number, "code", f"{code[:60]!r} is not a code: letters, digits, dot and hyphen, at most 60")
            continue
        if code in scheme.concepts:
            problems.add(name, line.number, "code", f"{code} is there twice, first in line {scheme.concepts[code].line}")
            continue
        if not cells["label_en"]:
            problems.add(name, line.number, "label_en", "is missing")
        scheme.concepts[code] = ConceptData(
            code=code,
            parent=cells.get("parent", ""),
            position=position,
            label=_text(cells, "label"),
            definition=_text(cells, "definition"),
            aliases=[alias.strip() for alias in cells.get("aliases", "").split(";") if alias.strip()],
            facts={column[2:]: cell for column, cell in cells.items() if column.startswith("x_") and cell},
            retired_on=_day(line, "retired_on", name, problems),
            line=line.number,
        )


def _text(cells: dict[str, str], stem: str) -> Text:
    return Text.from_plain({language: cells.get(f"{stem}_{language}", "") for language in LANGUAGES})


def _day(line: Line, column: str, name: str, problems: Problems) -> date | None:
    cell = line.cells.get(column, "")
    try:
        return date.fromisoformat(cell) if cell else None
    except ValueError:
        problems.add(name, line.number, column, f"{cell[:40]!r} is not a day; write 2021-01-25")
        return None


def _check_parents(found: ConceptFiles, problems: Problems) -> None:
    for scheme in found.schemes.values():
        name = f"scheme {scheme.code}"
        above = found.schemes.get(scheme.parents)
        if above is None:
            problems.add("schemes.toml", 0, "parents", f"there is no scheme {scheme.parents[:60]!r}")
            continue
        for concept in scheme.concepts.values():
            if concept.parent and concept.parent not in above.concepts:
                problems.add(name, concept.line, "parent", f"{concept.parent[:60]!r} is not a concept of the scheme {above.code}")
        if above is scheme:
            _check_circles(scheme, name, problems)


def _check_circles(scheme: SchemeData, name: str, problems: Problems) -> None:
    for concept in scheme.concepts.values():
        seen = {concept.code}
        above = scheme.concepts.get(concept.parent)
        while above is not None and above.code not in seen:
            seen.add(above.code)
            above = scheme.concepts.get(above.parent)
        if above is not None:
            problems.add(name, concept.line, "parent", f"{concept.code} is above itself")


def _read_links(folder: Path, name: str, found: ConceptFiles, problems: Problems, *, kinds: bool) -> list[LinkData]:
    first, second = ("source", "target") if kinds else ("member", "group")
    required = [f"{first}_scheme", first, f"{second}_scheme", second, *(["kind"] if kinds else [])]
    text = read_text(folder / name, name, problems)
    lines = read_table(text, name, problems, required=required, allowed=_MAPPING_COLUMNS if kinds else _MEMBERSHIP_COLUMNS) if text is not None else None
    links: list[LinkData] = []
    seen: dict[tuple[Place, Place, str, date | None], int] = {}
    for line in lines or ():
        cells = line.cells
        ends: list[Place] = []
        for column in (first, second):
            place = (cells[f"{column}_scheme"], cells[column])
            scheme = found.schemes.get(place[0])
            if scheme is None:
                problems.add(name, line.number, f"{column}_scheme", f"there is no scheme {place[0][:60]!r}")
            elif place[1] not in scheme.concepts:
                problems.add(name, line.number, column, f"{place[1][:60]!r} is not a concept of the scheme {place[0]}")
            ends.append(place)
        if kinds and not cells["kind"]:
            problems.add(name, line.number, "kind", "is missing")
        link = LinkData(
            source=ends[0],
            target=ends[1],
            kind=cells.get("kind", ""),
            since=_day(line, "since", name, problems),
            until=_day(line, "until", name, problems),
            note=cells.get("note", ""),
            rationale=_text(cells, "rationale"),
            reference=cells.get("reference", ""),
        )
        if link.since and link.until and link.until <= link.since:
            problems.add(name, line.number, "until", "does not come after `since`; it is the first day that no longer counts")
        key = (link.source, link.target, link.kind, link.since)
        if key in seen:
            problems.add(name, line.number, first, f"the same link stands in line {seen[key]}")
        seen[key] = line.number
        links.append(link)
    return links
