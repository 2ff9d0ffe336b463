"""The JSON Schema of a form's answers, as the check gives them out: typed, with codes for what was chosen.

What the check takes beside that (``"12,5"`` for 12.5, a text where a list may stand) is kindness to those who type, and
not described. Keys that begin with ``x-`` say what JSON Schema has no words for: the kind of a field, limits in words, the
vocabulary of a choice, what an answer becomes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import override

from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.form.fields import Condition, schemes_of
from plenary.engines.calls.form.lookups import Lookups, concepts_of
from plenary.engines.calls.form.showing import PIECES
from plenary.ground.web.languages import interface_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: More codes than this are not listed; programs ask for the vocabulary itself.
MOST_CODES = 300
_LINE = r"^[^\r\n]*$"
_LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"

Schema = dict[str, Any]


def json_schema(definition: Definition, language: str = "en", *, languages: Iterable[str] = (), lookups: Lookups | None = None) -> Schema:
    """What answers to a form may be. language: of titles and descriptions. languages: in which texts may be written; none for any."""
    known = lookups or Lookups(concepts_of(definition.schemes))
    tongues = tuple(languages)
    properties: dict[str, Schema] = {}
    rules: list[Schema] = []
    with override(interface_of(language)):
        for field in definition:
            properties[field.code] = _about(field, language) | _KINDS[field.kind](field, known, language, tongues)
            if field.when is not None:
                rules.append(_rule(field, definition.by_code[field.when.field]))
    schema: Schema = {
        "$schema": DIALECT,
        "type": "object",
        "properties": properties,
        "required": [field.code for field in definition if field.required and field.when is None],
        "additionalProperties": False,
    }
    if rules:
        schema["allOf"] = rules
    return schema


def _about(field: Any, language: str) -> Schema:
    """What is said of every field."""
    told: Schema = {"title": field.label.best(language).text, "x-kind": field.kind}
    if field.help:
        told["description"] = field.help.best(language).text
    if field.becomes:
        told["x-becomes"] = field.becomes
    if field.private:
        told["x-private"] = True
    if field.anonymous:
        told["x-anonymous"] = True
    return told


# ---- conditions -----------------------------------------------------------------------------------------------------


def _rule(field: Any, other: Any) -> Schema:
    """That a field is asked only where another answer is one of some: needed then, if it is at all, and else not there."""
    there: Schema = {"required": [other.code]}
    if field.when.among:
        there["properties"] = {other.code: _among(field.when, other)}
    rule: Schema = {"if": there, "else": {"properties": {field.code: False}}}
    if field.required:
        rule["then"] = {"required": [field.code]}
    return rule


def _among(when: Condition, other: Any) -> Schema:
    if other.many:
        return {"contains": {"enum": list(when.among)}}
    if other.kind == "consent":
        return {"const": True} if "true" in when.among else {"not": {}}
    if other.kind == "number":
        # The condition compares as it is written: 5 and 2.5, never 5.0.
        return {"enum": [number for number in map(_number_of, when.among) if number is not None]}
    return {"enum": list(when.among)}


def _number_of(text: str) -> int | float | None:
    for read in (int, float):
        try:
            number = read(text)
        except (ValueError, OverflowError):
            continue
        if str(number) == text:
            return number
    return None


# ---- kinds ----------------------------------------------------------------------------------------------------------


def _text(field: Any, lookups: Lookups, language: str, languages: tuple[str, ...]) -> Schema:
    one: Schema = {"type": "string", "minLength": 1, "maxLength": field.longest}
    if field.kind == "text":
        one["pattern"] = _LINE
    elif field.min_words or field.max_words:
        one |= {key: limit for key, limit in (("x-minWords", field.min_words), ("x-maxWords", field.max_words)) if limit}
    if not field.per_language:
        return one
    names: Schema = {"enum": list(languages)} if languages else {"pattern": _LANGUAGE}
    return {"type": "object", "propertyNames": names, "additionalProperties": one, "minProperties": 1}


def _codes(codes: Iterable[str], labels: Mapping[str, str]) -> Schema:
    listed = list(dict.fromkeys(codes))
    return {"type": "string", "enum": listed, "x-labels": {code: labels[code] for code in listed}}


def _options(field: Any, language: str) -> Schema:
    return _codes((option.code for option in field.options), {option.code: option.label.best(language).text for option in field.options})


def _concept_codes(schemes: tuple[str, ...], lookups: Lookups, language: str, *, leaves: bool = False) -> Schema:
    offered = lookups.offered(schemes, leaves=leaves)
    told: Schema = {"x-schemes": list(schemes)}
    if len(offered) > MOST_CODES:
        return {"type": "string", "minLength": 1, **told}
    # The first scheme with a code is the one that is meant by it.
    labels = {each.code: each.label.best(language).text for each in reversed(offered)}
    return _codes((each.code for each in offered), labels) | told


def _several(one: Schema, field: Any) -> Schema:
    several: Schema = {"type": "array", "items": one, "uniqueItems": True, "minItems": max(1, field.least)}
    if field.most:
        several["maxItems"] = field.most
    return several


def _choice(field: Any, lookups: Lookups, language: str, languages: tuple[str, ...]) -> Schema:
    return _options(field, language)


def _choices(field: Any, lookups: Lookups, language: str, languages: tuple[str, ...]) -> Schema:
    return _several(_options(field, language), field)


def _concept(field: Any, lookups: Lookups, language: str, languages: tuple[str, ...]) -> Schema:
    return _concept_codes(schemes_of(field), lookups, language, leaves=getattr(field, "leaves", False))


def _concepts(field: Any, lookups: Lookups, language: str, languages: tuple[str, ...]) -> Schema:
    return _several(_concept_codes(field.schemes, lookups, language), field)


def _pieces(required: Iterable[str], **pieces: Schema) -> Schema:
    named = {name: {"title": str(PIECES[name]), **piece} for name, piece in pieces.items()}
    return {"type": "object", "properties": named, "required": list(required), "additionalProperties": False}


def _line(longest: int) -> Schema:
    return {"type": "string", "minLength": 1, "maxLength": longest, "pattern": _LINE}


_ADDRESS: Schema = {"type": "string", "format": "iri", "maxLength": 510}
_MAIL: Schema = {"type": "string", "format": "idn-email", "maxLength": 254}
_DAY: Schema = {"type": "string", "format": "date"}


def _organisation(field: Any, lookups: Lookups, language: str, languages: tuple[str, ...]) -> Schema:
    return _pieces(
        ("name",),
        name=_line(300),
        country=_concept_codes(("countries",), lookups, language),
        stakeholder_type=_concept_codes(("stakeholder-types",), lookups, language),
        website=_ADDRESS,
    )


def _person(field: Any, lookups: Lookups, language: str, languages: tuple[str, ...]) -> Schema:
    return _pieces(("name", "email") if field.invite else ("name",), name=_line(200), email=_MAIL, post=_line(300), organisation=_line(300))


def _date(field: Any, lookups: Lookups, language: str, languages: tuple[str, ...]) -> Schema:
    limits = {"x-earliest": field.earliest, "x-latest": field.latest}
    return _DAY | {key: day.isoformat() for key, day in limits.items() if day is not None}


def _date_range(field: Any, lookups: Lookups, language: str, languages: tuple[str, ...]) -> Schema:
    return _pieces(("from",) if field.open_end else ("from", "to"), **{"from": _DAY, "to": _DAY})


def _number(field: Any, lookups: Lookups, language: str, languages: tuple[str, ...]) -> Schema:
    told: Schema = {"type": "number", "x-decimals": field.decimals} if field.decimals else {"type": "integer"}
    told |= {key: limit for key, limit in (("minimum", field.least), ("maximum", field.most)) if limit is not None}
    if field.unit:
        told["x-unit"] = field.unit.best(language).text
    return told


def _money(field: Any, lookups: Lookups, language: str, languages: tuple[str, ...]) -> Schema:
    return _pieces(
        ("amount", "currency"), amount={"type": "number", "minimum": 0, "x-decimals": 2}, currency={"type": "string", "enum": list(field.currencies)}
    )


def _files(field: Any, lookups: Lookups, language: str, languages: tuple[str, ...]) -> Schema:
    kinds = {"x-mediaTypes": sorted(field.media_types), "x-megabytes": field.megabytes}
    return {"type": "array", "items": {"type": "string", "format": "uuid"}, "uniqueItems": True, "minItems": 1, "maxItems": field.most, **kinds}


_KINDS: dict[str, Callable[[Any, Lookups, str, tuple[str, ...]], Schema]] = {
    "text": _text,
    "long-text": _text,
    "choice": _choice,
    "choices": _choices,
    "concept": _concept,
    "concepts": _concepts,
    "country": _concept,
    "organisation": _organisation,
    "person": _person,
    "link": lambda *_given: dict(_ADDRESS),
    "email": lambda *_given: dict(_MAIL),
    "phone": lambda *_given: {"type": "string", "pattern": r"^\+[1-9][0-9]{6,14}$"},
    "date": _date,
    "date-range": _date_range,
    "number": _number,
    "money": _money,
    "file": _files,
    "image": _files,
    "consent": lambda *_given: {"const": True},
}
