"""Opening a call, its settings, its phases, taking it away again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import Field

from plenary.engines.calls import actions
from plenary.engines.calls.models import Call, Phase
from plenary.engines.calls.queries import form_in_force, timeline
from plenary.errors import Conflict, Invalid
from plenary.faces.desk.access import DeskRequest, desk_page, sent
from plenary.faces.desk.forms.calls import CallForm, NewCallForm, NewPhaseForm, PhaseForm, RemoveForm
from plenary.faces.desk.shell import remember_edition, show
from plenary.faces.desk.views.calls import call_crumbs, call_for, known_to, show_call
from plenary.ground.audit.actors import may, require
from plenary.ground.framework.models import Edition
from plenary.ground.web.query import Query, read_query


class NewQuery(Query):
    like: str = Field("", pattern=r"^[\w-]{1,30}/[a-z0-9-]{1,60}$|^$")


@desk_page()
def new(request: DeskRequest, code: str) -> HttpResponse:
    """Open a call, perhaps like one that was there before."""
    edition = get_object_or_404(Edition, code=code)
    require(request.user, "calls.edit", Call(edition=edition))
    remember_edition(request, edition)
    asked = read_query(request, NewQuery)
    source = None
    if asked.like:
        before, _slash, slug = asked.like.partition("/")
        source = get_object_or_404(Call.objects.select_related("edition"), edition__code=before, slug=slug)
        if not known_to(request.user, source):
            raise Http404
    form = NewCallForm(sent(request)[0], edition=edition, source=source)
    if request.method == "POST" and form.is_valid():
        try:
            call = _create(request, edition, form, source)
        except (Invalid, Conflict) as error:
            form.take_in(error)
        else:
            messages.success(request, _("The call is there, and nobody but the desk sees it yet. What it needs before it is published stands below."))
            return redirect("desk:call_publish", code, call.slug)
    return show(
        request,
        "desk/call_new.html",
        edition=edition,
        crumbs=call_crumbs(request, edition, (_("New call"), "")),
        status=400 if form.errors else 200,
        form=form,
        source=source,
        source_has_form=source is not None and form_in_force(source) is not None,
        others=_others(request),
    )


@transaction.atomic
def _create(request: DeskRequest, edition: Edition, form: NewCallForm, source: Call | None) -> Call:
    call = actions.create_call(actor=request.user, edition=edition, values=form.call_values())
    shape = form_in_force(source) if source else None
    if shape is not None:
        actions.save_form_draft(actor=request.user, call=call, definition=shape.form)
    return call


def _others(request: DeskRequest) -> list[tuple[Edition, list[Call]]]:
    """All calls by edition, the latest first."""
    found: dict[Edition, list[Call]] = {}
    for call in Call.objects.select_related("edition").order_by("-edition__starts_on", "edition__code", "position", "slug"):
        if known_to(request.user, call):
            found.setdefault(call.edition, []).append(call)
    return list(found.items())


@desk_page()
def settings(request: DeskRequest, code: str, slug: str) -> HttpResponse:
    """All that is set for a call, and its phases."""
    call = call_for(request, code, slug)
    form = CallForm(sent(request)[0], call=call, chooses_intakes=may(request.user, "calls.choose_intakes", call))
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_call(actor=request.user, call=call, values=form.values())
        except (Invalid, Conflict) as error:
            form.take_in(error)
        else:
            messages.success(request, _("The settings are saved."))
            return redirect("desk:call_settings", code, slug)
    call = Call.objects.select_related("edition").prefetch_related("phases__deadline_changes").get(pk=call.pk)
    return show_call(
        request,
        "desk/call_settings.html",
        call,
        (_("Settings and phases"), ""),
        status=400 if form.errors else 200,
        form=form,
        steps=timeline(call, timezone.now()),
        has_form=form_in_force(call) is not None,
        is_answered=call.submissions.exists(),
    )


@desk_page()
def phase(request: DeskRequest, code: str, slug: str, phase: str) -> HttpResponse:
    """One phase of a call: changing it."""
    call = call_for(request, code, slug)
    found = _phase(call, phase)
    form = PhaseForm(sent(request)[0], call=call, phase=found)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_phase(actor=request.user, phase=found, values=form.values())
        except (Invalid, Conflict) as error:
            _take_in(form, error)
        else:
            messages.success(request, _("The phase is saved."))
            return redirect(f"{reverse('desk:call_settings', args=[code, slug])}#phases")
    return show_call(request, "desk/call_phase.html", call, (str(found.title), ""), status=400 if form.errors else 200, form=form, phase=found)


@desk_page()
def add_phase(request: DeskRequest, code: str, slug: str) -> HttpResponse:
    """Add a phase at the end of a call."""
    call = call_for(request, code, slug)
    form = NewPhaseForm(sent(request)[0], call=call)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_phase(actor=request.user, call=call, code=form.cleaned_data["code"], **form.values())
        except (Invalid, Conflict) as error:
            _take_in(form, error)
        else:
            messages.success(request, _("The phase is added."))
            return redirect(f"{reverse('desk:call_settings', args=[code, slug])}#phases")
    return show_call(request, "desk/call_phase.html", call, (_("New phase"), ""), status=400 if form.errors else 200, form=form, phase=None)


@desk_page()
def move_phase(request: DeskRequest, code: str, slug: str) -> HttpResponse:
    """Put a phase before the one above it, or behind the one below. By POST only."""
    call = call_for(request, code, slug)
    path = f"{reverse('desk:call_settings', args=[code, slug])}#phases"
    if request.method != "POST":
        return redirect(path)
    verb, step = ("up", -1) if "up" in request.POST else ("down", 1)
    _reorder(request, call, _phase(call, request.POST.get(verb, "")), step)
    return redirect(path)


@transaction.atomic
def _reorder(request: DeskRequest, call: Call, moved: Phase, step: int) -> None:
    order = list(call.phases.select_for_update().order_by("position", "opens_at", "pk"))
    place = order.index(moved)
    if 0 <= place + step < len(order):
        order.insert(place + step, order.pop(place))
    for position, each in enumerate(order):
        if each.position != position:
            actions.edit_phase(actor=request.user, phase=each, values={"position": position})


@desk_page()
def remove_phase(request: DeskRequest, code: str, slug: str, phase: str) -> HttpResponse:
    """Take a phase away, after a look."""
    call = call_for(request, code, slug)
    found = _phase(call, phase)
    form = RemoveForm(sent(request)[0])
    if request.method == "POST" and form.is_valid():
        try:
            actions.remove_phase(actor=request.user, phase=found, reason=form.cleaned_data["reason"])
        except Conflict as error:
            form.take_in(error)
        else:
            messages.success(request, _("The phase is taken away."))
            return redirect(f"{reverse('desk:call_settings', args=[code, slug])}#phases")
    return show_call(
        request,
        "desk/call_remove.html",
        call,
        (_("Take a phase away"), ""),
        status=400 if form.errors else 200,
        form=form,
        phase=found,
        is_only=found.kind == Phase.Kind.COLLECT and not call.phases.filter(kind=Phase.Kind.COLLECT).exclude(pk=found.pk).exists(),
        submissions=call.submissions.count(),
    )


@desk_page()
def remove(request: DeskRequest, code: str, slug: str) -> HttpResponse:
    """Take a call away that nobody has answered, after a look."""
    call = call_for(request, code, slug)
    form = RemoveForm(sent(request)[0])
    if request.method == "POST" and form.is_valid():
        try:
            actions.remove_call(actor=request.user, call=call, reason=form.cleaned_data["reason"])
        except Conflict as error:
            form.take_in(error)
        else:
            messages.success(request, _("The call is taken away. What it was stays in the trail."))
            return redirect("desk:calls", code)
    return show_call(
        request,
        "desk/call_remove.html",
        call,
        (_("Take the call away"), ""),
        status=400 if form.errors else 200,
        form=form,
        phase=None,
        submissions=call.submissions.count(),
    )


def _phase(call: Call, code: str) -> Phase:
    return get_object_or_404(Phase.objects.select_related("call__edition"), call=call, code=code)


def _take_in(form: PhaseForm, error: Invalid | Conflict) -> None:
    """Show the action's problems under the names that the page has."""
    if isinstance(error, Invalid):
        names: dict[str, Any] = {"opens_at": "opens", "closes_at": "closes"}
        error = Invalid({names.get(name, name): sentences for name, sentences in error.problems.items()})
    form.take_in(error)
