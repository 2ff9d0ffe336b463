"""A form as its page shows it: what each control is called, what stands in it, what is wrong with it.

What is the same for everybody (a field without an answer, a list of countries) is made once for each form and language.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plenary.engines.calls.form.definition import Definition, asked
from plenary.engines.calls.form.kept import Kept
from plenary.engines.calls.form.lists import check_boxes, select_options
from plenary.engines.calls.form.lookups import Attached, Lookups
from plenary.engines.calls.form.posted import control
from plenary.engines.calls.form.showing import PIECES, by_field, lines_of, told
from plenary.engines.calls.form.signs import signs_of
from plenary.engines.calls.form.suggesting import ASK, Suggested, can_suggest
from plenary.ground.framework.text import LANGUAGES, direction

#: More options than this stand in a list of their own height, with a search above.
LONG_LIST = 12
#: How browsers name the kinds of content they offer in the file dialogue.
_ENDINGS = {
    "document": ".pdf,.docx,.xlsx,.pptx,.odt,.ods,.odp",
    "image": "image/jpeg,image/png,image/webp,image/gif",
    "table": ".csv,.xlsx,.ods",
}


@dataclass(frozen=True, slots=True)
class Control:
    """One control of a field. language: of a text in one of several languages."""

    name: str
    id: str
    value: str = ""
    label: str = ""
    language: str = ""
    direction: str = ""
    options: SafeString = field(default_factory=lambda: mark_safe(""))
    type: str = "text"
    extra: bool = False


@dataclass(frozen=True)
class FieldView:
    """A field on the page. by_code: all fields of its form. theirs: what somebody else wrote meanwhile, where two wrote at once."""

    field: Any
    id: str
    name: str
    template: str
    controls: list[Control]
    problems: list[str]
    by_code: Mapping[str, Any]
    options: SafeString
    files: list[Attached]
    theirs: list[Any]
    has_theirs: bool
    is_long: bool
    accept: str
    suggests: str = ""  # what the button sends that asks for suggestions; empty where there is none
    suggested: list[Suggested] | None = None

    @property
    def control(self) -> Control:
        """The first control."""
        return self.controls[0]

    @cached_property
    def only_if(self) -> str:
        """In words, when the field is asked."""
        return only_if(self.field, self.by_code)

    @cached_property
    def limits(self) -> str:
        """In words, what an answer must keep to."""
        return limits_of(self.field)

    @property
    def others(self) -> list[Control]:
        """Controls that stand folded away: the text in other languages."""
        return [each for each in self.controls if each.extra]

    @property
    def has_other_languages(self) -> bool:
        """Whether there is a text in one of them."""
        return any(each.value for each in self.others)

    @property
    def html(self) -> SafeString:
        """The whole field as markup, rendered anew."""
        return render_to_string("calls/parts/field.html", {"view": self})

    @property
    def template_path(self) -> str:
        """The template of its controls."""
        return f"calls/fields/{self.template}.html"

    @property
    def rows(self) -> int:
        """How high a text's control is: about as long as the text may be."""
        return 10 if self.field.max_words > 120 or (not self.field.max_words and self.field.longest > 2000) else 4

    @property
    def has_room(self) -> bool:
        """Whether another file can be added."""
        return bool(len(self.files) < self.field.most)

    @property
    def is_group(self) -> bool:
        """Whether several controls make up the answer, so that they stand in a fieldset."""
        return bool(self.template in ("choice", "many", "organisation", "person", "date-range", "money", "files", "consent") or len(self.controls) > 1)

    @property
    def described_by(self) -> str:
        """Ids of what describes the controls."""
        found = []
        if self.field.help or self.limits or self.only_if:
            found.append(f"{self.id}-help")
        if self.problems:
            found.append(f"{self.id}-problem")
        return " ".join(found)


@dataclass(frozen=True, slots=True)
class PartView:
    """A part of the form."""

    part: Any
    number: int
    fields: list[SafeString]


@dataclass(frozen=True, slots=True)
class FormView:
    """The whole form. seen, version: what the page shows of each answer, as signs, and of which form, both of which it sends back.

    needed: how many answers it asks for.
    """

    parts: list[PartView]
    seen: str
    problems: list[tuple[str, str, list[str]]]  # id, label, sentences
    general: list[str]
    needed: int
    version: int


def form_view(
    definition: Definition,
    answers: Mapping[str, Any],
    lookups: Lookups,
    *,
    problems: Mapping[str, list[str]] | None = None,
    conflicts: Mapping[str, Any] | None = None,
    languages: tuple[str, ...] = (),
    language: str = "en",
    seen: Mapping[str, Any] | None = None,
    version: int = 0,
    suggestions: Mapping[str, list[Suggested]] | None = None,
) -> FormView:
    """The form with answers in it, as written.

    problems: sentences by code, or code and piece (empty: the whole). conflicts: by code, what somebody else wrote. languages: in which texts
    may be written, empty for the six. language: in which the contributor writes first. seen: the stored answers where the
    page shows others. version: the number of the form. suggestions: by code, concepts that fit what was written, where they
    were asked for; None on pages where they cannot be.
    """
    problems, conflicts = problems or {}, conflicts or {}
    grouped = by_field(problems)
    tongues = languages or LANGUAGES
    first = language if language in tongues else tongues[0]
    ordered = (first, *(each for each in tongues if each != first))
    shown = asked(definition, answers)
    parts: list[PartView] = []
    wrong: list[tuple[str, str, list[str]]] = []
    for number, part in enumerate(definition.parts, 1):
        fields = []
        for each in part.fields:
            answer, has_theirs = answers.get(each.code), each.code in conflicts
            found = grouped.get(each.code, {})
            sentences = told(each, found) if found else []
            view = _field(each, answer, lookups, sentences, definition.by_code, ordered, has_theirs, conflicts.get(each.code))
            if suggestions is not None and can_suggest(each):
                view = replace(view, suggests=f"{ASK}:{each.code}", suggested=suggestions.get(each.code))
            fields.append(view.html if sentences or has_theirs or view.files or view.suggested is not None else _cast(view, definition, lookups, ordered))
            for piece, said in found.items():
                wrong.append((_place(view, piece), str(each.label), told(each, {piece: said})))
            if has_theirs and not found:
                wrong.append((view.control.id, str(each.label), [_("Somebody else changed this while you were writing.")]))
        parts.append(PartView(part, number, fields))
    return FormView(
        parts=parts,
        seen=json.dumps(signs_of(definition, {**(answers if seen is None else seen), **conflicts}), separators=(",", ":")),
        problems=wrong,
        general=list(problems.get("", [])),
        needed=sum(1 for each in definition if each.required and shown[each.code]),
        version=version,
    )


def _place(view: FieldView, piece: str) -> str:
    """The id of the control where a problem is put right."""
    name = control(view.field.code, piece)
    return next((each.id for each in view.controls if each.name == name), view.control.id)


#: Of each field, in each form: its markup and, at every second place, the name of what fills the gap there.
_moulds: Kept[list[str]] = Kept(5000)
_GAP = re.compile("\ue000(\\w+)\ue001")  # of characters for private use, which no checked text holds


def _gap(name: str) -> str:
    return f"\ue000{name}\ue001"


def _mould(view: FieldView) -> list[str]:
    """The markup of a field with gaps where answers stand: the same for everybody."""
    controls = [
        replace(each, value=_gap(f"value{place}") if each.value else "", options=mark_safe(_gap(f"options{place}")) if each.options else each.options)
        for place, each in enumerate(view.controls)
    ]
    return _GAP.split(replace(view, options=mark_safe(_gap("options")), controls=controls).html)


def _cast(view: FieldView, definition: Definition, lookups: Lookups, languages: tuple[str, ...]) -> SafeString:
    """A field with its answer, nothing being wrong with it, as markup."""
    # What the templates ask of an answer, beside writing it down.
    shape = tuple((each.language, each.type, bool(each.value)) for each in view.controls)
    mould = _moulds.get((definition, lookups.concepts), (id(definition), view.field.code, languages, shape, view.suggests), lambda: _mould(view))
    fills: dict[str, str] = {"options": view.options}
    for place, each in enumerate(view.controls):
        fills[f"value{place}"], fills[f"options{place}"] = escape(each.value) if each.value else "", each.options
    pieces = mould.copy()
    pieces[1::2] = [fills[name] for name in pieces[1::2]]
    return mark_safe("".join(pieces))


def _field(
    field: Any,
    answer: Any,
    lookups: Lookups,
    problems: list[str],
    by_code: Mapping[str, Any],
    languages: tuple[str, ...],
    has_theirs: bool,
    theirs: Any,
) -> FieldView:
    name = control(field.code)
    template, controls, options, is_long = _TEMPLATES[field.kind](field, answer, lookups, languages)
    return FieldView(
        field=field,
        id=name,
        name=name,
        template=template,
        controls=controls,
        problems=list(problems),
        by_code=by_code,
        options=options,
        files=[lookups.files[key] for key in _strings(answer) if key in lookups.files] if template == "files" else [],
        theirs=lines_of(field, theirs, lookups) if has_theirs else [],
        has_theirs=has_theirs,
        is_long=is_long,
        accept=",".join(_ENDINGS[each] for each in field.takes) if field.kind == "file" else _ENDINGS["image"] if field.kind == "image" else "",
    )


def only_if(field: Any, by_code: Mapping[str, Any]) -> str:
    """In words, when a field is asked."""
    if field.when is None:
        return ""
    other = by_code[field.when.field]
    if not field.when.among:
        return _("Only if you answered “%(field)s”.") % {"field": other.label}
    labels = {option.code: str(option.label) for option in getattr(other, "options", ())}
    wanted = ", ".join("“%s”" % labels.get(each, _("Yes") if each == "true" else each) for each in field.when.among)  # noqa: UP031
    return _("Only if your answer to “%(field)s” is %(answers)s.") % {"field": other.label, "answers": wanted}


def limits_of(field: Any) -> str:
    """What an answer must keep to, in words."""
    kind = field.kind
    if kind == "long-text":
        if field.min_words and field.max_words:
            return _("%(least)s to %(most)s words.") % {"least": field.min_words, "most": field.max_words}
        if field.max_words:
            return ngettext("At most %(n)s word.", "At most %(n)s words.", field.max_words) % {"n": field.max_words}
        if field.min_words:
            return ngettext("At least %(n)s word.", "At least %(n)s words.", field.min_words) % {"n": field.min_words}
    if kind in ("choices", "concepts"):
        if field.most and field.least:
            return (
                _("Choose %(least)s to %(most)s.") % {"least": field.least, "most": field.most}
                if field.least < field.most
                else _("Choose %(n)s.") % {"n": field.most}
            )
        if field.most:
            return ngettext("Choose at most %(n)s.", "Choose at most %(n)s.", field.most) % {"n": field.most}
        if field.least:
            return ngettext("Choose at least %(n)s.", "Choose at least %(n)s.", field.least) % {"n": field.least}
        return _("Choose all that apply.")
    if kind == "number":
        if field.least is not None and field.most is not None:
            return _("Between %(least)s and %(most)s.") % {"least": f"{field.least:g}", "most": f"{field.most:g}"}
        if field.least is not None:
            return _("At least %(least)s.") % {"least": f"{field.least:g}"}
        if field.most is not None:
            return _("At most %(most)s.") % {"most": f"{field.most:g}"}
    if kind in ("file", "image"):
        words = [
            ngettext("%(n)s file", "Up to %(n)s files", field.most) % {"n": field.most},
            ngettext("at most %(n)s megabyte each", "at most %(n)s megabytes each", field.megabytes) % {"n": field.megabytes},
        ]
        if kind == "image" and (field.min_width or field.min_height):
            words.append(_("at least %(width)s × %(height)s pixels") % {"width": field.min_width or 1, "height": field.min_height or 1})
        kinds = {"document": _("PDF or office documents"), "image": _("JPEG, PNG or WebP pictures"), "table": _("tables (CSV, XLSX)")}
        words.append(", ".join(kinds[each] for each in field.takes) if kind == "file" else kinds["image"])
        return ", ".join(words) + "."
    if kind == "phone":
        return _("With the country’s code: +41 22 730 51 11.")
    return ""


# ---- controls of each kind ------------------------------------------------------------------------------------------

_Made = tuple[str, list[Control], SafeString, bool]
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NOTHING = mark_safe("")


def _string(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list) else ("true" if value is True else str(value))


def _strings(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)] if value not in (None, "", {}) else []


def _one(template: str, kind: str = "text") -> Callable[[Any, Any, Lookups, tuple[str, ...]], _Made]:
    def make(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> _Made:
        name = control(field.code)
        if getattr(field, "per_language", False):
            given = answer if isinstance(answer, Mapping) else {languages[0]: _string(answer)}
            tongues = (*languages, *(tag for tag in given if tag not in languages))
            names = {code.split("-")[0]: label for code, label in settings.LANGUAGES}
            controls = [
                Control(
                    control(field.code, tag), control(field.code, tag), _string(given.get(tag)), names.get(tag, tag), tag, direction(tag), extra=position > 0
                )
                for position, tag in enumerate(tongues)
            ]
            return template, controls, _NOTHING, False
        value = _string(answer.get("name", "") if isinstance(answer, Mapping) else answer)
        # A native control shows nothing of what is no day; a line of text does.
        shown_as = "text" if kind == "date" and value and not _DAY.fullmatch(value) else kind
        return template, [Control(name, name, value, type=shown_as)], _NOTHING, False

    return make


def _choice(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> _Made:
    name = control(field.code)
    chosen = set(_strings(answer))
    kind = "radio" if field.kind == "choice" else "checkbox"
    boxes = format_html_join(
        "\n",
        '<label class="option"><input type="{}" name="{}" id="{}" value="{}"{}> <span>{}</span></label>',
        (
            (
                kind,
                name,
                name if position == 0 else f"{name}-{option.code}",
                option.code,
                mark_safe(" checked") if option.code in chosen else "",
                str(option.label),
            )
            for position, option in enumerate(field.options)
        ),
    )
    return ("choice" if kind == "radio" else "many"), [Control(name, name)], boxes, len(field.options) > LONG_LIST


def _concept(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> _Made:
    name = control(field.code)
    scheme = "countries" if field.kind == "country" else field.scheme
    options = select_options(lookups, scheme, _string(answer), leaves=getattr(field, "leaves", False))
    return "select", [Control(name, name, _string(answer))], options, False


def _concepts(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> _Made:
    name = control(field.code)
    count = sum(len(lookups.concepts.get(scheme, ())) for scheme in field.schemes)
    return "many", [Control(name, name)], check_boxes(lookups, field.schemes, name, _strings(answer)), count > LONG_LIST


def _pieces(template: str) -> Callable[[Any, Any, Lookups, tuple[str, ...]], _Made]:
    def make(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> _Made:
        given = answer if isinstance(answer, Mapping) else {field.pieces[0]: _string(answer)}
        controls = []
        for position, piece in enumerate(field.pieces):
            name = control(field.code, piece)
            value = _string(given.get(piece))
            options, kind = _NOTHING, {"email": "email", "website": "url", "from": "date", "to": "date"}.get(piece, "text")
            if piece == "country":
                options = select_options(lookups, "countries", value)
            elif piece == "stakeholder_type":
                options = select_options(lookups, "stakeholder-types", value)
            elif piece == "currency":
                options = format_html_join(
                    "", '<option value="{}"{}>{}</option>', ((each, mark_safe(" selected") if each == value else "", each) for each in field.currencies)
                )
            controls.append(Control(name, control(field.code) if position == 0 else name, value, str(PIECES[piece]), options=options, type=kind))
        return template, controls, _NOTHING, False

    return make


def _files(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> _Made:
    name = control(field.code)
    return "files", [Control(f"file-{field.code}", name)], _NOTHING, False


def _consent(field: Any, answer: Any, lookups: Lookups, languages: tuple[str, ...]) -> _Made:
    name = control(field.code)
    return "consent", [Control(name, name, "true" if answer in (True, "true") else "")], _NOTHING, False


_TEMPLATES: dict[str, Callable[[Any, Any, Lookups, tuple[str, ...]], _Made]] = {
    "text": _one("text"),
    "long-text": _one("long-text"),
    "choice": _choice,
    "choices": _choice,
    "concept": _concept,
    "concepts": _concepts,
    "country": _concept,
    "organisation": _pieces("organisation"),
    "person": _pieces("person"),
    "link": _one("text", "url"),
    "email": _one("text", "email"),
    "phone": _one("text", "tel"),
    "date": _one("text", "date"),
    "date-range": _pieces("date-range"),
    "number": _one("number"),
    "money": _pieces("money"),
    "file": _files,
    "image": _files,
    "consent": _consent,
}
