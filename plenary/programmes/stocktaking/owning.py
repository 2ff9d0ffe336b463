"""Reading what owners and moderators work with: whose an entry is, what waits, who may know of it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.db.models import Prefetch, Q, QuerySet

from plenary.ground.audit.actors import Actor, may
from plenary.ground.audit.models import TrailRecord
from plenary.ground.audit.queries import trail_of
from plenary.ground.people.models import User
from plenary.programmes.stocktaking.actions.requests import REQUEST
from plenary.programmes.stocktaking.models import Entry, EntryOrganisation, EntryOwner, EntryRequest
from plenary.programmes.stocktaking.rules import READERS

Kind, State = EntryRequest.Kind, EntryRequest.State
#: Providers where anybody has an address: it says nothing of whom one works for, also where a project's page is hosted there.
FREE_MAIL = frozenset(
    [
        "126.com",
        "163.com",
        "aol.com",
        "foxmail.com",
        "gmail.com",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.com",
        "icloud.com",
        "inbox.ru",
        "list.ru",
        "live.com",
        "mail.com",
        "mail.ru",
        "me.com",
        "msn.com",
        "outlook.com",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "rambler.ru",
        "sina.com",
        "web.de",
        "yahoo.com",
        "yandex.com",
        "yandex.ru",
        "ymail.com",
        "zoho.com",
    ]
)


def mine(user: User) -> QuerySet[Entry]:
    """The entries that an account speaks for, with what waits about them; a fixed number of queries."""
    waiting = EntryRequest.objects.filter(state=State.WAITING).select_related("asked_by__person").order_by("asked_at", "pk")
    shown = Q(asked_by=user) | Q(kind=Kind.CLAIM)  # what other owners want to change is theirs to tell
    return (
        Entry.objects.filter(ownerships__user=user)
        .select_related("edition")
        .prefetch_related(Prefetch("requests", waiting.filter(shown), to_attr="waiting"))
        .order_by("state", "sort_title", "pk")
    )


def asked_by(user: User) -> QuerySet[EntryRequest]:
    """What an account asked for, the latest first."""
    return EntryRequest.objects.filter(asked_by=user).select_related("entry__edition").order_by("-asked_at", "-pk")


def owned_by(user: User, number: str) -> Entry | None:
    """The entry of a number that an account speaks for, whatever its state."""
    return Entry.objects.filter(ownerships__user=user, number=number[:60]).select_related("edition").first()


def own_request(user: User, key: int) -> EntryRequest | None:
    """A request that an account made, or a claim on what it owns; None for all others."""
    found = EntryRequest.objects.select_related("entry__edition", "asked_by__person", "proof").filter(pk=key).first()
    return found if found is not None and may(user, "stocktaking.see_own_request", found) else None


def waiting_change(entry: Entry, user: User) -> EntryRequest | None:
    """The change that an account asked for and that nobody has decided yet."""
    return EntryRequest.objects.filter(entry=entry, asked_by=user, kind=Kind.CHANGE, state=State.WAITING).select_related("entry__edition").first()


def owners(entry: Entry) -> list[EntryOwner]:
    """Those who speak for an entry, the earliest first."""
    return list(entry.ownerships.select_related("user__person"))


def objections(request: EntryRequest) -> list[TrailRecord]:
    """What owners say against a claim, the earliest first."""
    return list(trail_of(REQUEST, str(request.pk)).filter(verb="objected").order_by("pk"))


# ---- moderation -----------------------------------------------------------------------------------------------------


def visible_to(actor: Actor) -> QuerySet[EntryRequest]:
    """The requests that the actor may know of at the desk: of entries in whose scope they work."""
    if actor.has_role(*READERS):
        return EntryRequest.objects.all()
    held = actor.roles_held() if isinstance(actor, User) and actor.is_active else frozenset()
    editions = [scope.removeprefix("edition:") for role, scope in held if role in READERS and scope.startswith("edition:")]
    return EntryRequest.objects.filter(entry__edition__code__in=editions)


def in_queue(requests: QuerySet[EntryRequest]) -> QuerySet[EntryRequest]:
    """Those that wait for the secretariat; what is handed over waits for its receiver."""
    return requests.filter(state=State.WAITING).exclude(kind=Kind.HANDOVER)


def number_waiting(actor: Actor) -> int:
    """How many requests wait for somebody like the actor. Uses the index entry_request_queue."""
    return in_queue(visible_to(actor)).count()


def for_queue(requests: QuerySet[EntryRequest]) -> QuerySet[EntryRequest]:
    """With all that a row of the queue shows."""
    return requests.select_related("entry__edition", "asked_by__person")


@dataclass(frozen=True, slots=True)
class Proof:
    """An address of whoever claims an entry that belongs to a website of its own. website: which one."""

    email: str
    website: str


def strong_proofs(user: User, entry: Entry) -> list[Proof]:
    """The verified addresses of an account at the domain of the entry's website, or of an organisation that carries it."""
    emails = list(EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True))
    sites = [entry.website, *EntryOrganisation.objects.filter(entry=entry).values_list("organisation__website", flat=True)]
    return [Proof(email, site) for email in emails for site in dict.fromkeys(filter(None, sites)) if same_house(email, site)]


def same_house(email: str, website: str) -> bool:
    """Whether an address is at the domain of a website, or one of them lies within the other."""
    domain = email.rpartition("@")[2].lower().strip(".")
    try:
        host = (urlsplit(website).hostname or "").lower().removeprefix("www.").strip(".")
    except ValueError:
        return False
    if not host or domain.count(".") < 1 or host.count(".") < 1 or domain in FREE_MAIL:
        return False
    return domain == host or host.endswith(f".{domain}") or domain.endswith(f".{host}")
