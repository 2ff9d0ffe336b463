"""Searches that somebody keeps: saving and changing them, and telling what is new."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from plenary.errors import Conflict, Invalid
from plenary.ground.audit import actions as audit
from plenary.ground.audit.actors import SYSTEM, Actor, require
from plenary.ground.people.models import User
from plenary.programmes.stocktaking.models import SavedSearch

KIND = "stocktaking.saved_search"  # in the trail
#: Searches that one person can keep.
MOST = 100
Often = SavedSearch.Often


@transaction.atomic
def save_search(*, actor: Actor, name: str, query: str, often: str = Often.WEEKLY, language: str = "en") -> SavedSearch:
    """Keep a search; one that is kept already gets the new name and is not kept twice.

    query: the query part of the list's address, in canonical order. Told is what becomes public from now on.
    Raises: Conflict where there are too many; Invalid, NotAllowed.
    """
    require(actor, "stocktaking.save_search")
    if not isinstance(actor, User):
        raise Conflict(_("Only somebody with an account can keep a search."))
    name = _checked(name, often)
    if len(query) > 2000:
        raise Invalid({"query": [_("The search is too long to be kept. Use fewer words or filters.")]})
    User.objects.select_for_update().get(pk=actor.pk)  # two windows at once
    kept = SavedSearch.objects.filter(user=actor, query=query).first()
    if kept is not None:
        return change_search(actor=actor, search=kept, name=name, often=often)
    if SavedSearch.objects.filter(user=actor).count() >= MOST:
        raise Conflict(_("You keep %(most)s searches already. Delete one first.") % {"most": MOST})
    now = timezone.now()
    search = SavedSearch.objects.create(user=actor, name=name, query=query, often=often, language=language, made_at=now, told_until=now, looked_at=now)
    _note(actor, "created", search)
    _look_after()
    return search


@transaction.atomic
def change_search(*, actor: Actor, search: SavedSearch, name: str, often: str) -> SavedSearch:
    """Give a kept search another name, or tell of it more or less often. Raises: Invalid, NotAllowed."""
    search = SavedSearch.objects.select_for_update(of=("self",)).select_related("user").get(pk=search.pk)
    require(actor, "stocktaking.change_search", search)
    name = _checked(name, often)
    if search.often == Often.NEVER and often != Often.NEVER:
        # What came while nobody wanted to be told is not news.
        search.told_until = search.looked_at = timezone.now()
    search.name, search.often = name, often
    search.save(update_fields=["name", "often", "told_until", "looked_at"])
    _note(actor, "changed", search)
    _look_after()
    return search


@transaction.atomic
def delete_search(*, actor: Actor, search: SavedSearch) -> None:
    """Keep a search no longer. Raises: NotAllowed."""
    require(actor, "stocktaking.change_search", search)
    _note(actor, "deleted", search)
    search.delete()


@transaction.atomic
def stop_telling(*, search: SavedSearch) -> SavedSearch:
    """Send no more mails about a search: asked for by the link in one of them, without signing in."""
    search = SavedSearch.objects.select_for_update().get(pk=search.pk)
    if search.often != Often.NEVER:
        search.often = Often.NEVER
        search.save(update_fields=["often"])
        audit.record(actor=SYSTEM, verb="changed", kind=KIND, key=str(search.pk), after={"often": search.often}, reason="by the link of a mail")
    return search


@transaction.atomic
def note_looked(*, search: SavedSearch, now: datetime, told_until: datetime) -> None:
    """Note that a search was gone through and until when what became public has been told. The mail is written in the same transaction."""
    search.looked_at, search.told_until = now, max(search.told_until, told_until)
    search.save(update_fields=["looked_at", "told_until"])


def _checked(name: str, often: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise Invalid({"name": [_("A name has at least one letter and at most 120.")]})
    if often not in Often.values:
        raise Invalid({"often": [_("Choose how often you want to be told.")]})
    return name


def _note(actor: Actor, verb: str, search: SavedSearch) -> None:
    # What somebody looks for is their own affair: the trail does not say it.
    audit.record(actor=actor, verb=verb, kind=KIND, key=str(search.pk), after={"often": search.often} if verb != "deleted" else None)


def _look_after() -> None:
    from plenary.programmes.stocktaking.alerts import keep_telling

    transaction.on_commit(keep_telling)


# ---- for the room's privacy module ----------------------------------------------------------------------------------


def saved_of(user: User) -> list[dict[str, Any]]:
    """The searches that a person keeps, for the export of their data."""
    return [
        {
            "name": search.name,
            "query": search.query,
            "often": search.often,
            "language": search.language,
            "made_at": search.made_at.isoformat(),
            "told_until": search.told_until.isoformat(),
        }
        for search in SavedSearch.objects.filter(user=user)
    ]


def forget_saved(user: User) -> int:
    """Remove the searches that a person keeps, since they erase their account; how many."""
    return SavedSearch.objects.filter(user=user).delete()[0]
