"""Forms about calls and their phases."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.engines.calls.actions import CallValues, PhaseValues
from plenary.engines.calls.intakes import intakes
from plenary.engines.calls.models import Call, Phase
from plenary.faces.desk.forms.base import DeskForm, ReasonField, TextFormField, language_names, zone_choices
from plenary.faces.desk.forms.moments import MomentField, Span, Typed, span_of, typed_of
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text
from plenary.ground.people.queries import offered
from plenary.ground.web.templatetags.web import zone_city

#: Rows for further intakes that stand empty below those a call has.
SPARE = 2
#: More than this no call needs.
MOST_INTAKES = 12
Groups = tuple[tuple[Any, tuple[str, ...]], ...]
LIMITS = ("per_person", "per_organisation", "per_organisation_and_category")


class IntakesWidget(forms.Widget):
    """Rows of a decision's code and the record it makes; a row that is cleared goes."""

    template_name = "desk/widgets/intakes.html"
    use_fieldset = True

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_decision_0" if id_ else id_

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = list(value or ())
        known = {each.code: str(each.label) for each in intakes()}
        choices = [*known.items(), *((row["intake"], row["intake"]) for row in rows if row["intake"] and row["intake"] not in known)]
        spare = [{"decision": "", "intake": ""}] * max(0, min(SPARE, MOST_INTAKES - len(rows)))
        context["widget"]["rows"] = [*rows, *spare]
        context["widget"]["choices"] = choices
        context["widget"]["group"] = context["widget"]["attrs"].get("id", f"id_{name}")
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        rows = [
            {"decision": str(data.get(f"{name}_decision_{number}", "")).strip(), "intake": str(data.get(f"{name}_intake_{number}", "")).strip()}
            for number in range(MOST_INTAKES + SPARE)
        ]
        return [row for row in rows if row["decision"] or row["intake"]]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}_decision_0" not in data


class IntakesField(forms.Field):
    """What decisions make of a submission: ``[{"decision": "eligible", "intake": "stocktaking.entry"}]``."""

    widget = IntakesWidget

    def clean(self, value: Any) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = list(value or ())
        if any(not (row["decision"] and row["intake"]) for row in rows):
            raise ValidationError(_("Each row needs the name of a decision and the record that it makes. Clear a row to take it out."))
        if len(rows) > MOST_INTAKES:
            raise ValidationError(_("There are too many rows."))
        return rows


class CallForm(DeskForm):
    """All that is set for a call itself."""

    title = TextFormField(label=gettext_lazy("Title"), longest=200)
    purpose = TextFormField(label=gettext_lazy("Purpose"), required=False, rows=2, longest=500, help_text=gettext_lazy("One sentence for lists."))
    rules = TextFormField(
        label=gettext_lazy("Rules"), required=False, rows=6, longest=20_000, help_text=gettext_lazy("Who can take part and what submissions must keep to.")
    )
    guidance = TextFormField(
        label=gettext_lazy("Guidance"), required=False, rows=6, longest=20_000, help_text=gettext_lazy("What helps to write a good submission.")
    )
    contact = forms.EmailField(label=gettext_lazy("Contact address"), required=False, help_text=gettext_lazy("Everybody can read it."))
    audience = forms.ChoiceField(label=gettext_lazy("Who may submit"), choices=Call.Audience.choices, widget=forms.RadioSelect, initial=Call.Audience.VERIFIED)
    stakeholder_types = forms.MultipleChoiceField(
        label=gettext_lazy("Types of stakeholders"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tick those who may submit. None ticked: all."),
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages accepted"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tick those in which texts may be written. None ticked: any."),
    )
    per_person = forms.IntegerField(label=gettext_lazy("Submissions from one person, at most"), required=False, min_value=1, max_value=1000)
    per_organisation = forms.IntegerField(label=gettext_lazy("Submissions from one organisation, at most"), required=False, min_value=1, max_value=1000)
    per_organisation_and_category = forms.IntegerField(
        label=gettext_lazy("Submissions from one organisation in one category, at most"),
        required=False,
        min_value=1,
        max_value=1000,
        help_text=gettext_lazy("The category is the answer to the field of the form that becomes the category."),
    )
    intakes = IntakesField(
        label=gettext_lazy("Decisions and the records they make"),
        required=False,
        help_text=gettext_lazy(
            "In the order in which they are made: a first decision (“eligible”) may make one record of a submission, a later one (“nominated”) another. "
            "Without any, a submission is accepted or not, and stays what it is."
        ),
    )
    shows_use = forms.BooleanField(
        label=gettext_lazy("Tell the public what became of each input"),
        required=False,
        help_text=gettext_lazy("For consultations: after the close a page shows how each input was used."),
    )

    #: How the fields stand together on the page.
    GROUPS: Groups = (
        (gettext_lazy("What the call says"), ("title", "purpose", "rules", "guidance", "contact")),
        (gettext_lazy("Who may submit, and how much"), ("audience", "stakeholder_types", "languages", *LIMITS)),
        (gettext_lazy("What becomes of submissions"), ("intakes", "shows_use")),
    )

    def __init__(self, *args: Any, call: Call | None = None, chooses_intakes: bool = True, **kwargs: Any) -> None:
        initial = {} if call is None else {name: getattr(call, name) for _label, names in CallForm.GROUPS for name in names}
        super().__init__(*args, **{**kwargs, "initial": {**initial, **kwargs.get("initial", {})}})
        self.call = call
        spoken = language_names()
        others = [code for code in (call.languages if call else []) if code not in spoken]
        fields: dict[str, Any] = self.fields
        fields["languages"].choices = [*spoken.items(), *((code, code) for code in others)]
        types = {each.code: str(each.label) for each in offered("stakeholder-types")}
        retired = [code for code in (call.stakeholder_types if call else []) if code not in types]
        fields["stakeholder_types"].choices = [*types.items(), *((code, code) for code in retired)]
        for name in ("title", "purpose", "rules", "guidance"):
            fields[name].initial = initial.get(name)  # what the field keeps from before
        if not chooses_intakes:
            del fields["intakes"]

    def groups(self) -> list[tuple[Any, list[Any]]]:
        """The fields under their headings."""
        return [(label, [self[name] for name in names if name in self.fields]) for label, names in self.GROUPS]

    def values(self) -> dict[str, Any]:
        """The values as ``edit_call`` takes them."""
        return {name: self.cleaned_data[name] for _label, names in CallForm.GROUPS for name in names if name in self.fields}


class NewCallForm(CallForm):
    """A call to be made, perhaps like another. Phases are taken over one by one, with dates of their own."""

    slug = forms.CharField(
        label=gettext_lazy("Name in its address"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"class": "short", "dir": "ltr"}),
        help_text=gettext_lazy("Small letters, digits and hyphens; it cannot be changed later. Empty: made of the English title."),
    )

    GROUPS: Groups = ((CallForm.GROUPS[0][0], ("title", "slug", *CallForm.GROUPS[0][1][1:])), *CallForm.GROUPS[1:])

    def __init__(self, *args: Any, edition: Edition, source: Call | None = None, **kwargs: Any) -> None:
        super().__init__(*args, call=source, **kwargs)
        self.source = source
        if source is not None and not Call.objects.filter(edition=edition, slug=source.slug).exists():
            self.initial["slug"] = source.slug  # the same name from year to year
        self.phases: list[Phase] = list(source.phases.order_by("position", "opens_at")) if source else []
        for phase in self.phases:
            zone = phase.zone
            self.fields[f"take_{phase.code}"] = forms.BooleanField(label=_("Take this phase over"), required=False, initial=True)
            self.fields[f"opens_{phase.code}"] = MomentField(label=_("Opens"), required=False)
            self.fields[f"closes_{phase.code}"] = MomentField(
                label=_("Closes"), required=False, help_text=_("By the clock of %(zone)s.") % {"zone": zone_city(zone)}
            )

    def phase_rows(self) -> list[dict[str, Any]]:
        """The phases of the call that this one is made like, each with its controls."""
        return [{"phase": each, "take": self[f"take_{each.code}"], "fields": [self[f"opens_{each.code}"], self[f"closes_{each.code}"]]} for each in self.phases]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        title = cleaned.get("title") or Text()
        cleaned["slug"] = cleaned.get("slug") or slugify(title.texts.get("en", ""))[:60].strip("-")
        self.spans: dict[str, Span] = {}
        for phase in self.phases:
            opens, closes = cleaned.get(f"opens_{phase.code}"), cleaned.get(f"closes_{phase.code}")
            if not cleaned.get(f"take_{phase.code}"):
                continue
            try:
                self.spans[phase.code] = span_of(opens, closes, phase.zone)
            except ValidationError as error:
                self.add_error(f"{(error.params or {}).get('field', 'opens')}_{phase.code}", error.messages[0])
                continue
        return cleaned

    def call_values(self) -> CallValues:
        """The values as ``create_call`` takes them."""
        phases = tuple(
            PhaseValues(
                code=each.code,
                kind=each.kind,
                title=each.title,
                text=each.text,
                zone=each.zone,
                opens_at=self.spans[each.code].opens_at,
                closes_at=self.spans[each.code].closes_at,
                all_day=self.spans[each.code].all_day,
            )
            for each in self.phases
            if each.code in self.spans
        )
        return CallValues(slug=self.cleaned_data["slug"], phases=phases, **self.values())


class PhaseForm(DeskForm):
    """A phase of a call. A deadline that the public knows is not on this form: it is moved with a note."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Phase.Kind.choices)
    title = TextFormField(label=gettext_lazy("Title"), longest=200)
    text = TextFormField(label=gettext_lazy("Text"), required=False, rows=3, longest=5000)
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"), help_text=gettext_lazy("Days and times below are meant by the clock of this zone."))
    opens = MomentField(
        label=gettext_lazy("Opens"),
        required=False,
        help_text=gettext_lazy("Without a time: as that day begins. No date: a phase for submissions is open at once."),
    )
    closes = MomentField(
        label=gettext_lazy("Closes"),
        required=False,
        help_text=gettext_lazy("Without a time: at the end of that day. No date: it has no end. Once saved, a deadline is moved with a public note."),
    )
    link = forms.URLField(
        label=gettext_lazy("Link"), required=False, max_length=500, assume_scheme="https", help_text=gettext_lazy("Of a meeting: where one joins.")
    )
    agenda = TextFormField(label=gettext_lazy("Agenda"), required=False, rows=4, longest=20_000)
    summary = TextFormField(label=gettext_lazy("What came of it"), required=False, rows=4, longest=20_000)
    recording = forms.URLField(label=gettext_lazy("Recording"), required=False, max_length=500, assume_scheme="https")

    #: What only meetings have, folded away for other kinds.
    OF_MEETINGS = ("agenda", "summary", "recording")

    def __init__(self, *args: Any, call: Call, phase: Phase | None = None, **kwargs: Any) -> None:
        zone = phase.zone if phase else call.edition.zone
        initial: dict[str, Any] = {"zone": zone}
        if phase is not None:
            initial |= {name: getattr(phase, name) for name in ("kind", "title", "text", "link", "agenda", "summary", "recording")}
            initial["opens"] = typed_of(phase.opens_at, phase.zone, phase.all_day)
        super().__init__(*args, **{**kwargs, "initial": initial})
        self.call, self.phase = call, phase
        fields: dict[str, Any] = self.fields
        zones = zone_choices()
        fields["zone"].choices = zones if zone in {code for code, _label in zones} else [(zone, zone), *zones]
        for name in ("title", "text", "agenda", "summary"):
            fields[name].initial = initial.get(name)
        self.deadline_is_public = phase is not None and phase.closes_at is not None
        if self.deadline_is_public:
            del self.fields["closes"]
            if phase is not None and phase.all_day:
                # The deadline is the end of a day in this zone; in another it would no longer be the end of one.
                fields["zone"].disabled = True
                fields["zone"].help_text = _("It stays, since the deadline is the end of a day there.")

    def plain_fields(self) -> list[Any]:
        """All but what only meetings have."""
        return [field for field in self if field.name not in self.OF_MEETINGS]

    def meeting_fields(self) -> list[Any]:
        """What only meetings have."""
        return [self[name] for name in self.OF_MEETINGS]

    def meeting_is_open(self) -> bool:
        """Whether the part for meetings stands open."""
        return self["kind"].value() == Phase.Kind.MEETING or any(self[name].errors or self[name].value() for name in self.OF_MEETINGS)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if {"opens", "closes", "zone"} & set(self.errors):
            return cleaned
        try:
            self.span = self._span(cleaned.get("opens"), cleaned.get("closes"), cleaned["zone"])
        except ValidationError as error:
            self.add_error((error.params or {}).get("field", "opens"), error.messages[0])
        return cleaned

    def _span(self, opens: Typed | None, closes: Typed | None, zone: str) -> Span:
        if not self.deadline_is_public or self.phase is None:
            return span_of(opens, closes, zone)
        if self.phase.all_day and opens is not None and opens.clock is not None:
            raise ValidationError(_("The deadline has no time of day. Move it to one first, then the opening can have one too."), params={"field": "opens"})
        span = span_of(opens, None, zone)
        if span.opens_at and self.phase.closes_at and span.opens_at > self.phase.closes_at:
            raise ValidationError(_("The phase would close before it opens."), params={"field": "opens"})
        return Span(span.opens_at, self.phase.closes_at, self.phase.all_day)

    def values(self) -> dict[str, Any]:
        """The values as ``add_phase`` and ``edit_phase`` take them."""
        values = {name: self.cleaned_data[name] for name in ("kind", "title", "text", "zone", "link", *self.OF_MEETINGS)}
        values |= {"opens_at": self.span.opens_at, "all_day": self.span.all_day}
        before = self.phase.opens_at if self.phase else None
        # Data files may open a phase at a second that the page does not show; sending the page as it is changes nothing.
        if before is not None and self.span.opens_at is not None and before.replace(second=0, microsecond=0) == self.span.opens_at:
            values["opens_at"] = before
        if not self.deadline_is_public:
            values["closes_at"] = self.span.closes_at
        return values


class NewPhaseForm(PhaseForm):
    """A phase to be added."""

    field_order = ("kind", "title", "code")

    code = forms.CharField(
        label=gettext_lazy("Name in its address"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"class": "short", "dir": "ltr"}),
        help_text=gettext_lazy("Small letters, digits and hyphens. Empty: made of the English title."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        title = cleaned.get("title") or Text()
        code = cleaned.get("code") or slugify(title.texts.get("en", ""))[:60].strip("-") or f"{cleaned.get('kind', 'phase')}-{self.call.phases.count() + 1}"
        if code != slugify(code):
            self.add_error("code", _("Use small letters, digits and hyphens."))
        cleaned["code"] = code
        return cleaned


class RemoveForm(DeskForm):
    """Taking something away, with a reason for the trail."""

    reason = ReasonField(required=False)
