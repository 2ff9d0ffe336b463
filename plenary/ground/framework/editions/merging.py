"""Three-way merge of one record: what the file said last time, what the database holds, what the file says now.

Values are JSON. Tables are merged key by key and lists of tables that carry a code by that code; anything else is
one leaf. For each leaf: unchanged in the file, the database stays; unchanged in the database, the file is taken;
changed in both to the same, fine; changed in both to different values, a conflict, and the database stays.

Whether the database changed is seen by comparing with ``held``: how the record read right after it was last written.
That form may differ in spelling from the file's (``23:00`` and ``23:00:00``), so the two are never compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Path = tuple[str | int, ...]


class _Sign:
    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


ABSENT = _Sign("absent")
TAKEN = _Sign("taken")  # in ``held``: to be read again after writing


@dataclass(frozen=True, slots=True)
class Difference:
    """A leaf that changed in the file and in the database."""

    path: Path
    database: Any
    file: Any


@dataclass(slots=True)
class Merged:
    """values: what the record becomes. last, held: what to remember; see ``remember``."""

    values: Any
    last: Any
    held: Any
    conflicts: list[Difference] = field(default_factory=list)


def merge(*, last: Any, held: Any, database: Any, file: Any) -> Merged:
    """Merge one record. last, held: ABSENT where the record was not loaded from a file before."""
    conflicts: list[Difference] = []
    values, kept_last, kept_held = _merge((), _open(last), _open(held), _open(database), _open(file), conflicts)
    return Merged(_close(values), _close(kept_last), kept_held, conflicts)


def remember(merged: Merged, now: Any) -> tuple[Any, Any]:
    """What to keep for the next time (last, held), once the record has been written and reads as ``now``."""
    return merged.last, _close(_fill(merged.held, _open(now)))


@dataclass(slots=True, eq=False)
class _Listed:
    """A list of tables opened up by their codes; their order counts."""

    name: str
    items: dict[str, Any]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Listed) and self.name == other.name and list(self.items.items()) == list(other.items.items())

    __hash__ = None  # type: ignore[assignment]


def _open(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _open(each) for key, each in value.items()}
    if isinstance(value, list):
        for name in ("code", "slug", "key"):
            codes = [each.get(name) if isinstance(each, dict) else None for each in value]
            if codes and all(isinstance(code, str) for code in codes) and len(set(codes)) == len(codes):
                return _Listed(name, {each[name]: _open(each) for each in value})
    return value


def _close(value: Any) -> Any:
    if isinstance(value, _Listed):
        return [_close(each) for each in value.items.values()]
    if isinstance(value, dict):
        return {key: _close(each) for key, each in value.items() if each is not ABSENT}
    return value


def _table(value: Any) -> dict[str, Any] | None:
    """The value as a table, if it can be merged as one; what is absent or an empty list is an empty table."""
    if isinstance(value, _Listed):
        return value.items
    if isinstance(value, dict):
        return value
    return {} if value is ABSENT or value == [] else None


def _merge(path: Path, last: Any, held: Any, database: Any, file: Any, conflicts: list[Difference]) -> tuple[Any, Any, Any]:
    """The merged value, the new ``last`` and the new ``held``."""
    if file == last:
        return database, last, held
    if database == held:
        return file, file, TAKEN
    if database == file:
        return database, file, TAKEN
    tables = [_table(value) for value in (last, held, database, file)]
    if (
        any(isinstance(value, dict | _Listed) for value in (database, file))
        and all(table is not None for table in tables)
        and _one_kind(last, held, database, file)
    ):
        return _merge_tables(path, last, held, database, file, conflicts)
    conflicts.append(Difference(path, _close(database), _close(file)))
    return database, last, held


def _one_kind(*values: Any) -> bool:
    """Whether all are lists by the same code, or all are tables (or absent)."""
    names = {value.name for value in values if isinstance(value, _Listed)}
    return len(names) <= 1 and not (names and any(isinstance(value, dict) for value in values))


def _merge_tables(path: Path, last: Any, held: Any, database: Any, file: Any, conflicts: list[Difference]) -> tuple[Any, Any, Any]:
    tables = [_table(value) or {} for value in (last, held, database, file)]
    order = _order(*tables)
    merged: list[dict[str, Any]] = [{}, {}, {}]
    for key in order:
        was, stood, stands, wanted = (table.get(key, ABSENT) for table in tables)
        parts = _merge((*path, key), was, stood, stands, wanted, conflicts)
        for result, part in zip(merged, parts, strict=True):
            if part is not ABSENT:
                result[key] = part
    names = [value.name for value in (file, database) if isinstance(value, _Listed)]
    if names:
        return _Listed(names[0], merged[0]), _Listed(names[0], merged[1]), _Listed(names[0], merged[2])
    return merged[0], merged[1], merged[2]


def _order(last: dict[str, Any], held: dict[str, Any], database: dict[str, Any], file: dict[str, Any]) -> list[str]:
    """The file's order of keys, unless somebody reordered them in the database."""
    leading, following = (file, database) if list(database) == list(held) else (database, file)
    return list(dict.fromkeys([*leading, *following, *last, *held]))


def _fill(held: Any, now: Any) -> Any:
    if held is TAKEN:
        return now
    if isinstance(held, _Listed):
        there = now.items if isinstance(now, _Listed) else {}
        return _Listed(held.name, {key: filled for key, each in held.items.items() if (filled := _fill(each, there.get(key, ABSENT))) is not ABSENT})
    if isinstance(held, dict):
        there = now if isinstance(now, dict) else {}
        return {key: filled for key, each in held.items() if (filled := _fill(each, there.get(key, ABSENT))) is not ABSENT}
    return held
