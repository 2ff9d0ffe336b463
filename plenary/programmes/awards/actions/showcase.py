"""Photographs and teams: added, changed, shown to the public and withdrawn from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from plenary.engines.calls.models import Call
from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actions import changes, record
from plenary.ground.audit.actors import SYSTEM, Actor, require
from plenary.ground.files import actions as files
from plenary.ground.files.copies import public_copy
from plenary.ground.files.models import StoredFile
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.text import Text
from plenary.ground.people.models import Person
from plenary.programmes.awards.models import Photo, Team, TeamMember

PHOTO_KIND = "awards.photo"
TEAM_KIND = "awards.team"
_NO_TEXT = Text()


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoValues:
    """What is said of a photograph. original: the file as it was handed in, from which a copy for the public is made."""

    title: Text
    original: StoredFile
    caption: Text = _NO_TEXT
    alt: Text = _NO_TEXT
    author: Person | None = None
    country: Concept | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamValues:
    """What is said of a team. shows_members: whether they agreed that their names are published."""

    name: str
    project: Text = _NO_TEXT
    description: Text = _NO_TEXT
    organisation: str = ""
    country: Concept | None = None
    website: str = ""
    members: Sequence[Person] = ()
    shows_members: bool = False


def kind_of(shown: Photo | Team) -> str:
    """The kind of a record, as in the trail."""
    return PHOTO_KIND if isinstance(shown, Photo) else TEAM_KIND


def _next_number(model: type[Photo] | type[Team], edition: Edition) -> int:
    list(Edition.objects.select_for_update().filter(pk=edition.pk).values_list("pk"))  # whoever else numbers in this edition waits here
    last = model.objects.filter(edition=edition).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


# ---- photographs ----------------------------------------------------------------------------------------------------


@transaction.atomic
def add_photo(*, actor: Actor, edition: Edition, call: Call | None, values: PhotoValues) -> Photo:
    """Show a photograph among those of an edition. Raises: Invalid; Conflict where its file is no picture; NotAllowed."""
    require(actor, "awards.change_showcase", edition)
    photo = Photo(edition=edition, call=call, number=_next_number(Photo, edition))
    _fill_photo(photo, values)
    photo.file = public_copy(actor=SYSTEM, file=values.original)
    photo.save()
    record(actor=actor, verb="created", kind=PHOTO_KIND, key=str(photo), after=_told(photo))
    return photo


@transaction.atomic
def change_photo(*, actor: Actor, photo: Photo, values: PhotoValues) -> Photo:
    """Make a photograph be as said, with a new copy of its file. Raises: Invalid; Conflict; NotAllowed."""
    require(actor, "awards.change_showcase", photo.edition)
    before, old = _told(photo), photo.file
    _fill_photo(photo, values)
    photo.file = public_copy(actor=SYSTEM, file=values.original)
    photo.save()
    files.publish(actor=SYSTEM, file=photo.file, is_public=photo.state == Photo.State.PUBLIC)
    files.delete(actor=SYSTEM, file=old, reason="another copy took its place")
    gone, new = changes(before, _told(photo))
    record(actor=actor, verb="changed", kind=PHOTO_KIND, key=str(photo), before=gone, after=new)
    return photo


def _fill_photo(photo: Photo, values: PhotoValues) -> None:
    if not values.title:
        raise Invalid({"title": [_("The title is missing.")]})
    photo.title, photo.caption, photo.alt, photo.author, photo.country = values.title, values.caption, values.alt, values.author, values.country


# ---- teams ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_team(*, actor: Actor, edition: Edition, call: Call | None, values: TeamValues) -> Team:
    """Show a team among those of an edition. Raises: Invalid; NotAllowed."""
    require(actor, "awards.change_showcase", edition)
    team = Team(edition=edition, call=call, number=_next_number(Team, edition))
    _fill_team(team, values)
    record(actor=actor, verb="created", kind=TEAM_KIND, key=str(team), after=_told(team))
    return team


@transaction.atomic
def change_team(*, actor: Actor, team: Team, values: TeamValues) -> Team:
    """Make a team be as said. Raises: Invalid; NotAllowed."""
    require(actor, "awards.change_showcase", team.edition)
    before = _told(team)
    _fill_team(team, values)
    gone, new = changes(before, _told(team))
    if new:
        record(actor=actor, verb="changed", kind=TEAM_KIND, key=str(team), before=gone, after=new)
    return team


def _fill_team(team: Team, values: TeamValues) -> None:
    if not values.name.strip():
        raise Invalid({"name": [_("Give the name of the team.")]})
    team.name, team.organisation, team.website = values.name.strip()[:200], values.organisation[:300], values.website
    team.project, team.description, team.country, team.shows_members = values.project, values.description, values.country, values.shows_members
    team.save()
    team.places.all().delete()
    people = {person.pk: person for person in values.members}
    TeamMember.objects.bulk_create(TeamMember(team=team, person=person, position=position) for position, person in enumerate(people.values()))


# ---- both -----------------------------------------------------------------------------------------------------------


def _told(shown: Photo | Team) -> dict[str, Any]:
    """A record as the trail keeps it: without names of persons, which can be erased."""
    country = shown.country.code if shown.country else None
    if isinstance(shown, Photo):
        texts = {name: getattr(shown, name).to_json() for name in ("title", "caption", "alt")}
        return {**texts, "country": country, "file": str(shown.file_id)}
    return {
        "name": shown.name,
        "project": shown.project.to_json(),
        "description": shown.description.to_json(),
        "organisation": shown.organisation,
        "country": country,
        "website": shown.website,
        "members": shown.places.count() if shown.pk else 0,
        "shows_members": shown.shows_members,
    }


@transaction.atomic
def withdraw(*, actor: Actor, shown: Photo | Team, reason: str) -> Photo | Team:
    """Take a photograph or a team out of public view; it stays on record. Raises: Conflict where it is withdrawn already; NotAllowed."""
    return _move(actor, shown, Photo.State.WITHDRAWN, "withdrawn", reason)


@transaction.atomic
def show(*, actor: Actor, shown: Photo | Team, reason: str = "") -> Photo | Team:
    """Put a withdrawn photograph or team back into public view. Raises: Conflict where it is there already; NotAllowed."""
    return _move(actor, shown, Photo.State.PUBLIC, "restored", reason)


def _move(actor: Actor, shown: Photo | Team, state: str, verb: str, reason: str) -> Photo | Team:
    model: Any = type(shown)
    found: Photo | Team = model.objects.select_for_update(of=("self",)).select_related("edition").get(pk=shown.pk)
    require(actor, "awards.change_showcase", found.edition)
    if found.state == state:
        raise Conflict(_("This is so already."))
    before, found.state = found.state, state
    found.save(update_fields=["state"])
    if isinstance(found, Photo):
        files.publish(actor=SYSTEM, file=found.file, is_public=state == Photo.State.PUBLIC)
    record(actor=actor, verb=verb, kind=kind_of(found), key=str(found), before={"state": str(before)}, after={"state": str(state)}, reason=reason)
    return found
