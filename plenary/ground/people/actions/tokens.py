"""Tokens: making them, revoking them, noting that they are used."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actions import record
from plenary.ground.audit.actors import Actor, require
from plenary.ground.people.models import ApiToken, User
from plenary.ground.people.tokens import PREFIX, digest_of, scopes_for

#: Days for which a token counts: at most, and where nothing else is asked for.
MOST_DAYS, DAYS = 365, 90
#: Tokens of one account that can be used at a time.
MOST_TOKENS = 20


@transaction.atomic
def make_token(*, actor: Actor, user: User, name: str, scopes: Iterable[str], days: int = DAYS, second_factor: bool = False) -> tuple[ApiToken, str]:
    """Make a token for an account. Gives it and its secret, which is shown this once and kept nowhere.

    second_factor: whether the session proved one. Raises: Invalid for a missing name, unknown scopes or too long a time;
    Conflict where there are too many; NotAllowed.
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    require(actor, "people.change_account", user)
    wanted = list(dict.fromkeys(scopes))
    problems: dict[str, list[str]] = {}
    if not name.strip():
        problems["name"] = [_("Give the token a name that tells what it is for.")]
    if not wanted:
        problems["scopes"] = [_("Choose what the token may do.")]
    elif set(wanted) - set(scopes_for(user)):
        problems["scopes"] = [_("Your account has no use for one of these.")]
    if not 1 <= days <= MOST_DAYS:
        problems["days"] = [_("A token counts for at most a year.")]
    if problems:
        raise Invalid(problems)
    now = timezone.now()
    if ApiToken.objects.filter(user=user, revoked_at=None, expires_at__gt=now).count() >= MOST_TOKENS:
        raise Conflict(_("You have too many tokens. Revoke those that you no longer need."))
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name.strip()[:100],
        digest=digest_of(secret),
        scopes=sorted(wanted),
        second_factor=second_factor,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    told = {"token": token.pk, "name": token.name, "scopes": token.scopes, "expires_at": token.expires_at.isoformat()}
    record(actor=actor, verb="made_token", kind="people.account", key=user.trail_id, after=told)
    return token, secret


@transaction.atomic
def revoke_token(*, actor: Actor, token: ApiToken) -> ApiToken:
    """Make a token useless from now on; that it was there stays known."""
    token = ApiToken.objects.select_for_update(of=("self",)).select_related("user").get(pk=token.pk)
    require(actor, "people.change_account", token.user)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        record(actor=actor, verb="revoked_token", kind="people.account", key=token.user.trail_id, after={"token": token.pk, "name": token.name})
    return token


@transaction.atomic
def note_token_use(*, actor: Actor, token: ApiToken) -> None:
    """Keep when a token was last used. No trail: what was done with it has records of its own."""
    require(actor, "people.change_account", token.user)
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=timezone.now())
