"""Finding or making the organisations that entries name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from plenary.ground.audit.actors import Actor, require
from plenary.ground.people.actions.organisations import OrganisationIndex, ensure_organisation
from plenary.ground.people.models import Organisation, OrganisationAlias
from plenary.ground.people.names import fold
from plenary.programmes.stocktaking.drafts import EntryDraft, OrganisationDraft

_FEW = 20  # up to so many names are looked up one by one; the index is for imports
_CHUNK = 500


class _Named(OrganisationIndex):
    """The index of those organisations that are known by one of some names; of a hundred thousand others it reads nothing."""

    def __init__(self, *, actor: Actor, names: Iterable[str]) -> None:
        require(actor, "people.change_organisation")
        self.actor = actor
        self.new: list[Organisation] = []
        self.known: dict[tuple[str, int | None], Organisation] = {}
        folded = sorted({fold(name) for name in names})
        for start in range(0, len(folded), _CHUNK):
            # Two plain look-ups: joined, a database without statistics goes through all organisations instead.
            pairs = list(OrganisationAlias.objects.filter(folded__in=folded[start : start + _CHUNK]).values_list("folded", "organisation_id"))
            bodies = Organisation.objects.in_bulk({key for _folded, key in pairs})
            found = [(bodies[key], name) for name, key in pairs if bodies[key].merged_into_id is None]
            for body, name in sorted(found, key=lambda pair: (pair[0].created_at, pair[0].pk)):
                self.known.setdefault((name, body.country_id), body)


def organisations_of(drafts: Sequence[EntryDraft], *, actor: Actor) -> dict[OrganisationDraft, Organisation]:
    """The organisations that the drafts name, known or new."""
    wanted = dict.fromkeys(body for draft in drafts for body in draft.organisations)
    if len(wanted) <= _FEW:
        return {each: ensure_organisation(actor=actor, name=each.name, country=each.country, stakeholder_type=each.stakeholder_type) for each in wanted}
    index = _Named(actor=actor, names=(each.name for each in wanted))
    found = {each: index.ensure(each.name, each.country, each.stakeholder_type) for each in wanted}
    index.save()
    return found
