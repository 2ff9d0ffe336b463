"""Who acts: a signed-in user, or the system itself (loading an edition, a nightly task)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from rules.permissions import add_perm, has_perm
from rules.predicates import predicate as as_predicate

from plenary.errors import NotAllowed


class Actor(Protocol):
    """Anyone in whose name an action runs."""

    @property
    def trail_id(self) -> str:
        """Opaque id kept in the trail; says nothing about the person by itself."""

    def has_role(self, *roles: str, scope: str = "site") -> bool:
        """Whether any of the roles is held now in the scope or in one that contains it."""


class System:
    """The platform acting by itself, with every role."""

    trail_id = "system"
    is_active = True
    is_authenticated = True

    def has_role(self, *roles: str, scope: str = "site") -> bool:
        return True


class Nobody:
    """An anonymous visitor: no role at all."""

    trail_id = "anonymous"
    is_active = True
    is_authenticated = False

    def has_role(self, *roles: str, scope: str = "site") -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Entitled:
    """Somebody who acts by the right of what they decided, with every role for that: a decision makes records also in rooms
    where its maker holds none. The trail names them all the same.
    """

    trail_id: str
    is_active: bool = True
    is_authenticated: bool = True

    def has_role(self, *roles: str, scope: str = "site") -> bool:
        return True


SYSTEM = System()
NOBODY = Nobody()


def may(actor: Actor, permission: str, subject: Any = None) -> bool:
    """Whether the actor holds the permission (registered with ``rules``) on the subject."""
    return bool(has_perm(permission, actor, subject))


def require(actor: Actor, permission: str, subject: Any = None) -> None:
    """Stop here unless the actor holds the permission.

    Raises: NotAllowed.
    """
    if not may(actor, permission, subject):
        raise NotAllowed(permission)


def allow(permission: str, predicate: Any) -> None:
    """Register who holds a permission (``room.verb``); predicates combine with ``&``, ``|`` and ``~``."""
    add_perm(permission, predicate)


def predicate(function: Callable[..., bool]) -> Any:
    """Make a predicate of a function ``(actor, subject=None)``."""
    return as_predicate(function)


def holds(*roles: str) -> Any:
    """A ``rules`` predicate: the actor holds one of the roles in the subject's scope.

    The scope is the subject's ``scope`` attribute (``edition:2021``), or the whole site where it has none.
    """

    def held(actor: Actor, subject: Any = None) -> bool:
        # Django's AnonymousUser and service accounts of libraries hold no roles and do not know the question.
        asks = getattr(actor, "has_role", None)
        return bool(asks is not None and asks(*roles, scope=getattr(subject, "scope", "site")))

    return as_predicate(held, name=f"holds:{'/'.join(roles)}")
