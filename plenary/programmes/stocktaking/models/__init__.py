"""The data of the repository."""

from __future__ import annotations

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
    "EntryConcept",
    "EntryContact",
    "EntryEdition",
    "EntryMedia",
    "EntryNumber",
    "EntryOrganisation",
    "EntryOwner",
    "EntryRequest",
    "LinkState",
    "SavedSearch",
]
