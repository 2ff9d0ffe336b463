"""What owners do: their list, changing an entry, confirming, handing over, leaving."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actors import require
from plenary.ground.people.access import require_account
from plenary.ground.people.models import User
from plenary.ground.people.views import account_of
from plenary.ground.web.query import Query, page_of, read_query
from plenary.programmes.stocktaking import owning
from plenary.programmes.stocktaking.actions import confirming, contacts, deciding, ownership, requests
from plenary.programmes.stocktaking.asking import ANSWER_WITHIN, is_unconfirmed, opened
from plenary.programmes.stocktaking.models import Entry, EntryContact
from plenary.programmes.stocktaking.queries import visible_to, with_number
from plenary.programmes.stocktaking.views.sending import PageForm, too_often

SIZE = 50
#: So many entries are answered for at once; the link shows the rest afterwards.
MOST_ANSWERED = 200


@require_account
def mine(request: HttpRequest) -> HttpResponse:
    """The entries that I speak for, with what waits about each; and what else I asked for."""
    user = account_of(request)
    page: Any = page_of(owning.mine(user), read_query(request, Query).page, SIZE)
    rows = [
        {
            "entry": entry,
            "change": next((each for each in entry.waiting if each.kind == "change"), None),
            "handover": next((each for each in entry.waiting if each.kind == "handover"), None),
            "claims": [each for each in entry.waiting if each.kind == "claim"],
            "unconfirmed": is_unconfirmed(entry),
            "asked": entry.asked_at is not None and (entry.confirmed_at is None or entry.confirmed_at < entry.asked_at),
        }
        for entry in page
    ]
    # What waits about my own entries stands beside them.
    others = owning.asked_by(user).exclude(state="waiting", kind__in=("change", "handover"))[:20]
    return render(request, "stocktaking/own_entries.html", {"page": page, "rows": rows, "others": others, "days": ANSWER_WITHIN.days})


def own_entry(request: HttpRequest, number: str, permission: str) -> Entry:
    """The one gate to an entry for those who speak for it. Raises: Http404 where there is none for them, NotAllowed."""
    user = account_of(request)
    found = owning.owned_by(user, number) or with_number(visible_to(user), number).select_related("edition").first()
    if found is None:
        raise Http404
    require(user, permission, found)
    return found


@require_account
@require_POST
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    """Say that an entry still stands, signed in."""
    found = own_entry(request, number, "stocktaking.confirm_entry")
    try:
        confirming.confirm(actor=account_of(request), entry=found, status=request.POST.get("status", "")[:20])
    except (Conflict, Invalid) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is noted that the entry still stands."))
    return redirect("stocktaking:mine")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Answer the yearly question by the link of its mail: looking changes nothing, sending does."""
    found = opened(token)
    if found is None:
        return render(request, "stocktaking/own_link_ended.html", status=410)
    actor, entries = found
    open_ones = entries.filter(Q(confirmed_at=None) | Q(confirmed_at__lt=F("asked_at")))
    total = open_ones.count()
    listed = list(open_ones[:MOST_ANSWERED])
    if request.method != "POST":
        return render(request, "stocktaking/own_answer.html", {"entries": listed, "total": total, "days": ANSWER_WITHIN.days})
    confirmed = 0
    for entry in listed:
        said = request.POST.get(f"status-{entry.pk}", "later")[:20]
        if said == "later":
            continue
        try:
            confirming.confirm(actor=actor, entry=entry, status="" if said == "same" else said)
            confirmed += 1
        except (Conflict, Invalid, NotAllowed):  # withdrawn or handed on while the page stood open
            continue
    return render(request, "stocktaking/own_answered.html", {"confirmed": confirmed, "left": total - confirmed})


class HandOverForm(PageForm):
    """To whom an entry goes."""

    email = forms.EmailField(label=gettext_lazy("Their e-mail address"), max_length=254, widget=forms.EmailInput(attrs={"dir": "ltr", "autocomplete": "off"}))
    message = forms.CharField(
        label=gettext_lazy("A word to them"), max_length=requests.LONGEST_MESSAGE, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    leaves = forms.BooleanField(label=gettext_lazy("I no longer speak for the entry once they have accepted it"), required=False)


@require_account
def hand_over(request: HttpRequest, number: str) -> HttpResponse:
    """Name somebody who is to speak for an entry."""
    found = own_entry(request, number, "stocktaking.hand_over")
    form = HandOverForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if waiting := too_often(request, "handover", 3):
            return waiting
        try:
            requests.hand_over(actor=account_of(request), entry=found, **form.cleaned_data)
        except (Conflict, Invalid) as error:
            form.take_in(error)
        else:
            messages.success(request, _("A mail with a link is on its way. It works for %(days)s days.") % {"days": requests.HANDOVER_LASTS.days})
            return redirect("stocktaking:mine")
    return render(request, "stocktaking/own_hand_over.html", {"entry": found, "form": form}, status=400 if form.errors else 200)


@require_account
def receive(request: HttpRequest, secret: str) -> HttpResponse:
    """Accept an entry that somebody hands over, or refuse it."""
    user = account_of(request)
    found = deciding.handover_of(secret)
    if found is None:
        return render(request, "stocktaking/own_link_ended.html", {"handover": True}, status=410)
    if not deciding.sent_to(user, found):
        return render(request, "stocktaking/own_not_yours.html", {"email": user.email}, status=403)
    if request.method == "POST" and request.POST.get("answer") in ("accept", "refuse"):
        accepts = request.POST["answer"] == "accept"
        deciding.receive(actor=user, request=found, accepts=accepts)
        messages.success(request, _("You speak for this entry now.") if accepts else _("You have refused. Whoever asked you is told."))
        return redirect("stocktaking:mine")
    return render(request, "stocktaking/own_receive.html", {"handover": found, "entry": found.entry, "giver": found.asked_by})


@require_account
def leave(request: HttpRequest, number: str) -> HttpResponse:
    """No longer speak for an entry."""
    found = own_entry(request, number, "stocktaking.leave_entry")
    if request.method == "POST":
        ownership.leave(actor=account_of(request), entry=found)
        messages.success(request, _("You no longer speak for this entry."))
        return redirect("stocktaking:mine")
    return render(request, "stocktaking/own_leave.html", {"entry": found, "is_last": len(owning.owners(found)) == 1})


class ContactForm(PageForm):
    """Whom the secretariat asks."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254, required=False, widget=forms.EmailInput(attrs={"dir": "ltr"}))
    phone = forms.CharField(label=gettext_lazy("Telephone"), max_length=60, required=False, widget=forms.TextInput(attrs={"dir": "ltr", "type": "tel"}))


@require_account
def contact(request: HttpRequest, number: str) -> HttpResponse:
    """Whom the secretariat asks about an entry; for its owners and the secretariat."""
    found = own_entry(request, number, "stocktaking.see_contact")
    known = EntryContact.objects.filter(entry=found).first()
    initial = {name: getattr(known, name) for name in ("name", "email", "phone")} if known else {}
    form = ContactForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            contacts.change_contact(actor=account_of(request), entry=found, **form.cleaned_data)
        except (Conflict, Invalid) as error:
            form.take_in(error)
        else:
            messages.success(request, _("It is saved. Only the secretariat and those who speak for the entry see it."))
            return redirect("stocktaking:contact", found.number)
    return render(request, "stocktaking/own_contact.html", {"entry": found, "form": form}, status=400 if form.errors else 200)


class OwnersForm(PageForm):
    """Somebody who is to speak for an entry, as staff say."""

    email = forms.EmailField(label=gettext_lazy("E-mail address of their account"), max_length=254, widget=forms.EmailInput(attrs={"dir": "ltr"}))
    reason = forms.CharField(label=gettext_lazy("Reason, for the record"), max_length=500)

    def clean_email(self) -> User:
        found = User.objects.filter(email__iexact=self.cleaned_data["email"], is_active=True).first()
        if found is None:
            raise forms.ValidationError(_("Nobody has an account with this address. They can claim the entry once they have one."))
        return found


@require_account
def entry_owners(request: HttpRequest, number: str) -> HttpResponse:
    """Who speaks for an entry; staff add people and take them off."""
    found = own_entry(request, number, "stocktaking.change_owners")
    user = account_of(request)
    form = OwnersForm(request.POST if request.method == "POST" and "remove" not in request.POST else None)
    problem = ""
    if request.method == "POST":
        try:
            if "remove" in request.POST:
                gone = next((each.user for each in owning.owners(found) if str(each.pk) == request.POST["remove"]), None)
                if gone is None:
                    raise Conflict(_("This person does not speak for the entry."))
                ownership.disown(actor=user, entry=found, user=gone, reason=request.POST.get("reason", "")[:500])
                messages.success(request, _("They no longer speak for the entry."))
                return redirect("stocktaking:owners", found.number)
            if form.is_valid():
                given = form.cleaned_data
                is_new = ownership.own(actor=user, entry=found, user=given["email"], reason=given["reason"], tell=True)
                messages.success(request, _("They speak for the entry now, and are told.") if is_new else _("They speak for the entry already."))
                return redirect("stocktaking:owners", found.number)
        except Invalid as error:
            problem = " ".join(sentence for sentences in error.problems.values() for sentence in sentences)
        except Conflict as error:
            problem = str(error)
    context = {"entry": found, "owners": owning.owners(found), "form": form, "problem": problem}
    return render(request, "stocktaking/own_owners.html", context, status=400 if problem or form.errors else 200)
