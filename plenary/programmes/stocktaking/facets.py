"""Counting the values of the filters, under all other filters, at once.

For each value of a filter one number holds a bit for every public entry. Counting is then an "and" and a count of bits,
which takes microseconds for tens of thousands of entries, where grouping them in the database takes seconds. The table
is made again when the trail shows that anything has changed, since every action leaves a record there.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from plenary.ground.audit.models import TrailRecord
from plenary.programmes.stocktaking.filters import Filter, Option, Selection, filters
from plenary.programmes.stocktaking.queries import public_entries, select


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a filter as it stands in the list's form."""

    option: Option
    number: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter with its values and how many entries stand behind each, under all other filters."""

    filter: Filter
    choices: list[Choice]

    @property
    def in_use(self) -> bool:
        return any(choice.chosen for choice in self.choices)


def facets(selection: Selection) -> list[Facet]:
    """All filters with the counts of their values among public entries.

    The number of queries depends on the filters there are, never on the entries.
    """
    table = _current()
    shown = [each for each in filters() if each.shown or selection.values.get(each.name)]
    base = table.beside_facets(selection)
    chosen = {each.name: table.any_of(each.name, selection.values[each.name]) for each in shown if each.shown and selection.values.get(each.name)}
    found = []
    for each in shown:
        values = set(selection.values.get(each.name, ()))
        under = base
        for name, entries in chosen.items():
            if name != each.name:
                under &= entries
        counts = {code: number for code, entries in table.values.get(each.name, {}).items() if (number := (entries & under).bit_count())}
        options = each.options(counts.keys() | values)
        found.append(Facet(each, [Choice(option, counts.get(option.code, 0), option.code in values) for option in options]))
    return found


class Table:
    """The public entries behind each value of each filter, as bits."""

    def __init__(self) -> None:
        self.places = {key: place for place, key in enumerate(public_entries().order_by("pk").values_list("pk", flat=True))}
        self.all = (1 << len(self.places)) - 1
        self.values: dict[str, dict[str, int]] = {}
        for each in filters():
            places: dict[str, list[int]] = {}
            for code, key in each.pairs() if each.shown else ():
                place = self.places.get(key)
                if place is not None:
                    places.setdefault(code, []).append(place)
            self.values[each.name] = {code: self._bits(given) for code, given in places.items()}

    def _bits(self, places: list[int]) -> int:
        found = bytearray(len(self.places) // 8 + 1)
        for place in places:
            found[place >> 3] |= 1 << (place & 7)
        return int.from_bytes(found, "little")

    def any_of(self, name: str, codes: Sequence[str]) -> int:
        """The entries behind any of the values."""
        found = 0
        for code in codes:
            found |= self.values[name].get(code, 0)
        return found

    def beside_facets(self, selection: Selection) -> int:
        """The entries that fit what is asked for beside the facets: words, editions, an organisation."""
        hidden = {each.name: selection.values[each.name] for each in filters() if not each.shown and selection.values.get(each.name)}
        rest = Selection(q=selection.q, values=hidden, edition=selection.edition, until=selection.until)
        if rest.is_everything:
            return self.all
        keys = select(public_entries(), rest).order_by().values_list("pk", flat=True)
        return self._bits([self.places[key] for key in keys if key in self.places])


_lock = threading.Lock()
_kept: tuple[Hashable, Table] | None = None


def _stamp() -> Hashable:
    """Differs whenever anything was changed. Region memberships change by the day too.

    The last hundred, not only the last: a transaction may take its number early and commit late.
    """
    latest = tuple(TrailRecord.objects.order_by("-pk").values_list("pk", "at")[:100])
    return timezone.localdate(), len(filters()), latest


def _current() -> Table:
    global _kept
    stamp = _stamp()
    with _lock:
        if _kept is None or _kept[0] != stamp:
            _kept = (stamp, Table())
        return _kept[1]
