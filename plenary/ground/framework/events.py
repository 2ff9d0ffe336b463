"""What the framework tells the other rooms after commit."""

from __future__ import annotations

from dataclasses import dataclass

from plenary.ground.audit.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptsLoaded(Event):
    """Concepts were loaded and some changed. keys: ``scheme/code`` of those that did."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionLoaded(Event):
    """An edition folder was loaded and changed something."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionChanged(Event):
    """Somebody changed an edition's own values or milestones."""

    code: str
