"""Reading answers from a posted form, and what a field's controls are called on the page.

Names: ``f-title``; for answers of several parts ``f-organisation.name``; for texts in several languages ``f-summary.en``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import QueryDict

from plenary.engines.calls.form.definition import Definition

PREFIX = "f-"
#: More than this is not kept in a draft; the page that answers still shows it.
LONGEST_KEPT = 100_000
#: Fields that a page may have had and its form has not any more: as many as a form can have.
MOST_UNASKED = 150
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
#: Controls for one answer that are read at all.
MOST_VALUES = 400


def control(code: str, piece: str = "") -> str:
    """The name of a control."""
    return f"{PREFIX}{code}.{piece}" if piece else f"{PREFIX}{code}"


def storable(text: str) -> str:
    """A text without what no database keeps: NUL, and halves of surrogate pairs. They become U+FFFD, which no check lets pass."""
    if not text.isascii():
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\x00", "\ufffd")


def read_posted(definition: Definition, posted: QueryDict) -> dict[str, Any]:
    """Answers by code, as written; a field none of whose controls was sent is left out, so that a part of a form can be sent.

    Files are not read here: they are attached one by one, and a control with their keys says which stay.
    """
    found: dict[str, Any] = {}
    by_code: dict[str, dict[str, list[str]]] = {}
    for name, values in posted.lists():
        if not name.startswith(PREFIX):
            continue
        code, _dot, piece = storable(name[len(PREFIX) :]).partition(".")
        by_code.setdefault(code, {})[piece] = [storable(value).replace("\r\n", "\n") for value in values[:MOST_VALUES]]
    for field in definition:
        given = by_code.get(field.code)
        if given is None:
            continue
        whole = given.get("", [""])
        if set(given) == {""} and whole[-1].strip() and (field.pieces or getattr(field, "per_language", False)):
            found[field.code] = whole[-1]  # one text for an answer of several parts; the check knows what it means
        elif field.pieces:
            found[field.code] = {piece: given[piece][-1] for piece in field.pieces if given.get(piece, [""])[-1].strip()}
        elif getattr(field, "per_language", False):
            found[field.code] = {language: values[-1] for language, values in given.items() if language and values[-1].strip()}
        elif field.many:
            found[field.code] = [value for value in whole if value.strip()]
        elif field.kind == "consent":
            found[field.code] = "true" in whole or whole[-1] or False
        else:
            found[field.code] = whole[-1]
    return found


def read_unasked(definition: Definition, posted: QueryDict) -> dict[str, Any]:
    """What was written in controls that the form does not have: the page was that of an earlier version of it."""
    found: dict[str, Any] = {}
    for name, values in posted.lists():
        code, _dot, piece = storable(name).removeprefix(PREFIX).partition(".")
        written = [storable(value).replace("\r\n", "\n") for value in values[:MOST_VALUES] if value.strip()]
        if not name.startswith(PREFIX) or not written or code in definition.by_code or not _CODE.fullmatch(code):
            continue
        if piece:
            parts = found.setdefault(code, {})
            found[code] = {**(parts if isinstance(parts, dict) else {}), piece: written[-1]}
        elif len(found) < MOST_UNASKED:
            found[code] = written[0] if len(written) == 1 else written
    return dict(list(found.items())[:MOST_UNASKED])


def to_posted(definition: Definition, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The controls that a browser would send for these answers: the reverse of ``read_posted``."""
    sent: list[tuple[str, str]] = []
    for field in definition:
        answer = answers.get(field.code)
        if isinstance(answer, Mapping):
            sent += [(control(field.code, str(piece)), str(value)) for piece, value in answer.items() if value is not None]
        elif isinstance(answer, list | tuple):
            sent += [(control(field.code), ""), *((control(field.code), str(value)) for value in answer if value is not None)]
        elif isinstance(answer, bool):
            sent += [(control(field.code), "true")] if answer else []
        elif answer is not None:
            sent.append((control(field.code), str(answer)))
    return sent


def too_long(answer: Any) -> int:
    """How many characters an answer has beyond what a draft keeps; 0 where it fits."""
    texts: Iterable[Any] = answer.values() if isinstance(answer, Mapping) else answer if isinstance(answer, list | tuple) else [answer]
    return max(0, sum(len(text) for text in texts if isinstance(text, str)) - LONGEST_KEPT)
