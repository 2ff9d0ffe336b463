"""Figures in running text: ``{2020:forum.sessions}``, or ``{forum.sessions}`` for the text's own edition."""

from __future__ import annotations

import re

_PLACEHOLDER = re.compile(r"\{((?:[a-z0-9][a-z0-9-]{0,29}:)?[A-Za-z0-9_.-]{1,100})\}")


def placeholders(text: str) -> list[str]:
    """All figures that a text names, as they are written."""
    return _PLACEHOLDER.findall(text)


def pieces(text: str) -> list[tuple[str, bool]]:
    """The text cut up at its placeholders; for each piece whether it is one."""
    parts = _PLACEHOLDER.split(text)
    return [(part, position % 2 == 1) for position, part in enumerate(parts) if part]


def split_reference(reference: str) -> tuple[str, str]:
    """(code of the edition or empty, code of the figure)."""
    edition, colon, code = reference.partition(":")
    return (edition, code) if colon else ("", reference)
