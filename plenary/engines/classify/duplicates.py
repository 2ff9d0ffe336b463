"""Whether a record is likely there already. Who calls finds the candidates, for example by the search index; here they are compared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from django.utils.translation import gettext as _
from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

from plenary.ground.framework.spelling import fold
from plenary.ground.framework.text import Text

#: From this score on a candidate is worth a look.
LEAST = 0.8
#: A title of which every word stands in the other is nearly it, if it has so many words.
ENOUGH_WORDS = 3
#: What the same organisation and the same country add, and what others take away.
ORGANISATION, OTHER_ORGANISATION, COUNTRY, OTHER_COUNTRY = 0.12, -0.08, 0.05, -0.05
#: Titles that differ in a number ("Phase 1", "Phase 2") are so much less alike.
OTHER_NUMBER = 0.75
LONGEST = 300
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that might be the same. key: how who calls knows it. organisations: names. countries: codes."""

    key: str
    title: Text | str
    organisations: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate that is likely the same. score: 0 to 1. reasons: sentences in the reader's language."""

    candidate: Candidate
    score: float
    reasons: tuple[str, ...]


def likely(
    title: Text | str, organisations: Iterable[str] = (), countries: Iterable[str] = (), *, among: Iterable[Candidate], least: float = LEAST, limit: int = 10
) -> list[Match]:
    """The candidates that are likely the same record, the likeliest first."""
    titles, own, places = _titles(title), {folded: name for name in organisations if (folded := fold(name))}, set(countries)
    found = []
    for candidate in among:
        alike = max((_alike(one, other) for one, other in product(titles, _titles(candidate.title))), default=0.0)
        if alike < least - ORGANISATION - COUNTRY:
            continue
        score, reasons = alike, [_of_titles(alike)]
        theirs = {folded for name in candidate.organisations if (folded := fold(name))}
        common = [name for folded, name in own.items() if folded in theirs or any(fuzz.token_sort_ratio(folded, other) >= 92 for other in theirs)]
        if common:
            score += ORGANISATION
            reasons.append(_("Same organisation: %(name)s.") % {"name": common[0]})
        elif own and theirs:
            score += OTHER_ORGANISATION
        if places and candidate.countries:
            score += COUNTRY if places.intersection(candidate.countries) else OTHER_COUNTRY
            if places.intersection(candidate.countries):
                reasons.append(_("Same country."))
        if score >= least:
            found.append(Match(candidate, round(max(0.0, min(1.0, score)), 3), tuple(reasons)))
    return sorted(found, key=lambda match: (-match.score, match.candidate.key))[:limit]


def _titles(title: Text | str) -> list[str]:
    """A title in its languages, as titles are compared."""
    texts = [title] if isinstance(title, str) else title.texts.values()
    return list(dict.fromkeys(folded for text in texts if (folded := fold(text[:LONGEST]))))


def _alike(one: str, other: str) -> float:
    """How alike two folded titles are, 0 to 1: by letters, and by words in whatever order."""
    if one == other:
        return 1.0
    letters = DamerauLevenshtein.normalized_similarity(one, other)
    words = fuzz.token_sort_ratio(one, other) / 100
    if min(len(one.split()), len(other.split())) >= ENOUGH_WORDS:
        words = max(words, 0.9 * fuzz.token_set_ratio(one, other) / 100)
    alike = max(letters, words)
    return alike * OTHER_NUMBER if set(_NUMBERS.findall(one)) != set(_NUMBERS.findall(other)) else alike


def _of_titles(alike: float) -> str:
    if alike == 1.0:
        return _("The titles are the same.")
    if alike >= 0.9:
        return _("The titles are nearly the same.")
    return _("The titles are alike.")
