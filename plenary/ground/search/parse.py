"""What a reader types, taken apart. Any string at all gives a result.

Words must all stand in a record, unless OR (or ``|``) stands between them. ``"a phrase"`` stands as it is written,
``-word`` must not stand, ``tele*`` is a beginning, and ``name:value`` looks in one part or facet. A name that nothing
knows is taken for a word, so a colon in ordinary text does no harm.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from plenary.ground.search.analysis import WORD, fold, normalise
from plenary.ground.search.notes import Note

LONGEST = 500  # characters looked at
MOST_TERMS = 20
LONGEST_TERM = 100
_PART = re.compile(
    r"""(?P<minus>-)?
    (?:(?P<name>[^\s":|()\-][^\s":|()]{0,40}):(?=\S))?
    (?: "(?P<phrase>[^"]*)(?P<closed>"?) | (?P<bar>\|) | (?P<word>[^\s"|]+) )""",
    re.VERBOSE,
)
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "「": '"', "」": '"', "–": "-", "−": "-", "：": ":"})


@dataclass(frozen=True, slots=True)
class Term:
    """One thing asked for. prefix: it was marked as a beginning by a star. field: where it must stand, empty for anywhere."""

    text: str
    is_phrase: bool = False
    prefix: bool = False
    field: str = ""

    def __str__(self) -> str:
        text = f'"{self.text}"' if self.is_phrase or (self.field and " " in self.text) else self.text
        return f"{self.field}:{text}{'*' if self.prefix else ''}" if self.field else f"{text}{'*' if self.prefix else ''}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A query taken apart: of each group one must stand, of the excluded none. prefix: the last word may be a beginning."""

    groups: list[tuple[Term, ...]] = field(default_factory=list)
    excluded: list[Term] = field(default_factory=list)
    prefix: str = ""
    notes: list[Note] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.groups or self.excluded)

    @property
    def terms(self) -> list[Term]:
        """All that is wanted."""
        return [term for group in self.groups for term in group]

    @property
    def wanted(self) -> list[str]:
        """The single words that are wanted anywhere."""
        return [term.text for term in self.terms if not term.is_phrase and not term.field]

    @property
    def phrases(self) -> list[str]:
        return [term.text for term in self.terms if term.is_phrase and not term.field]


def nothing_known(name: str) -> str:
    """Knows no field."""
    return ""


def taken_apart(text: str, known: Callable[[str], str] = nothing_known) -> Asked:
    """Take a query apart; what holds no letter or digit is passed over.

    known: gives the name of the field that a reader's (folded) name means, empty for none.
    """
    notes: list[Note] = []
    if len(text) > LONGEST:
        notes.append(Note("too_long", str(LONGEST)))
    text = normalise(text[:LONGEST].translate(_QUOTES))
    groups: list[list[Term]] = []
    excluded: list[Term] = []
    last: Term | None = None
    is_or = False
    count = 0
    for part in _PART.finditer(text):
        if part["bar"] or (part["word"] == "OR" and not part["minus"] and not part["name"]):
            is_or = bool(groups)
            continue
        if part["phrase"] is not None and not part["closed"]:
            notes.append(Note("open_quote"))
        term = _term(part, known, notes)
        if term is None:
            continue
        if count == MOST_TERMS:
            notes.append(Note("too_many", str(MOST_TERMS)))
            break
        count += 1
        if part["minus"]:
            excluded.append(term)
            last = None
        else:
            if is_or:
                groups[-1].append(term)
            else:
                groups.append([term])
            last = term
        is_or = False
    if not count and text.strip():
        notes.append(Note("nothing"))
    is_open = last is not None and not (last.is_phrase or last.field or last.prefix or text[-1:].isspace())
    return Asked([tuple(group) for group in groups], excluded, last.text if last is not None and is_open else "", notes)


def _term(part: re.Match[str], known: Callable[[str], str], notes: list[Note]) -> Term | None:
    is_phrase = part["phrase"] is not None
    found: str = part["phrase"] if is_phrase else part["word"]
    name = ""
    if part["name"]:
        name = known(fold(part["name"]).replace("-", "_"))
        if not name:
            if is_phrase:
                found = f"{part['name']} {found}"
            else:
                if part["name"].isalpha() and not found.startswith(("/", "\\")):
                    notes.append(Note("unknown_field", part["name"][:40]))
                found = f"{part['name']}:{found}"
    if not WORD.search(found):
        return None
    found = found.strip()[:LONGEST_TERM]
    prefix = not is_phrase and found.endswith("*")
    return Term(found.rstrip("*") if prefix else found, is_phrase, prefix, name)


_RANGE = re.compile(r"(?P<first>\d{1,4})?(?P<dots>\.\.)?(?P<last>\d{1,4})?$")


def years(text: str) -> tuple[int | None, int | None] | None:
    """``2015``, ``2015..2020``, ``2015..`` or ``..2020`` as first and last year; None where it is none of these."""
    match = _RANGE.match(text)
    if match is None or not (match["first"] or match["last"]):
        return None
    first = int(match["first"]) if match["first"] else None
    last = int(match["last"]) if match["last"] else None
    return (first, last) if match["dots"] else ((first, first) if last is None else None)
