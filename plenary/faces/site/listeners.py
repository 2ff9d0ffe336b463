"""What the site as a whole does when something below changes: the index follows, and kept pages go."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime

from django.db import connection
from django.db.models import Min
from django.utils import timezone

from plenary.engines.calls.models import Phase
from plenary.ground.audit.events import listen
from plenary.ground.audit.models import TrailRecord
from plenary.ground.framework.events import ConceptsLoaded, EditionChanged, EditionLoaded
from plenary.ground.search.actions import changed
from plenary.ground.web import cache

# The framework lies below the search and cannot tell it by itself.


@listen(ConceptsLoaded)
def index_concepts(event: ConceptsLoaded) -> None:
    """Follow loaded concepts."""
    changed("concept", *event.keys)


@listen(EditionLoaded)
def index_loaded_edition(event: EditionLoaded) -> None:
    """Follow an edition whose folder was loaded."""
    changed("edition", event.code)


@listen(EditionChanged)
def index_edition(event: EditionChanged) -> None:
    """Follow an edition's own values and milestones."""
    changed("edition", event.code)


_LATEST = f"SELECT COUNT(*), MAX(id), SUM(id) FROM (SELECT id FROM {TrailRecord._meta.db_table} ORDER BY id DESC LIMIT 100) AS latest"  # noqa: S608


@cache.generation
def latest_in_the_trail() -> Hashable:
    """Every action leaves a record, so the end of the trail tells whether anything changed.

    The sum over the last hundred also tells of a transaction that took its number early and committed late.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LATEST)
        return tuple(cursor.fetchone())


@cache.ends_at
def next_instant() -> datetime | None:
    """When the next phase opens or closes."""
    now = timezone.now()
    opening = Phase.objects.filter(opens_at__gt=now).aggregate(at=Min("opens_at"))["at"]
    closing = Phase.objects.filter(closes_at__gt=now).aggregate(at=Min("closes_at"))["at"]
    return min((instant for instant in (opening, closing) if instant is not None), default=None)
