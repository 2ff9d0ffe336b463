"""Under which terms the open data is given out, as far as the convener has said."""

from __future__ import annotations

from django.conf import settings


def licence() -> str:
    """The address of the licence; empty where the convener has named none."""
    return str(settings.DATA_LICENCE)


def statement() -> str:
    """Whose the texts are, in English, as files and records carry it."""
    return "Texts come from their contributors and are theirs to answer for. Name the entry's permanent address when you use them."


def rights() -> list[str]:
    """The lines of rights that each record carries."""
    return [*([licence()] if licence() else []), statement()]
