"""What others ask for about an entry: to speak for it, that a problem be looked into; and the page of what one has asked for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actors import may
from plenary.ground.audit.queries import lines
from plenary.ground.files.actions import store
from plenary.ground.files.kinds import DOCUMENT_KINDS, IMAGE_KINDS, MEGABYTE, Limits
from plenary.ground.people.access import actor_of, require_account
from plenary.ground.people.models import User
from plenary.ground.people.views import account_of
from plenary.programmes.stocktaking import owning
from plenary.programmes.stocktaking.actions import requests
from plenary.programmes.stocktaking.actions.snapshots import snapshot
from plenary.programmes.stocktaking.editing.differences import three_way
from plenary.programmes.stocktaking.models import Entry, EntryRequest
from plenary.programmes.stocktaking.queries import public_entries, with_number
from plenary.programmes.stocktaking.views.sending import PageForm, too_often

PROOF = Limits(size=10 * MEGABYTE, kinds=DOCUMENT_KINDS | IMAGE_KINDS)


def _public(number: str) -> Entry:
    found = with_number(public_entries(), number).select_related("edition").first()
    if found is None:
        raise Http404
    return found


class ClaimForm(PageForm):
    """Why somebody speaks for a project."""

    message = forms.CharField(
        label=gettext_lazy("Who you are for this project"),
        max_length=requests.LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("Your post, since when, and where this can be seen. The secretariat and those who speak for the entry now read it."),
    )
    proof = forms.FileField(
        label=gettext_lazy("A document that shows it"),
        required=False,
        help_text=gettext_lazy(
            "A letter or an extract from a register, as PDF, office document or picture, at most 10 megabytes. Only the secretariat sees it."
        ),
    )


@require_account
def claim(request: HttpRequest, number: str) -> HttpResponse:
    """This is our project."""
    user, found = account_of(request), _public(number)
    if not may(user, "stocktaking.claim_entry", found):
        messages.info(request, _("You speak for this entry already."))
        return redirect("stocktaking:mine")
    waiting = EntryRequest.objects.filter(entry=found, asked_by=user, kind="claim", state="waiting").first()
    sent = request.method == "POST"
    form = ClaimForm(request.POST if sent else None, request.FILES if sent else None, initial={"message": waiting.message if waiting else ""})
    if sent and form.is_valid():
        if limit := too_often(request, "claim", 3):
            return limit
        given = form.cleaned_data
        try:
            proof = store(actor=user, upload=given["proof"], limits=PROOF) if given["proof"] else None
            made = requests.claim(actor=user, entry=found, message=given["message"], proof=proof)
        except Invalid as error:
            form.take_in(Invalid({"proof" if name == "file" else name: sentences for name, sentences in error.problems.items()}))
        except Conflict as error:
            form.take_in(error)
        else:
            messages.success(request, _("Your claim is sent. You get a mail when it is decided."))
            return redirect("stocktaking:request", made.pk)
    context = {"entry": found, "form": form, "waiting": waiting, "proofs": owning.strong_proofs(user, found), "email": user.email}
    return render(request, "stocktaking/request_claim.html", context, status=400 if form.errors else 200)


class ProblemForm(PageForm):
    """What is wrong with an entry. website: nobody sees it, so whoever fills it in is a program."""

    message = forms.CharField(
        label=gettext_lazy("What is wrong"),
        max_length=requests.LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("For example a mistake, a link that leads elsewhere, a picture that is yours."),
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"dir": "ltr", "autocomplete": "email"}),
        help_text=gettext_lazy("Only for an answer."),
    )
    website = forms.CharField(
        label=gettext_lazy("Leave this empty"), max_length=200, required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"})
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def problem(request: HttpRequest, number: str) -> HttpResponse:
    """Report a problem with an entry; anybody can."""
    found, actor = _public(number), actor_of(request)
    initial = {"email": actor.email} if isinstance(actor, User) else {}
    form = ProblemForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        if limit := too_often(request, "problem", 3):
            return limit
        given = form.cleaned_data
        try:
            if not given["website"]:
                requests.report_problem(actor=actor, entry=found, message=given["message"], email=given["email"])
        except (Conflict, Invalid) as error:
            form.take_in(error)
        else:
            return render(request, "stocktaking/request_sent.html", {"entry": found, "email": given["email"]})
    return render(request, "stocktaking/request_problem.html", {"entry": found, "form": form}, status=400 if form.errors else 200)


class ObjectionForm(PageForm):
    """Why somebody should not speak for an entry."""

    message = forms.CharField(label=gettext_lazy("What speaks against it"), max_length=requests.LONGEST_MESSAGE, widget=forms.Textarea(attrs={"rows": 4}))


@require_account
def own_request(request: HttpRequest, key: str) -> HttpResponse:
    """What I asked for and what came of it; or a claim on what I own, to object to."""
    user = account_of(request)
    found = owning.own_request(user, int(key))
    if found is None:
        raise Http404
    is_mine, waits = found.asked_by_id == user.pk, found.state == "waiting"
    form = ObjectionForm(request.POST if request.method == "POST" and "take_back" not in request.POST else None)
    if request.method == "POST":
        try:
            if "take_back" in request.POST and is_mine:
                requests.take_back(actor=user, request=found)
                messages.success(request, _("It is taken back."))
                return redirect("stocktaking:mine")
            if not is_mine and form.is_valid():
                requests.object_to_claim(actor=user, request=found, message=form.cleaned_data["message"])
                messages.success(request, _("Whoever decides reads what you wrote."))
                return redirect("stocktaking:request", key)
        except (Conflict, Invalid) as error:
            form.take_in(error) if form.is_bound else messages.error(request, str(error))
    context: dict[str, Any] = {
        "wish": found,
        "entry": found.entry,
        "is_mine": is_mine,
        "waits": waits,
        "form": form if not is_mine and waits else None,
        "changes": three_way(snapshot(found.entry), found.wanted) if found.kind == "change" and waits else [],
        "objections": lines(owning.objections(found)) if not is_mine else [],
    }
    return render(request, "stocktaking/request.html", context, status=400 if form.errors else 200)
