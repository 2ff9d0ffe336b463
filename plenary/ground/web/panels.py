"""Panels: how an upper room shows up on a lower room's page without being imported by it.

A page has a slot (``concept``, ``edition``, ``country``, ``home``, ``desk``). A room registers functions that make a
panel for the slot's subject, or None where they have nothing to show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Panel:
    """A titled part of a page. template: rendered with ``context`` and the page's own context."""

    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    anchor: str = ""


Maker = Callable[[Any, HttpRequest], "Panel | None"]
_makers: dict[str, list[tuple[int, Maker]]] = defaultdict(list)


def panel(slot: str, position: int = 50) -> Callable[[Maker], Maker]:
    """Register the decorated function as a maker of panels for a slot; smaller positions stand first."""

    def register(maker: Maker) -> Maker:
        _makers[slot].append((position, maker))
        _makers[slot].sort(key=lambda entry: entry[0])
        return maker

    return register


def panels_for(slot: str, subject: Any, request: HttpRequest) -> list[Panel]:
    """All panels that rooms have for this subject."""
    return [made for _position, maker in _makers[slot] if (made := maker(subject, request)) is not None]
