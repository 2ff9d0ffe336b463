"""Comparing names of people and organisations as they are met in data."""

from __future__ import annotations

import unicodedata


def fold(name: str) -> str:
    """A name for comparing: no case, no accents, no punctuation, single blanks."""
    # Twice: compatibility forms hide capitals (𝐀), and folding case makes new letters that come apart (ΐ).
    decomposed = name
    for _turn in range(2):
        decomposed = unicodedata.normalize("NFKD", decomposed).casefold()
    decomposed = unicodedata.normalize("NFKD", decomposed)
    kept = "".join(" " if unicodedata.category(char)[0] in "ZPSC" else char for char in decomposed if not unicodedata.combining(char))
    return " ".join(kept.split())[:300].strip()
