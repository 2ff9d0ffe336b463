"""The data of the repository."""

from __future__ import annotations

from plenary.programmes.stocktaking.models.batches import EntryBatch, EntryBatchItem, EntryMerge, ImportedEntry, ImportRun
from plenary.programmes.stocktaking.models.collections import Collection, CollectionEntry
from plenary.programmes.stocktaking.models.entries import (
    Entry,
    EntryConcept,
    EntryContact,
    EntryEdition,
    EntryMedia,
    EntryNumber,
    EntryOrganisation,
    EntryOwner,
)
from plenary.programmes.stocktaking.models.links import LinkState
from plenary.programmes.stocktaking.models.requests import EntryRequest
from plenary.programmes.stocktaking.models.searches import SavedSearch

__all__ = [
    "Collection",
    "CollectionEntry",
    "Entry",
    "EntryBatch",
    "EntryBatchItem",
    "EntryConcept",
    "EntryContact",
    "EntryEdition",
    "EntryMedia",
    "EntryMerge",
    "EntryNumber",
    "EntryOrganisation",
    "EntryOwner",
    "EntryRequest",
    "ImportRun",
    "ImportedEntry",
    "LinkState",
    "SavedSearch",
]
