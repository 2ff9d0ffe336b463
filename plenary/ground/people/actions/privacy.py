"""Giving people what is kept about them, and forgetting them."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from plenary.errors import Conflict
from plenary.ground.audit.actions import erase_payloads_of, record
from plenary.ground.audit.actors import Actor, require
from plenary.ground.audit.events import emit
from plenary.ground.people import privacy
from plenary.ground.people.actions.roles import other_administrators
from plenary.ground.people.events import PersonErased
from plenary.ground.people.models import Person, RoleGrant
from plenary.ground.people.queries import in_force
from plenary.ground.people.scopes import SITE


def export_person(*, actor: Actor, person: Person) -> dict[str, Any]:
    """All that the platform keeps about somebody, room by room, as JSON-serialisable values."""
    require(actor, "people.export", person)
    subject = privacy.subject_of(person)
    told = {handler.name: handler.export(subject) for handler in privacy.handlers()}
    record(actor=actor, verb="exported", kind="people.person", key=str(person.pk))
    return {"exported_at": timezone.now(), **told}


@transaction.atomic
def erase_person(*, actor: Actor, person: Person) -> None:
    """Erase somebody's account and everything personal, in every room; it cannot be undone.

    The empty record of a person stays where public records point at it. Raises: Conflict for the last administrator.
    """
    person = Person.objects.select_for_update(of=("self",)).select_related("user").get(pk=person.pk)
    require(actor, "people.erase", person)
    if person.erased_at or person.merged_into_id:
        raise Conflict(_("This person’s record was merged into another or erased."))
    administers = RoleGrant.objects.filter(in_force(), person=person, role=RoleGrant.Role.ADMINISTRATOR, scope=SITE).first()
    if administers is not None and not other_administrators(administers):
        raise Conflict(_("This is the last administrator. Give the role to somebody else first."))
    subject = privacy.subject_of(person)
    # Upper rooms first: their records may point at what the lower ones take away.
    for handler in reversed(privacy.handlers()):
        handler.erase(subject)
    subjects = [("people.person", str(each.pk)) for each in subject.persons] + [("people.account", trail_id) for trail_id in subject.trail_ids]
    erase_payloads_of(subjects=subjects)
    record(actor=actor, verb="erased", kind="people.person", key=str(person.pk))
    emit(PersonErased(actor_id=actor.trail_id, person=person.pk))
