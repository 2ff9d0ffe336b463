"""The page under ``/account/tokens/``: tokens for programs, made, listed and revoked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from plenary.errors import Conflict, Invalid
from plenary.ground.people import actions
from plenary.ground.people.access import DESK_ROLES, proved_second_factor, require_account, second_factor_first
from plenary.ground.people.actions.tokens import DAYS, MOST_DAYS
from plenary.ground.people.models import ApiToken, User
from plenary.ground.people.tokens import Scope, known_scope, scopes_for, tokens_of
from plenary.ground.people.views import account_of, show_problems

_TIMES = (30, DAYS, 180, MOST_DAYS)
#: Those that ran out or were revoked long ago drop off the end of the list.
MOST_SHOWN = 50


class Shown(str):
    """A secret on its way into a page. Logs that tell what a page was made of, as Django's do when asked for everything, do not see it."""

    def __repr__(self) -> str:
        return "[withheld]"


@dataclass(frozen=True, slots=True)
class Listed:
    """A token in the list, with what it may do in words."""

    token: ApiToken
    scopes: list[Scope]


class TokenForm(forms.Form):
    """A new token."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=100, help_text=gettext_lazy("What it is for, such as the program or the machine that uses it.")
    )
    scopes = forms.MultipleChoiceField(label=gettext_lazy("What it may do"), widget=forms.CheckboxSelectMultiple)
    days = forms.TypedChoiceField(
        label=gettext_lazy("It counts for"),
        coerce=int,
        initial=DAYS,
        choices=lambda: [(days, ngettext("%(n)s day", "%(n)s days", days) % {"n": days}) for days in _TIMES],
        help_text=gettext_lazy("Then you make a new one."),
    )

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = cast(forms.MultipleChoiceField, self.fields["scopes"])
        field.choices = [(scope.code, f"{scope.label} ({scope.code})") for scope in scopes_for(user).values()]


@require_account
@require_http_methods(["GET", "POST"])
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def tokens(request: HttpRequest) -> HttpResponse:
    """My tokens, and a new one, whose secret is shown this once."""
    user = account_of(request)
    if user.holds_anywhere(*DESK_ROLES) and (answer := second_factor_first(request, user)) is not None:
        return answer
    form = TokenForm(request.POST if request.method == "POST" else None, user=user)
    made: tuple[ApiToken, str] | None = None
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.make_token(actor=user, user=user, second_factor=proved_second_factor(request), **form.cleaned_data)
        except Invalid as error:
            show_problems(form, error)
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            form = TokenForm(user=user)
    mine = [Listed(each, [known_scope(code) for code in each.scopes]) for each in tokens_of(user)[:MOST_SHOWN]]
    context = {"form": form, "tokens": mine, "made": made[0] if made else None, "secret": Shown(made[1]) if made else None}
    return render(request, "people/tokens.html", context, status=400 if form.errors else 200)


@require_account
@require_POST
def revoke_token(request: HttpRequest, number: int) -> HttpResponse:
    """Make one of my tokens useless. It asks for no second proof: whoever fears for a token must be quick."""
    user = account_of(request)
    token = actions.revoke_token(actor=user, token=get_object_or_404(ApiToken, pk=number, user=user))
    messages.success(request, _("The token “%(name)s” is revoked.") % {"name": token.name})
    return redirect("people:tokens")
