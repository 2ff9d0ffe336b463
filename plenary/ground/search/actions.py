"""Telling the index that something changed."""

from __future__ import annotations

import threading

from plenary.ground.search.models import IndexChange

#: That this process noted a change, for searches that follow at once (``settings.SEARCH_FOLLOWS_AT_ONCE``).
noted = threading.Event()


def changed(kind: str, *keys: str) -> None:
    """Note in the current transaction that records changed, appeared or went; the indexer follows."""
    noted.set()
    IndexChange.objects.bulk_create([IndexChange(kind=kind, key=key) for key in keys])
