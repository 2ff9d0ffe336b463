"""How the inputs of a consultation were used: saying it for each, and publishing the whole."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from plenary.engines.calls.actions import publish_use, record_use
from plenary.engines.calls.actions.submitting import lookups_for
from plenary.engines.calls.form.showing import show as answers_in_words
from plenary.engines.calls.models import Call, Submission
from plenary.engines.calls.models.submissions import STANDING
from plenary.engines.calls.queries import visible_to
from plenary.engines.calls.queries.uses import hidden_from_public
from plenary.engines.calls.windows import window_of
from plenary.errors import Conflict, Invalid
from plenary.faces.desk.access import DeskRequest, desk_page, sent
from plenary.faces.desk.forms.base import DeskForm, TextFormField
from plenary.faces.desk.views.calls import call_for, show_call
from plenary.ground.web.query import Query, page_of, read_query

SIZE = 50
OPEN = "open"


class UsesQuery(Query):
    use: Literal["", "open", "used", "partly", "noted", "not-used"] = ""


class UseForm(DeskForm):
    """What became of one input."""

    use = forms.ChoiceField(
        label=gettext_lazy("What became of it"),
        required=False,
        choices=[*Submission.Use.choices, ("", gettext_lazy("Not said yet"))],
        widget=forms.RadioSelect,
    )
    note = TextFormField(
        label=gettext_lazy("In words"),
        required=False,
        rows=4,
        longest=3000,
        help_text=gettext_lazy("Where it was taken up, or why not. Everybody can read it once the account is published."),
    )

    def __init__(self, *args: Any, submission: Submission, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": {"use": submission.use, "note": submission.use_note}})
        self.fields["note"].initial = submission.use_note


def inputs(request: DeskRequest, call: Call) -> QuerySet[Submission]:
    """The inputs that stand, in the order in which they came."""
    return visible_to(request.user, call).filter(state__in=STANDING, deleted_at=None).order_by("number")


@desk_page()
def uses(request: DeskRequest, code: str, slug: str) -> HttpResponse:
    """All inputs with what became of each; publishing or hiding the account."""
    call = call_for(request, code, slug)
    if request.method == "POST":
        return _publish(request, call)
    asked = read_query(request, UsesQuery)
    found = inputs(request, call)
    counted = dict(found.order_by().values_list("use").annotate(n=Count("pk")))
    if asked.use:
        found = found.filter(use="" if asked.use == OPEN else asked.use)
    return show_call(
        request,
        "desk/uses.html",
        call,
        (_("Use of inputs"), ""),
        page=page_of(found, asked.page, SIZE),
        asked=asked,
        states=[(OPEN, _("Not said yet"), counted.get("", 0)), *((use, label, counted.get(use, 0)) for use, label in Submission.Use.choices)],
        total=sum(counted.values()),
        waiting=counted.get("", 0),
        is_open=window_of(call).is_open,
    )


def _publish(request: DeskRequest, call: Call) -> HttpResponse:
    wanted = "publish" in request.POST
    try:
        if wanted and not call.shows_use:
            raise Conflict(_("The settings of this call say that the public is not told. Change that first."))
        publish_use(actor=request.user, call=call, is_public=wanted)
    except Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Everybody can read now what became of the inputs.") if wanted else _("The public does not see it any more."))
    return redirect("desk:uses", call.edition.code, call.slug)


@desk_page()
def use(request: DeskRequest, code: str, slug: str, key: UUID) -> HttpResponse:
    """Say what became of one input; then comes the next of which it was not said."""
    call = call_for(request, code, slug)
    found = get_object_or_404(inputs(request, call), pk=key)
    form = UseForm(sent(request)[0], submission=found)
    if request.method == "POST" and form.is_valid():
        try:
            record_use(actor=request.user, submission=found, use=form.cleaned_data["use"], note=form.cleaned_data["note"])
        except (Invalid, Conflict) as error:
            form.take_in(error)
        else:
            return _after(request, call, found)
    definition = found.form.form
    if found.number is None:
        raise Http404
    return show_call(
        request,
        "desk/uses_one.html",
        call,
        (_("Use of inputs"), reverse("desk:uses", args=[code, slug])),
        (found.title or found.reference, ""),
        status=400 if form.errors else 200,
        submission=found,
        form=form,
        parts=answers_in_words(definition, found.answers, lookups_for(found, definition), empty=False),
        hidden=hidden_from_public(definition),
        rest=inputs(request, call).filter(use="").exclude(pk=found.pk).count(),
    )


def _after(request: DeskRequest, call: Call, done: Submission) -> HttpResponse:
    if "next" not in request.POST:
        messages.success(request, _("It is saved."))
        return redirect("desk:uses", call.edition.code, call.slug)
    waiting = inputs(request, call).filter(use="").exclude(pk=done.pk)
    following = waiting.filter(number__gt=done.number or 0).first() or waiting.first()
    if following is None:
        messages.success(request, _("It is saved. It was said of every input what became of it."))
        return redirect("desk:uses", call.edition.code, call.slug)
    left = waiting.count()
    messages.success(request, ngettext("It is saved. %(n)s input is left.", "It is saved. %(n)s inputs are left.", left) % {"n": left})
    return redirect("desk:use", call.edition.code, call.slug, following.pk)
