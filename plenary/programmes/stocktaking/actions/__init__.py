"""Every write to the repository."""

from __future__ import annotations

from plenary.programmes.stocktaking.actions.entries import (
    INDEX_KIND,
    KIND,
    add_entries,
    create_entry,
    edit_entry,
    publish_entry,
    restore_entry,
    restore_version,
    withdraw_entry,
)
from plenary.programmes.stocktaking.actions.snapshots import current_draft, draft_of, snapshot, snapshot_of

__all__ = [
    "INDEX_KIND",
    "KIND",
    "add_entries",
    "create_entry",
    "current_draft",
    "draft_of",
    "edit_entry",
    "publish_entry",
    "restore_entry",
    "restore_version",
    "snapshot",
    "snapshot_of",
    "withdraw_entry",
]
