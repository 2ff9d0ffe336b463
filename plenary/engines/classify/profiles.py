"""What words say about a concept: a weighted count of the words in its labels, its definition, hints and records tagged with it.

A word speaks for a concept by how much more often it stands there than with all other concepts of the scheme (naive Bayes against
the complement). It is small enough to be made anew within a request, and every suggestion can name the words it comes from.
``python -m bench.classify`` measures it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from plenary.engines.classify.terms import stems_of

#: How often a word is taken to stand with a concept where it was never seen, and among how many words.
UNSEEN, VOCABULARY = 0.5, 2000

#: By stem and concept: how much the word is worth there.
Counts = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Saying:
    """A piece of text that is about a concept, and how much a word of it counts."""

    code: str
    text: str
    weight: float


@dataclass(slots=True)
class Strengths:
    """How much a text speaks for each concept, and by which words. terms: how many of its words were known."""

    total: list[float]
    words: list[dict[str, float]]
    terms: int = 0

    @classmethod
    def none(cls, concepts: int) -> Strengths:
        return cls([0.0] * concepts, [{} for _each in range(concepts)])


@dataclass(slots=True)
class Profile:
    """The words of a scheme's concepts in one language."""

    codes: Sequence[str]
    counts: dict[str, dict[int, float]] = field(default_factory=dict)
    _slopes: list[float] = field(default_factory=list)

    @classmethod
    def of(cls, codes: Sequence[str], language: str, sayings: Iterable[Saying], learnt: Counts | None = None) -> Profile:
        """Count what is said about the concepts, and add what records taught."""
        place = {code: index for index, code in enumerate(codes)}
        counts: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        for saying in sayings:
            for stem in stems_of(saying.text, language):
                counts[stem][place[saying.code]] += saying.weight
        for stem, by_code in (learnt or {}).items():
            for code, weight in by_code.items():
                if code in place:
                    counts[stem][place[code]] += weight
        totals = [0.0] * len(codes)
        for by_place in counts.values():
            for index, weight in by_place.items():
                totals[index] += weight
        whole, others = sum(totals), max(len(codes) - 1, 1)
        slopes = [math.log((whole - total + UNSEEN * VOCABULARY * others) / (total + UNSEEN * VOCABULARY)) for total in totals]
        return cls(codes, {stem: dict(by_place) for stem, by_place in counts.items()}, slopes)

    def __contains__(self, stem: str) -> bool:
        return stem in self.counts

    def add(self, strengths: Strengths, stem: str, word: str, weight: float) -> bool:
        """Add what one word of a text says; False where it is unknown."""
        by_place = self.counts.get(stem)
        if by_place is None:
            return False
        whole, others = sum(by_place.values()), max(len(self.codes) - 1, 1)
        absent = math.log(UNSEEN / (whole + UNSEEN * others))
        for index, slope in enumerate(self._slopes):
            seen = by_place.get(index)
            gain = weight * (slope + (absent if seen is None else math.log((seen + UNSEEN) / (whole - seen + UNSEEN * others))))
            strengths.total[index] += gain
            if seen is not None and gain > 0:
                strengths.words[index][word] = max(gain, strengths.words[index].get(word, 0.0))
        strengths.terms += 1
        return True
