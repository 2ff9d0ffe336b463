"""Two texts beside each other, with what only one of them says marked, word by word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

#: Words that are compared one by one, of all texts of a page together: comparing takes time that grows with their square.
LONGEST_COMPARED = 3000
_HAN = r"\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # each of these characters is a word
_WORD = re.compile(rf"\s+|[{_HAN}]|[^\s{_HAN}]+")

Marked = tuple[SafeString, SafeString]
_Pieces = list[tuple[str, str]]


def marked(before: str, after: str) -> Marked:
    """Both texts, with ``<del>`` and ``<ins>`` around what is not in the other."""
    return all_marked([(before, after)])[0]


def all_marked(pairs: Iterable[tuple[str, str]]) -> list[Marked]:
    """The same for all texts of a page. Where they are too long for that, what stands between beginning and end is marked as a whole."""
    found, left = [], LONGEST_COMPARED
    for before, after in pairs:
        one, other = _WORD.findall(before), _WORD.findall(after)
        first = _same(one, other)
        last = _same(one[first:][::-1], other[first:][::-1])
        middle = one[first : len(one) - last], other[first : len(other) - last]
        words = len(middle[0]) + len(middle[1])
        pieces = _compared(*middle) if words <= left else ([("del", "".join(middle[0]))], [("ins", "".join(middle[1]))])
        left -= words if words <= left else 0
        head, tail = [("span", "".join(one[:first]))], [("span", "".join(one[len(one) - last :]))]
        found.append((_tagged([*head, *pieces[0], *tail]), _tagged([*head, *pieces[1], *tail])))
    return found


def _same(one: list[str], other: list[str]) -> int:
    """How many words are the same at the beginning of both."""
    return next((place for place, (word, its) in enumerate(zip(one, other, strict=False)) if word != its), min(len(one), len(other)))


def _compared(one: list[str], other: list[str]) -> tuple[_Pieces, _Pieces]:
    left: _Pieces = []
    right: _Pieces = []
    for what, from_one, to_one, from_other, to_other in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        same = what == "equal"
        left.append(("span" if same else "del", "".join(one[from_one:to_one])))
        right.append(("span" if same else "ins", "".join(other[from_other:to_other])))
    return left, right


def _tagged(pieces: _Pieces) -> SafeString:
    return format_html_join("", "<{}>{}</{}>", ((tag, text, tag) for tag, text in pieces if text))
