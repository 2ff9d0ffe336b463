"""What a text is about, and in which language it is. Nothing is kept of the texts that are asked about."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from plenary.engines.classify.languages import detect
from plenary.engines.classify.learning import texts_by_language
from plenary.engines.classify.profiles import Strengths
from plenary.engines.classify.schemes import Described, described, forget_all
from plenary.engines.classify.terms import terms_of
from plenary.ground.framework.models import Concept
from plenary.ground.framework.text import Text

__all__ = ["SCHEMES", "Suggestion", "forget_all", "language_of", "suggest"]

#: The schemes for which pages offer suggestions; any other works too, but says little (a country is named, not described).
SCHEMES = ("action-lines", "sdgs", "sdg-targets", "themes")

#: So many words are named as the reason of a suggestion.
MOST_WORDS = 4
#: A suggestion must be so many times as likely as chance.
LEAST = 1.5
#: An English word in a text of another language ("blockchain") counts less, since it may be another word there.
FOREIGN = 0.5


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A concept that a text may be about.

    score: how likely it is that of all concepts of the scheme, 0 to 1. words: those of the text that led there, as they were written,
    the weightiest first.
    """

    concept: Concept
    score: float
    words: tuple[str, ...]

    @property
    def code(self) -> str:
        """The concept's code."""
        return self.concept.code


def language_of(text: str) -> str | None:
    """The language of a text, one of the six of the site; None for another one, and where too little is said to tell."""
    return detect(text)


def suggest(texts: Iterable[Text | str], scheme: str, *, limit: int = 5) -> list[Suggestion]:
    """The concepts of a scheme that texts speak of, the likeliest first; none where nothing speaks for one.

    Machine translations are passed over. A scheme that does not exist has none.
    """
    found = described(scheme)
    given = list(texts_by_language(texts))
    if not found.concepts or not given:
        return []
    total, words = _strengths(found, given)
    if not any(words):
        return []
    highest = max(total)
    shares = [math.exp(each - highest) for each in total]
    whole = sum(shares)
    least = min(LEAST / len(total), 0.5)
    ranked = sorted(range(len(total)), key=lambda index: (-total[index], index))
    suggestions = []
    for index in ranked:
        concept, score = found.concepts[index], shares[index] / whole
        if concept.code in found.heads or not words[index] or total[index] <= 0 or score < least:
            continue
        suggestions.append(Suggestion(concept, round(score, 4), _weightiest(words[index])))
        if len(suggestions) == limit:
            break
    return suggestions


def _strengths(found: Described, given: list[tuple[str, str]]) -> tuple[list[float], list[dict[str, float]]]:
    """By concept: how much the texts speak for it, and by which words. Whatever speaks for a goal speaks for its targets."""
    strengths = Strengths.none(len(found.concepts))
    for language, text in given:
        profile = found.profile(language)
        english = None if language == "en" else found.profile("en")
        terms = terms_of(text, language)
        counted = Counter(term.stem for term in terms)
        for stem, word in {term.stem: term.word for term in reversed(terms)}.items():
            weight = 1 + math.log(counted[stem])
            if not profile.add(strengths, stem, word, weight) and english is not None and word.isascii():
                for term in terms_of(word, "en")[-1:]:
                    english.add(strengths, term.stem, word, weight * FOREIGN)
    # Long texts repeat themselves: their words are no independent witnesses.
    scale = 1 / math.sqrt(max(strengths.terms, 1))
    total = [each * scale for each in strengths.total]
    words = [dict(each) for each in strengths.words]
    for scheme in sorted({scheme for scheme, _code in found.parents.values()}):
        above = described(scheme)
        above_total, above_words = _strengths(above, given)
        place = {concept.code: index for index, concept in enumerate(above.concepts)}
        for index, concept in enumerate(found.concepts):
            parent = found.parents.get(concept.code)
            if parent is not None and parent[0] == scheme and parent[1] in place:
                total[index] += above_total[place[parent[1]]]
                for word, gain in above_words[place[parent[1]]].items():
                    words[index].setdefault(word, gain / 10)  # the target's own words are named first
    return total, words


def _weightiest(words: dict[str, float]) -> tuple[str, ...]:
    """The words to name, the weightiest first; of a term and a word in it (“open data”, “data”) the term, if it weighs anything near as much."""
    named: list[str] = []
    for word in sorted(words, key=lambda each: (-words[each], each)):
        parts = [each for each in named if _overlap(word, each)]
        if not parts:
            named.append(word)
        elif len(word) > len(parts[0]) and words[word] >= words[parts[0]] / 2:
            named = [word if each == parts[0] else each for each in named if each not in parts[1:]]
    return tuple(named[:MOST_WORDS])


def _overlap(one: str, other: str) -> bool:
    """Whether one is the other or a part of it, in whatever case."""
    shorter, longer = sorted((one.lower(), other.lower()), key=len)
    return shorter in longer.split() or shorter == longer or (not longer.isascii() and shorter in longer)
