"""A look into a file before it is imported: its columns, what they probably are, and some of what stands in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from plenary.ground.files.tables import Report, shorten
from plenary.programmes.stocktaking.importing.columns import COLUMNS, PROJECT_KEYS, SEEN, STATE
from plenary.programmes.stocktaking.importing.mapping import Guess, guesses
from plenary.programmes.stocktaking.importing.reading import read_rows

#: Rows that are looked at, and how many of their values are shown.
_ROWS, _SAMPLES = 200, 3


@dataclass(slots=True)
class Column:
    """A column of somebody's file. guess: what it probably is. chosen: as what it is read; empty: left out."""

    name: str
    guess: Guess | None
    chosen: str = ""
    samples: list[str] = field(default_factory=list)

    @property
    def is_sure(self) -> bool:
        """Whether it need not be looked at."""
        return self.guess is not None and self.guess.sure and self.guess.column == self.chosen


def look_into(path: Path, mapping: Mapping[str, str] | None = None) -> list[Column]:
    """The columns of a file; none where it cannot be read (importing it says why). mapping: as what some of them are read."""
    samples: dict[str, list[str]] = {}
    report = Report(path.name)
    # Every name is a column here: it is the names that are asked for.
    for row in islice(read_rows(path, report, columns=[], required=[], also=lambda name: True, mapping=_Themselves()), _ROWS):
        for name, value in row.cells.items():
            found = samples.setdefault(name, [])
            if value not in (None, "", [], {}) and len(found) < _SAMPLES:
                text = shorten("; ".join(map(str, value)) if isinstance(value, list) else value)
                if text not in found:
                    found.append(text)
    known = [*COLUMNS, *PROJECT_KEYS, SEEN, STATE] if "id" in samples else [*COLUMNS, SEEN, STATE]
    guessed = guesses(list(samples), known)
    found_columns = []
    for name, texts in samples.items():
        guess = guessed[name]
        chosen = mapping[name] if mapping and name in mapping else guess.column if guess else ""
        found_columns.append(Column(name, guess, chosen, texts))
    return found_columns


class _Themselves(dict[str, str]):
    """The mapping that reads each column as itself."""

    def __contains__(self, name: object) -> bool:
        return True

    def __getitem__(self, name: str) -> str:
        return name


def mapping_of(path: Path, mapping: Mapping[str, str] | None = None) -> dict[str, str]:
    """How each column of a file would be read."""
    return {column.name: column.chosen for column in look_into(path, mapping)}
