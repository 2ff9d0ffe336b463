"""The outbox: reading what was, will or could not be sent; holding, releasing, correcting, discarding."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from plenary.engines.calls.models import Call
from plenary.engines.calls.queries import calls_in
from plenary.errors import Conflict, Invalid
from plenary.faces.desk.access import DeskRequest, desk_page, sent
from plenary.faces.desk.forms.base import DeskForm
from plenary.faces.desk.forms.mails import name_of
from plenary.faces.desk.shell import show
from plenary.faces.desk.trails import path_of
from plenary.ground.audit.actors import may, require
from plenary.ground.messages import actions, queries
from plenary.ground.messages.models import MessageTemplate, OutboxMessage
from plenary.ground.web.query import Query, page_of, read_query

SIZE = 50
State = OutboxMessage.State
NOT_SENT = (State.HELD, State.QUEUED, State.FAILED)


class OutboxQuery(Query):
    state: Literal["", "held", "queued", "sent", "failed"] = ""
    template: str = Field("", max_length=60)
    to: str = Field("", max_length=254)


class MessageForm(DeskForm):
    """Correcting a mail."""

    to = forms.EmailField(label=gettext_lazy("To"))
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=300)
    body = forms.CharField(label=gettext_lazy("Text"), widget=forms.Textarea(attrs={"rows": 14}), max_length=50_000)


@desk_page("outgoing.open")
def outbox(request: DeskRequest) -> HttpResponse:
    """The messages that one may read, newest first."""
    asked = read_query(request, OutboxQuery)
    counts = queries.count_by_state(request.user)
    page = page_of(queries.outbox(request.user, asked.state, asked.template, asked.to), asked.page, SIZE)
    calls = _calls_of(page)
    return show(
        request,
        "desk/outbox.html",
        crumbs=[(_("Outbox"), "")],
        page=page,
        rows=[(each, name_of(each.template), calls.get(each.scope)) for each in page],
        asked=asked,
        states=[(state.value, state.label, counts[state.value]) for state in (State.FAILED, State.HELD, State.QUEUED, State.SENT)],
        total=sum(counts.values()),
        templates=sorted(((code, name_of(code)) for code in set(MessageTemplate.objects.values_list("code", flat=True))), key=lambda each: each[1].casefold()),
        may_change_words=may(request.user, "outgoing.change_template"),
    )


def _calls_of(messages: Iterable[OutboxMessage]) -> dict[str, Call]:
    """The calls to which mails belong, by scope."""
    return {call.scope: call for call in calls_in({each.scope for each in messages})}


def _message(request: DeskRequest, key: int, permission: str = "outgoing.view") -> OutboxMessage:
    """The one gate to a message. Raises: NotAllowed also where there is none, for those who do not see all: keys only count up."""
    found = OutboxMessage.objects.filter(pk=key).first()
    require(request.user, permission, found)
    if found is None:
        raise Http404
    return found


@desk_page()
def message(request: DeskRequest, key: int) -> HttpResponse:
    """One message; correcting it while it has not left."""
    found = _message(request, key)
    may_handle = may(request.user, "outgoing.handle", found) and found.state in NOT_SENT
    form = MessageForm(sent(request)[0], initial={"to": found.to, "subject": found.subject, "body": found.body})
    if request.method == "POST":
        require(request.user, "outgoing.handle", found)
        if form.is_valid():
            try:
                actions.edit(actor=request.user, message=found, **form.cleaned_data)
            except (Invalid, Conflict) as error:
                form.take_in(error)
            else:
                messages.success(request, _("The message is corrected and held. Release it to let it go."))
                return redirect("desk:message", key)
    return show(
        request,
        "desk/message.html",
        crumbs=[(_("Outbox"), reverse("desk:outbox")), (found.subject, "")],
        status=400 if form.errors else 200,
        message=found,
        kind=name_of(found.template),
        call=_calls_of([found]).get(found.scope),
        form=form,
        may_handle=may_handle,
        may_hold=may_handle and found.state == State.QUEUED,
        may_release=may_handle and found.state in (State.HELD, State.FAILED),
        about_path=path_of(found.about_kind, found.about_key),
    )


@desk_page()
def handle(request: DeskRequest, key: int, verb: str) -> HttpResponse:
    """Hold, release or discard a message. By POST only; a GET goes back to the message."""
    found = _message(request, key, "outgoing.handle")
    if request.method != "POST":
        return redirect("desk:message", key)
    reason = request.POST.get("reason", "").strip()[:500]
    try:
        if verb == "hold":
            actions.hold(actor=request.user, message=found, reason=reason)
            messages.success(request, _("The message is held until somebody releases it."))
        elif verb == "release":
            actions.release(actor=request.user, message=found)
            messages.success(request, _("The message will leave in a moment."))
        else:
            actions.discard(actor=request.user, message=found, reason=reason)
            messages.success(request, _("The message is thrown away; it will not be sent."))
            return redirect("desk:outbox")
    except Conflict as error:
        messages.error(request, str(error))
    return redirect("desk:message", key)
