"""What people write, in one or several languages, as one value.

A ``Text`` knows its original language, the text by language, and which of them a machine made. Languages are the
content codes ``en ar zh fr ru es`` and any other BCP 47 tag that a contributor writes in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import get_language

#: The six languages of the site, in the order of the language switch.
LANGUAGES = ("en", "ar", "zh", "fr", "ru", "es")
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "dv", "yi"})


def reader_language() -> str:
    """The content language of the page being made (Django's ``zh-hans`` is ``zh`` here)."""
    return (get_language() or "en").split("-")[0]


def direction(language: str) -> str:
    """``rtl`` or ``ltr``."""
    return "rtl" if language.split("-")[0] in RIGHT_TO_LEFT else "ltr"


@dataclass(frozen=True, slots=True)
class Shown:
    """A text chosen for a reader."""

    text: str
    language: str
    is_original: bool
    by_machine: bool

    @property
    def direction(self) -> str:
        return direction(self.language)


@dataclass(frozen=True, slots=True)
class Text:
    """A text in its original language with its translations; empty where nobody has written anything."""

    texts: Mapping[str, str] = field(default_factory=dict)
    original: str = "en"
    machine: frozenset[str] = frozenset()

    @classmethod
    def of(cls, text: str, language: str = "en") -> Text:
        """A text in one language."""
        return cls({language: text} if text else {}, language)

    @classmethod
    def from_json(cls, value: Any) -> Text:
        """Read the stored form ``{"original": "en", "texts": {...}, "machine": [...]}``."""
        if not value:
            return cls()
        return cls(dict(value.get("texts", {})), value.get("original", "en"), frozenset(value.get("machine", ())))

    def to_json(self) -> dict[str, Any]:
        """The stored form; ``{}`` for an empty text."""
        if not self:
            return {}
        stored: dict[str, Any] = {"original": self.original, "texts": dict(self.texts)}
        if self.machine:
            stored["machine"] = sorted(self.machine)
        return stored

    @classmethod
    def from_plain(cls, value: Mapping[str, Any] | str) -> Text:
        """Read the form of data files: a string (English), or a table of languages with ``original``, ``machine``."""
        if isinstance(value, str):
            return cls.of(value)
        texts = {key: text for key, text in value.items() if key not in ("original", "machine") and text}
        original = value.get("original") or ("en" if "en" in texts or not texts else next(iter(texts)))
        return cls(texts, original, frozenset(value.get("machine", ())))

    def to_plain(self) -> dict[str, Any]:
        """The form of data files, in a fixed order of languages."""
        order = {language: position for position, language in enumerate(LANGUAGES)}
        plain: dict[str, Any] = {key: self.texts[key] for key in sorted(self.texts, key=lambda tag: (order.get(tag, 99), tag))}
        if self.texts and self.original != "en":
            plain["original"] = self.original
        if self.machine:
            plain["machine"] = sorted(self.machine)
        return plain

    def best(self, language: str | None = None) -> Shown:
        """The text in the wanted language (default: the reader's), else the original, else English, else any."""
        wanted = language or reader_language()
        for candidate in (wanted, self.original, "en", *self.texts):
            if self.texts.get(candidate):
                return Shown(self.texts[candidate], candidate, candidate == self.original, candidate in self.machine)
        return Shown("", wanted, True, False)

    def __str__(self) -> str:
        return self.best().text

    def __bool__(self) -> bool:
        return any(self.texts.values())

    def __hash__(self) -> int:
        return hash((tuple(sorted(self.texts.items())), self.original, self.machine))


class TextField(models.JSONField):
    """A model field that holds a ``Text``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", Text)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        # A lookup into the JSON (field__texts__en) gives a part of it, which stays what it is.
        plain = super().from_db_value(value, expression, connection)
        return Text.from_json(plain) if isinstance(plain, dict) and (not plain or "texts" in plain) else plain

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(value.to_json() if isinstance(value, Text) else value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return super().get_db_prep_value(value.to_json() if isinstance(value, Text) else value, connection, prepared)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, Text):
            return value
        return Text.from_json(super().to_python(value))

    def validate(self, value: Any, model_instance: Any) -> None:
        super().validate(value.to_json() if isinstance(value, Text) else value, model_instance)

    def value_to_string(self, obj: Any) -> Any:
        return self.value_from_object(obj).to_json()
