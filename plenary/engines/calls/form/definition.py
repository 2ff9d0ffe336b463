"""A form: parts with fields, as data that is kept with each version and dumped again to the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field, model_validator

from plenary.engines.calls.form.fields import AnyField, BaseField, ChoiceField, ChoicesField, Condition, Part, schemes_of
from plenary.ground.framework.editions.sections import TextValue
from plenary.ground.framework.text import Text


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
        for field in self:
            if field.code in seen:
                raise ValueError(f"two fields have the code {field.code}")
            if field.when is not None:
                _check_condition(field, field.when, seen)
            if field.becomes in roles:
                raise ValueError(f"two fields become {field.becomes}")
            seen[field.code] = field
            if field.becomes:
                roles.add(field.becomes)
        if not seen:
            raise ValueError("the form has no field")
        if len(seen) > 150:
            raise ValueError("a form has at most 150 fields")
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
        shown[field.code] = field.when is None or (shown.get(field.when.field, False) and _met(field.when, answers.get(field.when.field)))
    return shown


def _met(condition: Condition, answer: Any) -> bool:
    given = [str(each) for each in answer] if isinstance(answer, list) else [] if answer in (None, "", False, {}) else [_plain(answer)]
    return bool(set(given) & set(condition.among)) if condition.among else bool(given)


def _plain(answer: Any) -> str:
    return "true" if answer is True else str(answer)


def _check_condition(field: BaseField, when: Condition, seen: Mapping[str, BaseField]) -> None:
    other = seen.get(when.field)
    if other is None:
        raise ValueError(f"the field {field.code} depends on {when.field}, which does not come before it")
    if isinstance(other, ChoiceField | ChoicesField):
        unknown = sorted(set(when.among) - {option.code for option in other.options})
        if unknown:
            raise ValueError(f"the field {field.code} waits for {unknown[0]}, which {when.field} does not offer")
