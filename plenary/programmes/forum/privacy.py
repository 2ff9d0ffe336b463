"""What this room keeps about persons: the sessions in which they took part, the High-Level Track that they facilitated."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from plenary.ground.audit.actions import record
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.files import actions as files
from plenary.ground.people.privacy import Subject, register
from plenary.ground.search.actions import changed
from plenary.programmes.forum.actions import FACILITATOR_KIND
from plenary.programmes.forum.models import Facilitator, Session, SessionPerson


def _export(subject: Subject) -> list[dict[str, Any]]:
    parts = SessionPerson.objects.filter(person__in=subject.persons).select_related("session__edition").order_by("pk")
    sessions = [
        {
            "edition": part.session.edition.code,
            "session": part.session.number,
            "title": part.session.title.to_plain(),
            "role": part.role,
            "post": part.post,
            "organisation": part.organisation,
        }
        for part in parts
    ]
    return sessions + [
        {
            "edition": each.edition.code,
            "facilitator": each.number,
            "state": each.state,
            "post": each.post,
            "organisation": each.organisation,
            "portrait": each.portrait.path if each.portrait else "",
        }
        for each in _facilitated(subject)
    ]


def _facilitated(subject: Subject) -> list[Facilitator]:
    return list(Facilitator.objects.filter(person__in=subject.persons).select_related("edition", "portrait").order_by("pk"))


def _erase(subject: Subject) -> None:
    parts = SessionPerson.objects.filter(person__in=subject.persons)
    for session in Session.objects.filter(people__in=parts.values("pk")).select_related("edition").distinct():
        # The source's words about people go too, or importing again would not know that they were taken out here.
        if "people" in session.imported:
            Session.objects.filter(pk=session.pk).update(imported={key: value for key, value in session.imported.items() if key != "people"})
        changed("session", str(session))
    parts.delete()
    for each in _facilitated(subject):
        record(actor=SYSTEM, verb="erased", kind=FACILITATOR_KIND, key=str(each))
        portrait = each.portrait
        each.delete()
        if portrait is not None:
            files.purge(actor=SYSTEM, file=portrait)


register("forum", export=_export, erase=_erase, keeps=_("That a session was held, with its title and hosts, stays; that you took part in it does not."))
