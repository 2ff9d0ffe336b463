"""Where the room learns from: records of upper rooms whose tags somebody chose. Each room registers its own, this room knows none of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from plenary.ground.framework.text import Text


@dataclass(frozen=True, slots=True)
class Tagged:
    """What is said in a record, and with which concepts it was tagged. concepts: pairs of scheme and code."""

    texts: tuple[Text | str, ...]
    concepts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Tagged records of a room.

    read: public records only, the latest first. stamp: a cheap reading that differs once they have changed.
    """

    code: str
    read: Callable[[], Iterable[Tagged]]
    stamp: Callable[[], Hashable]


_sources: dict[str, Source] = {}


def source(code: str, *, stamp: Callable[[], Hashable]) -> Callable[[Callable[[], Iterable[Tagged]]], Callable[[], Iterable[Tagged]]]:
    """Register what gives a room's tagged records, in a module that is imported at start-up (``listeners.py``, ``search.py``)."""

    def register(read: Callable[[], Iterable[Tagged]]) -> Callable[[], Iterable[Tagged]]:
        _sources[code] = Source(code, read, stamp)
        return read

    return register


def sources() -> list[Source]:
    """All that are registered."""
    return list(_sources.values())


def unregister(code: str) -> None:
    """Take a source off again."""
    _sources.pop(code, None)
