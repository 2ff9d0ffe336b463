"""Following the change table: the one indexer, run by the worker beside the web server."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator

import structlog
from django.db import DatabaseError, close_old_connections

from plenary.ground.search import index as store
from plenary.ground.search.actions import noted
from plenary.ground.search.models import IndexChange
from plenary.ground.search.registry import Document, kinds

log = structlog.get_logger(__name__)
BATCH = 1_000
ORPHANS = 50_000_000  # bytes of files that belong to no part of the index, from which a warning is due
PAUSE = 1.0  # seconds between looks at the table


def follow_once() -> int:
    """Bring the index up to date. Gives the number of changes followed; 0 also while somebody else is writing."""
    if store.current() is None:
        waiting = IndexChange.objects.count()
        try:
            store.rebuild()
        except store.Busy:
            return 0
        return waiting
    followed = 0
    try:
        with store.writing():
            while batch := list(IndexChange.objects.order_by("id")[:BATCH]):
                keys: dict[str, list[str]] = defaultdict(list)
                for change in batch:
                    if change.key not in keys[change.kind]:
                        keys[change.kind].append(change.key)
                gone = [store.uid(kind, key) for kind, named in keys.items() for key in named]
                store.update(_documents(keys), gone)
                # Only now that the index has them; after a crash they are followed once more, which does no harm.
                IndexChange.objects.filter(id__in=[change.id for change in batch]).delete()
                followed += len(batch)
    except store.Busy:
        return followed
    except (OSError, ValueError):
        log.exception("search.damaged")
        store.discard()
        try:
            store.rebuild()
        except store.Busy:
            return followed
    return followed


def follow_at_once() -> None:
    """Follow what this process has changed, before it searches; for tests, which look at once for what they made."""
    if noted.is_set():
        noted.clear()
        follow_once()


def _documents(keys: dict[str, list[str]]) -> Iterator[Document]:
    registered = kinds()
    for kind, named in keys.items():
        if kind in registered:
            yield from registered[kind].some(named)


def warn_of_orphans() -> None:
    """Log a warning where files that belong to no part of the index take much room: something keeps them from being cleared away."""
    told = store.status()
    lost = told.get("orphan_bytes", 0)
    if lost > ORPHANS and lost > told["bytes"] - lost:
        log.warning("search.orphans", files=told["orphan_files"], bytes=lost, index=told["index"])


def follow_forever(stop_event: threading.Event) -> None:
    """Follow changes until told to stop; a database that is away is waited for."""
    while not stop_event.is_set():
        try:
            if follow_once():
                warn_of_orphans()
        except DatabaseError:
            log.exception("search.follow_failed")
            close_old_connections()
            stop_event.wait(5)
        stop_event.wait(PAUSE)
    close_old_connections()
