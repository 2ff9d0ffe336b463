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


def _table(value: Any) -> dict[str, Any]:
    """The value as a table; what is absent or an empty list is an empty one."""
    if isinstance(value, _Listed):
        return value.items
    return value if isinstance(value, dict) else {}


def _merge(path: Path, last: Any, held: Any, database: Any, file: Any, conflicts: list[Difference]) -> tuple[Any, Any, Any]:
    """The merged value, the new ``last`` and the new ``held``."""
    if file == last:
        return database, last, held
    if database == held:
        return file, file, TAKEN
    if database == file:
        return database, file, TAKEN
    if _alike(database, file) and _alike(database, last, file) and _alike(database, held, file):
        return _merge_tables(path, last, held, database, file, conflicts)
    conflicts.append(Difference(path, _close(database), _close(file)))
    return database, last, held


def _alike(*values: Any) -> bool:
    """Whether all are tables, or all are lists by the same code; an empty list and what is absent go with any list.

    What stands on one side only is never merged into: it is taken, left or a conflict as a whole.
    """
    if all(isinstance(value, dict) or (value is ABSENT and len(values) > 2) for value in values):
        return True
    names = {value.name for value in values if isinstance(value, _Listed)}
    return len(names) == 1 and all(isinstance(value, _Listed) or value == [] or (value is ABSENT and len(values) > 2) for value in values)


def _merge_tables(path: Path, last: Any, held: Any, database: Any, file: Any, conflicts: list[Difference]) -> tuple[Any, Any, Any]:
    was, stood, stands, wanted = _table(last), _table(held), _table(database), _table(file)
    moved = [key for key in stands if key in stood] != [key for key in stood if key in stands]  # somebody put them in another order
    order = list(dict.fromkeys([*stands, *wanted, *was, *stood] if moved else [*wanted, *stands, *was, *stood]))
    merged: dict[str, tuple[Any, Any, Any]] = {}
    for key in order:
        parts = [table.get(key, ABSENT) for table in (was, stood, stands, wanted)]
        merged[key] = _merge((*path, key), parts[0], parts[1], parts[2], parts[3], conflicts)
    # An order that somebody changed must still look changed next time.
    orders = (order, [*was, *order] if moved else [*wanted, *order], [*stood, *order] if moved else order)
    results = [{key: merged[key][index] for key in keys if merged[key][index] is not ABSENT} for index, keys in enumerate(orders)]
    names = [value.name for value in (file, database) if isinstance(value, _Listed)]
    if names:
        return _Listed(names[0], results[0]), _Listed(names[0], results[1]), _Listed(names[0], results[2])
    return results[0], results[1], results[2]


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
