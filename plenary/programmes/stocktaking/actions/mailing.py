"""Mails to those who speak for entries, ask for something about them, or are asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.messages.actions import queue
from plenary.ground.people.models import User
from plenary.programmes.stocktaking.actions.entries import KIND
from plenary.programmes.stocktaking.models import Entry


def absolute(view: str, *args: Any) -> str:
    """An address of this site in full, without language, since a mail may be read in any."""
    with override("en"):
        return f"{settings.BASE_URL}{reverse(view, args=args)}"


def owners_of(entry: Entry) -> list[User]:
    """Those who speak for an entry and can still sign in."""
    return list(User.objects.filter(ownerships__entry=entry, is_active=True).order_by("ownerships__since", "ownerships__pk"))


def mail(template: str, entry: Entry, *, to: str, language: str = "", values: Mapping[str, Any] | None = None) -> None:
    """Write a mail about an entry into the outbox.

    Placeholders that every one may use: site, title, number, link (to the entry's page).
    """
    with override(site_language(language)):
        told = {
            "site": str(settings.SITE_NAME),
            "title": str(entry.title),
            "number": entry.number,
            "link": absolute("stocktaking:entry", entry.number),
            **{name: str(value) for name, value in (values or {}).items()},
        }
    scope = entry.scope if entry.scope != "site" else ""
    queue(actor=SYSTEM, template=template, to=to, language=language or "en", values=told, about=(KIND, entry.number), scope=scope, is_extra=True)


def mail_owners(template: str, entry: Entry, *, values: Mapping[str, Any] | None = None, but: Iterable[User] = ()) -> None:
    """The same mail to all who speak for an entry. but: those who know already."""
    known = {user.pk for user in but}
    for user in owners_of(entry):
        if user.pk not in known:
            mail(template, entry, to=user.email, language=user.language, values=values)


def site_language(language: str) -> str:
    """Django's code of a language of the site; English for others."""
    known = {code.split("-")[0]: code for code, _name in settings.LANGUAGES}
    return known.get((language or "en").split("-")[0], "en")
