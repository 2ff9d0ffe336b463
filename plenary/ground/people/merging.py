"""What else moves when two organisations or two persons turn out to be one.

A room whose records point at organisations or persons registers a function here; it runs inside the merging
transaction, so that either everything moves or nothing does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from plenary.ground.people.models import Organisation, Person

Mover = Callable[[Any, Any], None]
_movers: dict[type[Organisation] | type[Person], list[Mover]] = {Organisation: [], Person: []}


def on_merge(model: type[Organisation] | type[Person]) -> Callable[[Mover], Mover]:
    """Register the decorated ``move(kept, gone)`` for organisations or for persons."""

    def register(mover: Mover) -> Mover:
        _movers[model].append(mover)
        return mover

    return register


def move_all(kept: Organisation | Person, gone: Organisation | Person) -> None:
    """Let every room move what is its own."""
    for mover in _movers[type(kept)]:
        mover(kept, gone)
