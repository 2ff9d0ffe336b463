"""Answers in words: for pages, documents, mails and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.numbers import format_decimal
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.engines.calls.form.definition import Definition, FormPart, asked
from plenary.engines.calls.form.lookups import Lookups
from plenary.ground.framework.text import Text
from plenary.ground.web.templatetags.web import babel_locale, day, number

#: What the pieces of an answer are called.
PIECES = {
    "name": gettext_lazy("Name"),
    "country": gettext_lazy("Country"),
    "stakeholder_type": gettext_lazy("Type"),
    "website": gettext_lazy("Website"),
    "email": gettext_lazy("E-mail address"),
    "post": gettext_lazy("Post"),
    "organisation": gettext_lazy("Organisation"),
    "from": gettext_lazy("From"),
    "to": gettext_lazy("To"),
    "amount": gettext_lazy("Amount"),
    "currency": gettext_lazy("Currency"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of an answer in words. language: of a text, empty for the page's. link: where it leads, if anywhere."""

    text: str
    label: str = ""
    language: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A field with its answer in words; no lines: nothing was answered."""

    field: Any
    label: Text
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part of the form with the answers in it."""

    part: FormPart
    fields: list[Shown]


def show(definition: Definition, answers: Mapping[str, Any], lookups: Lookups, *, hidden: frozenset[str] = frozenset(), empty: bool = True) -> list[ShownPart]:
    """All answers in words, part by part; fields that were not asked are left out.

    hidden: codes of fields to leave out. empty: whether fields without an answer are shown.
    """
    shown = asked(definition, answers)
    parts = []
    for part in definition.parts:
        fields = [
            Shown(field, field.label, lines_of(field, answers.get(field.code), lookups))
            for field in part.fields
            if shown[field.code] and field.code not in hidden
        ]
        fields = [each for each in fields if each.lines or empty]
        if fields:
            parts.append(ShownPart(part, fields))
    return parts


def lines_of(field: Any, answer: Any, lookups: Lookups) -> list[Line]:
    """An answer in words. What cannot be read as the field wants it (in a draft) is shown as it was written."""
    if answer in (None, "", [], {}) or (answer is False and field.kind != "consent"):
        return []
    try:
        return _lines(field, answer, lookups)
    except (ValueError, TypeError, AttributeError, KeyError, ArithmeticError):
        return [Line(str(answer))]


def piece_name(field: Any, piece: str) -> str:
    """What a piece of an answer is called, or the language of a text."""
    if field.pieces:
        return str(PIECES.get(piece, piece))
    names = {code.split("-")[0]: label for code, label in settings.LANGUAGES}
    return str(names.get(piece, piece))


def by_field(problems: Mapping[str, list[str]]) -> dict[str, dict[str, list[str]]]:
    """Problems as the check gives them, by the code of the field and the piece of its answer ("": the whole)."""
    found: dict[str, dict[str, list[str]]] = {}
    for key, sentences in problems.items():
        code, _dot, piece = key.partition(".")
        found.setdefault(code, {})[piece] = list(sentences)
    return found


def told(field: Any, problems: Mapping[str, list[str]]) -> list[str]:
    """What is wrong with the pieces of an answer, in sentences that stand together and say of which piece they speak."""
    return [f"{piece_name(field, piece)}: {sentence}" if piece else sentence for piece, sentences in problems.items() for sentence in sentences]


def plain(field: Any, answer: Any, lookups: Lookups) -> str:
    """An answer on one line, for tables and lists."""
    return "; ".join(f"{line.label}: {line.text}" if line.label else line.text for line in lines_of(field, answer, lookups))


def _label(schemes: tuple[str, ...], code: str, lookups: Lookups) -> str:
    known = lookups.concept(schemes, str(code))
    if known is None:
        return str(code)
    speaks = known.code[:1].isupper() or known.code[:1].isdigit()
    return f"{known.code} {known.label}" if speaks and len(known.code) <= 6 and known.scheme != "countries" else str(known.label)


def _lines(field: Any, answer: Any, lookups: Lookups) -> list[Line]:
    kind = field.kind
    if kind in ("text", "long-text"):
        if isinstance(answer, Mapping):
            return [Line(str(text), language=str(language)) for language, text in answer.items() if text]
        return [Line(str(answer))]
    if kind in ("choice", "choices"):
        labels = {option.code: str(option.label) for option in field.options}
        return [Line(labels.get(str(each), str(each))) for each in (answer if isinstance(answer, list) else [answer])]
    if kind == "concept":
        return [Line(_label((field.scheme,), answer, lookups))]
    if kind == "concepts":
        return [Line(_label(field.schemes, each, lookups)) for each in (answer if isinstance(answer, list) else [answer])]
    if kind == "country":
        return [Line(_label(("countries",), answer, lookups))]
    if kind in ("organisation", "person"):
        given = answer if isinstance(answer, Mapping) else {"name": answer}
        return [
            Line(_piece(name, str(given[name]), lookups), str(PIECES[name]), link=_link(name, str(given[name]))) for name in field.pieces if given.get(name)
        ]
    if kind == "link":
        return [Line(str(answer), link=_link("website", str(answer)))]
    if kind == "email":
        return [Line(str(answer), link=_link("email", str(answer)))]
    if kind == "date":
        return [Line(day(date.fromisoformat(str(answer))))]
    if kind == "date-range":
        first = day(date.fromisoformat(answer["from"]))
        return [Line(f"{first} – {day(date.fromisoformat(answer['to']))}" if answer.get("to") else _("since %(day)s") % {"day": first})]
    if kind == "number":
        return [Line(f"{number(float(answer))} {field.unit}".strip() if isinstance(answer, int | float) else str(answer))]
    if kind == "money":
        amount = answer["amount"]
        shown = format_decimal(amount, locale=babel_locale(), numbering_system="latn") if isinstance(amount, int | float) else str(amount)
        return [Line(f"{shown} {answer.get('currency', '')}".strip())]
    if kind in ("file", "image"):
        found = [lookups.files.get(str(key)) for key in answer]
        return [Line(each.name, link=f"#{each.key}") for each in found if each is not None]
    if kind == "consent":
        return [Line(_("Yes") if answer in (True, "true") else _("No"))]
    return [Line(str(answer))]


def _piece(name: str, value: str, lookups: Lookups) -> str:
    if name == "country":
        return _label(("countries",), value, lookups)
    return _label(("stakeholder-types",), value, lookups) if name == "stakeholder_type" else value


def _link(name: str, value: str) -> str:
    if name == "website" and value.startswith(("https://", "http://")):
        return value
    return f"mailto:{value}" if name == "email" and "@" in value and not any(sign in value for sign in " <>\"'&?") else ""
