"""How programs prove for whom they act. A token does what its account may do, within the scopes it was given.

Cookies never count here, so that no page of another site can act in somebody's name; and the secret is only ever read
from the header ``Authorization``, never from an address, which logs keep.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from plenary.errors import NotAllowed, PlenaryError
from plenary.ground.people import actions
from plenary.ground.people.access import DESK_ROLES
from plenary.ground.people.models import ApiToken, User
from plenary.ground.people.tokens import digest_of

#: How far behind the time of last use may lie.
NOTED_EVERY = timedelta(hours=1)
#: A secret is 51 signs; whatever is much longer is none.
LONGEST = 200


class NoToken(PlenaryError):
    """The request carries no token that counts; the API answers 401. is_wrong: there was one."""

    def __init__(self, sentence: str, *, is_wrong: bool = True) -> None:
        super().__init__(sentence)
        self.is_wrong = is_wrong


class OutOfScope(NotAllowed):
    """The token counts, but not for this; the API answers 403 and names the scope."""

    def __init__(self, sentence: str, scope: str) -> None:
        super().__init__(sentence)
        self.scope = scope


def bearer_of(request: HttpRequest) -> str:
    """The secret that a request carries in its header; empty where there is none."""
    word, _blank, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if word.lower() == "bearer" else ""


def account_of(request: HttpRequest) -> User:
    """The account for which a program asks, once ``Token`` has let it in."""
    return cast(User, request.auth)  # type: ignore[attr-defined]


class Token(HttpBearer):
    """Lets a request in that carries a token with a scope."""

    openapi_description = (
        "A token that somebody with an account makes under `/account/tokens/`, for some scopes and a time. "
        "Send it in the header `Authorization: Bearer plenary_...`. The scope that an operation needs is named with it."
    )

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> User:
        secret = bearer_of(request)
        if not secret:
            raise NoToken("This needs a token: send it in the header “Authorization: Bearer …”. Make one under /account/tokens/.", is_wrong=False)
        return self.authenticate(request, secret)

    def authenticate(self, request: HttpRequest, token: str) -> User:
        """The account behind a secret. Raises: NoToken, OutOfScope."""
        found = ApiToken.objects.select_related("user__person").filter(digest=digest_of(token)).first() if len(token) <= LONGEST else None
        if found is None:
            raise NoToken("There is no such token. Check that it was copied in full, or make a new one under /account/tokens/.")
        if found.revoked_at is not None:
            raise NoToken("This token was revoked. Make a new one under /account/tokens/.")
        if not found.is_usable:
            raise NoToken("This token has run out. Make a new one under /account/tokens/.")
        user = found.user
        if not user.is_active:
            raise NoToken("The account of this token is closed.")
        if self.scope not in found.scopes:
            raise OutOfScope(f"This token lacks the scope “{self.scope}”. Make one that has it under /account/tokens/.", self.scope)
        # One made before its owner was given a role at the desk must not carry what the desk itself would not open to.
        if settings.STAFF_SECOND_FACTOR and not found.second_factor and user.holds_anywhere(*DESK_ROLES):
            raise OutOfScope("Your account works at the desk by now: make a new token after signing in with your second factor.", self.scope)
        now = timezone.now()
        if found.last_used_at is None or found.last_used_at < now - NOTED_EVERY:
            actions.note_token_use(actor=user, token=found)
        return user


def by_token(scope: str) -> dict[str, Any]:
    """What an operation that needs a token is declared with: ``@router.get("", **by_token("submissions:read"))``."""
    return {"auth": Token(scope), "openapi_extra": {"x-scope": scope}}
