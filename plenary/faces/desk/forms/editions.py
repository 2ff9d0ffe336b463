"""Forms about editions, calls and phases."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.engines.calls.models import Phase
from plenary.faces.desk.forms.base import DeskForm, TextFormField, day_input, zone_choices
from plenary.ground.framework.editions.moments import from_day
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text


class EditionForm(DeskForm):
    """All that is set for an edition itself."""

    name = TextFormField(label=gettext_lazy("Name"), longest=200)
    summary = TextFormField(
        label=gettext_lazy("Summary"), required=False, rows=3, longest=2000, help_text=gettext_lazy("Two or three sentences for the edition’s page.")
    )
    place = TextFormField(label=gettext_lazy("Place"), required=False, longest=200, help_text=gettext_lazy("City and country, or how people take part."))
    starts = forms.DateField(label=gettext_lazy("First day"), required=False, widget=day_input())
    ends = forms.DateField(label=gettext_lazy("Last day"), required=False, widget=day_input())
    mode = forms.ChoiceField(label=gettext_lazy("How people take part"), required=False, choices=[("", gettext_lazy("Not set yet")), *Edition.Mode.choices])
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"), help_text=gettext_lazy("Times of this edition are written in this zone."))
    contact = forms.EmailField(label=gettext_lazy("Contact address"), required=False, help_text=gettext_lazy("Everybody can read it."))
    website = forms.URLField(label=gettext_lazy("Website"), required=False, max_length=200, assume_scheme="https")
    stub = forms.BooleanField(label=gettext_lazy("Only name and dates are known of this edition"), required=False)

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        initial = {
            "name": edition.name,
            "summary": edition.summary,
            "place": edition.place,
            "starts": edition.starts_on,
            "ends": edition.ends_on,
            "mode": edition.mode,
            "zone": edition.zone,
            "contact": edition.contact,
            "website": edition.website,
            "stub": edition.is_stub,
        }
        super().__init__(*args, **{**kwargs, "initial": initial})
        self.edition = edition
        zones = zone_choices()
        known = {code for code, _label in zones}
        self.fields["zone"].choices = zones if edition.zone in known else [(edition.zone, edition.zone), *zones]  # type: ignore[attr-defined]
        for name in ("name", "summary", "place"):
            self.fields[name].initial = initial[name]  # what the field keeps from before

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if ends and not starts and "starts" not in self.errors:
            self.add_error("starts", _("Give the first day too, or leave both empty."))
        if starts and ends and ends < starts:
            self.add_error("ends", _("The last day lies before the first."))
        return cleaned

    def changes(self) -> dict[str, Any]:
        """The values as ``edit_edition`` takes them; days are counted from its anchor where the edition has one."""
        values = dict(self.cleaned_data)
        for name in ("starts", "ends"):
            values[name] = from_day(values[name], self.edition.anchor)
        return values


class ExtendForm(DeskForm):
    """Moving a deadline, with the note that everybody reads."""

    day = forms.DateField(label=gettext_lazy("New last day"), widget=day_input())
    clock = forms.TimeField(
        label=gettext_lazy("Time of day"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("Empty: until the end of that day."),
    )
    note = TextFormField(
        label=gettext_lazy("Public note"),
        rows=3,
        longest=1000,
        help_text=gettext_lazy("Everybody can read it on the page of the call. One language is enough; others help."),
    )

    def __init__(self, *args: Any, phase: Phase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.phase = phase

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not 1990 <= day.year <= 2100:
            raise forms.ValidationError(_("Choose a day between 1990 and 2100."))
        return day

    def closes_at(self) -> datetime:
        """The new instant in the phase's zone."""
        return datetime.combine(self.cleaned_data["day"], self.cleaned_data["clock"] or time(12), ZoneInfo(self.phase.zone))

    def all_day(self) -> bool:
        """Whether only the day was given."""
        return self.cleaned_data["clock"] is None

    def note_text(self) -> Text:
        text: Text = self.cleaned_data["note"]
        return text
