"""A form: parts with fields, as data that is kept with each version and dumped again to the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from plenary.engines.calls.form.fields import AnyField, BaseField, ChoiceField, ChoicesField, Condition, Part, schemes_of
from plenary.ground.framework.editions.sections import TextValue
from plenary.ground.framework.text import Text

_UNKEPT = re.compile("[\x00\ud800-\udfff]")


class FormPart(Part):
    """Fields that belong together, under a heading."""

    title: TextValue = Text()
    text: TextValue = Text()
    fields: Annotated[tuple[AnyField, ...], Field(max_length=100)] = ()


class Definition(Part):
    """A whole form. Answers are a table by the codes of its fields."""

    parts: Annotated[tuple[FormPart, ...], Field(min_length=1, max_length=30)]

    @model_validator(mode="after")
    def _holds_together(self) -> Definition:
        seen: dict[str, BaseField] = {}
        roles: set[str] = set()
        placed = [(("parts", i, "fields", j), field) for i, part in enumerate(self.parts) for j, field in enumerate(part.fields)]
        for place, field in placed:
            if field.code in seen:
                raise _wrong((*place, "code"), f"two fields have the code {field.code}")
            if field.when is not None and (problem := _check_condition(field, field.when, seen)):
                raise _wrong((*place, "when"), problem)
            if field.becomes in roles:
                raise _wrong((*place, "becomes"), f"two fields become {field.becomes}")
            seen[field.code] = field
            if field.becomes:
                roles.add(field.becomes)
        if not seen:
            raise ValueError("the form has no field")
        if len(seen) > 150:
            raise ValueError("a form has at most 150 fields")
        if any(_UNKEPT.search(text) for text in _texts_in(self.to_data())):
            raise ValueError("the form holds signs that no database keeps, such as U+0000")
        return self

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        return (field for part in self.parts for field in part.fields)

    @cached_property
    def by_code(self) -> dict[str, Any]:
        """The fields by their code."""
        return {field.code: field for field in self}

    @cached_property
    def by_role(self) -> dict[str, Any]:
        """The fields by what they become."""
        return {field.becomes: field for field in self if field.becomes}

    @cached_property
    def schemes(self) -> tuple[str, ...]:
        """The concept schemes that its answers come from."""
        return tuple(dict.fromkeys(scheme for field in self for scheme in schemes_of(field)))

    def to_data(self) -> dict[str, Any]:
        """The canonical form: defaults left out, texts as data files write them."""
        return self.model_dump(mode="json", exclude_defaults=True)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Definition:
        """The reverse of ``to_data``. Raises: pydantic.ValidationError."""
        return cls.model_validate(data)


def asked(definition: Definition, answers: Mapping[str, Any]) -> dict[str, bool]:
    """By code, whether a field is asked, given the answers before it. A field under one that is not asked is not asked."""
    shown: dict[str, bool] = {}
    for field in definition:
        shown[field.code] = field.when is None or (shown.get(field.when.field, False) and is_met(field.when, answers.get(field.when.field)))
    return shown


def is_met(condition: Condition, answer: Any) -> bool:
    """Whether an answer is one for which another field waits. Zero is an answer."""
    given = [str(each) for each in answer] if isinstance(answer, list) else [] if answer is False or answer in (None, "", {}) else [_plain(answer)]
    return bool(set(given) & set(condition.among)) if condition.among else bool(given)


def _plain(answer: Any) -> str:
    return "true" if answer is True else str(answer)


def _check_condition(field: BaseField, when: Condition, seen: Mapping[str, Any]) -> str:
    other = seen.get(when.field)
    if other is None:
        return f"the field {field.code} depends on {when.field}, which does not come before it"
    if when.among and (other.pieces or other.kind in ("file", "image") or getattr(other, "per_language", False)):
        return f"the field {field.code} waits for certain answers to {when.field}, which are more than one value; leave them out to wait for any answer"
    offered = {option.code for option in other.options} if isinstance(other, ChoiceField | ChoicesField) else set(when.among)
    unknown = sorted(set(when.among) - offered)
    return f"the field {field.code} waits for {unknown[0]}, which {when.field} does not offer" if unknown else ""


def _wrong(place: tuple[str | int, ...], sentence: str) -> ValidationError:
    """An error that says where it is, so that whoever wrote the form finds the line."""
    return ValidationError.from_exception_data("Definition", [{"type": "value_error", "loc": place, "input": None, "ctx": {"error": ValueError(sentence)}}])


def _texts_in(data: Any) -> Iterator[str]:
    """All strings in plain data, keys too."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield key
            yield from _texts_in(value)
    elif isinstance(data, list):
        for each in data:
            yield from _texts_in(each)
