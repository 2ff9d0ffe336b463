"""When two records are the same project.

A source's own number decides. Where there is none: the same title, carried by the same organisations, in the same
countries, compared without case, accents and punctuation. A project comes back in later years (a prize entry is
submitted again), so the edition counts only where no organisation is named: two bare titles of different years may
well be two projects.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache

from plenary.ground.people.names import fold


def identity_of(title: str, organisations: Iterable[str], countries: Iterable[str], edition: str) -> str:
    """A short key that is equal for two records of the same project.

    title: in its original language. organisations: their names. countries: their codes. edition: its code.
    """
    return _identity(title, tuple(organisations), tuple(sorted(countries)), edition)


@lru_cache(maxsize=4096)  # an import asks for the same one several times
def _identity(title: str, organisations: tuple[str, ...], countries: tuple[str, ...], edition: str) -> str:
    bodies = sorted({folded for name in organisations if (folded := fold(name))})
    parts = [fold(title) or title.strip(), "|".join(bodies), "|".join(countries), "" if bodies else edition]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
