"""Rows as data files write them: TOML tables without what is default, CSV lines with a column for each language."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import tomli_w
from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from plenary.ground.framework.editions.sections import Row, Section
from plenary.ground.framework.text import LANGUAGES, Text

_LANGUAGE = r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"


def values_of(row: Row) -> dict[str, Any]:
    """All values of a row as JSON, defaults included: what is merged and remembered."""
    return row.model_dump(mode="json")


def defaults_of(model: type[Row]) -> dict[str, Any]:
    """The values of fields that a row need not give, as JSON."""
    fields = {name: info for name, info in model.model_fields.items() if not info.is_required()}
    return {name: _json(info.get_default(call_default_factory=True)) for name, info in fields.items()}


def _json(value: Any) -> Any:
    return value.to_plain() if isinstance(value, Text) else to_jsonable_python(value)


# ---- TOML -----------------------------------------------------------------------------------------------------------


def to_toml(section: Section[Any], rows: Sequence[Row]) -> str:
    """The canonical file of a section: fields in the order of the row type, without those that have their default."""
    tables = [_table(row) for row in rows]
    return tomli_w.dumps({section.name: tables[0] if section.single else tables}, multiline_strings=True)


def _table(row: BaseModel) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for name, info in type(row).model_fields.items():
        value = getattr(row, name)
        # A literal with one value says of what type a table is, and so stays although it is the default.
        is_tag = get_origin(info.annotation) is Literal and len(get_args(info.annotation)) == 1
        if value is None or info.exclude or (not info.is_required() and not is_tag and value == info.get_default(call_default_factory=True)):
            continue
        table[info.alias or name] = _plain(value)
    return table


def _plain(value: Any) -> Any:
    if isinstance(value, Text):
        tables = value.to_plain()
        return tables.get("en", "") if set(tables) <= {"en"} else tables
    if isinstance(value, BaseModel):
        return _table(value)
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items() if each is not None}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, set | frozenset):
        return sorted(_plain(each) for each in value)
    return value if isinstance(value, str | bool | int | float) else to_jsonable_python(value)


# ---- CSV ------------------------------------------------------------------------------------------------------------


def _holds(info: FieldInfo, wanted: type) -> bool:
    """Whether a field holds the type, possibly among others."""
    return _mentions(info.annotation, wanted)


def _mentions(annotation: Any, wanted: type) -> bool:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _mentions(get_args(annotation)[0], wanted)
    if origin in (Union, UnionType):
        return any(_mentions(each, wanted) for each in get_args(annotation))
    return annotation is wanted or origin is wanted


def columns_of(model: type[Row]) -> re.Pattern[str]:
    """The names of all columns that a CSV file of the row type may have."""
    names = []
    for name, info in model.model_fields.items():
        names.append(rf"{re.escape(name)}(?:_(?:{_LANGUAGE}|original|machine))?" if _holds(info, Text) else re.escape(name))
    return re.compile("|".join(names))


def required_columns(model: type[Row]) -> list[str]:
    """Columns that every file of the row type must have."""
    return [name for name, info in model.model_fields.items() if info.is_required() and not _holds(info, Text)]


def from_cells(model: type[Row], cells: dict[str, str]) -> dict[str, Any]:
    """The values of a CSV line; an empty cell counts as not given, and lists are separated by semicolons."""
    values: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        cell = cells.get(name, "")
        if _holds(info, Text):
            values.update(_text_from_cells(name, cells))
        elif cell and (_holds(info, list) or _holds(info, tuple)):
            values[name] = [part.strip() for part in cell.split(";") if part.strip()]
        elif cell:
            values[name] = cell
    return values


def _text_from_cells(name: str, cells: dict[str, str]) -> dict[str, Any]:
    text: dict[str, Any] = {column[len(name) + 1 :]: cell for column, cell in cells.items() if cell and re.fullmatch(rf"{re.escape(name)}_{_LANGUAGE}", column)}
    if cells.get(name):
        text.setdefault("en", cells[name])
    if not text:
        return {}
    if cells.get(f"{name}_original"):
        text["original"] = cells[f"{name}_original"]
    if cells.get(f"{name}_machine"):
        text["machine"] = [part.strip() for part in cells[f"{name}_machine"].split(";") if part.strip()]
    return {name: text}


def to_csv(section: Section[Any], rows: Sequence[Row]) -> str:
    """The canonical file of a section: a column for each field, and for texts one for each language that is used."""
    lines = [{column: cell for name in section.row.model_fields for column, cell in _cells(name, getattr(row, name)).items()} for row in rows]
    used = {column for line in lines for column in line}
    columns: list[str] = []
    for name, info in section.row.model_fields.items():
        if _holds(info, Text):
            in_languages = [
                column
                for column in used
                if re.fullmatch(rf"{re.escape(name)}_(?:{_LANGUAGE}|original|machine)", column) and column not in section.row.model_fields
            ]
            columns += sorted(in_languages, key=lambda column: _language_order(column[len(name) + 1 :]))
        else:
            columns.append(name)
    written = io.StringIO()
    writer = csv.DictWriter(written, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return written.getvalue()


def _language_order(tag: str) -> tuple[int, str]:
    last = {"original": 98, "machine": 99}
    return (LANGUAGES.index(tag) if tag in LANGUAGES else last.get(tag, 50), tag)


def _cells(name: str, value: Any) -> dict[str, str]:
    if isinstance(value, Text):
        plain = value.to_plain()
        return {f"{name}_{key}": ";".join(each) if isinstance(each, list) else each for key, each in plain.items()}
    if value is None:
        return {name: ""}
    if isinstance(value, bool):
        return {name: "true" if value else "false"}
    if isinstance(value, list | tuple):
        return {name: ";".join(str(each) for each in value)}
    return {name: str(TypeAdapter(type(value)).dump_python(value, mode="json"))}
