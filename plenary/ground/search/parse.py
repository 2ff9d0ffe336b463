"""What a reader types, taken apart: words, "phrases" and -exclusions. Any string at all gives a result."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from plenary.ground.search.analysis import WORD, normalise

LONGEST = 300  # characters looked at
MOST_TERMS = 12
_PART = re.compile(r'(?P<minus>-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "「": '"', "」": '"', "–": "-", "−": "-"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A query taken apart. prefix: the last word may be the beginning of one."""

    wanted: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    prefix: str = ""

    def __bool__(self) -> bool:
        return bool(self.wanted or self.phrases or self.excluded)


def taken_apart(text: str) -> Asked:
    """Take a query apart; what holds no letter or digit is passed over."""
    text = normalise(text[:LONGEST].translate(_QUOTES))
    wanted: list[str] = []
    phrases: list[str] = []
    excluded: list[str] = []
    last_is_word = False
    for part in _PART.finditer(text):
        found = part["phrase"] if part["phrase"] is not None else part["word"]
        if not WORD.search(found) or len(wanted) + len(phrases) + len(excluded) >= MOST_TERMS:
            continue
        last_is_word = part["word"] is not None and not part["minus"]
        (excluded if part["minus"] else wanted if part["word"] is not None else phrases).append(found.strip())
    complete = not last_is_word or not wanted or text[-1:].isspace()
    return Asked(wanted, phrases, excluded, "" if complete else wanted[-1])
