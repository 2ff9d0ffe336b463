"""What the files of the open data are made of: tables of fields, each declared once.

The writers, the data dictionary, the description for programs and the page all follow these declarations, so that none
of them can say something else than the others.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plenary.engines.calls.exporting import harmless
from plenary.ground.framework.text import Text

#: Kinds of values, in words for the dictionary.
KINDS: Mapping[str, str | Promise] = {
    "string": _("text"),
    "integer": _("whole number"),
    "date": _("day, as 2026-11-24"),
    "datetime": _("instant in UTC, as 2026-11-24T09:30:00Z"),
    "text": _("text in one or several languages, with marks: which is the original, which a machine translated"),
    "codes": _("list of codes; in tables separated by semicolons"),
    "records": _("list of records; in tables as JSON"),
}
_PARQUET = {"string": "VARCHAR", "integer": "INTEGER", "date": "DATE", "datetime": "TIMESTAMPTZ", "codes": "VARCHAR[]"}
_TEXT = "STRUCT(original VARCHAR, texts MAP(VARCHAR, VARCHAR), machine VARCHAR[])"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a table. value: what it holds, of a row. parts: the fields of its records."""

    name: str
    kind: str
    description: str | Promise
    value: Callable[[Any], Any]
    parts: tuple[Field, ...] = field(default=())

    @property
    def columns(self) -> list[str]:
        """The columns that it has in a CSV file."""
        return [self.name, f"{self.name}_language", f"{self.name}_translations"] if self.kind == "text" else [self.name]

    @property
    def kind_in_words(self) -> str:
        """What its values are, in the language that is active."""
        return str(KINDS[self.kind])

    @property
    def parquet(self) -> str:
        """Its type in a Parquet file."""
        if self.kind == "text":
            return _TEXT
        if self.kind == "records":
            return "STRUCT(" + ", ".join(f'"{part.name}" {part.parquet}' for part in self.parts) + ")[]"
        return _PARQUET[self.kind]

    def plain(self, row: Any) -> Any:
        """The value as JSON has it; None where there is none."""
        value = self.value(row)
        if self.kind == "text":
            return plain_text(value)
        if self.kind == "codes":
            return list(value)
        if self.kind == "records":
            return [{part.name: part.plain(each) for part in self.parts} for each in value]
        if isinstance(value, datetime):
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return value.isoformat() if isinstance(value, date) else None if value == "" else value

    def cells(self, plain: Any) -> list[Any]:
        """The value in the columns of a CSV file. plain: as JSON has it."""
        if self.kind == "text":
            if plain is None:
                return ["", "", ""]
            others = {code: words for code, words in plain["texts"].items() if code != plain["original"]}
            return [harmless(plain["texts"].get(plain["original"], "")), plain["original"], dumped(others) if others else ""]
        if self.kind == "codes":
            return [harmless("; ".join(plain))]
        if self.kind == "records":
            return [dumped(plain) if plain else ""]
        return [harmless(plain) if isinstance(plain, str) else "" if plain is None else plain]


def plain_text(text: Text | None) -> dict[str, Any] | None:
    """A text as JSON has it."""
    if not text:
        return None
    texts = {code: words for code, words in text.texts.items() if words}
    return {"original": text.original, "texts": texts, "machine": sorted(text.machine & texts.keys())}


def dumped(value: Any) -> str:
    """A value as JSON in one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the open data. rows: all of them, a few at a time."""

    name: str
    title: str | Promise
    description: str | Promise
    fields: tuple[Field, ...]
    rows: Callable[[], Iterable[Any]]

    @property
    def columns(self) -> list[str]:
        """The columns of its CSV file."""
        return [column for each in self.fields for column in each.columns]


def plain_row(table: Table, row: Any) -> dict[str, Any]:
    """A row as JSON has it."""
    return {each.name: each.plain(row) for each in table.fields}


def cells(table: Table, plain: Mapping[str, Any]) -> list[Any]:
    """A row as a CSV file has it."""
    return [cell for each in table.fields for cell in each.cells(plain[each.name])]


def described(tables: Sequence[Table]) -> list[dict[str, str]]:
    """The data dictionary: one row for each field and each part of a field, in the language that is active."""
    found = []
    for table in tables:
        for each in table.fields:
            found.append(_described(table.name, each.name, each))
            found += [_described(table.name, f"{each.name}.{part.name}", part) for part in each.parts]
    return found


def _described(table: str, name: str, each: Field) -> dict[str, str]:
    is_part = "." in name
    return {
        "table": table,
        "field": name,
        "kind": each.kind,
        "values": each.kind_in_words,
        "csv_columns": "" if is_part else "; ".join(each.columns),
        "parquet_type": each.parquet,
        "description": str(each.description),
    }
