"""The words of mails: those that everybody uses, and those of one call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from plenary.engines.calls.models import Call
from plenary.errors import Conflict, Invalid
from plenary.faces.desk.access import DeskRequest, desk_page, sent
from plenary.faces.desk.forms.mails import CALL_MAILS, MEANINGS, MailForm, Preview, SendingForm, name_of, previews, usable
from plenary.faces.desk.shell import show
from plenary.faces.desk.views.calls import call_for, show_call
from plenary.ground.audit.actors import require
from plenary.ground.framework.text import reader_language
from plenary.ground.messages.actions import change_template, drop_own_template, ensure_templates, own_template, set_sending
from plenary.ground.messages.models import MessageTemplate
from plenary.ground.messages.sending import can_wait, held_among


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of mail in a list. is_own: a call has its own words; is_edited: the common words were changed here; waits: for staff."""

    code: str
    name: str
    subject: str
    is_own: bool
    is_edited: bool
    waits: bool


@desk_page()
def call_mails(request: DeskRequest, code: str, slug: str) -> HttpResponse:
    """The mails about a call's submissions."""
    call = call_for(request, code, slug)
    ensure_templates()
    own = {each.code: each for each in MessageTemplate.objects.filter(scope=call.scope)}
    common = {each.code: each for each in MessageTemplate.objects.filter(scope="", code__in=CALL_MAILS)}
    waits = held_among(CALL_MAILS, call.scope)
    rows = [
        Row(kind, name_of(kind), str(own.get(kind, common[kind]).subject), kind in own, common[kind].is_edited, kind in waits)
        for kind in CALL_MAILS
        if kind in common
    ]
    return show_call(request, "desk/call_mails.html", call, (_("Mails"), ""), rows=rows)


@desk_page()
def call_mail(request: DeskRequest, code: str, slug: str, kind: str) -> HttpResponse:
    """The words of one kind of mail for a call: its own or the common ones."""
    call = call_for(request, code, slug)
    common = _common(kind)
    if kind not in CALL_MAILS:
        raise Http404
    own = MessageTemplate.objects.filter(code=kind, scope=call.scope).first()
    template = own or common
    sending = _sending(request, kind, call)
    if isinstance(sending, HttpResponse):
        return sending
    form = MailForm(_words_sent(request), template=template)
    shown: list[Preview] | None = None
    path = reverse("desk:call_mail", args=[code, slug, kind])
    if request.method == "POST" and "drop" in request.POST:
        if own is not None:
            drop_own_template(actor=request.user, template=own)
            messages.success(request, _("The call uses the common words again."))
        return redirect(path)
    if form.is_bound and form.is_valid():
        words = form.cleaned_data
        if "preview" in request.POST:
            shown = previews(words["subject"], words["body"], call)
        else:
            try:
                own_template(actor=request.user, code=kind, scope=call.scope, subject=words["subject"], body=words["body"], usable=usable(common))
            except (Invalid, Conflict) as error:
                form.take_in(error)
            else:
                messages.success(request, _("The call has these words of its own now."))
                return redirect(path)
    return show_call(
        request,
        "desk/call_mail.html",
        call,
        (_("Mails"), reverse("desk:call_mails", args=[code, slug])),
        (name_of(kind), ""),
        status=400 if form.errors else 200,
        own=own,
        sending=sending,
        **_shown(form, template, common, shown, call),
    )


@desk_page("outgoing.change_template")
def mails(request: DeskRequest) -> HttpResponse:
    """The words of all mails that the platform writes."""
    ensure_templates()
    found = MessageTemplate.objects.filter(scope="").order_by("code")
    waits = held_among([each.code for each in found])
    rows = [Row(each.code, name_of(each.code), str(each.subject), False, each.is_edited, each.code in waits) for each in found]
    return show(request, "desk/call_mails_common.html", crumbs=[(_("Outbox"), reverse("desk:outbox")), (_("Mail templates"), "")], rows=rows)


@desk_page("outgoing.change_template")
def mail(request: DeskRequest, kind: str) -> HttpResponse:
    """The common words of one kind of mail."""
    template = _common(kind)
    require(request.user, "outgoing.change_template", template)
    sending = _sending(request, kind)
    if isinstance(sending, HttpResponse):
        return sending
    form = MailForm(_words_sent(request), template=template)
    shown: list[Preview] | None = None
    if form.is_bound and form.is_valid():
        words = form.cleaned_data
        if "preview" in request.POST:
            shown = previews(words["subject"], words["body"], None)
        else:
            try:
                change_template(actor=request.user, template=template, subject=words["subject"], body=words["body"], usable=usable(template))
            except (Invalid, Conflict) as error:
                form.take_in(error)
            else:
                messages.success(request, _("The words are saved. Mails that wait in the outbox keep the old ones."))
                return redirect("desk:mail", kind)
    return show(
        request,
        "desk/call_mail_common.html",
        crumbs=[(_("Outbox"), reverse("desk:outbox")), (_("Mail templates"), reverse("desk:mails")), (name_of(kind), "")],
        status=400 if form.errors else 200,
        calls=_calls_with_own(kind),
        sending=sending,
        **_shown(form, template, template, shown, None),
    )


def _words_sent(request: DeskRequest) -> Any:
    """What was typed into the form of the words; nothing where another button was pressed."""
    return sent(request)[0] if not {"drop", "leaving"} & set(request.POST) else None


def _sending(request: DeskRequest, kind: str, call: Call | None = None) -> SendingForm | HttpResponse | None:
    """The form that says when these mails leave, or the way on once that was said; None for mails that always leave at once."""
    if not can_wait(kind):
        return None
    form = SendingForm(request.POST if "leaving" in request.POST else None, kind=kind, call=call)
    if not form.is_bound or not form.is_valid():
        return form
    set_sending(actor=request.user, code=kind, scope=call.scope if call else "", held=form.chosen())
    messages.success(request, _("It is set when these mails leave. Those in the outbox stay as they are."))
    return redirect(request.get_full_path())


def _common(kind: str) -> MessageTemplate:
    ensure_templates()
    return get_object_or_404(MessageTemplate, code=kind, scope="")


def _shown(form: MailForm, template: MessageTemplate, common: MessageTemplate, shown: list[Preview] | None, call: Call | None) -> dict[str, Any]:
    """What the page of a mail shows beside its form."""
    listed = previews(template.subject, template.body, call) if shown is None else shown
    mine = reader_language()
    return {
        "form": form,
        "kind": common.code,
        "name": name_of(common.code),
        "placeholders": [(name, MEANINGS.get(name, "")) for name in usable(common)],
        "previews": listed,
        "opened": mine if any(each.language == mine for each in listed) else listed[0].language if listed else "",
        "is_trial": shown is not None,
    }


def _calls_with_own(kind: str) -> list[str]:
    scopes = MessageTemplate.objects.filter(code=kind, scope__startswith="call:").values_list("scope", flat=True)
    return sorted(scope.removeprefix("call:") for scope in scopes)
