"""Typed events: actions emit them, other rooms listen, and nobody hears of what was rolled back.

An event is a frozen dataclass that derives from ``Event``. ``emit`` delivers it after the surrounding transaction
commits. A listener that fails is logged and does not disturb the others nor the one who acted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from django.db import transaction

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened and is on disk."""

    actor_id: str


E = TypeVar("E", bound=Event)
_listeners: dict[type[Event], list[Callable[[Any], None]]] = defaultdict(list)


def listen(event: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Register the decorated function for an event type and those derived from it."""

    def register(listener: Callable[[E], None]) -> Callable[[E], None]:
        _listeners[event].append(listener)
        return listener

    return register


def emit(event: Event) -> None:
    """Deliver the event to its listeners once the current transaction has committed."""
    transaction.on_commit(lambda: _deliver(event))


def _deliver(event: Event) -> None:
    for kind in type(event).__mro__:
        for listener in _listeners.get(kind, ()):
            try:
                listener(event)
            except Exception:
                log.exception("event.listener_failed", happened=type(event).__name__, listener=listener.__qualname__)
