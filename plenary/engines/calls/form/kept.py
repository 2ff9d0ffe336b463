"""What is made of a form or of concepts and is the same for every reader of a language: made once for each process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.utils.translation import get_language

Made = TypeVar("Made")


class Kept(Generic[Made]):
    """Things made of sources that are never changed, only replaced by others. most: how many are held before all are let go."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._held: dict[tuple[Any, ...], tuple[tuple[Any, ...], Made]] = {}

    def get(self, sources: tuple[Any, ...], key: tuple[Any, ...], make: Callable[[], Made]) -> Made:
        """What was made under a key, in the language of the page; made anew where one of its sources is another by now."""
        whole = (*key, get_language())
        held = self._held.get(whole)
        if held is None or any(before is not now for before, now in zip(held[0], sources, strict=True)):
            if len(self._held) > self.most:
                self._held.clear()
            held = self._held[whole] = (sources, make())
        return held[1]
