"""Set-up that tests of insights and publications share."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework import actions
from plenary.ground.framework.editions import loading

DECK = Path(__file__).parent / "data" / "deck_figures.csv"
FOLDERS = ("2012", "2017", "2018", "2019", "2020", "2021", "2022")


def deck_rows() -> list[dict[str, str]]:
    """The figures of the deck as they were taken down, one row for each."""
    with DECK.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@contextmanager
def loaded_site() -> Iterator[None]:
    """All concepts and the editions that the deck speaks of, undone at the end."""
    with transaction.atomic():
        actions.load_concepts(actor=SYSTEM)
        loading.load(actor=SYSTEM, paths=[settings.ROOT / "editions" / f"wsis-{code}" for code in FOLDERS])
        if connection.vendor == "postgresql":
            # In one long transaction nothing gathers statistics by itself, and the planner would guess badly.
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        yield
        transaction.set_rollback(True)
