"""A form's definition handed in as data: as text or as a file, in JSON."""

from __future__ import annotations

import json
import math
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.faces.desk.forms.base import DeskForm

#: Far more than 150 fields in six languages need.
LARGEST = 1_000_000
DEEPEST = 20


def read_json(text: str) -> dict[str, Any]:
    """A definition from JSON. Raises: ValidationError that says in which line it cannot be read."""
    try:
        data = json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise ValidationError(_("This is not JSON: line %(line)s, column %(column)s.") % {"line": error.lineno, "column": error.colno}) from error
    except (RecursionError, ValueError) as error:  # lists in lists without end; numbers without end
        raise ValidationError(_("This is not the definition of a form.")) from error
    if not isinstance(data, dict):
        raise ValidationError(_("A definition is an object with the key “parts”."))
    _check_values(data)
    return data


def _refuse(word: str) -> Any:
    raise ValueError(word)


def _check_values(value: Any, depth: int = 0) -> None:
    """Refuse what no database keeps: NUL, halves of surrogate pairs, numbers without end."""
    if depth > DEEPEST:
        raise ValidationError(_("This is not the definition of a form."))
    if isinstance(value, dict):
        for name, each in value.items():
            _check_values(name, depth + 1)
            _check_values(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            _check_values(each, depth + 1)
    elif isinstance(value, str):
        if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise ValidationError(_("There is a character that cannot be stored."))
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValidationError(_("There is a number without end."))
    elif isinstance(value, int) and abs(value) > 10**15:
        raise ValidationError(_("There is a number that is too large."))


class DefinitionForm(DeskForm):
    """A definition, typed or as a file; a file goes before what is typed."""

    text = forms.CharField(
        label=gettext_lazy("Definition"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 28, "class": "desk-code", "dir": "ltr", "spellcheck": "false"}),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file"),
        required=False,
        max_length=300,
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
        help_text=gettext_lazy("JSON in UTF-8, at most 1 MB. It goes before what stands in the text above."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        upload, name = cleaned.get("file"), "text"
        text = cleaned.get("text", "")
        if upload is not None:
            name = "file"
            if upload.size > LARGEST:
                self.add_error("file", _("The file is too large."))
                return cleaned
            try:
                text = upload.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", _("The file is not text in UTF-8."))
                return cleaned
        if len(text) > LARGEST:
            self.add_error(name, _("The definition is too large."))
            return cleaned
        if not self.errors:
            try:
                cleaned["definition"] = read_json(text)
            except ValidationError as error:
                self.add_error(name, error)
        return cleaned
