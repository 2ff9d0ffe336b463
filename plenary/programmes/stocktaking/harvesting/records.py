"""The records of the repository as harvesters see them: which there are, in which order, and how sure an instant is.

A record is an entry that is public, or has been: then it is told as deleted, for ever. Its datestamp is ``updated_at``.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from plenary.programmes.stocktaking.harvesting.sets import ACTION_LINES, COLLECTIONS, Sets
from plenary.programmes.stocktaking.models import CollectionEntry, Entry, EntryConcept

#: Records on a page.
PAGE = 200
#: Clocks of several machines differ, and a change is on disk a moment after the instant that it carries.
SETTLED = timedelta(seconds=60)
#: No change takes longer, such as the import of a large file, which carries the instant at which it began.
LONGEST = timedelta(hours=1)


def records() -> QuerySet[Entry]:
    """All that is or was public. Drafts that never were are not among them, not even as deleted."""
    return Entry.objects.exclude(published_at=None)


def is_deleted(entry: Entry) -> bool:
    """Whether the record is told as deleted."""
    return entry.state != Entry.State.PUBLIC


@dataclass(frozen=True, slots=True)
class Window:
    """What a harvester asks for. since, before: of the datestamps, the second no longer included. of: a set's specification."""

    since: datetime | None = None
    before: datetime | None = None
    of: str = ""


def within(window: Window, sets: Sets) -> QuerySet[Entry]:
    """The records of a window."""
    found = records()
    if window.since is not None:
        found = found.filter(updated_at__gte=window.since)
    if window.before is not None:
        found = found.filter(updated_at__lt=window.before)
    if window.of:
        found = found.filter(_in_set(window.of, sets))
    return found


def _in_set(of: str, sets: Sets) -> Q:
    kind, keys = sets.keys_of(of)
    if kind == COLLECTIONS:
        return Q(pk__in=CollectionEntry.objects.filter(collection__in=keys).values("entry_id"))
    if kind == ACTION_LINES:
        return Q(pk__in=EntryConcept.objects.filter(concept__in=keys).values("entry_id"))
    return Q(pk__in=[])


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the list: after the record that had this instant and this primary key."""

    at: datetime
    key: int


def following(found: QuerySet[Entry], after: Place | None, size: int = PAGE) -> tuple[list[Entry], Place | None]:
    """The records after a place, in the order of their datestamps, and the place of the last of them if there are more.

    A record that changes during a harvest moves to the end of the list, so that it is told again, never lost. The index
    ``entry_by_change`` leads straight to the place, also among a hundred thousand that were imported at one instant.
    """
    rows: list[Entry] = []
    if after is not None:
        rows = list(found.filter(updated_at=after.at, pk__gt=after.key).order_by("pk")[: size + 1])
        found = found.filter(updated_at__gt=after.at)
    if len(rows) <= size:
        rows += found.order_by("updated_at", "pk")[: size + 1 - len(rows)]
    more = len(rows) > size
    rows = rows[:size]
    return rows, Place(rows[-1].updated_at, rows[-1].pk) if more else None


def earliest() -> datetime | None:
    """The datestamp of the oldest record; later changes only make it later."""
    return records().order_by("updated_at", "pk").values_list("updated_at", flat=True).first()


# ---- which sets a record belongs to ---------------------------------------------------------------------------------


def set_specs(entries: list[Entry], sets: Sets) -> dict[int, list[str]]:
    """The sets of each record by primary key, in two statements; of deleted ones too, which their harvesters wait for."""
    keys = [entry.pk for entry in entries]
    found: dict[int, list[str]] = {key: [] for key in keys}
    in_collections = CollectionEntry.objects.filter(entry__in=keys).order_by("collection__position", "collection__code")
    for key, collection in in_collections.values_list("entry_id", "collection_id"):
        found[key] += sets.spec_of(COLLECTIONS, collection)
    about = EntryConcept.objects.filter(entry__in=keys, concept__scheme__code=ACTION_LINES).order_by("concept__position", "concept_id")
    for key, concept in about.values_list("entry_id", "concept_id"):
        found[key] += sets.spec_of(ACTION_LINES, concept)
    return found


# ---- how sure an instant is -----------------------------------------------------------------------------------------


def horizon() -> datetime:
    """The latest instant up to which no change can appear any more that carries an earlier one.

    A change carries the instant at which it was made and is seen when its transaction commits, which for a large import is
    minutes later. A harvester that asks next time for what changed since the moment of its last answer would miss it. So the
    answers of lists are dated back to this instant; asking from there gives some records twice, and loses none.
    """
    now = timezone.now()
    settled = now - SETTLED
    started = _oldest_writer(now)
    return min(settled, started) if started else settled


def _oldest_writer(now: datetime) -> datetime | None:
    """When the oldest transaction began that has written something and has not ended; None where there is none."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT min(xact_start) FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL")
            row = cursor.fetchone()
        return row[0].astimezone(UTC) if row and row[0] else None
    return now - LONGEST if _is_being_written() else None


def _is_being_written() -> bool:
    """Whether somebody is writing to the SQLite database now. It does not tell since when."""
    name = str(connection.settings_dict["NAME"])
    if connection.is_in_memory_db() or connection.in_atomic_block:  # type: ignore[attr-defined]
        return False
    probe = sqlite3.connect(name, timeout=0, isolation_level=None)
    try:
        probe.execute("BEGIN IMMEDIATE")
        probe.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return True
    finally:
        probe.close()
    return False
