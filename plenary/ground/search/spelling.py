"""Words that were probably meant: found among those of the index by the number of letters that differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from plenary.ground.search.analysis import WORD, fold
from plenary.ground.search.parse import Asked, Term

MOST_WORDS = 50_000  # of the index, the most frequent ones, among which others are looked for
MOST_ALIKE = 6  # spellings that are searched in place of a word
MOST_LOOKED_UP = 5  # words of a query
#: A word that the index has is only thought misspelt where a near one is so much more frequent.
MORE_FREQUENT = 10


def alike(asked: Asked, words: Mapping[str, int]) -> dict[str, list[str]]:
    """For each word that is not in the index, or hardly, the near ones: the nearest first, then the most frequent."""
    found: dict[str, list[str]] = {}
    for term in asked.terms:
        plain = fold(term.text)
        if len(found) == MOST_LOOKED_UP or not _may_be_misspelt(term, plain):
            continue
        own = words.get(plain, 0)
        near = process.extract(plain, words.keys(), scorer=OSA.distance, score_cutoff=2 if len(plain) >= 8 else 1, limit=50)
        ranked = sorted((distance, -words[word], word) for word, distance, _at in near if word != plain and words[word] >= own * MORE_FREQUENT)
        if ranked:
            found[term.text] = [word for _distance, _count, word in ranked[:MOST_ALIKE]]
    return found


def _may_be_misspelt(term: Term, plain: str) -> bool:
    return not (term.is_phrase or term.field or term.prefix) and len(plain) >= 4 and WORD.fullmatch(plain) is not None and not any(map(str.isdigit, plain))


def suggestion(asked: Asked, found: Mapping[str, Sequence[str]]) -> str:
    """The query with the nearest words in place of those that were probably misspelt; empty where there are none."""
    if not found:
        return ""
    groups = (" OR ".join(found[term.text][0] if term.text in found and not term.field else str(term) for term in group) for group in asked.groups)
    return " ".join([*groups, *(f"-{term}" for term in asked.excluded)])
