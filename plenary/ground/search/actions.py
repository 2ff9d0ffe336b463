"""Telling the index that something changed."""

from __future__ import annotations

from plenary.ground.search.models import IndexChange


def changed(kind: str, *keys: str) -> None:
    """Note in the current transaction that records changed, appeared or went; the indexer follows."""
    IndexChange.objects.bulk_create([IndexChange(kind=kind, key=key) for key in keys])
