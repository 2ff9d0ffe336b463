"""The calls of an edition, what the pages of one call have in common, and moving a deadline."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.engines.calls.actions import extend_deadline
from plenary.engines.calls.instants import day_in, end_of
from plenary.engines.calls.models import Call, Phase
from plenary.engines.calls.queries import Step, timeline
from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.faces.desk.access import DeskRequest, desk_page, sent
from plenary.faces.desk.forms.editions import ExtendForm
from plenary.faces.desk.queries import calls_with_waiting
from plenary.faces.desk.shell import remember_edition, show
from plenary.ground.audit.actors import may, require
from plenary.ground.framework.models import Edition
from plenary.ground.people.models import User

#: The pages of one call: what each is called, its view, and who sees the way to it.
CALL_TABS = (
    (gettext_lazy("Settings and phases"), "desk:call_settings", "calls.edit"),
    (gettext_lazy("Form"), "desk:form_editor", "calls.edit"),
    (gettext_lazy("Submissions"), "desk:submissions", "calls.view_submissions"),
    (gettext_lazy("Late codes"), "desk:codes", "calls.edit"),
    (gettext_lazy("Mails"), "desk:call_mails", "calls.edit"),
    (gettext_lazy("Use of inputs"), "desk:uses", "calls.edit"),
)


def call_for(request: DeskRequest, code: str, slug: str) -> Call:
    """The one gate to a call at the desk, for those who may change it. Raises: Http404, NotAllowed."""
    call = get_object_or_404(Call.objects.select_related("edition"), edition__code=code, slug=slug)
    require(request.user, "calls.edit", call)
    remember_edition(request, call.edition)
    return call


def known_to(user: User, call: Call) -> bool:
    """Whether somebody at the desk may know of a call: a hidden one only where they work on it."""
    return call.is_published or may(user, "desk.view_edition", call.edition) or may(user, "calls.view_submissions", call)


def call_crumbs(request: DeskRequest, edition: Edition, *last: tuple[str, str]) -> list[tuple[str, str]]:
    """The way to a page of a call; a role for one call alone has no page of the edition to go back to."""
    found = [(_("Calls"), reverse("desk:calls", args=[edition.code])), *last]
    if may(request.user, "desk.view_edition", edition):
        found = [(_("Editions"), reverse("desk:editions")), (edition.code, reverse("desk:edition", args=[edition.code])), *found]
    return found


def call_tabs(request: DeskRequest, call: Call) -> list[dict[str, Any]]:
    """The other pages of the call, those that one may open."""
    found = []
    for label, view, permission in CALL_TABS:
        try:
            path = reverse(view, args=[call.edition.code, call.slug])
        except NoReverseMatch:
            continue
        if may(request.user, permission, call) and (view != "desk:uses" or call.shows_use):
            found.append({"label": label, "path": path, "current": request.path.startswith(path), "exact": request.path == path})
    return found


def show_call(request: DeskRequest, template: str, call: Call, *last: tuple[str, str], **context: Any) -> HttpResponse:
    """A page of a call. last: label and address of each step below the call, the last one without address."""
    title = (str(call.title), reverse("desk:call_settings", args=[call.edition.code, call.slug]))
    crumbs = call_crumbs(request, call.edition, title, *last)
    return show(request, template, edition=call.edition, crumbs=crumbs, call=call, call_tabs=call_tabs(request, call), **context)


@desk_page()
def calls(request: DeskRequest, code: str) -> HttpResponse:
    """The calls of an edition with their phases: all for those who may see the edition, else those that one has a role for."""
    edition = get_object_or_404(Edition, code=code)
    sees_all = may(request.user, "desk.view_edition", edition)
    now = timezone.now()
    found: list[tuple[Call, list[Step], bool, bool]] = []
    for call in calls_with_waiting(edition).prefetch_related("phases__deadline_changes"):
        sees = may(request.user, "calls.view_submissions", call)
        if sees or sees_all:
            found.append((call, timeline(call, now), may(request.user, "calls.edit", call), sees))
    if not (found or sees_all):
        raise NotAllowed("desk.view_edition")
    remember_edition(request, edition)
    return show(
        request,
        "desk/calls.html",
        edition=edition,
        crumbs=[*call_crumbs(request, edition)[:-1], (_("Calls"), "")],
        calls=found,
        may_add=may(request.user, "calls.edit", Call(edition=edition)),
    )


@desk_page()
def extend(request: DeskRequest, code: str, slug: str, phase: str) -> HttpResponse:
    """Move the deadline of a phase: the new one, then before and after to confirm, then done."""
    call = call_for(request, code, slug)
    found = get_object_or_404(Phase.objects.select_related("call__edition"), call=call, code=phase)
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
    return show_call(
        request,
        "desk/extend.html",
        call,
        (_("Move a deadline"), ""),
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
