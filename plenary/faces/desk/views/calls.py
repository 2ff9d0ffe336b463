"""The calls of an edition, and moving a deadline."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from plenary.engines.calls.actions import extend_deadline
from plenary.engines.calls.instants import day_in, end_of
from plenary.engines.calls.models import Call, Phase
from plenary.engines.calls.queries import Step, timeline
from plenary.errors import Conflict, Invalid
from plenary.faces.desk.access import DeskRequest, desk_page, sent
from plenary.faces.desk.forms.editions import ExtendForm
from plenary.faces.desk.shell import show
from plenary.faces.desk.views.editions import edition_for
from plenary.ground.audit.actors import may, require


@desk_page()
def calls(request: DeskRequest, code: str) -> HttpResponse:
    """All calls of an edition with their phases."""
    edition = edition_for(request, code)
    now = timezone.now()
    found: list[tuple[Call, list[Step], bool]] = []
    for call in Call.objects.filter(edition=edition).select_related("edition").prefetch_related("phases__deadline_changes").order_by("position", "slug"):
        found.append((call, timeline(call, now), may(request.user, "calls.edit", call)))
    return show(
        request,
        "desk/calls.html",
        edition=edition,
        crumbs=[(_("Editions"), reverse("desk:editions")), (edition.code, reverse("desk:edition", args=[code])), (_("Calls"), "")],
        calls=found,
    )


@desk_page()
def extend(request: DeskRequest, code: str, slug: str, phase: str) -> HttpResponse:
    """Move the deadline of a phase: the new one, then before and after to confirm, then done."""
    edition = edition_for(request, code)
    found = get_object_or_404(Phase.objects.select_related("call__edition"), call__edition=edition, call__slug=slug, code=phase)
    require(request.user, "calls.edit", found.call)
    form = ExtendForm(sent(request)[0], phase=found, initial=_initial(found))
    is_confirmation = False
    after = None
    if request.method == "POST" and form.is_valid():
        after = end_of(day_in(form.closes_at(), found.zone), found.zone) if form.all_day() else form.closes_at()
        is_confirmation = "confirm" not in request.POST and "back" not in request.POST
        if found.opens_at and after < found.opens_at:
            form.add_error("day", _("The phase would close before it opens."))
            is_confirmation = False
        elif after == found.closes_at:
            form.add_error("day", _("The deadline is already at that instant."))
            is_confirmation = False
        elif "confirm" in request.POST:
            try:
                extend_deadline(actor=request.user, phase=found, closes_at=form.closes_at(), note=form.note_text(), all_day=form.all_day())
            except (Invalid, Conflict) as error:
                form.take_in(error)
            else:
                messages.success(request, _("The deadline is moved. The page of the call says so, with your note."))
                return redirect("desk:calls", code)
    return show(
        request,
        "desk/extend.html",
        edition=edition,
        crumbs=[
            (_("Editions"), reverse("desk:editions")),
            (edition.code, reverse("desk:edition", args=[code])),
            (_("Calls"), reverse("desk:calls", args=[code])),
            (_("Move a deadline"), ""),
        ],
        status=400 if form.errors else 200,
        phase=found,
        form=form,
        is_confirmation=is_confirmation and not form.errors,
        after=after,
        after_all_day=form.is_bound and form.is_valid() and form.all_day(),
        is_earlier=after is not None and found.closes_at is not None and after < found.closes_at,
        is_past=after is not None and after <= timezone.now(),
    )


def _initial(phase: Phase) -> dict[str, object]:
    if phase.closes_at is None:
        return {}
    wall = phase.closes_at.astimezone(ZoneInfo(phase.zone))
    return {"day": wall.date(), "clock": None if phase.all_day else wall.time()}
