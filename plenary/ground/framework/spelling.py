"""Comparing spellings without case, accents and punctuation, in any script."""

from __future__ import annotations

import unicodedata


def fold(spelling: str) -> str:
    """The spelling as it is compared: no case, no accents, no punctuation, single blanks."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", spelling).casefold())
    kept = "".join(" " if unicodedata.category(char)[0] in "ZPSC" else char for char in decomposed if not unicodedata.combining(char))
    return " ".join(kept.split())
