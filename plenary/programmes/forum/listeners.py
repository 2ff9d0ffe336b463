"""What this room does when something happens below."""

from __future__ import annotations

from plenary.ground.people.merging import on_merge
from plenary.ground.people.models import Person
from plenary.programmes.forum.models import Facilitator


@on_merge(Person)
def move_facilitators(kept: Person, gone: Person) -> None:
    """Who facilitates goes to the record that is kept; of two in one edition, one stays."""
    for each in Facilitator.objects.filter(person=gone):
        twice = Facilitator.objects.filter(person=kept, edition=each.edition_id).exclude(state=Facilitator.State.WITHDRAWN).exists()
        if twice:
            each.state = Facilitator.State.WITHDRAWN
        each.person = kept
        each.save(update_fields=["person", "state"])
