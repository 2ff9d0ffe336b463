"""What else moves when two organisations or two persons turn out to be one, or an organisation changes its name.

A room whose records point at organisations or persons registers a function here; it runs inside the transaction of the
merger or the change, so that either everything follows or nothing does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from plenary.ground.people.models import Organisation, Person

Mover = Callable[[Any, Any], None]
Follower = Callable[[Organisation], None]
_movers: dict[type[Organisation] | type[Person], list[Mover]] = {Organisation: [], Person: []}
_followers: list[Follower] = []


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


def on_change(follower: Follower) -> Follower:
    """Register the decorated ``follow(organisation)``, called when its name, country, type or website has changed."""
    _followers.append(follower)
    return follower


def follow_all(organisation: Organisation) -> None:
    """Let every room follow what shows the organisation."""
    for follower in _followers:
        follower(organisation)
