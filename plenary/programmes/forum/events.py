"""What this room tells the others."""

from __future__ import annotations

from dataclasses import dataclass

from plenary.ground.audit.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionChanged(Event):
    """A session was added, changed or changed its state. session: ``2020/208``."""

    session: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeImported(Event):
    """Sessions of an edition came or changed by an import."""

    edition: str
    added: int
    changed: int
