"""Asking once a year whether an entry still stands: the links that open the answer without signing in.

A link is signed, names whom it was sent to and when, and ends. It opens only what was asked then and is theirs still.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from plenary.ground.people.models import User
from plenary.programmes.stocktaking.models import Entry, EntryContact

#: How long after the last word of an owner an entry is asked about.
ASK_AFTER = timedelta(days=settings.CONFIRM_ENTRIES_AFTER)
#: How long an answer is waited for before the entry is marked.
ANSWER_WITHIN = timedelta(days=60)
#: How long the link of a mail opens; mails are read late.
LINK_LASTS = timedelta(days=120)
_SALT = "stocktaking.confirm"
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who came by the link of a mail: an actor without any role, for the entries that the mail was about."""

    trail_id: str
    entries: frozenset[int]
    is_active: bool = True
    is_authenticated: bool = False

    def has_role(self, *roles: str, scope: str = "site") -> bool:
        return False


def link_for(recipient: User | EntryContact, at: datetime) -> str:
    """What the address of the answer carries. at: when they were asked."""
    kind = "u" if isinstance(recipient, User) else "c"
    value = {"k": kind, "p": recipient.pk, "m": _mark(recipient.email), "a": at.timestamp()}
    return signing.dumps(value, salt=_SALT, compress=True)


def opened(token: str) -> tuple[Asked, QuerySet[Entry]] | None:
    """Who was asked by a link, and the entries that they can still answer for; None where it is none or has ended."""
    if len(token) > _LONGEST:
        return None
    try:
        value = signing.loads(token, salt=_SALT, max_age=LINK_LASTS)
        at = datetime.fromtimestamp(value["a"], tz=UTC)
        kind, key, mark = str(value["k"]), value["p"], str(value["m"])
    except (signing.BadSignature, KeyError, TypeError, ValueError, OverflowError):
        return None
    theirs = _of_user(key, mark) if kind == "u" else _of_contact(key, mark)
    if theirs is None:
        return None
    trail_id, condition = theirs
    # An instant of the database may be a little less exact than that of the link.
    asked = Q(asked_at__gte=at - timedelta(seconds=1), asked_at__lte=at + timedelta(seconds=1))
    entries = Entry.objects.filter(condition, asked, state=Entry.State.PUBLIC).distinct().order_by("sort_title", "pk")
    return Asked(trail_id, frozenset(entries.values_list("pk", flat=True))), entries


def _of_user(key: int, mark: str) -> tuple[str, Q] | None:
    user = User.objects.filter(pk=key, is_active=True).first()
    return (user.trail_id, Q(ownerships__user=user)) if user is not None and _mark(user.email) == mark else None


def _of_contact(key: int, mark: str) -> tuple[str, Q] | None:
    contact = EntryContact.objects.filter(pk=key).first()
    if contact is None or _mark(contact.email) != mark:
        return None
    return f"contact:{contact.pk}", Q(contact__email__iexact=contact.email)


def _mark(email: str) -> str:
    """A sign of an address: where it was changed, the old one opens nothing any more."""
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()[:16]


def unconfirmed(now: datetime | None = None) -> Q:
    """The condition of entries whose owners were asked whether they still stand and have not answered in time."""
    late = (now or timezone.now()) - ANSWER_WITHIN
    silent = Q(confirmed_at__isnull=True) | Q(confirmed_at__lt=F("asked_at"))
    return Q(asked_at__lt=late) & silent & ~Q(status=Entry.Status.COMPLETED)


def is_unconfirmed(entry: Entry, now: datetime | None = None) -> bool:
    """Whether the entry is marked as not confirmed; the same as ``unconfirmed`` says of many."""
    if entry.asked_at is None or entry.status == Entry.Status.COMPLETED:
        return False
    return entry.asked_at < (now or timezone.now()) - ANSWER_WITHIN and (entry.confirmed_at is None or entry.confirmed_at < entry.asked_at)
