"""The sections of an edition folder that belong to the framework: the edition itself and its milestones."""

from __future__ import annotations

from plenary.ground.audit.actors import Actor
from plenary.ground.framework import actions
from plenary.ground.framework.editions.rows import EditionRow, MilestoneRow, edition_row, milestone_row
from plenary.ground.framework.editions.sections import Section, register
from plenary.ground.framework.models import Edition


@register
class TheEdition(Section[EditionRow]):
    name, file, row, single = "edition", "edition.toml", EditionRow, True

    def read(self, edition: Edition) -> list[EditionRow]:
        return [edition_row(edition)]

    def write(self, edition: Edition, row: EditionRow, actor: Actor) -> None:
        actions.put_edition(actor=actor, edition=edition, row=row)

    def remove(self, edition: Edition, key: str, actor: Actor) -> None:
        raise NotImplementedError("an edition is never removed by loading: its folder has no other")


@register
class Milestones(Section[MilestoneRow]):
    name, file, row = "milestones", "milestones.toml", MilestoneRow

    def read(self, edition: Edition) -> list[MilestoneRow]:
        return [milestone_row(milestone, edition.anchor) for milestone in edition.milestones.order_by("starts_at", "code")]

    def write(self, edition: Edition, row: MilestoneRow, actor: Actor) -> None:
        actions.put_milestone(actor=actor, edition=edition, row=row)

    def remove(self, edition: Edition, key: str, actor: Actor) -> None:
        actions.remove_milestone(actor=actor, edition=edition, code=key)
