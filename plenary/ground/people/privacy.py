"""Whose data are asked for or are to go, and what each room does about it.

A room that keeps anything about persons registers, in its ``privacy.py``, how that is exported and how it is erased:
``privacy.register("forum", export=..., erase=..., keeps=_("..."))``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plenary.ground.audit.queries import trail_by
from plenary.ground.framework.text import Text
from plenary.ground.people.models import Affiliation, Person, RoleGrant, User


@dataclass(frozen=True, slots=True)
class Subject:
    """A human being in all the shapes the platform knows: the person, those merged into it, the account, addresses."""

    person: Person
    others: tuple[Person, ...]
    user: User | None
    emails: tuple[str, ...]

    @property
    def persons(self) -> tuple[Person, ...]:
        return (self.person, *self.others)

    @property
    def trail_ids(self) -> tuple[str, ...]:
        return (self.user.trail_id,) if self.user else ()


@dataclass(frozen=True, slots=True)
class Handler:
    """What one room does. keeps: what stays after erasure and why, a sentence for the person."""

    name: str
    export: Callable[[Subject], Any]
    erase: Callable[[Subject], None]
    keeps: str | Promise = ""


_handlers: dict[str, Handler] = {}


def register(name: str, *, export: Callable[[Subject], Any], erase: Callable[[Subject], None], keeps: str | Promise = "") -> None:
    """Add what a room exports and erases of a person. export: gives JSON-serialisable values."""
    _handlers[name] = Handler(name, export, erase, keeps)


def handlers() -> list[Handler]:
    """All handlers, in the order of the rooms, lowest first."""
    return list(_handlers.values())


def subject_of(person: Person) -> Subject:
    """The person with everything that is the same human being."""
    user = User.objects.filter(person=person).first()
    emails = {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)} if user else set()
    others: list[Person] = []
    layer = [person.pk]
    while layer:
        found = list(Person.objects.filter(merged_into_id__in=layer))
        others += found
        layer = [each.pk for each in found]
    return Subject(person, tuple(others), user, tuple(sorted(emails)))


def _export(subject: Subject) -> dict[str, Any]:
    """What this room itself keeps."""
    return {
        "persons": [_person(person) for person in subject.persons],
        "account": _account(subject.user) if subject.user else None,
    }


def _person(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "form_of_address": person.honorific,
        "country": person.country.code if person.country else None,
        "stakeholder_type": person.stakeholder_type.code if person.stakeholder_type else None,
        "languages": person.languages,
        "gender": person.gender or None,
        "birth_year": person.birth_year,
        "biography": person.biography.to_plain(),
        "known_since": person.created_at,
        "affiliations": [
            {"organisation": each.organisation.name.to_plain(), "post": each.post.to_plain(), "since": each.since, "until": each.until}
            for each in person.affiliations.select_related("organisation").order_by("pk")
        ],
        "roles": [{"role": each.role, "scope": each.scope, "since": each.since, "until": each.until} for each in person.grants.order_by("pk")],
    }


def _account(user: User) -> dict[str, Any]:
    return {
        "email_addresses": [{"address": each.email, "verified": each.verified, "primary": each.primary} for each in EmailAddress.objects.filter(user=user)],
        "language": user.language,
        "zone": user.zone,
        "joined_at": user.joined_at,
        "last_signed_in": user.last_login,
        "has_password": user.has_usable_password(),
        "second_factors": [
            {"type": each.type, "added_at": each.created_at, "last_used_at": each.last_used_at}
            for each in Authenticator.objects.filter(user=user).order_by("pk")
        ],
        "agreements": [
            {"text": each.text.kind, "version": each.text.version, "agreed_at": each.agreed_at}
            for each in user.agreements.select_related("text").order_by("pk")
        ],
        "tokens": [
            {
                "name": each.name,
                "scopes": each.scopes,
                "made_at": each.created_at,
                "expires_at": each.expires_at,
                "last_used_at": each.last_used_at,
                "revoked_at": each.revoked_at,
            }
            for each in user.api_tokens.order_by("pk")
        ],
        "what_i_did": [{"at": each.at, "did": each.verb, "kind": each.kind, "key": each.key} for each in trail_by(user.trail_id)],
    }


def _erase(subject: Subject) -> None:
    """Empty the person, delete the account and every trace of it in the tables of the libraries."""
    now = timezone.now()
    for person in subject.persons:
        Affiliation.objects.filter(person=person).delete()
        RoleGrant.objects.filter(person=person, since__gt=now).delete()
        RoleGrant.objects.filter(person=person, until__isnull=True).update(until=now)
        RoleGrant.objects.filter(person=person, until__gt=now).update(until=now)
        person.name, person.honorific, person.gender, person.birth_year = ERASED_NAME, "", "", None
        person.country = person.stakeholder_type = None
        person.languages, person.biography, person.erased_at = [], Text(), now
        person.save()
    if subject.user is None:
        return
    _forget_sessions(subject.user, subject.emails)
    for model in (AccessAttempt, AccessLog, AccessFailureLog):
        model.objects.filter(username__in=subject.emails).delete()
    for subject_model, keys in ((User, [subject.user.pk]), (Person, [person.pk for person in subject.persons])):
        kind = ContentType.objects.get_for_model(subject_model)
        LogEntry.objects.filter(content_type=kind, object_id__in=[str(key) for key in keys]).update(object_repr="", change_message="")
    subject.user.delete()


def _forget_sessions(user: User, emails: tuple[str, ...]) -> None:
    """Delete the sessions that are theirs or carry one of their addresses (half-finished sign-ins do)."""
    key = str(user.pk)
    for session in Session.objects.iterator(chunk_size=500):
        values = session.get_decoded()
        if values.get("_auth_user_id") == key or any(email in json.dumps(values, default=str).lower() for email in emails):
            session.delete()


ERASED_NAME = "Erased person"

register(
    "people",
    export=_export,
    erase=_erase,
    keeps=_(
        "An empty record without your name stays where public records point at it, and the trail keeps that something was done, when, and a number that "
        "no longer leads to you."
    ),
)
