"""Facilitators of the High-Level Track: proposed, selected, withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from plenary.errors import Conflict
from plenary.ground.audit.actions import record
from plenary.ground.audit.actors import SYSTEM, Actor, require
from plenary.ground.files import actions as files
from plenary.ground.files.copies import public_copy
from plenary.ground.files.models import StoredFile
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.people.models import Person
from plenary.programmes.forum.models import Facilitator

FACILITATOR_KIND = "forum.facilitator"
PORTRAIT_SIDE = 480  # shown at half that, sharp on dense screens too
State = Facilitator.State


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilitatorValues:
    """What is said of a facilitator. portrait: the picture as it was handed in, from which a copy for the public is made."""

    person: Person
    post: str = ""
    organisation: str = ""
    stakeholder_type: Concept | None = None
    portrait: StoredFile | None = None


@transaction.atomic
def add_facilitator(*, actor: Actor, edition: Edition, values: FacilitatorValues, state: str = State.PROPOSED) -> Facilitator:
    """Propose or select somebody. Raises: Conflict where they are proposed or selected already; NotAllowed."""
    require(actor, "forum.edit", edition)
    list(Edition.objects.select_for_update().filter(pk=edition.pk).values_list("pk"))  # whoever else numbers in this edition waits here
    last = Facilitator.objects.filter(edition=edition).aggregate(last=Max("number"))["last"]
    facilitator = Facilitator(edition=edition, number=(last or 0) + 1, state=state)
    _fill(facilitator, values)
    _keep(facilitator)
    _tell(actor, facilitator, "added", None)
    return facilitator


@transaction.atomic
def change_facilitator(*, actor: Actor, facilitator: Facilitator, values: FacilitatorValues) -> Facilitator:
    """Make what is said of a facilitator be as given. Raises: Conflict where the person is another's already; NotAllowed."""
    facilitator = _locked(facilitator)
    require(actor, "forum.edit", facilitator.edition)
    before, old = _told(facilitator), facilitator.portrait
    _fill(facilitator, values)
    _keep(facilitator)
    if old is not None:
        files.delete(actor=SYSTEM, file=old, reason="another copy took its place")
    _tell(actor, facilitator, "changed", before)
    return facilitator


@transaction.atomic
def select_facilitator(*, actor: Actor, facilitator: Facilitator, state: str = State.SELECTED) -> Facilitator:
    """Select somebody, or make them proposed again; also somebody who was withdrawn. Raises: Conflict; NotAllowed."""
    facilitator = _locked(facilitator)
    require(actor, "forum.edit", facilitator.edition)
    if state not in (State.PROPOSED, State.SELECTED) or facilitator.state == state:
        raise Conflict(_("This is so already."))
    before, facilitator.state = _told(facilitator), state
    _keep(facilitator)
    _tell(actor, facilitator, "changed", before)
    return facilitator


@transaction.atomic
def withdraw_facilitator(*, actor: Actor, facilitator: Facilitator, reason: str) -> Facilitator:
    """Take somebody off the list; the record stays. Raises: Conflict where that was done before; NotAllowed."""
    facilitator = _locked(facilitator)
    require(actor, "forum.edit", facilitator.edition)
    if facilitator.state == State.WITHDRAWN:
        raise Conflict(_("This is so already."))
    before, facilitator.state = _told(facilitator), State.WITHDRAWN
    _keep(facilitator)
    _tell(actor, facilitator, "withdrawn", before, reason)
    return facilitator


def _locked(facilitator: Facilitator) -> Facilitator:
    found = Facilitator.objects.select_for_update(of=("self",)).select_related("edition", "person", "stakeholder_type", "portrait")
    return found.get(pk=facilitator.pk)


def _fill(facilitator: Facilitator, values: FacilitatorValues) -> None:
    facilitator.person, facilitator.stakeholder_type = values.person, values.stakeholder_type
    facilitator.post, facilitator.organisation = values.post[:300], values.organisation[:300]
    facilitator.portrait = public_copy(actor=SYSTEM, file=values.portrait, side=PORTRAIT_SIDE) if values.portrait else None


def _keep(facilitator: Facilitator) -> None:
    """Store it, its portrait for everybody to see only while it is selected. Raises: Conflict where the person is there twice."""
    twice = Conflict(_("%(name)s is a facilitator of this edition already.") % {"name": facilitator.person})
    others = Facilitator.objects.filter(edition=facilitator.edition, person=facilitator.person).exclude(state=State.WITHDRAWN).exclude(pk=facilitator.pk)
    if facilitator.state != State.WITHDRAWN and others.exists():
        raise twice
    try:
        with transaction.atomic():
            facilitator.save()
    except IntegrityError as error:
        raise twice from error
    if facilitator.portrait is not None:
        files.publish(actor=SYSTEM, file=facilitator.portrait, is_public=facilitator.state == State.SELECTED)


def _told(facilitator: Facilitator) -> dict[str, Any]:
    """What the trail keeps: who it is stays in the record alone, where it can be erased."""
    return {"state": str(facilitator.state), "portrait": str(facilitator.portrait_id) if facilitator.portrait_id else None}


def _tell(actor: Actor, facilitator: Facilitator, verb: str, before: dict[str, Any] | None, reason: str = "") -> None:
    record(actor=actor, verb=verb, kind=FACILITATOR_KIND, key=str(facilitator), before=before, after=_told(facilitator), reason=reason)
