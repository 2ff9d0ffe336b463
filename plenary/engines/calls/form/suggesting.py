"""Concepts that fit what somebody has written so far, for the fields of a form that ask for them. Choosing is left to the writer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.form.fields import schemes_of
from plenary.engines.calls.form.lists import label_of
from plenary.engines.calls.form.lookups import Known, Lookups
from plenary.engines.calls.form.posted import storable
from plenary.engines.classify.queries import SCHEMES, Suggestion, language_of, suggest
from plenary.ground.framework.text import Text

#: What the button that asks, and that which takes a suggestion over, send as ``save``: ``suggest:category``, ``take:category:C7-4``.
ASK, TAKE = "suggest", "take"
#: What the answer to a text is to the record, where it says what the record is about.
_SAYS = frozenset(("title", "summary", "description", "text", "caption", "updates"))
#: So many concepts are suggested from each scheme.
MOST = 3


@dataclass(frozen=True, slots=True)
class Suggested:
    """A concept to choose. words: those of the text that led to it."""

    code: str
    label: str
    words: str
    value: str  # of the button that takes it over


def can_suggest(field: Any) -> bool:
    """Whether a field asks for concepts that texts can be read for."""
    return field.kind in ("concept", "concepts") and any(scheme in SCHEMES for scheme in schemes_of(field))


def field_to_suggest_for(definition: Definition, pressed: str) -> Any | None:
    """The field whose button was pressed; None where none was."""
    verb, _colon, rest = pressed[:200].partition(":")
    field = definition.by_code.get(rest.partition(":")[0]) if verb in (ASK, TAKE) else None
    return field if field is not None and can_suggest(field) else None


def with_taken(definition: Definition, answers: dict[str, Any], pressed: str) -> dict[str, Any]:
    """The answers with the suggestion among them whose button was pressed, if one was."""
    field = field_to_suggest_for(definition, pressed)
    verb, _colon, rest = pressed[:200].partition(":")
    code = storable(rest.partition(":")[2])
    if field is None or verb != TAKE or not code:
        return answers
    if field.kind == "concept":
        return {**answers, field.code: code}
    given = answers.get(field.code)
    chosen = [str(each) for each in given] if isinstance(given, list | tuple) else []
    return {**answers, field.code: [*chosen, *([] if code in chosen else [code])]}


def suggested(field: Any, definition: Definition, answers: Mapping[str, Any], lookups: Lookups, language: str) -> list[Suggested]:
    """The concepts to offer for a field. language: of the contributor, where a text is too short to tell its own."""
    texts = _said(definition, answers, language)
    given = answers.get(field.code)
    chosen = {str(each) for each in given} if isinstance(given, list | tuple) else {str(given)}
    found: list[tuple[Known, Suggestion]] = []
    for scheme in schemes_of(field):
        for each in suggest(texts, scheme, limit=MOST + len(chosen)) if scheme in SCHEMES else ():
            known = lookups.concept((scheme,), each.code)
            if known is not None and known.offered and each.code not in chosen and sum(one.scheme == scheme for one, _each in found) < MOST:
                found.append((known, each))
    return [Suggested(known.code, label_of(known), ", ".join(each.words), f"{TAKE}:{field.code}:{known.code}") for known, each in found]


def _said(definition: Definition, answers: Mapping[str, Any], language: str) -> list[Text]:
    fields = [field for field in definition if field.kind in ("text", "long-text") and not field.private]
    telling = [field for field in fields if field.becomes in _SAYS and answers.get(field.code)]
    found = []
    for field in telling or fields:
        answer = answers.get(field.code)
        if isinstance(answer, Mapping):
            found.append(Text({str(tag): str(text) for tag, text in answer.items() if text}))
        elif answer:
            found.append(Text.of(str(answer), language_of(str(answer)) or language))
    return found
