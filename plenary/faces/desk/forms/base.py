"""What the desk's forms share: a form that takes in an action's problems, and texts in several languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.errors import Conflict, Invalid
from plenary.ground.framework.text import LANGUAGES, Text, direction


class DeskForm(forms.Form):
    """A form whose errors may also come from the action it feeds."""

    def take_in(self, error: Invalid | Conflict) -> None:
        """Show the action's problems at their fields; those of fields that are not on the form stand above it."""
        if isinstance(error, Conflict):
            self.add_error(None, str(error))
            return
        for name, sentences in error.problems.items():
            self.add_error(name if name in self.fields else None, [ValidationError(sentence) for sentence in sentences])


def language_names() -> dict[str, str]:
    """The names of the six languages, each in itself, by content code."""
    return {code.split("-")[0]: name for code, name in settings.LANGUAGES}


class TextWidget(forms.Widget):
    """One control for each language and the choice of the original, in one group."""

    template_name = "desk/widgets/text.html"
    use_fieldset = True

    def __init__(self, *, rows: int = 1, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.rows = rows

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_{LANGUAGES[0]}" if id_ else id_

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        text = value if isinstance(value, Text) else Text()
        group = context["widget"]["attrs"].get("id", f"id_{name}")
        context["widget"]["rows"] = self.rows
        context["widget"]["group"] = group
        context["widget"]["invalid"] = context["widget"]["attrs"].get("aria-invalid")
        context["widget"]["original"] = text.original
        context["widget"]["languages"] = [
            {
                "code": code,
                "label": label,
                "direction": direction(code),
                "text": text.texts.get(code, ""),
                "machine": code in text.machine,
                "original": code == text.original,
            }
            for code, label in language_names().items()
        ]
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        texts = {code: str(data.get(f"{name}_{code}", "")).replace("\r\n", "\n").strip() for code in LANGUAGES}
        original = str(data.get(f"{name}_original", LANGUAGES[0]))
        return Text({code: text for code, text in texts.items() if text}, original if original in LANGUAGES else LANGUAGES[0])

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(f"{name}_{code}" in data for code in LANGUAGES)


class TextFormField(forms.Field):
    """A ``Text``: what a person types is no longer marked as a machine's, and languages that the form does not show stay."""

    def __init__(self, *, longest: int = 5000, rows: int = 1, **kwargs: Any) -> None:
        super().__init__(widget=TextWidget(rows=rows), **kwargs)
        self.longest = longest

    def clean(self, value: Any) -> Text:
        typed = value if isinstance(value, Text) else Text()
        if self.required and not typed:
            raise ValidationError(self.error_messages["required"], code="required")
        if typed and typed.original not in typed.texts:
            raise ValidationError(_("The original language is %(language)s, but there is no text in it.") % {"language": language_names()[typed.original]})
        for code, text in typed.texts.items():
            if len(text) > self.longest:
                raise ValidationError(
                    _("The text in %(language)s has %(count)d characters; at most %(longest)d fit.")
                    % {"language": language_names()[code], "count": len(text), "longest": self.longest}
                )
            if "\x00" in text:
                raise ValidationError(_("The text in %(language)s has a character that cannot be stored.") % {"language": language_names()[code]})
        before = self.initial if isinstance(self.initial, Text) else Text()
        return merged(before, typed)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(merged(initial or Text(), data or Text()) != (initial or Text()))


def merged(before: Text, typed: Text) -> Text:
    """What was typed in the six languages, with what the form does not show kept from before."""
    kept = {code: text for code, text in before.texts.items() if code not in LANGUAGES}
    texts = {**typed.texts, **kept}
    original = before.original if before.original in kept else typed.original
    machine = frozenset(code for code in before.machine if texts.get(code) == before.texts.get(code) and code in texts)
    return Text(texts, original if texts else before.original, machine)


def zone_choices() -> Sequence[tuple[str, str]]:
    """All time zones by name, UTC first."""
    from zoneinfo import available_timezones

    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/", "right/", "SystemV/", "US/")))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


class ReasonField(forms.CharField):
    """Why something is done, for the trail."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Reason"))
        kwargs.setdefault("help_text", gettext_lazy("A short sentence; it is kept in the trail."))
        super().__init__(max_length=500, **kwargs)


def day_input() -> forms.DateInput:
    """A native date control."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
