"""What a web process does about an index that is missing or damaged: it must not keep a reader waiting."""

from __future__ import annotations

import threading

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from plenary.ground.search import index as store
from plenary.ground.search import preparing

log = structlog.get_logger(__name__)
#: So many records are indexed in the time that a reader waits for a page; of more, a search says that it cannot yet.
QUICK = 2_000

_building = threading.Lock()


def follows_at_once() -> bool:
    """Whether searches follow all changes before they answer, and build what is missing: in tests."""
    return bool(getattr(settings, "SEARCH_FOLLOWS_AT_ONCE", False))


def rebuilt_at_once() -> bool:
    """Build the index anew; False where it is not ready yet, since many records are built in the background. Raises: Busy."""
    store.discard()
    count, _all = preparing.expected()
    if count > QUICK and not follows_at_once():
        if _building.acquire(blocking=False):
            threading.Thread(target=_in_background, name="search-building", daemon=True).start()
        return False
    store.rebuild(processes=1)
    return True


def _in_background() -> None:
    try:
        store.rebuild(processes=1)
    except store.Busy:
        pass  # another process is at it
    except (DatabaseError, OSError, ValueError):
        log.exception("search.rebuild_failed")
    finally:
        connection.close()
        _building.release()
