"""Forms for working on many entries, and for merging two."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.faces.desk.forms.base import DeskForm
from plenary.ground.framework.queries import concepts_of
from plenary.programmes.stocktaking.actions.bulk import KINDS, Deed, deed_of
from plenary.programmes.stocktaking.models import Collection


def deed_choices() -> list[tuple[str, str]]:
    """What can be done to many, in words."""
    return [(code, str(kind.label)) for code, kind in KINDS.items()]


class TogetherForm(DeskForm):
    """What is to be done, with which value and why."""

    deed = forms.ChoiceField(label=gettext_lazy("With the chosen ones"))
    value = forms.ChoiceField(label=gettext_lazy("Which"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Kept in the trail of each entry."),
    )

    def __init__(self, *args: Any, what: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = KINDS.get(what)
        deed: Any = self.fields["deed"]
        deed.choices = deed_choices()
        value: Any = self.fields["value"]
        value.choices = _values(what)
        if kind is not None:
            deed.widget = forms.HiddenInput()
            if not value.choices:
                del self.fields["value"]
            self.fields["reason"].required = what == "withdraw"
        else:
            del self.fields["value"], self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if "value" in self.fields and not found.get("value") and "value" not in self.errors:
            self.add_error("value", _("Choose one of the values."))
        return found

    def chosen(self) -> Deed:
        """The deed. Raises: Invalid."""
        return deed_of(self.cleaned_data["deed"], self.cleaned_data.get("value", ""))


def _values(what: str) -> list[Any]:
    kind = KINDS.get(what)
    if kind is None:
        return []
    blank = ("", _("Choose"))
    if kind.choices:
        return [blank, *((code, str(label)) for code, label in kind.choices)]
    if kind.about == ("collection",):
        return [blank, *((each.code, str(each.name)) for each in Collection.objects.all())]
    if not kind.about:
        return []
    groups = [(str(scheme), [(concept.code, f"{concept.code} – {concept.label}") for concept in concepts_of(scheme)]) for scheme in kind.about]
    return [blank, *(groups[0][1] if len(groups) == 1 else [choice for _scheme, choices in groups for choice in choices])]


class MergeForm(DeskForm):
    """Why two entries are one project."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
