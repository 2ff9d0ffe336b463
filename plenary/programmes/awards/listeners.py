"""What this room does when something happens below."""

from __future__ import annotations

from typing import Any

from plenary.ground.framework.text import Text
from plenary.ground.people.merging import on_merge
from plenary.ground.people.models import Person
from plenary.programmes.awards.models import Award, Photo, TeamMember
from plenary.programmes.stocktaking.merging import Mover
from plenary.programmes.stocktaking.merging import on_merge as on_merge_of_entries
from plenary.programmes.stocktaking.models import Entry


@on_merge(Person)
def move_showcase(kept: Person, gone: Person) -> None:
    """Photographs and places in teams go to the record that is kept."""
    Photo.objects.filter(author=gone).update(author=kept)
    TeamMember.objects.filter(person=gone, team__places__person=kept).delete()
    TeamMember.objects.filter(person=gone).update(person=kept)


#: Of two records of the same award stands the one that says more.
_RANK = {level: rank for rank, level in enumerate(Award.Level.values)}


def move_awards(kept: Entry, gone: Entry) -> dict[str, Any]:
    """What a project won stands at the entry that is kept; what both had in the same contest and category stands there once."""
    moved: dict[str, Any] = {"awards": [], "joined": []}
    for award in list(Award.objects.filter(entry=gone).order_by("pk")):
        alike = Award.objects.filter(entry=kept, contest=award.contest_id).order_by("pk")
        other = alike.filter(category=award.category_id).first() if award.category_id else alike.filter(category=None).first()
        if other is None:
            # Where a source names no category, the same contest and level are the same award.
            other = alike.filter(level=award.level, **({"category": None} if award.category_id else {})).first()
        if other is None:
            moved["awards"].append(award.pk)
            Award.objects.filter(pk=award.pk).update(entry=kept)
            continue
        moved["joined"].append({"kept": _told(other), "gone": _told(award)})
        if _RANK[award.level] > _RANK[other.level]:
            other.level = award.level
        other.category_id = other.category_id or award.category_id
        other.number = other.number or award.number
        other.source = " ; ".join(dict.fromkeys([*other.sources, *award.sources]))
        other.note = other.note or award.note
        award.delete()
        other.save()
    return moved


def _told(award: Award) -> dict[str, Any]:
    names = ("pk", "contest_id", "entry_id", "category_id", "level", "number", "source")
    return {**{name: getattr(award, name) for name in names}, "note": award.note.to_json()}


def move_awards_back(kept: Entry, gone: Entry, moved: dict[str, Any]) -> None:
    """Each entry has its own awards again, as they were."""
    Award.objects.filter(pk__in=moved["awards"], entry=kept).update(entry=gone)
    for pair in reversed(moved["joined"]):
        for told in (pair["kept"], pair["gone"]):
            values = {**told, "note": Text.from_json(told["note"])}
            Award.objects.update_or_create(pk=values.pop("pk"), defaults=values)


on_merge_of_entries(Mover("awards", move_awards, move_awards_back))
