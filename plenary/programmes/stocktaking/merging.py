"""What else moves when two entries turn out to be one project.

A room whose records point at entries registers a mover here. It runs inside the merging transaction, so that either everything
moves or nothing does, and takes back what it did when the merge is undone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from plenary.programmes.stocktaking.models import Entry


@dataclass(frozen=True, slots=True)
class Mover:
    """How a room's records follow. move: gives what moving back needs, as JSON. back: is given the same again."""

    code: str
    move: Callable[[Entry, Entry], Any]
    back: Callable[[Entry, Entry, Any], None]


_movers: dict[str, Mover] = {}


def on_merge(mover: Mover) -> Mover:
    """Register how records of a room follow: ``move(kept, gone)``."""
    _movers[mover.code] = mover
    return mover


def move_all(kept: Entry, gone: Entry) -> dict[str, Any]:
    """Let every room move what is its own."""
    return {code: mover.move(kept, gone) for code, mover in _movers.items()}


def move_back(kept: Entry, gone: Entry, moved: dict[str, Any]) -> None:
    """Let every room take back what it moved, the last first."""
    for code, mover in reversed(_movers.items()):
        if code in moved:
            mover.back(kept, gone, moved[code])
