"""Who asks: the actor of a request, and the door to the desk."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from plenary.ground.audit.actors import NOBODY, Actor
from plenary.ground.people.models import RoleGrant, User
from plenary.ground.people.queries import texts_to_agree

View = Callable[..., HttpResponse]
#: Roles that open the desk, in any scope; what each may do there its permissions say.
DESK_ROLES = (RoleGrant.Role.ADMINISTRATOR, RoleGrant.Role.SECRETARIAT, RoleGrant.Role.EDITOR, RoleGrant.Role.READER)
#: Authenticators that count as a second factor by themselves; recovery codes stand in for them at sign-in.
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in account, or nobody."""
    user = request.user
    return user if isinstance(user, User) else NOBODY


def has_second_factor(user: User) -> bool:
    """Whether a second factor is set up."""
    return bool(Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exists())


def proved_second_factor(request: HttpRequest) -> bool:
    """Whether a second factor, or a passkey by itself, was used in this session."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def require_desk(view: View) -> View:
    """Let only those in who hold a role of the desk now, with a second factor where the site asks for one.

    Visitors are asked to sign in and come back; others read what to do.
    """

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return redirect_to_login(request.get_full_path(), reverse(settings.LOGIN_URL))
        if not user.holds_anywhere(*DESK_ROLES):
            return render(request, "people/desk_closed.html", status=403)
        return second_factor_first(request, user) or view(request, *args, **kwargs)

    return guarded


def second_factor_first(request: HttpRequest, user: User) -> HttpResponse | None:
    """Where the site asks staff for a second factor and this session has not proved one: the page that says so or asks for it."""
    if not settings.STAFF_SECOND_FACTOR:
        return None
    if not has_second_factor(user):
        return render(request, "people/second_factor.html", status=403)
    if not proved_second_factor(request):
        return HttpResponseRedirect(f"{reverse(_proof_page(user))}?{urlencode({'next': request.get_full_path()})}")
    return None


def _proof_page(user: User) -> str:
    has_app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    return "mfa_reauthenticate" if has_app else "mfa_reauthenticate_webauthn"


def require_account(view: View) -> View:
    """Let only those in who are signed in and have agreed to the texts in force; ask for what is missing, and come back."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return redirect_to_login(request.get_full_path(), reverse(settings.LOGIN_URL))
        if texts_to_agree(user):
            return HttpResponseRedirect(f"{reverse('people:agree')}?{urlencode({'next': request.get_full_path()})}")
        return view(request, *args, **kwargs)

    return guarded


def client_ip(request: HttpRequest) -> str | None:
    """The visitor's address as all rate limits see it: behind as many proxies as the settings say."""
    found: str | None = get_client_ip(request)
    return found


def sign_in_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str | None:
    """The name under which failed sign-ins are counted: the address, in lower case."""
    given = (credentials or {}).get("email") or (credentials or {}).get("username") or request.POST.get("login") or request.POST.get("username")
    return str(given).strip().lower()[:255] if given else None
