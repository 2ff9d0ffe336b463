"""Sets: the collections, and the action lines with what stands below them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from plenary.ground.framework.models import Concept, Scheme
from plenary.ground.framework.text import Text
from plenary.programmes.stocktaking.models import Collection

COLLECTIONS = "collection"
ACTION_LINES = "action-lines"
#: How a scheme is called in the specification of a set.
_ROOT = {COLLECTIONS: "collection", ACTION_LINES: "action-line"}
#: What may stand between two colons of a specification.
PART = re.compile(r"^[A-Za-z0-9_.!~*'()-]+$")
SPEC = re.compile(r"^[A-Za-z0-9_.!~*'()-]+(:[A-Za-z0-9_.!~*'()-]+)*$")


@dataclass(frozen=True, slots=True)
class Set:
    """A set that can be harvested by itself. keys: the primary keys of all that it stands for, with what is below."""

    spec: str
    name: Text
    about: Text
    kind: str
    keys: tuple[int, ...]


class Sets:
    """All sets, in three statements."""

    def __init__(self) -> None:
        self._sets: dict[str, Set] = {}
        self._specs: dict[tuple[str, int], str] = {}
        self._read_collections()
        self._read_action_lines()

    def __len__(self) -> int:
        return len(self._sets)

    def all(self) -> list[Set]:
        """All sets, each before those below it."""
        return list(self._sets.values())

    def keys_of(self, spec: str) -> tuple[str, tuple[int, ...]]:
        """What a set is made of; nothing for one that does not exist."""
        found = self._sets.get(spec)
        return (found.kind, found.keys) if found else ("", ())

    def spec_of(self, kind: str, key: int) -> list[str]:
        """The set of a collection or an action line; none where its code cannot be part of a specification."""
        found = self._specs.get((kind, key))
        return [found] if found else []

    def _add(self, kind: str, key: int, spec: str, name: Text, about: Text, keys: tuple[int, ...]) -> None:
        self._sets[spec] = Set(spec, name, about, kind, keys)
        self._specs[kind, key] = spec

    def _read_collections(self) -> None:
        found = [each for each in Collection.objects.all() if PART.match(each.code)]
        if found:
            root = _ROOT[COLLECTIONS]
            self._sets[root] = Set(root, Text.of("Collections"), Text(), COLLECTIONS, tuple(each.pk for each in found))
        for each in found:
            self._add(COLLECTIONS, each.pk, f"{_ROOT[COLLECTIONS]}:{each.code}", each.name, each.summary, (each.pk,))

    def _read_action_lines(self) -> None:
        scheme = Scheme.objects.filter(code=ACTION_LINES).first()
        lines = [each for each in Concept.objects.filter(scheme=scheme).order_by("position", "code") if PART.match(each.code)] if scheme else []
        if not lines or scheme is None:
            return
        below: dict[int | None, list[Concept]] = {}
        known = {each.pk for each in lines}
        for each in lines:
            below.setdefault(each.parent_id if each.parent_id in known else None, []).append(each)

        def keys(line: Concept) -> tuple[int, ...]:
            return (line.pk, *(key for child in below.get(line.pk, []) for key in keys(child)))

        def add(line: Concept, above: str) -> None:
            spec = f"{above}:{line.code}"
            self._add(ACTION_LINES, line.pk, spec, line.label, line.definition, keys(line))
            for child in below.get(line.pk, []):
                add(child, spec)

        root = _ROOT[ACTION_LINES]
        self._sets[root] = Set(root, scheme.title, scheme.description, ACTION_LINES, tuple(each.pk for each in lines))
        for line in below.get(None, []):
            add(line, root)
