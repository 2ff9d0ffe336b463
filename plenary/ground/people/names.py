"""Comparing names of people and organisations as they are met in data."""

from __future__ import annotations

import unicodedata


def fold(name: str) -> str:
    """A name for comparing: no case, no accents, no punctuation, single blanks."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(" " if unicodedata.category(char)[0] in "ZPSC" else char for char in decomposed if not unicodedata.combining(char))
    return " ".join(kept.split())[:300]
