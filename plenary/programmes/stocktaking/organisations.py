"""Finding or making the organisations that entries name."""

from __future__ import annotations

from collections.abc import Sequence

from plenary.ground.audit.actors import Actor
from plenary.ground.people.actions.organisations import OrganisationIndex, ensure_organisation
from plenary.ground.people.models import Organisation
from plenary.programmes.stocktaking.drafts import EntryDraft, OrganisationDraft

_FEW = 20  # up to so many names are looked up one by one; the index of all organisations is for imports


def organisations_of(drafts: Sequence[EntryDraft], *, actor: Actor) -> dict[OrganisationDraft, Organisation]:
    """The organisations that the drafts name, known or new."""
    wanted = dict.fromkeys(body for draft in drafts for body in draft.organisations)
    if len(wanted) <= _FEW:
        return {each: ensure_organisation(actor=actor, name=each.name, country=each.country, stakeholder_type=each.stakeholder_type) for each in wanted}
    index = OrganisationIndex(actor=actor)
    found = {each: index.ensure(each.name, each.country, each.stakeholder_type) for each in wanted}
    index.save()
    return found
