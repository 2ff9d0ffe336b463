"""Editing one field or one part of a form: the page has exactly the settings that the kind of field has."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.engines.calls.form.fields import KINDS, BaseField, schemes_of
from plenary.engines.calls.models import Call
from plenary.errors import Conflict
from plenary.faces.desk.form_editing import BadForm, Data, fields_of, sign_of
from plenary.faces.desk.forms.base import DeskForm, TextFormField, day_input
from plenary.faces.desk.forms.form_options import MOST_ROWS, OptionsField
from plenary.faces.desk.forms.form_words import SETTING_WORDS, TAKES, problems_of, roles_for, words_of_setting
from plenary.ground.framework.models import Concept, Scheme
from plenary.ground.framework.text import Text

#: The settings that every kind has; the others are the kind's own.
COMMON = tuple(BaseField.model_fields)
SIGN = "seen"


def own_settings(kind: str) -> list[str]:
    """The settings that only this kind of field has, in the order of its definition."""
    return [name for name in KINDS[kind].model_fields if name not in COMMON and name != "kind"]


# ---- one control for each setting -----------------------------------------------------------------------------------


def _bounds(kind: str, name: str) -> tuple[int | None, int | None]:
    marks = KINDS[kind].model_fields[name].metadata
    least = next((mark.ge for mark in marks if hasattr(mark, "ge")), None)
    most = next((mark.le for mark in marks if hasattr(mark, "le")), None)
    return least, most


def _whole_number(kind: str, name: str, current: Any) -> forms.Field:
    least, most = _bounds(kind, name)
    default = KINDS[kind].model_fields[name].default
    value = default if current is None else current
    return forms.IntegerField(required=False, min_value=least, max_value=most, initial=value if value or default else None)


def _scheme_choices() -> list[tuple[str, str]]:
    return [(each.code, f"{each.title or each.code} ({each.code})") for each in Scheme.objects.order_by("position", "code")]


_MAKE: dict[str, Callable[[str, str, Any], forms.Field]] = {
    "options": lambda _kind, _name, now: OptionsField(initial=[{"code": each["code"], "label": Text.from_plain(each["label"])} for each in now or ()]),
    "scheme": lambda _kind, _name, now: forms.ChoiceField(choices=_scheme_choices(), initial=now),
    "schemes": lambda _kind, _name, now: forms.MultipleChoiceField(choices=_scheme_choices(), initial=list(now or ()), widget=forms.CheckboxSelectMultiple),
    "takes": lambda _kind, _name, now: forms.MultipleChoiceField(choices=TAKES, initial=list(now or ("document",)), widget=forms.CheckboxSelectMultiple),
    "currencies": lambda kind, name, now: forms.CharField(initial=", ".join(now or KINDS[kind].model_fields[name].default), max_length=250),
    "unit": lambda _kind, _name, now: TextFormField(required=False, longest=60, initial=Text.from_plain(now or "")),
}


def _control(kind: str, name: str, current: Any) -> forms.Field:
    """The control of a setting. Kinds of values that come up again (numbers, days, yes or no) need no line of their own."""
    info = KINDS[kind].model_fields[name]
    annotation = str(info.annotation)
    if name in _MAKE:
        made = _MAKE[name](kind, name, current)
    elif info.annotation is bool:
        made = forms.BooleanField(required=False, initial=bool(info.default if current is None else current))
    elif info.annotation is int:
        made = _whole_number(kind, name, current)
    elif "date" in annotation:
        made = forms.DateField(required=False, widget=day_input(), initial=current)
    elif "float" in annotation:
        made = forms.FloatField(required=False, initial=current, widget=forms.NumberInput(attrs={"step": "any"}))
    else:
        raise NotImplementedError(f"no control for {kind}.{name}")
    made.label, made.help_text = words_of_setting(kind, name)  # type: ignore[assignment]
    return made


class FieldForm(DeskForm):
    """One field of a form. ``before`` are the fields that come before it, which its condition may look at."""

    def __init__(self, *args: Any, call: Call, kind: str, field: Data | None, before: list[Data], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.call, self.kind, self.field, self.before = call, kind, field, before
        now = field or {}
        self.keeps_options = len(now.get("options", ())) > MOST_ROWS
        controls: dict[str, forms.Field] = {
            "label": TextFormField(longest=1000, rows=2 if kind == "consent" else 1, initial=Text.from_plain(now.get("label", ""))),
            "code": forms.CharField(required=False, max_length=40, initial=now.get("code", ""), widget=forms.TextInput(attrs={"class": "short", "dir": "ltr"})),
            "help": TextFormField(required=False, rows=2, longest=3000, initial=Text.from_plain(now.get("help", ""))),
            "required": forms.BooleanField(required=False, initial=now.get("required", False)),
            "private": forms.BooleanField(required=False, initial=now.get("private", False)),
            "anonymous": forms.BooleanField(required=False, initial=now.get("anonymous", False)),
            "becomes": forms.ChoiceField(required=False, choices=roles_for(call, kind, now.get("becomes", "")), initial=now.get("becomes", "")),
        }
        for name, control in controls.items():
            control.label, control.help_text = SETTING_WORDS[name]  # type: ignore[assignment]
            self.fields[name] = control
        self.own = [name for name in own_settings(kind) if not (name == "options" and self.keeps_options)]
        for name in self.own:
            self.fields[name] = _control(kind, name, now.get(name))
        self._add_condition(now.get("when"))
        self.fields[SIGN] = forms.CharField(required=False, widget=forms.HiddenInput, initial=sign_of(field) if field else "")

    # ---- the condition ----

    def _add_condition(self, when: Mapping[str, Any] | None) -> None:
        self.conditional = bool(self.before)
        if not self.before:
            return
        asked_for, among = (when or {}).get("field", ""), list((when or {}).get("among", ()))
        names = {each["code"]: str(Text.from_plain(each["label"])) for each in self.before}
        self.fields["when_field"] = forms.ChoiceField(
            label=_("This question was answered"), required=False, choices=[("", _("Always asked")), *names.items()], initial=asked_for
        )
        self.offering = {each["code"]: {option["code"] for option in each["options"]} for each in self.before if each.get("options")}
        if self.offering:
            groups = [
                (names[each["code"]], [(f"{each['code']}={option['code']}", str(Text.from_plain(option["label"]))) for option in each["options"]])
                for each in self.before
                if each.get("options")
            ]
            self.fields["when_answers"] = forms.MultipleChoiceField(
                label=_("With one of these answers"),
                required=False,
                choices=groups,
                widget=forms.CheckboxSelectMultiple,
                initial=[f"{asked_for}={code}" for code in among],
                help_text=_("Tick answers of that question only. None ticked: whatever was answered."),
            )
        if len(self.offering) < len(self.before):
            self.fields["when_codes"] = forms.CharField(
                label=_("With one of these answers, as codes"),
                required=False,
                max_length=500,
                initial="" if asked_for in self.offering else ", ".join(among),
                widget=forms.TextInput(attrs={"dir": "ltr"}),
                help_text=_("For questions without a list of answers, such as countries: codes, separated by commas. Empty: whatever was answered."),
            )

    def _condition(self, cleaned: dict[str, Any]) -> Data | None:
        asked_for = cleaned.get("when_field", "")
        ticked = [tuple(each.split("=", 1)) for each in cleaned.get("when_answers", ())]
        codes = [code.strip() for code in cleaned.get("when_codes", "").split(",") if code.strip()]
        of_fields = {code for code, _answer in ticked}
        if not asked_for and len(of_fields) == 1:
            asked_for = next(iter(of_fields))  # who ticks an answer means its question
        if not asked_for:
            if ticked or codes:
                self.add_error("when_field", _("Choose the question that these answers belong to."))
            return None
        if of_fields - {asked_for}:
            self.add_error("when_answers", _("Some of these answers belong to another question than the one chosen above."))
            return None
        among = [answer for _code, answer in ticked]
        if codes and asked_for in self.offering:
            self.add_error("when_codes", _("That question has a list of answers: tick them."))
            return None
        if codes:
            self._check_codes(asked_for, codes)
            among = codes
        return {"field": asked_for, **({"among": among} if among else {})}

    def _check_codes(self, code: str, answers: list[str]) -> None:
        other = next(each for each in self.before if each["code"] == code)
        schemes = schemes_of(KINDS[other["kind"]].model_construct(**other)) if other["kind"] in ("concept", "concepts", "country") else ()
        if schemes:
            known = set(Concept.objects.filter(scheme__code__in=schemes, code__in=answers).values_list("code", flat=True))
            unknown = next((each for each in answers if each not in known), None)
            if unknown is not None:
                self.add_error("when_codes", _("There is no entry “%(code)s” in the vocabulary of that question.") % {"code": unknown[:60]})

    def rest(self) -> None:
        """Show what was typed without judging it yet: rows were only moved."""
        self._errors = ErrorDict()

    # ---- the whole ----

    def groups(self) -> list[tuple[Any, list[Any]]]:
        """The controls under their headings."""
        conditions: list[str] = [name for name in ("when_field", "when_answers", "when_codes") if name in self.fields]
        found: list[tuple[Any, list[str]]] = [
            (gettext_lazy("The question"), ["label", "help", "required", "code"]),
            (gettext_lazy("What can be answered"), self.own),
            (gettext_lazy("Ask it only where"), conditions),
            (gettext_lazy("What becomes of the answer"), ["becomes", "private", "anonymous"]),
        ]
        return [(label, [self[name] for name in names]) for label, names in found if names]

    def clean_currencies(self) -> list[str]:
        codes = [code for code in re.split(r"[\s,;]+", self.cleaned_data["currencies"].upper()) if code]
        if not codes or any(not re.fullmatch(r"[A-Z]{3}", code) for code in codes):
            raise ValidationError(_("Write codes with three letters, such as “CHF, EUR, USD”."))
        return list(dict.fromkeys(codes))

    def clean_schemes(self) -> list[str]:
        if len(self.cleaned_data["schemes"]) > 4:
            raise ValidationError(_("Choose four at most."))
        chosen: list[str] = self.cleaned_data["schemes"]
        return chosen

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        label = cleaned.get("label") or Text()
        code = cleaned.get("code", "") or slugify(label.texts.get("en", "")).replace("-", "_").lstrip("0123456789_")[:40].strip("_")
        if "code" not in self.errors:
            if not code and label:
                self.add_error("code", _("Give a code; there is no English label to make it of."))
            elif code and not re.fullmatch(r"[a-z][a-z0-9_]*", code):
                self.add_error("code", _("Use small letters, digits and underscores, a letter first."))
        cleaned["code"] = code
        self.when = self._condition(cleaned)
        return cleaned

    def check_seen(self, current: Data) -> bool:
        """Whether the field is still what the page showed; if not, say so, and let sending it again replace what is there."""
        if self.cleaned_data[SIGN] == sign_of(current):
            return True
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data[SIGN] = sign_of(current)
        self.data = data
        self.add_error(None, _("Somebody else changed this field while you had it open. Below stands what you typed; save again to put it in place of theirs."))
        return False

    def definition(self) -> Data:
        """The field as a definition writes it."""
        values = self.cleaned_data
        found: Data = {"kind": self.kind, "code": values["code"], "label": values["label"].to_plain()}
        for name in ("required", "private", "anonymous"):
            found[name] = values[name]
        if values["help"]:
            found["help"] = values["help"].to_plain()
        if values["becomes"]:
            found["becomes"] = values["becomes"]
        if self.when is not None:
            found["when"] = self.when
        if self.keeps_options and self.field:
            found["options"] = self.field["options"]
        for name in self.own:
            value = values[name]
            if value is None:
                continue
            found[name] = value.to_plain() if isinstance(value, Text) else value.isoformat() if hasattr(value, "isoformat") else value
        return found

    def take_in_problems(self, error: BadForm | Conflict, place: str) -> None:
        """Show what the form's checks said: about this field at its controls, about others above. place: where this field stands."""
        if isinstance(error, Conflict):
            self.take_in(error)
            return
        for problem in problems_of(error.data, error.problems):
            names = {"when": "when_field"}
            name = names.get(problem.setting, problem.setting)
            is_here = problem.place.startswith(f"{place}.") or problem.place == place
            if is_here and name in self.fields:
                self.add_error(name, problem.sentence)
            elif problem.label and not is_here:
                self.add_error(None, f"{problem.label}: {problem.sentence}")
            else:
                self.add_error(None, problem.sentence)


def fields_before(data: Data, code: str | None, part: int) -> list[Data]:
    """The fields that come before a field, or before the end of a part where it is to be added."""
    if code is None:
        return [each for each_part in data["parts"][: part + 1] for each in each_part.get("fields", [])]
    found = fields_of(data)
    return found[: next((n for n, each in enumerate(found) if each["code"] == code), 0)]


class PartForm(DeskForm):
    """Heading and text of a part."""

    title = TextFormField(label=gettext_lazy("Heading"), required=False, longest=200)
    text = TextFormField(label=gettext_lazy("Text under the heading"), required=False, rows=3, longest=5000)

    def __init__(self, *args: Any, part: Data | None = None, **kwargs: Any) -> None:
        now = {name: Text.from_plain((part or {}).get(name, "")) for name in ("title", "text")}
        super().__init__(*args, **{**kwargs, "initial": now})
        for name, text in now.items():
            self.fields[name].initial = text

    def definition(self) -> Data:
        """The part without its fields, as a definition writes it."""
        return {name: text.to_plain() for name in ("title", "text") if (text := self.cleaned_data[name])}
