"""The words of a text that may say what it is about: stemmed as the search index does it, each with how it was written."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from plenary.ground.search.analysis import WORD, analyzers, cut_chinese, fold, language_field, normalise

DATA = Path(__file__).parent / "data"
#: Of a text only so much is looked at.
LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Term:
    """One word, or two that stand together. stem: what is compared. word: as it was written."""

    stem: str
    word: str


@cache
def function_words(language: str) -> frozenset[str]:
    """Words of a language that say nothing about the subject, folded."""
    return frozenset(tomllib.loads((DATA / "function_words.toml").read_text(encoding="utf-8")).get(language, "").split())


def terms_of(text: str, language: str) -> list[Term]:
    """The words of a text in a language and, after them, the pairs of neighbours; words that only build sentences are left out."""
    field = language_field(language)
    single = [Term(stem, word) for word in _words(text, field) if (stem := _stem(word, field))]
    between = "" if field == "zh" else " "
    pairs = [Term(f"{first.stem} {second.stem}", f"{first.word}{between}{second.word}") for first, second in pairwise(single)]
    return [each for each in single if _speaks(each.stem, field)] + pairs


def stems_of(text: str, language: str) -> set[str]:
    """The stems of ``terms_of``, each once: quicker, for many texts."""
    field = language_field(language)
    single = [stem for word in _words(text, field) if (stem := _stem(word, field))]
    return {stem for stem in single if _speaks(stem, field)}.union(map(" ".join, pairwise(single)))


def _words(text: str, field: str) -> list[str]:
    text = normalise(text[:LONGEST])
    return cut_chinese(text) if field == "zh" else WORD.findall(text)


def _speaks(stem: str, field: str) -> bool:
    """Whether a word says anything alone: a letter or a number does so only beside another (“SDG 4”)."""
    return not stem.isdecimal() and (len(stem) > 1 or field == "zh")


@lru_cache(maxsize=100_000)
def _stem(word: str, field: str) -> str:
    """The stem of a word; empty for one that only builds sentences."""
    stem = " ".join(analyzers()["cut" if field == "zh" else field].analyze(word[:100]))
    idle = function_words(field)
    return "" if stem in idle or fold(word) in idle else stem
