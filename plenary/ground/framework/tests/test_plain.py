"""Every section that any room registers: rows of all shapes that its type allows are written and read back the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from plenary.ground.framework.editions.checking import _csv_rows, _toml_rows
from plenary.ground.framework.editions.plain import to_csv, to_toml
from plenary.ground.framework.editions.sections import Section, sections
from plenary.ground.framework.files import Problems
from plenary.ground.framework.text import LANGUAGES, Text

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20).map(str.strip).filter(bool)
TEXTS = st.dictionaries(st.sampled_from(LANGUAGES), WORDS, max_size=3)
#: One of these fits whatever a field of text may ask for.
STRINGS = [
    "a-b",
    "x y; z",
    "17",
    "2031-05-12",
    "2031-05-12T10:00",
    "today+3",
    "Europe/Zurich",
    "https://example.org/?a=b",
    "office@example.org",
    "en",
    "C7-4",
    '"',
    "a.b",
    "prizes.submitted",
    "170",
    "CHF",
    "second_field",
]


def values(annotation: Any, metadata: tuple[Any, ...] = ()) -> st.SearchStrategy[Any]:
    """JSON values that a field of this type may hold, before validation."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return values(arguments[0], (*arguments[1:], *metadata))
    if annotation is Text:
        return TEXTS
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, UnionType):
        return st.one_of(*[values(each) for each in arguments if each is not type(None)])
    if origin in (list, tuple):
        return st.lists(values(arguments[0]), max_size=2)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return tables(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return st.sampled_from([each.value for each in annotation])
    if annotation is str:
        adapter = TypeAdapter(Annotated[(annotation, *metadata)] if metadata else annotation)
        return st.sampled_from([each for each in STRINGS if fits(adapter, each)] or STRINGS)
    days = st.dates(date(1990, 1, 1), date(2060, 1, 1)).map(date.isoformat)
    simple = {date: days, bool: st.booleans(), int: st.integers(0, 400), float: st.integers(0, 400), Decimal: st.integers(0, 400)}
    return simple.get(annotation, st.nothing())


def fits(adapter: TypeAdapter[Any], value: Any) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


def tables(model: type[BaseModel]) -> st.SearchStrategy[dict[str, Any]]:
    """Tables of a row type; fields that need not be given may be left out."""
    required = {name: values(info.annotation, tuple(info.metadata)) for name, info in model.model_fields.items() if info.is_required()}
    optional = {name: values(info.annotation, tuple(info.metadata)) for name, info in model.model_fields.items() if not info.is_required()}
    return st.fixed_dictionaries(required, optional={name: each for name, each in optional.items() if not each.is_empty})


@pytest.mark.parametrize("section", sections(), ids=lambda section: section.name)
def test_rows_of_every_section_are_written_and_read_back_the_same(section: Section[Any]) -> None:
    built = 0

    @given(tables(section.row))
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
    def round_trip(table: dict[str, Any]) -> None:
        nonlocal built
        try:
            row = section.row.model_validate(table)
        except ValidationError:
            assume(False)
        text, read = (to_csv(section, [row]), _csv_rows) if section.file.endswith(".csv") else (to_toml(section, [row]), _toml_rows)
        problems = Problems()
        ((found, _lines, _path, _line),) = read(section, text, section.file, problems)
        assert not problems
        assert section.row.model_validate(found) == row
        built += 1

    round_trip()
    assert built > 0
