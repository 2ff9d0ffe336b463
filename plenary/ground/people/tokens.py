"""Tokens by which programs act for an account: what they can be allowed to do, and what is kept of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from django.db.models import QuerySet
from django.utils.functional import Promise

from plenary.ground.people.access import DESK_ROLES
from plenary.ground.people.models import ApiToken, User
from plenary.rooms import offered

#: By this, people and programs that search for lost secrets know one.
PREFIX = "plenary_"


@dataclass(frozen=True, slots=True)
class Scope:
    """Something a token can be allowed to do. Rooms offer theirs as ``scopes`` in ``api.py``. for_staff: others cannot use it."""

    code: str
    label: str | Promise
    for_staff: bool = False


def digest_of(secret: str) -> str:
    """What is kept of a secret. It is long and random, so that a plain digest cannot be turned back."""
    return hashlib.sha256(secret.encode()).hexdigest()


def scopes() -> dict[str, Scope]:
    """All scopes there are, by code."""
    groups = cast("Iterable[Iterable[Scope]]", offered("api", "scopes"))
    return {scope.code: scope for group in groups for scope in group}


def known_scope(code: str) -> Scope:
    """The scope of a code; one that is not there any more is told by its code alone."""
    return scopes().get(code, Scope(code, ""))


def scopes_for(user: User) -> dict[str, Scope]:
    """The scopes that are of use to an account."""
    is_staff = user.holds_anywhere(*DESK_ROLES)
    return {code: scope for code, scope in scopes().items() if is_staff or not scope.for_staff}


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """The tokens of an account, the latest first."""
    return ApiToken.objects.filter(user=user)
