"""Granting and revoking roles."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actions import record
from plenary.ground.audit.actors import Actor, require
from plenary.ground.audit.events import emit
from plenary.ground.people.events import RoleGranted, RoleRevoked
from plenary.ground.people.models import Person, RoleGrant
from plenary.ground.people.queries import in_force
from plenary.ground.people.scopes import SITE, is_scope


def _told(grant: RoleGrant) -> dict[str, Any]:
    return {"role": grant.role, "scope": grant.scope, "since": grant.since, "until": grant.until}


@transaction.atomic
def grant_role(
    *, actor: Actor, person: Person, role: str, scope: str = SITE, since: datetime | None = None, until: datetime | None = None, reason: str = ""
) -> RoleGrant:
    """Give a person a role in a scope for a time; one that is held there already is only given the new end.

    Raises: Invalid for an unknown role or scope or an end that is past; NotAllowed.
    """
    problems: dict[str, list[str]] = {}
    if role not in RoleGrant.Role.values:
        problems["role"] = [_("There is no such role.")]
    if not is_scope(scope):
        problems["scope"] = [_("Write the scope as “site”, “edition:2021”, “call:2021/prizes” or “country:KE”.")]
    start = since or timezone.now()
    if until is not None and until <= max(start, timezone.now()):
        problems["until"] = [_("The role would end before it begins. Choose a later day, or none.")]
    if problems:
        raise Invalid(problems)
    grant = RoleGrant(person=person, role=role, scope=scope, since=start, until=until, granted_by=actor.trail_id)
    require(actor, "people.grant_role", grant)
    if person.merged_into_id or person.erased_at:
        raise Conflict(_("This person’s record was merged into another or erased."))
    held = RoleGrant.objects.select_for_update().filter(in_force(), person=person, role=role, scope=scope).first() if start <= timezone.now() else None
    if held is not None:
        before = _told(held)
        held.until = until
        held.save(update_fields=["until"])
        record(actor=actor, verb="prolonged_role", kind="people.person", key=str(person.pk), before=before, after=_told(held), reason=reason)
        return held
    grant.save()
    record(actor=actor, verb="granted_role", kind="people.person", key=str(person.pk), after=_told(grant), reason=reason)
    emit(RoleGranted(actor_id=actor.trail_id, grant_id=grant.pk))
    return grant


@transaction.atomic
def revoke_role(*, actor: Actor, grant: RoleGrant, reason: str = "") -> RoleGrant:
    """End a role now; that it was held stays known.

    Raises: Conflict where it has ended already, or where nobody would be left to administer the site.
    """
    grant = RoleGrant.objects.select_for_update().get(pk=grant.pk)
    require(actor, "people.grant_role", grant)
    now = timezone.now()
    if grant.until is not None and grant.until <= now:
        raise Conflict(_("This role has ended already."))
    if grant.role == RoleGrant.Role.ADMINISTRATOR and grant.scope == SITE and not other_administrators(grant):
        raise Conflict(_("This is the last administrator. Give the role to somebody else first."))
    before = _told(grant)
    grant.until = max(now, grant.since)
    grant.save(update_fields=["until"])
    record(actor=actor, verb="revoked_role", kind="people.person", key=str(grant.person_id), before=before, after=_told(grant), reason=reason)
    emit(RoleRevoked(actor_id=actor.trail_id, grant_id=grant.pk))
    return grant


def other_administrators(grant: RoleGrant) -> bool:
    """Whether somebody else who can sign in administers the whole site."""
    others = RoleGrant.objects.filter(in_force(), role=RoleGrant.Role.ADMINISTRATOR, scope=SITE, person__user__is_active=True)
    return others.exclude(person_id=grant.person_id).exists()
