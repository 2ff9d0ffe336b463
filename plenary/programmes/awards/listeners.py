"""What this room does when something happens below."""

from __future__ import annotations

from plenary.ground.people.merging import on_merge
from plenary.ground.people.models import Person
from plenary.programmes.awards.models import Photo, TeamMember


@on_merge(Person)
def move_showcase(kept: Person, gone: Person) -> None:
    """Photographs and places in teams go to the record that is kept."""
    Photo.objects.filter(author=gone).update(author=kept)
    TeamMember.objects.filter(person=gone, team__places__person=kept).delete()
    TeamMember.objects.filter(person=gone).update(person=kept)
