"""What this room does when something happens below."""

from __future__ import annotations

from plenary.ground.people.merging import on_merge
from plenary.ground.people.models import Organisation
from plenary.voice.publications.models import Contribution


@on_merge(Organisation)
def move_contributions(kept: Organisation, gone: Organisation) -> None:
    """What an organisation wrote stays its own when it turns out to be another."""
    Contribution.objects.filter(organisation=gone).update(organisation=kept)
