"""Accounts: making them, the preferences in them, a link that signs in once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from sesame.utils import get_parameters

from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actions import changes, record
from plenary.ground.audit.actors import Actor, require
from plenary.ground.people.addresses import is_mail_address
from plenary.ground.people.models import Person, User

LINK_SCOPE = "enter"


@transaction.atomic
def create_account(*, actor: Actor, email: str, name: str, person: Person | None = None, **details: Any) -> User:
    """Make an account whose address counts as verified (staff vouch for it), with its person unless one is given.

    details: further values of the person. Raises: Invalid for a bad or taken address; NotAllowed.
    """
    require(actor, "people.create_account")
    email = email.strip().lower()
    if not is_mail_address(email):
        raise Invalid({"email": [_("This is not an e-mail address.")]})
    if User.objects.filter(email__iexact=email).exists() or EmailAddress.objects.filter(email__iexact=email).exists():
        raise Invalid({"email": [_("There is an account with this address already.")]})
    if not name.strip():
        raise Invalid({"name": [_("Give a name.")]})
    if person is None:
        person = Person(name=name.strip()[:200], **details)
        person.save()
    elif User.objects.filter(person=person).exists():
        raise Conflict(_("This person has an account already."))
    user = User.objects.create_user(email, person=person)
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
    record(actor=actor, verb="created_account", kind="people.account", key=user.trail_id, after={"email": email, "name": person.name})
    return user


@transaction.atomic
def complete_sign_up(*, actor: User, name: str) -> Person:
    """Give a fresh account its person, by the name that was typed at sign-up."""
    require(actor, "people.change_account", actor)
    if actor.person is not None:
        raise Conflict(_("This account has a person already."))
    person = Person(name=name.strip()[:200])
    person.save()
    actor.person = person
    actor.save(update_fields=["person"])
    record(actor=actor, verb="signed_up", kind="people.account", key=actor.trail_id, after={"name": person.name})
    return person


@transaction.atomic
def change_preferences(*, actor: Actor, user: User, language: str, zone: str) -> User:
    """Set the language and time zone in which somebody prefers to read."""
    require(actor, "people.change_account", user)
    before, after = changes({"language": user.language, "zone": user.zone}, {"language": language, "zone": zone})
    if after:
        user.language, user.zone = language, zone
        user.save(update_fields=["language", "zone"])
        record(actor=actor, verb="changed", kind="people.account", key=user.trail_id, before=before, after=after)
    return user


def make_sign_in_link(*, actor: Actor, user: User, path: str = "") -> str:
    """An address that signs the account in once, within ``settings.SESAME_MAX_AGE`` seconds.

    path: where it leads, on this site.
    """
    require(actor, "people.make_sign_in_link", user)
    parameters = get_parameters(user, scope=LINK_SCOPE)
    if path:
        parameters["next"] = path
    record(actor=actor, verb="made_sign_in_link", kind="people.account", key=user.trail_id)
    return f"{settings.BASE_URL}{reverse('people:enter')}?{urlencode(parameters)}"
