"""The report as a document of no format: sections of blocks, in which every figure stands with its proof."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

COMPUTED, REPORTED = "computed", "reported"
MARKS = {COMPUTED: "●", REPORTED: "○"}


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a figure with its proof.

    proof: ``computed`` or ``reported``. path: where the records are, for computed ones; a path on the site.
    source, place, as_of: for reported ones, in the source's words. language: that of the value's words, where they are words.
    """

    text: str
    proof: str
    number: Decimal | None = None
    path: str = ""
    source: str = ""
    place: str = ""
    as_of: str = ""
    language: str = ""

    @property
    def mark(self) -> str:
        """The sign of the proof: a filled or a hollow circle."""
        return MARKS[self.proof]


@dataclass(frozen=True, slots=True)
class FigureView:
    """A figure as the report shows it; the first value is the one that running text and charts use."""

    edition: str
    code: str
    label: str
    definition: str
    unit: str
    path: str
    values: tuple[Value, ...]
    notes: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """Where its line in the annex is."""
        return "figure-" + f"{self.edition}-{self.code}".replace(".", "-").replace("_", "-").lower()

    @property
    def first(self) -> Value:
        """The value to show where there is place for one: what the earliest named source reported, else what is counted."""
        return next((value for value in self.values if value.proof == REPORTED), self.values[0])

    @property
    def others(self) -> tuple[Value, ...]:
        """The other values, shown side by side with the first."""
        first = self.first
        return tuple(value for value in self.values if value is not first)


@dataclass(frozen=True, slots=True)
class Words:
    """A run of text. language: where it differs from the report's. strong: stands out."""

    text: str
    language: str = ""
    strong: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A link: a path on the site or an address elsewhere."""

    text: str
    target: str


@dataclass(frozen=True, slots=True)
class Cite:
    """A figure in running text or in a table: the value with its mark, leading to the figure's line in the annex."""

    figure: FigureView
    value: Value


Inline = Words | Link | Cite
Line = tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    runs: Line
    kind: str = field(default="paragraph", init=False)


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of short points."""

    items: tuple[Line, ...]
    kind: str = field(default="bullets", init=False)


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures side by side, the number large."""

    figures: tuple[FigureView, ...]
    kind: str = field(default="figures", init=False)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: a figure of one kind of proof."""

    label: str
    figure: FigureView
    value: Value

    @property
    def number(self) -> Decimal:
        """How long the bar is."""
        return self.value.number or Decimal(0)

    @property
    def others(self) -> tuple[Value, ...]:
        """The figure's other values, which stand beside the bar in words."""
        return tuple(value for value in self.figure.values if value != self.value)


@dataclass(frozen=True, slots=True)
class Chart:
    """A distribution as bars, all of one kind of proof; the same values stand beside the bars in text.

    sample: a value whose source is that of all bars; None where they differ or are counted.
    """

    title: str
    bars: tuple[Bar, ...]
    unit: str
    proof: str
    sample: Value | None
    kind: str = field(default="chart", init=False)

    @property
    def most(self) -> Decimal:
        """The largest number, which fills a bar's whole width."""
        return max((bar.number for bar in self.bars), default=Decimal(1)) or Decimal(1)

    @property
    def alternative(self) -> str:
        """What the chart shows, in words."""
        return "; ".join(f"{bar.label}: {bar.value.text}" for bar in self.bars)


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a heading for each column; the first cell of a row is its heading. widths: shares of the width."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    widths: tuple[int, ...] = ()
    anchors: tuple[str, ...] = ()
    is_annex: bool = False
    kind: str = field(default="table", init=False)


Block = Paragraph | Bullets | Figures | Chart | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report under a title, with the parts below it."""

    anchor: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing under the title."""
        return not self.blocks and all(each.is_empty for each in self.sections)


def shown_in(section: Section) -> list[FigureView]:
    """Every figure that a section shows, in running text, tables and charts too."""
    found: list[FigureView] = []
    for block in section.blocks:
        if isinstance(block, Figures):
            found += block.figures
        elif isinstance(block, Chart):
            found += [bar.figure for bar in block.bars]
        else:
            lines = (
                [block.runs] if isinstance(block, Paragraph) else block.items if isinstance(block, Bullets) else [cell for row in block.rows for cell in row]
            )
            found += [run.figure for line in lines for run in line if isinstance(run, Cite)]
    return found + [figure for part in section.sections for figure in shown_in(part)]


@dataclass(frozen=True, slots=True)
class Document:
    """The whole report."""

    code: str
    edition: str
    language: str  # content code: en, ar, zh ...
    right_to_left: bool
    title: str
    subtitle: str
    publisher: str
    sections: tuple[Section, ...]
    figures: tuple[FigureView, ...]  # every figure, in the order of the annex
    sources: tuple[str, ...]  # numbered from one; the annex has them in full
    words: dict[str, str]  # fixed words that the renderers need, in the report's language

    def number_of(self, source: str) -> int:
        """The number under which the annex has a source."""
        return self.sources.index(source) + 1

    def told_by(self, value: Value) -> str:
        """Where a reported value stands, in few words: the place in its source, else the source itself."""
        told = f"“{value.place}”" if value.place else value.source
        return f"\u200e{told}\u200e" if self.right_to_left else told  # a source's words and their quotes run their own way

    def digest(self) -> str:
        """What the document says, as a short sum: the same sum, the same document."""
        return hashlib.sha256(json.dumps(dataclasses.asdict(self), sort_keys=True, default=str).encode()).hexdigest()

    def content(self) -> dict[str, Any]:
        """The figures as a snapshot keeps them."""
        return {
            "title": self.title,
            "figures": [
                {
                    "edition": figure.edition,
                    "code": figure.code,
                    "values": [dataclasses.asdict(value) | {"number": _text(value.number)} for value in figure.values],
                }
                for figure in self.figures
            ],
        }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number.normalize():f}"


#: Signs that no document may hold: controls, surrogates, and those that turn the direction of what follows.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]")


def cleaned(part: Any) -> Any:
    """The same document, or part of one, without signs that would break a format."""
    if isinstance(part, str):
        return _UNFIT.sub("", part)
    if isinstance(part, tuple):
        return tuple(cleaned(each) for each in part)
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        return dataclasses.replace(part, **{each.name: cleaned(getattr(part, each.name)) for each in dataclasses.fields(part) if each.init})
    return part


@dataclass(frozen=True, slots=True)
class Made:
    """A document with the instant from which it says what it says, and the address of the site it came from."""

    document: Document
    at: datetime
    at_words: str
    base_url: str

    def address(self, target: str) -> str:
        """The full address of a path on the site; an address elsewhere stays as it is."""
        return f"{self.base_url}{target}" if target.startswith("/") else target
