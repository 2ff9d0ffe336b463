"""What the help page of the search shows: what can be typed, with examples that find something in these records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.ground.search import queries as index
from plenary.ground.search.fields import BUILT_IN
from plenary.ground.search.queries import Search
from plenary.ground.search.registry import kinds
from plenary.ground.search.schema import part_name
from plenary.programmes.stocktaking.drafts import STORY
from plenary.programmes.stocktaking.finding import KIND
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.queries import original, public_entries

_LETTERS = re.compile(r"[^\W\d_]{4,}")
#: Entries among whose texts examples are looked for.
_LOOKED_AT = 40


@dataclass(frozen=True, slots=True)
class Example:
    """A way of asking. text: what to type. number: how many entries it finds; none: it finds nothing here, and is no link."""

    what: str | Promise
    text: str
    number: int


@dataclass(frozen=True, slots=True)
class Name:
    """A name by which a query addresses a part or a filter. own: the name in the reader's language, where it differs."""

    name: str
    label: str
    own: str
    example: str
    number: int


def examples() -> list[Example]:
    """One example for each way of asking: of those that come to mind the first that finds something."""
    words: list[list[str]] = [_LETTERS.findall(original(entry.title)) for entry in _some()]
    pairs = [" ".join(each) for each in _neighbours(entry.title.best(entry.title.original).text for entry in _some())]
    single = list(dict.fromkeys(word for each in words for word in each))
    two = [(each[0], each[1]) for each in words if len(set(each)) > 1]
    across = [(first[0], second[0]) for first, second in pairwise(words) if first and second and first[0] != second[0]]
    return [
        _first(gettext_lazy("Words: all of them must be there, in any order. Endings, capitals and accents do not matter."), ["telemedicine islands", "health education", *(f"{first} {second}" for first, second in two)]),
        _first(gettext_lazy("A phrase in quotation marks: the words stand side by side."), ['"digital inclusion"', *(f'"{each}"' for each in pairs)]),
        _first(gettext_lazy("The beginning of a word with a star."), ["tele*", *(f"{each[:4]}*" for each in single)]),
        _first(gettext_lazy("A minus sign before what must not be there."), ["health -covid", *(f"{first} -{second}" for first, second in across)]),
        _first(gettext_lazy("OR between words of which one is enough; a bar does the same."), ["telemedicine OR e-health", *(f"{first} OR {second}" for first, second in across)]),
        _first(gettext_lazy("A name and a colon: only in that part, or with that filter."), ["sdg:3 health", "action_line:C7", *(f"title:{each}" for each in single)]),
        _first(gettext_lazy("A span of years."), ["year:2015..2020", "year:2015..", "year:2000.."]),
        _first(gettext_lazy("A number of an entry, also one that it had elsewhere."), [entry.number for entry in _some()[:1]]),
    ]  # fmt: skip


def names() -> list[Name]:
    """All names that a query can use, each with an example from these records where there is one."""
    fields = kinds()[KIND].fields
    counted = index.find(Search(kind=KIND, size=1, count=[*fields, "year"]))
    found = []
    labels: dict[str, str | Promise] = {"title": BUILT_IN["title"], "number": BUILT_IN["number"], "year": BUILT_IN["year"]}
    for name, label in [(name, _(str(label))) for name, label in labels.items()] + [(name, str(each.label)) for name, each in fields.items()]:
        counts = counted.counts.get(name, {})
        value, number = max(counts.items(), key=lambda each: each[1], default=("", 0))
        if name == "organisation" or not value:
            value, number = _word_for(name)
        own = part_name(label).strip().replace(" ", "_")
        quoted = f'"{value}"' if " " in value else value
        found.append(Name(name, label, own if own != name else "", f"{name}:{quoted}" if value else "", number))
    return found


def _some() -> list[Entry]:
    return list(public_entries().order_by("-pk")[:_LOOKED_AT])


def _word_for(name: str) -> tuple[str, int]:
    """A word that some entry has in this part, and how many have it."""
    if name == "organisation":
        texts = public_entries().filter(organisation_links__isnull=False).order_by("-pk").values_list("organisations__name", flat=True)[:5]
    elif name in STORY:
        texts = public_entries().exclude(**{f"{name}__original": None}).order_by("-pk").values_list(name, flat=True)[:5]
    elif name == "number":
        return next(((number, 1) for number in public_entries().order_by("-pk").values_list("number", flat=True)[:1]), ("", 0))
    else:
        return "", 0
    for text in texts:
        for word in _LETTERS.findall(original(text)) if text else ():
            if number := index.find(Search(f"{name}:{word}", KIND, size=1)).total:
                return word, number
    return "", 0


def _neighbours(texts: Iterable[str]) -> list[Sequence[str]]:
    """Words that stand side by side, from each text the first two."""
    found: list[Sequence[str]] = []
    for text in texts:
        match = re.search(r"([^\W\d_]{3,}) ([^\W\d_]{3,})", text)
        if match:
            found.append(match.groups())
    return found


def _first(what: str | Promise, texts: Iterable[str]) -> Example:
    offered = list(dict.fromkeys(texts))[:12]
    for text in offered:
        found = index.find(Search(text, KIND, size=1))
        if found.total and not (found.relaxed or found.fuzzy):
            return Example(what, text, found.total)
    return Example(what, offered[0] if offered else "", 0)
