"""Telling people what is new among what they look for: each entry once, also after a crash, and nothing where nothing is new.

An entry is new when it first became public after the last time that its search was told of, which is kept with the search.
The mail is written in the same transaction as that instant is moved on, so either both happen or neither.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from plenary.errors import BadQuery
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.messages.actions import queue
from plenary.ground.search.models import IndexChange
from plenary.ground.web.languages import interface_of
from plenary.programmes.stocktaking.actions.searches import KIND, note_looked
from plenary.programmes.stocktaking.finding import is_available, keys_of
from plenary.programmes.stocktaking.listing import as_asked
from plenary.programmes.stocktaking.models import Entry, SavedSearch
from plenary.programmes.stocktaking.queries import public_entries

log = structlog.get_logger(__name__)
Often = SavedSearch.Often
#: How often it is looked for searches that are due.
EVERY = timedelta(hours=1)
#: How long after it was told of a search is due again: a little early, or a daily mail would wander through the day.
AGAIN = {Often.DAILY: timedelta(days=1) - EVERY / 2, Often.WEEKLY: timedelta(days=7) - EVERY / 2}
#: Entries in a mail; the rest is behind its link.
MOST = 20
#: Only what has been public for so long is told: a long import gives its entries one instant and shows them when it is over.
SETTLED = timedelta(hours=1)
_SALT = "stocktaking.saved-search"
_LONGEST_TOKEN = 200


def due(now: datetime) -> QuerySet[SavedSearch]:
    """The searches that are to be gone through."""
    wanted = Q(pk__in=[])
    for often, again in AGAIN.items():
        wanted |= Q(often=often, looked_at__lte=now - again)
    return SavedSearch.objects.filter(wanted, user__is_active=True).order_by("looked_at", "pk")


def tell_due(now: datetime | None = None) -> int:
    """Go through all searches that are due; how many mails were written. What fails for one stops no other."""
    now = now or timezone.now()
    told = 0
    if not is_available():
        return 0
    for key in list(due(now).values_list("pk", flat=True)):
        try:
            told += _tell(key, now)
        except Exception:
            log.exception("stocktaking.not_told", search=key)
    return told


@transaction.atomic
def _tell(key: int, now: datetime) -> int:
    search = due(now).select_for_update(of=("self",)).select_related("user__person").filter(pk=key).first()
    if search is None:  # somebody else was quicker
        return 0
    until = max(search.told_until, now - SETTLED)
    window = public_entries().filter(published_at__gt=search.told_until, published_at__lte=until)
    if IndexChange.objects.filter(kind="entry", key__in=window.values("number")).exists():
        return 0  # the index does not know them yet: next time
    entries = _fitting(search, window) if window.exists() else []
    note_looked(search=search, now=now, told_until=until)
    if not entries:
        return 0
    _mail(search, entries)
    return 1


def _fitting(search: SavedSearch, window: QuerySet[Entry]) -> list[Entry]:
    """The entries of the window that the search finds, the newest first."""
    try:
        asked = as_asked(search.query)
        selection = asked.selection()
    except BadQuery:  # it names something that is no more; its owner's list says so
        return []
    fit = set(keys_of(selection, asked.q, published_after=search.told_until))
    return [entry for entry in window.order_by("-published_at", "-pk") if entry.pk in fit]


def _mail(search: SavedSearch, entries: list[Entry]) -> None:
    language = search.user.language or search.language or "en"
    with override(interface_of(language)):
        listed = [f"{entry.title}\n{settings.BASE_URL}{reverse('stocktaking:entry', args=[entry.number])}" for entry in entries[:MOST]]
        if len(entries) > MOST:
            listed.append(_("… and more: follow the link below."))
        queue(
            actor=SYSTEM,
            template="stocktaking-new-entries",
            to=search.user.email,
            language=language,
            values={
                "name": str(search.user),
                "site": str(settings.SITE_NAME),
                "search": search.name,
                "count": len(entries),
                "entries": "\n\n".join(listed),
                "link": f"{settings.BASE_URL}{reverse('stocktaking:list')}?{_newest_first(search.query)}",
                "saved": f"{settings.BASE_URL}{reverse('stocktaking:saved')}",
                "stop": f"{settings.BASE_URL}{reverse('stocktaking:stop_telling', args=[token_of(search)])}",
            },
            about=(KIND, str(search.pk)),
            is_extra=True,
        )


def _newest_first(query: str) -> str:
    return f"{query}&sort=published" if query else "sort=published"


# ---- the link that ends the mails -----------------------------------------------------------------------------------


def token_of(search: SavedSearch) -> str:
    """What the address carries by which the mails about a search are ended without signing in."""
    return signing.dumps([search.pk, search.user_id], salt=_SALT)


def search_of(token: str) -> SavedSearch | None:
    """The search whose mails a token may end; None where it is none, or the search is gone."""
    if len(token) > _LONGEST_TOKEN:
        return None
    try:
        key, user = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return SavedSearch.objects.filter(pk=key, user_id=user).first()


# ---- in the background ----------------------------------------------------------------------------------------------


@task()
def tell_of_new() -> int:
    """Tell of what is new, then look again in an hour. How many mails."""
    try:
        return tell_due()
    finally:
        keep_telling()


def keep_telling() -> None:
    """Have kept searches gone through while somebody wants to be told, unless that is arranged already."""
    wanted = SavedSearch.objects.exclude(often=Often.NEVER)
    if not DBTaskResult.objects.filter(task_path=tell_of_new.module_path, status="READY").exists() and wanted.exists():
        tell_of_new.using(run_after=timezone.now() + EVERY).enqueue()
