"""Late codes of a call: words that let one person in after the close."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.engines.calls.actions import make_code, revoke_code
from plenary.engines.calls.instants import end_of
from plenary.engines.calls.models import LateCode
from plenary.errors import Conflict, Invalid
from plenary.faces.desk.access import DeskRequest, desk_page, sent
from plenary.faces.desk.forms.base import DeskForm
from plenary.faces.desk.forms.moments import MomentField, Typed
from plenary.faces.desk.views.calls import call_for, show_call
from plenary.ground.web.query import Query, page_of, read_query
from plenary.ground.web.templatetags.web import zone_city

SIZE = 50
#: A latecomer is usually given so much.
USUAL = timedelta(days=3)


class CodeForm(DeskForm):
    """Making a code."""

    valid_until = MomentField(label=gettext_lazy("Valid until"))
    note = forms.CharField(label=gettext_lazy("For whom and why"), max_length=300, help_text=gettext_lazy("Only the secretariat reads it."))
    uses = forms.IntegerField(
        label=gettext_lazy("Submissions it is good for"),
        min_value=1,
        max_value=1000,
        initial=1,
        help_text=gettext_lazy("One, unless several people share it."),
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        day = (timezone.now() + USUAL).astimezone(ZoneInfo(zone)).date()
        super().__init__(*args, **{**kwargs, "initial": {"valid_until": Typed(day)}})
        self.zone = zone
        self.fields["valid_until"].help_text = _("By the clock of %(zone)s. Without a time: to the end of that day.") % {"zone": zone_city(zone)}

    def clean_valid_until(self) -> datetime:
        typed: Typed = self.cleaned_data["valid_until"]
        until = typed.instant(self.zone) if typed.clock else end_of(typed.day, self.zone)
        if until <= timezone.now():
            raise ValidationError(_("Choose an instant that is still to come."))
        return until


@desk_page()
def codes(request: DeskRequest, code: str, slug: str) -> HttpResponse:
    """The codes of a call; making one, which is shown this once."""
    call = call_for(request, code, slug)
    asked = read_query(request, Query)
    form = CodeForm(sent(request)[0], zone=call.edition.zone)
    secret = ""
    if request.method == "POST" and form.is_valid():
        try:
            _made, secret = make_code(actor=request.user, call=call, **form.cleaned_data)
        except (Invalid, Conflict) as error:
            form.take_in(error)
        else:
            form = CodeForm(zone=call.edition.zone)
    found = LateCode.objects.filter(call=call).order_by("-created_at", "-pk").annotate(used=Count("submissions", filter=Q(submissions__deleted_at=None)))
    page = page_of(found, asked.page, SIZE)
    now = timezone.now()
    return show_call(
        request,
        "desk/codes.html",
        call,
        (_("Late codes"), ""),
        status=400 if form.errors else 200,
        form=form,
        secret=secret,
        page=page,
        rows=[(each, max(0, each.uses - each.used), _state(each, now)) for each in page],
    )


def _state(code: LateCode, now: datetime) -> str:
    if code.revoked_at is not None:
        return "revoked"
    return "over" if code.valid_until <= now else "valid"


@desk_page()
def revoke(request: DeskRequest, code: str, slug: str, key: int) -> HttpResponse:
    """Make a code useless. By POST only."""
    call = call_for(request, code, slug)
    found = get_object_or_404(LateCode.objects.select_related("call__edition"), call=call, pk=key)
    if request.method == "POST":
        revoke_code(actor=request.user, code=found)
        messages.success(request, _("The code opens nothing any more. What was begun with it can no longer be handed in late."))
    return redirect("desk:codes", code, slug)
