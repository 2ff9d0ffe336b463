"""What this room keeps about persons: photographs that they took, teams that they were in."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from plenary.ground.audit.actions import record
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.people.privacy import Subject, register
from plenary.programmes.awards.actions import PHOTO_KIND, TEAM_KIND
from plenary.programmes.awards.models import Photo, TeamMember


def _export(subject: Subject) -> dict[str, Any]:
    photos = Photo.objects.filter(author__in=subject.persons).select_related("edition", "file").order_by("pk")
    places = TeamMember.objects.filter(person__in=subject.persons).select_related("team__edition").order_by("pk")
    return {
        "photographs": [
            {
                "edition": photo.edition.code,
                "number": photo.number,
                "title": photo.title.to_plain(),
                "caption": photo.caption.to_plain(),
                "address": photo.file.path,
            }
            for photo in photos
        ],
        "teams": [{"edition": place.team.edition.code, "number": place.team.number, "name": place.team.name} for place in places],
    }


def _erase(subject: Subject) -> None:
    # That something changed is noted, so that pages kept for anonymous readers are made anew.
    photos = Photo.objects.filter(author__in=subject.persons).select_related("edition")
    places = TeamMember.objects.filter(person__in=subject.persons).select_related("team__edition")
    for kind, keys in ((PHOTO_KIND, [str(photo) for photo in photos]), (TEAM_KIND, [str(place.team) for place in places])):
        for key in keys:
            record(actor=SYSTEM, verb="erased", kind=kind, key=key)
    photos.update(author=None)
    places.delete()


register(
    "awards",
    export=_export,
    erase=_erase,
    keeps=_("Photographs that were published stay, without your name; ask us if one must go. Of a team stay its name and its project."),
)
