"""Tracks and rooms of an edition."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from plenary.ground.audit.actions import changes, record
from plenary.ground.audit.actors import Actor, require
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.text import Text
from plenary.ground.search.actions import changed
from plenary.programmes.forum.models import Session, Track, Venue


def _told(thing: Track | Venue) -> dict[str, Any]:
    if isinstance(thing, Track):
        theme = thing.theme.code if thing.theme else ""
        return {
            "title": thing.title.to_plain(),
            "summary": thing.summary.to_plain(),
            "is_special": thing.is_special,
            "aliases": thing.aliases,
            "theme": theme,
            "position": thing.position,
        }
    return {"name": thing.name.to_plain(), "capacity": thing.capacity, "link": thing.link, "position": thing.position}


def _tell(actor: Actor, thing: Track | Venue, verb: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
    kind = "forum.track" if isinstance(thing, Track) else "forum.venue"
    record(actor=actor, verb=verb, kind=kind, key=str(thing), before=before, after=after)


def _sessions_changed(thing: Track | Venue) -> None:
    """A session's place in the index names its track and room."""
    numbers = Session.objects.filter(**{"track" if isinstance(thing, Track) else "venue": thing}).values_list("number", flat=True)
    changed("session", *(f"{thing.edition.code}/{number}" for number in numbers))


@transaction.atomic
def put_track(
    *,
    actor: Actor,
    edition: Edition,
    code: str,
    title: Text,
    summary: Text | None = None,
    is_special: bool = False,
    aliases: list[str] | None = None,
    theme: Concept | None = None,
    position: int = 0,
) -> Track:
    """Make the edition's track of that code be as given."""
    require(actor, "forum.edit", edition)
    track = Track.objects.select_related("theme", "edition").filter(edition=edition, code=code).first()
    before = _told(track) if track else None
    track = track or Track(edition=edition, code=code)
    track.title, track.summary, track.is_special, track.aliases = title, summary or Text(), is_special, aliases or []
    track.theme, track.position = theme, position
    after = _told(track)
    if before != after:
        track.save()
        _sessions_changed(track)
        _tell(actor, track, "changed" if before else "added", *(changes(before, after) if before else (None, after)))
    return track


@transaction.atomic
def put_venue(*, actor: Actor, edition: Edition, code: str, name: Text, capacity: int | None = None, link: str = "", position: int = 0) -> Venue:
    """Make the edition's room of that code be as given."""
    require(actor, "forum.edit", edition)
    venue = Venue.objects.select_related("edition").filter(edition=edition, code=code).first()
    before = _told(venue) if venue else None
    venue = venue or Venue(edition=edition, code=code)
    venue.name, venue.capacity, venue.link, venue.position = name, capacity, link, position
    after = _told(venue)
    if before != after:
        venue.save()
        _sessions_changed(venue)
        _tell(actor, venue, "changed" if before else "added", *(changes(before, after) if before else (None, after)))
    return venue


@transaction.atomic
def remove_track(*, actor: Actor, edition: Edition, code: str) -> None:
    """Delete a track; its sessions stay, without one."""
    require(actor, "forum.edit", edition)
    track = Track.objects.select_related("theme", "edition").filter(edition=edition, code=code).first()
    if track is not None:
        _sessions_changed(track)
        _tell(actor, track, "removed", _told(track), None)
        track.delete()


@transaction.atomic
def remove_venue(*, actor: Actor, edition: Edition, code: str) -> None:
    """Delete a room; its sessions stay, without one."""
    require(actor, "forum.edit", edition)
    venue = Venue.objects.select_related("edition").filter(edition=edition, code=code).first()
    if venue is not None:
        _sessions_changed(venue)
        _tell(actor, venue, "removed", _told(venue), None)
        venue.delete()
