"""The pages under ``/account/``: what one has here, and the texts everyone may read."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.decorators import reauthentication_required
from allauth.account.models import EmailAddress
from allauth.account.utils import perform_login
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from plenary.errors import Conflict, Invalid
from plenary.ground.framework.text import Text, reader_language
from plenary.ground.people import actions, privacy, queries
from plenary.ground.people.access import has_second_factor, require_account
from plenary.ground.people.actions.accounts import LINK_SCOPE
from plenary.ground.people.forms import AffiliationForm, AgreeForm, EraseForm, PreferencesForm, ProfileForm
from plenary.ground.people.markdown import to_html
from plenary.ground.people.models import Affiliation, LegalText, Person, User


def account_of(request: HttpRequest) -> User:
    """The account that ``require_account`` let in."""
    return cast(User, request.user)


def person_of(user: User) -> Person:
    """The account's person; accounts made by raw repair may lack one and get an empty one."""
    if user.person is None:
        actions.complete_sign_up(actor=user, name=user.email.split("@")[0])
    return cast(Person, user.person)


def safe_next(request: HttpRequest, default: str) -> str:
    """Where to go on: the ``next`` that was asked for if it is on this site, else the default."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    allowed = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wanted if allowed else default


def show_problems(form: Any, error: Invalid) -> None:
    """Put the problems an action found at the form's fields."""
    for field, sentences in error.problems.items():
        for sentence in sentences:
            form.add_error(field if field in form.fields else None, sentence)


@require_account
def account(request: HttpRequest) -> HttpResponse:
    """What I have here."""
    user = account_of(request)
    person = person_of(user)
    grants = queries.grants_of(person)
    return render(
        request,
        "people/account.html",
        {
            "person": person,
            "grants": grants.filter(queries.in_force()),
            "affiliations": queries.affiliations_of(person),
            "has_second_factor": has_second_factor(user),
        },
    )


@require_account
def profile(request: HttpRequest) -> HttpResponse:
    """Who I am."""
    user = account_of(request)
    person = person_of(user)
    form = ProfileForm(request.POST) if request.method == "POST" else ProfileForm.of(person)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_person(actor=user, person=person, **form.values())
        except Invalid as error:
            show_problems(form, error)
        else:
            messages.success(request, _("Your profile was saved."))
            return redirect("people:profile")
    return render(request, "people/profile.html", {"form": form, "person": person}, status=400 if form.errors else 200)


@require_account
def organisations(request: HttpRequest) -> HttpResponse:
    """Where I work."""
    user = account_of(request)
    person = person_of(user)
    form = AffiliationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        language = reader_language()
        try:
            organisation = actions.ensure_organisation(
                actor=user, name=Text.of(data["name"], language), country=data["country"], stakeholder_type=data["stakeholder_type"]
            )
            actions.add_affiliation(
                actor=user, person=person, organisation=organisation, post=Text.of(data["post"], language), since=data["since"], until=data["until"]
            )
        except Invalid as error:
            show_problems(form, error)
        else:
            messages.success(request, _("The organisation was added to your profile."))
            return redirect("people:organisations")
    context = {"form": form, "affiliations": queries.affiliations_of(person)}
    return render(request, "people/organisations.html", context, status=400 if form.errors else 200)


@require_account
@require_POST
def remove_affiliation(request: HttpRequest, number: int) -> HttpResponse:
    """Take an organisation off my profile."""
    user = account_of(request)
    affiliation = get_object_or_404(Affiliation, pk=number, person=person_of(user))
    actions.remove_affiliation(actor=user, affiliation=affiliation)
    messages.success(request, _("The organisation was removed from your profile."))
    return redirect("people:organisations")


@require_account
def preferences(request: HttpRequest) -> HttpResponse:
    """In which language and zone I read."""
    user = account_of(request)
    form = PreferencesForm(request.POST or None, initial={"language": user.language or settings.LANGUAGE_CODE, "zone": user.zone})
    if request.method == "POST" and form.is_valid():
        actions.change_preferences(actor=user, user=user, **form.cleaned_data)
        messages.success(request, _("Your preferences were saved."))
        return redirect("people:preferences")
    return render(request, "people/preferences.html", {"form": form}, status=400 if form.errors else 200)


@require_account
def security(request: HttpRequest) -> HttpResponse:
    """How I sign in."""
    user = account_of(request)
    kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    context = {
        "has_password": user.has_usable_password(),
        "has_app": Authenticator.Type.TOTP in kinds,
        "has_passkey": Authenticator.Type.WEBAUTHN in kinds,
        "has_codes": Authenticator.Type.RECOVERY_CODES in kinds,
        "addresses": EmailAddress.objects.filter(user=user).order_by("-primary", "email"),
    }
    return render(request, "people/security.html", context)


@require_account
def agreements(request: HttpRequest) -> HttpResponse:
    """What I agreed to, and when."""
    return render(request, "people/agreements.html", {"agreements": queries.agreements_of(account_of(request))})


@never_cache
@require_http_methods(["GET", "POST"])
def agree(request: HttpRequest) -> HttpResponse:
    """Agree to the texts in force; asked at the first sign-in after a new version."""
    if not isinstance(request.user, User):
        return redirect("account_login")
    following = safe_next(request, reverse("people:account"))
    texts = queries.texts_to_agree(request.user)
    if not texts:
        return HttpResponseRedirect(following)
    form = AgreeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.agree(actor=request.user, texts=texts)
        return HttpResponseRedirect(following)
    context = {"form": form, "texts": texts, "next": following, "is_first": not request.user.agreements.exists()}
    return render(request, "people/agree.html", context, status=400 if form.errors else 200)


@require_account
@require_GET
def data(request: HttpRequest) -> HttpResponse:
    """What is kept about me, and how it goes."""
    return render(request, "people/data.html", {"keeps": [handler.keeps for handler in privacy.handlers() if handler.keeps]})


@require_account
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """All that is kept about me, as a file."""
    user = account_of(request)
    told = actions.export_person(actor=user, person=person_of(user))
    response = JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@require_account
@reauthentication_required  # type: ignore[untyped-decorator]
def erase(request: HttpRequest) -> HttpResponse:
    """Erase my account and my data."""
    user = account_of(request)
    person = person_of(user)
    form = EraseForm(request.POST or None, email=user.email)
    if request.method == "POST" and form.is_valid():
        try:
            actions.erase_person(actor=user, person=person)
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            logout(request)
            return redirect("people:erased")
    context = {"form": form, "keeps": [handler.keeps for handler in privacy.handlers() if handler.keeps]}
    return render(request, "people/erase.html", context, status=400 if form.errors else 200)


@never_cache
def erased(request: HttpRequest) -> HttpResponse:
    """Goodbye."""
    return render(request, "people/erased.html")


@never_cache
@require_GET
def enter(request: HttpRequest) -> HttpResponse:
    """Sign in by a link that works once. Browsers that only fetch ahead do not use it up."""
    if "prefetch" in (request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")).lower():
        return HttpResponse(status=204)
    following = safe_next(request, reverse("people:account"))
    token = request.GET.get("sesame", "")
    user = authenticate(request, sesame=token, scope=LINK_SCOPE) if token and len(token) < 500 else None
    if not isinstance(user, User):
        return render(request, "people/link_used.html", {"next": following}, status=403)
    if request.user.is_authenticated:
        logout(request)
    # allauth's own way in: it asks for the second factor where the account has one
    response: HttpResponse = perform_login(request, user, redirect_url=following)
    return response


def legal(request: HttpRequest, kind: str, version: str = "") -> HttpResponse:
    """The terms of use or the privacy notice: the version in force, or an earlier one."""
    text = LegalText.objects.filter(kind=kind, version=version).first() if version else queries.legal_text(kind)
    if text is None:
        raise Http404
    shown = text.text.best()
    newest = queries.legal_text(kind)
    context = {"text": text, "shown": shown, "html": to_html(shown.text), "is_current": newest == text, "versions": LegalText.objects.filter(kind=kind)}
    return render(request, "people/legal.html", context)
