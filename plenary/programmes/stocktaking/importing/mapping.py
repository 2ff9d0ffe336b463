"""How the columns of somebody's file are read: by our names, by what others call the same, or as somebody says.

A mapping is a table of their names with ours; an empty name leaves a column out. It can be kept as a TOML file::

    [columns]
    "Nom du projet" = "title"
    "Interne Notiz" = ""
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from plenary.errors import Invalid
from plenary.ground.files.tables import shorten
from plenary.ground.framework.spelling import fold
from plenary.programmes.stocktaking.drafts import STORY

_NAMES = Path(__file__).parent / "names.toml"
_IN_LANGUAGE = re.compile(rf"^({'|'.join(STORY)})_([a-z]{{2,3}}(?:-[a-z0-9]{{2,8}})?)$")
_IN_BRACKETS = re.compile(r"^(.*?)\s*[\[(]\s*([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})?)\s*[\])]$")
_NEAR = 86  # of 100; below it a guess is no help
_LARGEST = 200_000  # bytes of a kept mapping


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column probably is. sure: it is called so, letter case and accents aside; else its name is only near."""

    column: str
    sure: bool


@cache
def _spellings() -> dict[str, str]:
    """Our column by each folded spelling."""
    named: dict[str, list[str]] = tomllib.loads(_NAMES.read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for column, names in named.items():
        for name in (column, *names):
            found.setdefault(fold(name.replace("_", " ")), column)
    return found


def language_of(column: str) -> tuple[str, str] | None:
    """The part of the story and the language that a column such as ``title_fr`` holds."""
    match = _IN_LANGUAGE.match(column)
    return (match[1], match[2]) if match else None


def plain_name(given: str) -> str:
    """A column's name as we would write it."""
    return "_".join(given.strip().lower().split())


def guess(given: str) -> Guess | None:
    """What a column of that name is; None where nothing tells."""
    name = plain_name(given)
    if language_of(name):
        return Guess(name, True)
    bracketed = _IN_BRACKETS.match(given.strip())
    if bracketed:
        inner = guess(bracketed[1])
        if inner and inner.column in STORY:
            return Guess(f"{inner.column}_{bracketed[2].lower()}", inner.sure)
    spellings = _spellings()
    folded = fold(given.replace("_", " "))
    if folded in spellings:
        return Guess(spellings[folded], True)
    near = process.extractOne(folded[:80], spellings.keys(), scorer=fuzz.token_sort_ratio, score_cutoff=_NEAR) if len(folded) > 3 else None
    return Guess(spellings[near[0]], False) if near else None


def guesses(given: Sequence[str], known: Sequence[str]) -> dict[str, Guess | None]:
    """What each column of a file probably is; a column of ours is guessed once, for the name that fits best."""
    found = {name: Guess(plain_name(name), True) if plain_name(name) in known else guess(name) for name in given}
    taken: dict[str, str] = {}
    for name, each in sorted(found.items(), key=lambda pair: (pair[1] is None or not pair[1].sure, pair[1] is None or plain_name(pair[0]) != pair[1].column)):
        if each is None:
            continue
        if each.column in taken:
            found[name] = None
        else:
            taken[each.column] = name
    return found


# ---- what somebody says ---------------------------------------------------------------------------------------------


def read_mapping(path: Path) -> dict[str, str]:
    """A kept mapping. Raises: Invalid."""
    try:
        raw = path.read_bytes()[: _LARGEST + 1]
        table = tomllib.loads(raw.decode("utf-8"))["columns"] if len(raw) <= _LARGEST else None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, RecursionError):
        table = None
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise Invalid({"map": [_("%(file)s is no mapping: a TOML file with a table [columns], their names with ours.") % {"file": path.name}]})
    return dict(table)


def parse_pairs(pairs: Sequence[str]) -> dict[str, str]:
    """Mappings as written on the command line: files, and ``their name=ours``. Raises: Invalid."""
    found: dict[str, str] = {}
    for pair in pairs:
        theirs, equals, ours = pair.rpartition("=")
        if equals:
            found[theirs.strip()] = ours.strip()
        elif Path(pair).is_file():
            found.update(read_mapping(Path(pair)))
        else:
            raise Invalid({"map": [_("%(value)s is neither a file nor of the form: their name=our column.") % {"value": shorten(pair)}]})
    return found


def written_mapping(mapping: Mapping[str, str]) -> str:
    """A mapping as it is kept."""
    # Basic strings of TOML are written as those of JSON are.
    lines = [f"{json.dumps(theirs, ensure_ascii=False)} = {json.dumps(ours, ensure_ascii=False)}" for theirs, ours in mapping.items()]
    return "\n".join(["[columns]", *lines, ""])
