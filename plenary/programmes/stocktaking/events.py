"""What happens to entries, told after it is on disk."""

from __future__ import annotations

from dataclasses import dataclass

from plenary.ground.audit.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesAdded(Event):
    """Entries appeared. numbers: theirs."""

    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryChanged(Event):
    """An entry was edited, withdrawn or made public again. verb: as in the trail."""

    number: str
    verb: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestMoved(Event):
    """Somebody asked for something about an entry, or it was decided. kind, state: as in ``EntryRequest``."""

    number: str
    request: int
    kind: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnersChanged(Event):
    """Somebody began or ceased to speak for an entry."""

    number: str
