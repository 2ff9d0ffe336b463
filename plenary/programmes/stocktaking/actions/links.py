"""Keeping what became of the addresses that entries name, and telling owners once of those that are dead."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import override

from plenary.ground.audit.actors import SYSTEM, Actor, require
from plenary.ground.messages.actions import queue
from plenary.ground.people.models import User
from plenary.programmes.stocktaking.actions.mailing import absolute, site_language
from plenary.programmes.stocktaking.links import STRIKES, Outcome, Resolver, check_together, host_of, public_addresses
from plenary.programmes.stocktaking.models import Entry, LinkState
from plenary.programmes.stocktaking.queries import public_entries

#: A good address is looked at once a week; one that failed on the next days, until it counts as dead or answers again.
AGAIN, SOON_AGAIN = timedelta(days=7), timedelta(hours=20)
#: Hosts that are asked in one go. Between two goes there is a pause, so that no host is asked twice within it.
HOSTS = 40
PAUSE = 2.0
_LOOKED_AT = 4000
_MOST_NAMED = 50


def addresses_of(entry: Entry) -> list[str]:
    """The addresses that an entry names."""
    return [url for url in dict.fromkeys([entry.website, *(link.get("url", "") for link in entry.web_links)]) if url and len(url) <= 500]


@transaction.atomic
def gather_links(*, actor: Actor = SYSTEM) -> int:
    """Bring the list of addresses in line with what public entries name; how many there are."""
    require(actor, "stocktaking.change_entry")
    named: set[str] = set()
    for entry in public_entries().only("website", "web_links").iterator(chunk_size=2000):
        named.update(addresses_of(entry))
    known = set(LinkState.objects.values_list("url", flat=True))
    new = [LinkState(url=url) for url in sorted(named - known)]
    LinkState.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    gone = sorted(known - named)
    for start in range(0, len(gone), 500):
        LinkState.objects.filter(url__in=gone[start : start + 500]).delete()
    return len(named)


def due_links(now: datetime | None = None) -> QuerySet[LinkState]:
    """The addresses to be looked at, those never looked at first. Uses the index link_due."""
    moment = now or timezone.now()
    unsure = Q(failures__gt=0, failures__lt=STRIKES, tried_at__lt=moment - SOON_AGAIN)
    due = Q(tried_at__isnull=True) | unsure | Q(tried_at__lt=moment - AGAIN)
    return LinkState.objects.filter(due).order_by(F("tried_at").asc(nulls_first=True), "pk")


def check_some(*, actor: Actor = SYSTEM, now: datetime | None = None, resolver: Resolver = public_addresses, hosts: int = HOSTS) -> int:
    """Look at some addresses that are due, each of another host; how many, 0 where nothing is due.

    Nothing is held in the database while the network is waited for.
    """
    require(actor, "stocktaking.change_entry")
    chosen: dict[str, str] = {}
    for url in due_links(now).values_list("url", flat=True)[:_LOOKED_AT]:
        chosen.setdefault(host_of(url), url)
        if len(chosen) == hosts:
            break
    outcomes = check_together(chosen.values(), resolver)
    note_outcomes(actor=actor, outcomes=outcomes, now=now)
    return len(outcomes)


@transaction.atomic
def note_outcomes(*, actor: Actor, outcomes: Iterable[Outcome], now: datetime | None = None) -> None:
    """Keep how addresses answered. Several failures of one day count as one."""
    require(actor, "stocktaking.change_entry")
    moment = now or timezone.now()
    for outcome in outcomes:
        state = LinkState.objects.select_for_update().filter(url=outcome.url).first()
        if state is None:
            continue
        if outcome.is_alive:
            state.failures, state.told_at = 0, None
        elif state.failures == 0 or state.tried_at is None or state.tried_at.date() < moment.date():
            state.failures = min(state.failures + 1, 1000)
        state.status, state.tried_at = outcome.status, moment
        state.save(update_fields=["failures", "told_at", "status", "tried_at"])


@transaction.atomic
def tell_of_dead_links(*, actor: Actor = SYSTEM, now: datetime | None = None) -> int:
    """Tell owners once of the addresses of their entries that are dead, all in one mail; how many mails."""
    require(actor, "stocktaking.change_entry")
    dead = {state.url: state for state in LinkState.objects.select_for_update().filter(failures__gte=STRIKES, told_at=None)}
    if not dead:
        return 0
    named: dict[int, list[tuple[Entry, list[str]]]] = {}
    for entry in public_entries().filter(ownerships__isnull=False).distinct().prefetch_related("ownerships").order_by("sort_title", "pk"):
        gone = [url for url in addresses_of(entry) if url in dead]
        for owner in entry.ownerships.all() if gone else ():
            named.setdefault(owner.user_id, []).append((entry, gone))
    users = User.objects.filter(pk__in=named, is_active=True)
    for user in users:
        _mail(user, named[user.pk])
    LinkState.objects.filter(pk__in=[state.pk for state in dead.values()]).update(told_at=now or timezone.now())
    return len(users)


def _mail(user: User, entries: list[tuple[Entry, list[str]]]) -> None:
    with override(site_language(user.language)):
        lines = [f"– {entry.title} ({absolute('stocktaking:edit', entry.number)}):\n  " + "\n  ".join(urls) for entry, urls in entries[:_MOST_NAMED]]
        values = {"site": str(settings.SITE_NAME), "entries": "\n".join(lines), "link": absolute("stocktaking:mine")}
    queue(actor=SYSTEM, template="stocktaking-dead-links", to=user.email, language=user.language or "en", values=values, is_extra=True)


def check_all(
    *,
    actor: Actor = SYSTEM,
    resolver: Resolver = public_addresses,
    wait: Callable[[float], object],
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Look at everything that is due, with pauses, and tell owners; how many addresses. progress: is told how many of how many are done."""
    gather_links(actor=actor)
    total, done = due_links().count(), 0
    while looked := check_some(actor=actor, resolver=resolver):
        done += looked
        if progress is not None:
            progress(min(done, total), total)
        wait(PAUSE)
    tell_of_dead_links(actor=actor)
    return done
