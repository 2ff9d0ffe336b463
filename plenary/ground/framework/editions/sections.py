"""A section of an edition folder: one file, read and written by the room that owns its records.

A room registers its sections in ``sections.py``:

    class CallRow(Row):
        slug: Slug
        title: TextValue
        ...

    @register
    class Calls(Section[CallRow]):
        name, file, row = "calls", "calls.toml", CallRow
        def read(self, edition): ...      # what the database holds, as rows; this is the dump
        def write(self, edition, row, actor): ...   # make the record be as the row says
        def remove(self, edition, key, actor): ...

In TOML a section is an array of tables named after the section (``[[calls]]``); in CSV a line is a row.
The loader validates all rows of all sections before it writes any, and merges three ways: what the file said last
time, what the database holds, what the file says now.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, GetCoreSchemaHandler, StringConstraints, ValidationInfo
from pydantic_core import core_schema

from plenary.ground.audit.actors import Actor
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text


class Row(BaseModel):
    """One record of a section as a data file writes it. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @property
    def key(self) -> str:
        """What identifies the record within its section and edition; by default its ``code``."""
        return str(getattr(self, "code"))


R = TypeVar("R", bound=Row)
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


class _TextValue:
    """A ``Text`` in a data file: a string, or a table by language."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        def read(value: Any) -> Text:
            if isinstance(value, Text):
                return value
            if isinstance(value, str):
                return Text.of(_tidy(value))
            if not isinstance(value, dict):
                raise ValueError("give a text, or a table of texts by language")
            wrong = [key for key, text in value.items() if key not in ("original", "machine") and not isinstance(text, str)]
            if wrong:
                raise ValueError(f"the text in language {wrong[0]} is not a string")
            machine = value.get("machine", [])
            if not isinstance(machine, list) or not all(isinstance(language, str) for language in machine):
                raise ValueError("`machine` is a list of languages")
            text = Text.from_plain({key: _tidy(text) if isinstance(text, str) else text for key, text in value.items()})
            if text and text.original not in text.texts:
                raise ValueError(f"the original language is {text.original}, but there is no text in it")
            return text

        return core_schema.no_info_plain_validator_function(read, serialization=core_schema.plain_serializer_function_ser_schema(lambda text: text.to_plain()))


TextValue = Annotated[Text, _TextValue]


@dataclass(frozen=True, slots=True)
class ConceptRef:
    """Marks a field whose value is the code of a concept of the scheme."""

    scheme: str


def concept_of(scheme: str) -> Any:
    """A field type: the code of a concept of the scheme, checked against the database when an edition is loaded."""

    def known(code: str, info: ValidationInfo) -> str:
        concepts = (info.context or {}).get("concepts")
        if code and concepts is not None and code not in concepts.get(scheme, ()):
            raise ValueError(f"{code!r} is not a concept of the scheme {scheme}")
        return code

    return Annotated[str, AfterValidator(known), ConceptRef(scheme)]


class Section(ABC, Generic[R]):
    """One file of an edition folder and the records it stands for."""

    name: ClassVar[str]
    file: ClassVar[str]  # ends in .toml or .csv
    row: ClassVar[type[Row]]
    single: ClassVar[bool] = False  # True: the file holds one table ``[name]`` instead of an array ``[[name]]``

    def check(self, rows: Sequence[R], folder: Mapping[str, Sequence[Row]]) -> Iterable[tuple[int, str, str]]:
        """What is wrong between rows, or with rows of other sections: (position of the row, field, sentence).

        folder: all rows of the edition folder by name of section. Called only when each row by itself holds.
        """
        return ()

    @abstractmethod
    def read(self, edition: Edition) -> list[R]:
        """All records of the edition, in canonical order, as rows that load to the same."""

    @abstractmethod
    def write(self, edition: Edition, row: R, actor: Actor) -> None:
        """Create the record or make it equal to the row."""

    @abstractmethod
    def remove(self, edition: Edition, key: str, actor: Actor) -> None:
        """Delete the record with that key, if there."""


_sections: dict[str, Section[Any]] = {}


def register(section: type[Section[Any]]) -> type[Section[Any]]:
    """Class decorator: put a section where the loader finds it (in order of the rooms' floors)."""
    _sections[section.name] = section()
    return section


def sections() -> list[Section[Any]]:
    """All registered sections, lower rooms first."""
    return list(_sections.values())
