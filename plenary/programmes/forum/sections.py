"""``tracks.toml`` and ``venues.toml`` of an edition folder, and the sessions in its folder ``records``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from plenary.ground.audit.actors import Actor
from plenary.ground.framework.editions import records
from plenary.ground.framework.editions.sections import Row, Section, Slug, TextValue, concept_of, register
from plenary.ground.framework.models import Edition
from plenary.ground.framework.queries import find_concept
from plenary.ground.framework.text import Text
from plenary.programmes.forum import actions
from plenary.programmes.forum.models import Track, Venue


def _link(value: str) -> str:
    if value and not re.match(r"https?://[^\s]+$", value):
        raise ValueError("give a web address that starts with https:// or http://")
    return value


def _titled(value: Text) -> Text:
    if not value:
        raise ValueError("give a text")
    return value


Position = Annotated[int, Field(ge=0, le=32_000)]


class TrackRow(Row):
    """A track. theme: of the scheme of themes. aliases: other titles that programmes give it."""

    code: Slug
    title: Annotated[TextValue, AfterValidator(_titled)]
    summary: TextValue = Text()
    is_special: bool = False
    aliases: list[Annotated[str, StringConstraints(min_length=1, max_length=200)]] = Field(default_factory=list)
    theme: concept_of("themes") = ""  # type: ignore[valid-type]
    position: Position = 0


class VenueRow(Row):
    """A room, on site or virtual."""

    code: Slug
    name: Annotated[TextValue, AfterValidator(_titled)]
    capacity: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    link: Annotated[str, AfterValidator(_link), StringConstraints(max_length=500)] = ""
    position: Position = 0


@register
class Tracks(Section[TrackRow]):
    """The tracks of an edition."""

    name, file, row = "tracks", "tracks.toml", TrackRow

    def read(self, edition: Edition) -> list[TrackRow]:
        return [
            TrackRow(
                code=track.code,
                title=track.title,
                summary=track.summary,
                is_special=track.is_special,
                aliases=track.aliases,
                theme=track.theme.code if track.theme else "",
                position=track.position,
            )
            for track in Track.objects.filter(edition=edition).select_related("theme").order_by("position", "code")
        ]

    def write(self, edition: Edition, row: TrackRow, actor: Actor) -> None:
        actions.put_track(
            actor=actor,
            edition=edition,
            code=row.code,
            title=row.title,
            summary=row.summary,
            is_special=row.is_special,
            aliases=row.aliases,
            theme=find_concept("themes", row.theme),
            position=row.position,
        )

    def remove(self, edition: Edition, key: str, actor: Actor) -> None:
        actions.remove_track(actor=actor, edition=edition, code=key)


@register
class Venues(Section[VenueRow]):
    """The rooms of an edition."""

    name, file, row = "venues", "venues.toml", VenueRow

    def read(self, edition: Edition) -> list[VenueRow]:
        return [
            VenueRow(code=venue.code, name=venue.name, capacity=venue.capacity, link=venue.link, position=venue.position)
            for venue in Venue.objects.filter(edition=edition).order_by("position", "code")
        ]

    def write(self, edition: Edition, row: VenueRow, actor: Actor) -> None:
        actions.put_venue(actor=actor, edition=edition, code=row.code, name=row.name, capacity=row.capacity, link=row.link, position=row.position)

    def remove(self, edition: Edition, key: str, actor: Actor) -> None:
        actions.remove_venue(actor=actor, edition=edition, code=key)


def _import_sessions(path: Path, edition: Edition, actor: Actor) -> None:
    actions.import_programme(actor=actor, path=path, edition=edition)


records.register("sessions.csv", _import_sessions)
