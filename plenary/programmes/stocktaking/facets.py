"""The filters of the list as they are shown: each with its values and how many entries stand behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from plenary.programmes.stocktaking.filters import Filter, Option, Selection, filters, options_of

#: Values that stand open; the others are shown on demand.
OPEN = 8


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

    @property
    def is_folded(self) -> bool:
        """Whether even its first values are shown on demand: of targets, which stand under their goals, unless some are in use."""
        return self.filter.name == "target" and not self.in_use

    @property
    def open(self) -> list[Choice]:
        """The values that are always to be seen: those chosen, and the most frequent of a long filter or the first of another."""
        if len(self.choices) <= OPEN + 2:
            return self.choices
        if not self.filter.is_long:
            return [choice for place, choice in enumerate(self.choices) if place < OPEN or choice.chosen]
        ranked = sorted(self.choices, key=lambda choice: (not choice.chosen, -choice.number))
        return [choice for place, choice in enumerate(ranked) if place < OPEN or choice.chosen]

    @property
    def folded(self) -> list[Choice]:
        """The values that are shown on demand, in their own order."""
        seen = {choice.option.code for choice in self.open}
        return [choice for choice in self.choices if choice.option.code not in seen]


def facets_of(selection: Selection, counts: Mapping[str, Mapping[str, int]]) -> list[Facet]:
    """All filters that are shown or in use, with the counts that the index gave: as many queries whatever there is to count."""
    shown = [each for each in filters() if each.shown or selection.values.get(each.name)]
    values = {each.name: set(selection.values.get(each.name, ())) for each in shown}
    options = options_of({each: counts.get(each.name, {}).keys() | values[each.name] for each in shown})
    return [
        Facet(each, [Choice(option, counts.get(each.name, {}).get(option.code, 0), option.code in values[each.name]) for option in options[each.name]])
        for each in shown
    ]
