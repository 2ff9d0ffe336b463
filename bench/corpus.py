"""Synthetic entries for measuring the search: any number of them, the same every time, each made from its number alone.

Words follow Zipf's law over 330,000 of them, with common words of the field among the most frequent, and 150 words that go
with each action line. Titles have 8 words, texts 25 to 180. One in five has its text in another language of the site.
Facets have as many values as those of the real entries, unevenly used.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate

VOCABULARY = 330_000
_FIELD_WORDS = """
    the of and to in for a on with is digital project information access services development technology data community internet network
    national training people government support education system public health learning online rural women youth online platform mobile
    software school local broadband policy capacity innovation security infrastructure business knowledge environment telemedicine
    agriculture inclusion climate teachers farmers
"""
#: name: (number of values, fewest, most) that an entry has.
FACETS = {
    "action_line": (18, 1, 3),
    "sdg": (17, 1, 5),
    "target": (169, 1, 6),
    "country": (193, 1, 2),
    "region": (6, 1, 2),
    "stakeholder_type": (6, 1, 1),
    "year": (22, 1, 1),
    "status": (4, 1, 1),
    "collection": (5, 0, 1),
    "theme": (20, 0, 3),
    "level": (5, 1, 1),
    "language": (6, 1, 2),
}
_SYLLABLES = [a + b for a in "bcdfghjklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "is", "on", "al")]
_FIRST = datetime(2004, 1, 1, tzinfo=UTC)


@cache
def vocabulary() -> tuple[list[str], list[float]]:
    """Words by frequency, and their summed weights."""
    chance = random.Random(1)
    made = dict.fromkeys(_FIELD_WORDS.split())
    while len(made) < VOCABULARY:
        made["".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4)))] = None
    return list(made), list(accumulate(1 / (rank + 2.7) ** 1.05 for rank in range(VOCABULARY)))


def make(number: int) -> dict[str, object]:
    """One entry in plain values: number, title, texts, organisation, facets, year."""
    chance = random.Random(number)
    words, weights = vocabulary()
    facets: dict[str, list[str]] = {}
    for name, (size, fewest, most) in FACETS.items():
        picked = {min(int(chance.expovariate(3 / size)), size - 1) for _ in range(chance.randint(fewest, most))}
        facets[name] = [str(2004 + value) if name == "year" else f"{value + 1}" for value in sorted(picked)]
    length = min(max(int(chance.gauss(80, 30)), 25), 180)
    text = chance.choices(words, cum_weights=weights, k=8 + length)
    line = int(facets["action_line"][0])
    for _ in range(6):
        text[chance.randrange(len(text))] = words[5_000 + line * 150 + chance.randrange(150)]
    return {
        "number": number,
        "language": chance.choices(("en", "fr", "es", "ru"), weights=(80, 10, 8, 2))[0],
        "title": " ".join(text[:8]),
        "summary": " ".join(text[8:33]),
        "description": " ".join(text[33:]),
        "organisation": f"{words[200 + number % 7_000]} {words[9_000 + number % 900]}".title(),
        "facets": facets,
        "year": int(facets["year"][0]),
    }


def documents(first: int, last: int) -> Iterator[object]:
    """Entries of these numbers, both included, as rooms give them to the index."""
    from plenary.ground.framework.text import Text
    from plenary.ground.search.registry import Document

    for number in range(first, last + 1):
        entry = make(number)
        language = str(entry["language"])
        yield Document(
            "bench",
            str(number),
            f"/bench/{number}/",
            Text.of(str(entry["title"]), language),
            [Text.of(str(entry["summary"]), language), Text.of(str(entry["description"]), language)],
            [str(entry["organisation"])],
            entry["facets"],  # type: ignore[arg-type]
            int(str(entry["year"])),
            published=_FIRST + timedelta(minutes=7 * number),
            serial=number,
            fields={"organisation": [str(entry["organisation"])]},
        )


def register(size: int) -> None:
    """Make these entries the only kind of records that the index knows."""
    from plenary.ground.search import registry

    registry._kinds.clear()
    registry.register(
        registry.Kind(
            "bench",
            "Bench",
            documents=lambda: documents(1, size),  # type: ignore[arg-type,return-value]
            some=lambda keys: (each for key in keys for each in documents(int(key), int(key))),  # type: ignore[misc]
            count=lambda: size,
            bounds=lambda: (1, size),
            between=documents,  # type: ignore[arg-type]
        )
    )


if size := int(os.environ.get("BENCH_ENTRIES", "0")):
    register(size)
