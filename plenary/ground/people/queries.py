"""Reading people, organisations and roles."""

from __future__ import annotations

import unicodedata

from django.db.models import Q
from django.utils import timezone

from plenary.ground.people.models import RoleGrant, User


def current_roles(user: User) -> frozenset[tuple[str, str]]:
    """The roles that the account's person holds now, as (role, scope)."""
    if user.person_id is None:
        return frozenset()
    now = timezone.now()
    grants = RoleGrant.objects.filter(Q(until__isnull=True) | Q(until__gt=now), person_id=user.person_id, since__lte=now)
    return frozenset(grants.values_list("role", "scope"))


def fold(name: str) -> str:
    """A name for comparing: no case, no accents, no punctuation, single blanks."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(" " if unicodedata.category(char)[0] in "ZPSC" else char for char in decomposed if not unicodedata.combining(char))
    return " ".join(kept.split())[:300]
