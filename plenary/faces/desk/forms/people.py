"""Forms about people and roles."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.engines.calls.models import Call
from plenary.faces.desk.forms.base import DeskForm, ReasonField, day_input
from plenary.ground.audit.actors import Actor, may
from plenary.ground.framework.models import Edition
from plenary.ground.people.models import Organisation, RoleGrant
from plenary.ground.people.queries import offered
from plenary.programmes.forum.models import Track
from plenary.programmes.stocktaking.models import Collection


def scope_choices() -> list[tuple[str, Any]]:
    """Everything a role can be limited to, grouped; five queries."""
    editions = Edition.objects.order_by("-starts_on", "code")
    calls = Call.objects.select_related("edition").order_by("-edition__starts_on", "position")
    tracks = Track.objects.select_related("edition").order_by("-edition__starts_on", "position")
    return [
        ("site", _("The whole site")),
        (_("Editions"), [(each.scope, f"{each.code} · {each.name}") for each in editions]),
        (_("Calls"), [(each.scope, f"{each.edition.code} · {each.title}") for each in calls]),
        (_("Tracks"), [(f"track:{each.edition.code}/{each.code}", f"{each.edition.code} · {each.title}") for each in tracks]),
        (_("Collections"), [(each.scope, str(each.name)) for each in Collection.objects.order_by("position", "code")]),
        (_("Countries"), [(f"country:{each.code}", str(each.label)) for each in offered("countries")]),
    ]


def scope_in_words(scope: str, choices: list[tuple[str, Any]]) -> str:
    """What a scope is called; its code where it names something that is gone."""
    for value, label in choices:
        if isinstance(label, list):
            for inner, words in label:
                if inner == scope:
                    return str(words)
        elif value == scope:
            return str(label)
    return scope


class GrantForm(DeskForm):
    """Giving a role."""

    role = forms.ChoiceField(label=gettext_lazy("Role"))
    scope = forms.ChoiceField(label=gettext_lazy("Where it holds"), help_text=gettext_lazy("A role for an edition holds for all its calls and tracks too."))
    since = forms.DateField(label=gettext_lazy("From"), required=False, widget=day_input(), help_text=gettext_lazy("Empty: from now on."))
    until = forms.DateField(
        label=gettext_lazy("Until and with"), required=False, widget=day_input(), help_text=gettext_lazy("The last day. Empty: without end.")
    )
    reason = ReasonField()

    def __init__(self, *args: Any, actor: Actor, scopes: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grantable = [(value, label) for value, label in RoleGrant.Role.choices if may(actor, "people.grant_role", RoleGrant(role=value))]
        self.fields["role"].choices = [("", _("Choose a role")), *grantable]  # type: ignore[attr-defined]
        self.fields["scope"].choices = scopes  # type: ignore[attr-defined]

    def span(self) -> tuple[datetime | None, datetime | None]:
        """From and until as instants in the convener's zone; today and earlier means now."""
        zone = ZoneInfo(settings.CONVENER_ZONE)
        since: date | None = self.cleaned_data["since"]
        until: date | None = self.cleaned_data["until"]
        today = timezone.now().astimezone(zone).date()
        start = datetime.combine(since, time.min, zone) if since and since > today else None
        return start, datetime.combine(until + timedelta(days=1), time.min, zone) if until else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The role would end before it begins. Choose a later day, or none."))
        return cleaned


class RevokeForm(DeskForm):
    """Ending a role."""

    reason = ReasonField()


class MergeForm(DeskForm):
    """Saying which organisation another one is. The search before it offers the choices."""

    into = forms.ModelChoiceField(label=gettext_lazy("It is the same as"), queryset=Organisation.objects.filter(merged_into=None), widget=forms.HiddenInput)
    reason = ReasonField()
