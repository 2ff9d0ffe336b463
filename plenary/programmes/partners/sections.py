"""``packages.toml`` of an edition folder: the levels of partnership on offer."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from plenary.ground.audit.actors import Actor
from plenary.ground.framework.editions.sections import Row, Section, Slug, TextValue, register
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text
from plenary.programmes.partners import actions
from plenary.programmes.partners.models import Package


def _titled(value: Text) -> Text:
    if not value:
        raise ValueError("give a title")
    return value


class PackageRow(Row):
    """A package; an exclusive one is given to one partner only."""

    code: Slug
    title: Annotated[TextValue, AfterValidator(_titled)]
    offer: TextValue = Text()
    is_exclusive: bool = False
    position: Annotated[int, Field(ge=0, le=32_000)] = 0


@register
class Packages(Section[PackageRow]):
    """The packages of an edition."""

    name, file, row = "packages", "packages.toml", PackageRow

    def read(self, edition: Edition) -> list[PackageRow]:
        return [
            PackageRow(code=package.code, title=package.title, offer=package.offer, is_exclusive=package.is_exclusive, position=package.position)
            for package in Package.objects.filter(edition=edition).order_by("position", "code")
        ]

    def write(self, edition: Edition, row: PackageRow, actor: Actor) -> None:
        actions.put_package(actor=actor, edition=edition, code=row.code, title=row.title, offer=row.offer, is_exclusive=row.is_exclusive, position=row.position)

    def remove(self, edition: Edition, key: str, actor: Actor) -> None:
        actions.remove_package(actor=actor, edition=edition, code=key)
