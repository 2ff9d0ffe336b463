"""What an import has to say, whichever room it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from plenary.errors import Invalid
from plenary.ground.framework.files import BadFiles

#: More lines than this tell nothing new on a page.
SHOWN = 200
#: More than this are not kept for the table of them either.
KEPT = 5_000
_PLACE = re.compile(r"^(?:row|line|event|record)\s+(\d[\d,.]*)(?:\s*[,:]\s*(.*))?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one cell. row: as the sender counts, empty for the whole file."""

    row: str
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A value of a record that is here already. kept: it stays, since somebody has changed it here."""

    row: str
    record: str
    column: str
    before: str
    after: str
    kept: bool = False


@dataclass(slots=True)
class Outcome:
    """What was found, what would be or was done. figures: label and number, in the order in which they are shown."""

    rows: int = 0
    figures: list[tuple[str, int]] = field(default_factory=list)
    summary: list[str] = field(default_factory=list)
    mended: list[Remark] = field(default_factory=list)
    problems: list[Remark] = field(default_factory=list)
    more: int = 0  # problems that are not listed
    changes: list[Changed] = field(default_factory=list)
    more_changes: int = 0

    @property
    def shown_problems(self) -> list[Remark]:
        """Those that a page lists."""
        return self.problems[:SHOWN]

    def to_json(self) -> dict[str, Any]:
        """For keeping beside the file."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Outcome:
        """The reverse of ``to_json``."""
        return cls(
            rows=value["rows"],
            figures=[(label, number) for label, number in value["figures"]],
            summary=list(value["summary"]),
            mended=[Remark(**each) for each in value["mended"]],
            problems=[Remark(**each) for each in value["problems"]],
            more=value["more"],
            changes=[Changed(**each) for each in value.get("changes", ())],
            more_changes=value.get("more_changes", 0),
        )


def problems_of(error: Invalid) -> Outcome:
    """All problems by row and column; the keys of an ``Invalid`` read ``row 12, year`` where they name a place."""
    found: list[Remark] = []
    if isinstance(error, BadFiles):
        found = [Remark(str(each.line) if each.line else "", each.field, each.text) for each in error.found]
        return Outcome(problems=found[:KEPT], more=max(0, len(found) - KEPT))
    for place, sentences in error.problems.items():
        match = _PLACE.match(place)
        row, column = (match[1], match[2] or "") if match else ("", place)
        found += [Remark(row, column, sentence) for sentence in sentences]
    return Outcome(problems=found[:KEPT], more=max(0, len(found) - KEPT))


def remarks_of(remarks: Iterable[Any]) -> list[Remark]:
    """Remarks of a room's report (``row``, ``column``, ``text``); row 0 is the whole file."""
    return [Remark(str(each.row) if each.row else "", each.column, each.text) for each in remarks]
