"""What records teach: how often a word stands in those that carry a concept."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from threading import Lock

from plenary.engines.classify.languages import detect
from plenary.engines.classify.profiles import Counts
from plenary.engines.classify.sources import Tagged, sources
from plenary.engines.classify.terms import stems_of
from plenary.ground.framework.text import LANGUAGES, Text

#: Of each source the latest records are read, and of each record the beginning.
MOST_RECORDS, MOST_CHARACTERS = 6_000, 800
#: A word in fewer records than these is a name or a slip.
FEWEST_RECORDS = 2
#: Seconds for which changed records need not be read anew: one record more or less changes no suggestion.
REST = 600.0


@dataclass(frozen=True, slots=True)
class Learnt:
    """By scheme and language: words with what each is worth for a concept."""

    counts: dict[tuple[str, str], Counts] = field(default_factory=dict)
    records: int = 0


def texts_by_language(texts: Iterable[Text | str]) -> Iterator[tuple[str, str]]:
    """Language and text of all that was given; a text that does not tell its language is asked, and taken for English where it stays silent."""
    for each in texts:
        if isinstance(each, str):
            if each.strip():
                yield detect(each) or "en", each
        else:
            for tag, text in each.texts.items():
                if text and tag not in each.machine:
                    yield tag.split("-")[0].lower(), text


def learn(records: Iterable[Tagged], keeps: Callable[[str, str], bool] | None = None) -> Learnt:
    """Count the words of tagged records. keeps: which pairs of words count, by language; none where it is not given.

    A record with many tags says less about each of them.
    """
    found: dict[tuple[str, str], dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(float)))
    seen_in: dict[tuple[str, str], int] = defaultdict(int)
    number = 0
    for record in records:
        number += 1
        by_scheme: dict[str, list[str]] = defaultdict(list)
        for scheme, code in record.concepts:
            by_scheme[scheme].append(code)
        together: dict[str, str] = defaultdict(str)
        for language, text in texts_by_language(record.texts):
            if language in LANGUAGES and len(together[language]) < MOST_CHARACTERS:
                together[language] += f"{text}\n"
        for language, text in together.items():
            stems = [stem for stem in stems_of(text[:MOST_CHARACTERS], language) if " " not in stem or (keeps and keeps(language, stem))]
            for stem in stems:
                seen_in[language, stem] += 1
            for scheme, codes in by_scheme.items():
                weight, by_stem = 1 / len(codes) ** 0.5, found[scheme, language]
                for stem in stems:
                    counts = by_stem[stem]
                    for code in codes:
                        counts[code] += weight
    kept: dict[tuple[str, str], Counts] = {
        key: {stem: dict(counts) for stem, counts in by_stem.items() if seen_in[key[1], stem] >= FEWEST_RECORDS} for key, by_stem in found.items()
    }
    return Learnt(kept, number)


_lock = Lock()
_kept: tuple[Hashable, float, Learnt] | None = None


def learnt(keeps: Callable[[str, str], bool]) -> Learnt:
    """What the registered sources taught, read anew once they have changed and ``REST`` is over."""
    global _kept
    found, now = _kept, time.monotonic()
    if found is not None and now - found[1] < REST:
        return found[2]
    with _lock:
        found = _kept
        if found is not None and now - found[1] < REST:
            return found[2]
        stamp = tuple((each.code, each.stamp()) for each in sources())
        result = (
            found[2]
            if found is not None and found[0] == stamp
            else learn((record for each in sources() for record in islice(each.read(), MOST_RECORDS)), keeps)
        )
        _kept = (stamp, time.monotonic(), result)
        return result


def forget() -> None:
    """Let go of all that was learnt, so that it is read anew the next time it is asked for."""
    global _kept
    with _lock:
        _kept = None
