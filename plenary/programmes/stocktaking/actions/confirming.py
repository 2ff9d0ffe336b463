"""Asking owners once a year whether their entries still stand, and what they answer.

Entries that nobody owns are asked about at the address of their contact. All that one person is asked about stands in one
mail. The mails, and the instant at which each entry was asked about, are written together: whatever breaks off in between,
nobody is asked twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from plenary.errors import Conflict, Invalid
from plenary.ground.audit import actions as audit
from plenary.ground.audit.actors import SYSTEM, Actor, require
from plenary.ground.audit.queries import versions_of
from plenary.ground.messages.actions import queue
from plenary.ground.people.models import User
from plenary.ground.search import actions as search
from plenary.programmes.stocktaking.actions.entries import INDEX_KIND, KIND, locked, tell
from plenary.programmes.stocktaking.actions.mailing import absolute, site_language
from plenary.programmes.stocktaking.actions.snapshots import snapshot
from plenary.programmes.stocktaking.asking import ANSWER_WITHIN, ASK_AFTER, link_for
from plenary.programmes.stocktaking.models import Entry, EntryContact, EntryOwner

#: So many entries are named in a mail; its link opens all of them.
MOST_NAMED = 50
ANSWERS = (Entry.Status.ONGOING, Entry.Status.COMPLETED)


@transaction.atomic
def confirm(*, actor: Actor, entry: Entry, status: str = "") -> Entry:
    """Say that an entry still stands. status: ongoing or completed where that is to be said too, else empty.

    Raises: Conflict, Invalid, NotAllowed.
    """
    entry = locked(entry)
    require(actor, "stocktaking.confirm_entry", entry)
    if entry.state == Entry.State.WITHDRAWN:
        raise Conflict(_("The entry is withdrawn; ask the secretariat."))
    if status and status not in ANSWERS:
        raise Invalid({"status": [_("Choose one of the answers.")]})
    before = snapshot(entry)
    now = timezone.now()
    entry.confirmed_at = now
    if not status or status == entry.status:
        entry.save(update_fields=["confirmed_at"])
        audit.record(actor=actor, verb="confirmed", kind=KIND, key=entry.number)
        tell(actor, entry, "confirmed")
        return entry
    if not versions_of(KIND, entry.number).exists():
        audit.keep_version(actor=actor, kind=KIND, key=entry.number, snapshot=before, reason="as it stood before the first change")
    entry.status, entry.updated_at = status, now
    entry.save(update_fields=["confirmed_at", "status", "updated_at"])
    audit.record(actor=actor, verb="confirmed", kind=KIND, key=entry.number, before={"status": before["status"]}, after={"status": status})
    audit.keep_version(actor=actor, kind=KIND, key=entry.number, snapshot=snapshot(entry), reason="confirmed")
    tell(actor, entry, "confirmed")
    return entry


def count_as_confirmed(entry: Entry, *, at: datetime | None = None) -> None:
    """An owner's change says that the entry stands, inside the action that makes it. at: when they said so."""
    moment = at or timezone.now()
    if entry.confirmed_at is None or entry.confirmed_at < moment:
        entry.confirmed_at = moment
        entry.save(update_fields=["confirmed_at"])
        search.changed(INDEX_KIND, entry.number)


# ---- asking ---------------------------------------------------------------------------------------------------------


def due(now: datetime | None = None) -> QuerySet[Entry]:
    """The entries that somebody should be asked about: of which no owner has said anything for a year, and that can be asked about.

    What is completed stays so, and is not asked about again.
    """
    long_ago = (now or timezone.now()) - ASK_AFTER
    silent = Entry.objects.annotate(last_word=Coalesce("confirmed_at", "published_at", "created_at"))
    silent = silent.filter(Q(asked_at__isnull=True) | Q(asked_at__lt=long_ago), state=Entry.State.PUBLIC, last_word__lt=long_ago)
    silent = silent.exclude(status=Entry.Status.COMPLETED)
    owned = Q(pk__in=EntryOwner.objects.filter(user__is_active=True).values("entry_id"))
    with_contact = Q(pk__in=EntryContact.objects.exclude(email="").values("entry_id"))
    return silent.filter(owned | with_contact)


@dataclass(slots=True)
class _Group:
    """Entries that share somebody to ask, so that they are asked about together."""

    entries: dict[int, Entry] = field(default_factory=dict)
    users: dict[int, User] = field(default_factory=dict)


def ask_due(*, actor: Actor = SYSTEM, now: datetime | None = None, most: int = 10_000) -> int:
    """Ask about all that is due; how many mails. Each person is asked in a transaction of their own, with those they share entries with."""
    written = 0
    for _turn in range(most):
        group = ask_next(actor=actor, now=now)
        if group is None:
            break
        written += group
    return written


@transaction.atomic
def ask_next(*, actor: Actor, now: datetime | None = None) -> int | None:
    """Ask the next person, and all with whom they share entries that are due; how many mails, None where nothing is due."""
    require(actor, "stocktaking.change_entry")
    moment = now or timezone.now()
    first = due(moment).order_by("pk").first()
    if first is None:
        return None
    owner = User.objects.filter(ownerships__entry=first, is_active=True).order_by("pk").first()
    return _ask_owners(owner, moment) if owner is not None else _ask_contact(first, moment)


def _ask_owners(first: User, now: datetime) -> int:
    group = _Group(users={first.pk: first})
    waiting = [first]
    while waiting:
        theirs = due(now).filter(ownerships__user__in=waiting).exclude(pk__in=list(group.entries))
        new = {entry.pk: entry for entry in theirs.select_related("edition")}
        group.entries.update(new)
        others = User.objects.filter(ownerships__entry__in=list(new), is_active=True).exclude(pk__in=list(group.users)).distinct()
        waiting = list(others)
        group.users.update({user.pk: user for user in waiting})
    of_user: dict[int, list[Entry]] = {}
    for owner in EntryOwner.objects.filter(entry__in=list(group.entries), user__in=list(group.users)):
        of_user.setdefault(owner.user_id, []).append(group.entries[owner.entry_id])
    if not _stamp(group.entries, now):
        return 0
    for key, entries in of_user.items():
        user = group.users[key]
        _mail(user.email, user.language, entries, link_for(user, now))
    return len(of_user)


def _ask_contact(first: Entry, now: datetime) -> int:
    contact = EntryContact.objects.get(entry=first)
    unowned = due(now).exclude(pk__in=EntryOwner.objects.filter(user__is_active=True).values("entry_id"))
    entries = list(unowned.filter(contact__email__iexact=contact.email))
    if not _stamp([entry.pk for entry in entries], now):
        return 0
    _mail(contact.email, first.title.original, entries, link_for(contact, now))
    return 1


def _stamp(keys: Iterable[int], now: datetime) -> bool:
    """Note that the entries are asked about now; not where somebody else is just doing so."""
    keys = list(keys)
    list(Entry.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk").values_list("pk"))
    if due(now).filter(pk__in=keys).count() != len(keys):
        return False
    Entry.objects.filter(pk__in=keys).update(asked_at=now)
    return True


def _mail(to: str, language: str, entries: list[Entry], token: str) -> None:
    with override(site_language(language)):
        named = [f"– {entry.title} ({absolute('stocktaking:entry', entry.number)})" for entry in sorted(entries, key=lambda each: each.sort_title)]
        rest = len(named) - MOST_NAMED
        if rest > 0:
            named = [*named[:MOST_NAMED], ngettext("and %(n)s more", "and %(n)s more", rest) % {"n": rest}]
        values: dict[str, Any] = {
            "site": str(settings.SITE_NAME),
            "entries": "\n".join(named),
            "link": absolute("stocktaking:confirm", token),
            "days": ANSWER_WITHIN.days,
        }
    queue(actor=SYSTEM, template="stocktaking-still-active", to=to, language=language or "en", values=values, is_extra=True)


@transaction.atomic
def mark_silent(*, actor: Actor = SYSTEM, now: datetime | None = None) -> int:
    """Let the index look again at entries that became unconfirmed lately, by the clock alone; how many."""
    require(actor, "stocktaking.change_entry")
    since = (now or timezone.now()) - ANSWER_WITHIN
    lately = Entry.objects.filter(state=Entry.State.PUBLIC, asked_at__lt=since, asked_at__gte=since - timedelta(days=3))
    numbers = list(lately.values_list("number", flat=True))
    search.changed(INDEX_KIND, *numbers)
    return len(numbers)
