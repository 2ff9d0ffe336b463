"""Imports of long files: begun, gone on with, finished, taken back. Until one is finished, nobody but staff sees what it wrote."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from plenary.errors import Conflict
from plenary.ground.audit import actions as audit
from plenary.ground.audit.actors import Actor, require
from plenary.ground.audit.events import emit
from plenary.ground.framework.models import Edition
from plenary.ground.search import actions as search
from plenary.programmes.stocktaking.actions import INDEX_KIND, KIND
from plenary.programmes.stocktaking.events import EntriesAdded
from plenary.programmes.stocktaking.models import Entry, ImportedEntry, ImportRun

RUN = "stocktaking.import"  # in the trail
_CHUNK = 1_000


def digest_of(path: Path) -> str:
    """What a file is known by."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unfinished() -> ImportRun | None:
    """The import that is being written, or that broke off."""
    return ImportRun.objects.filter(state=ImportRun.State.WORKING).first()


def require_none(alone: bool) -> None:
    """Raises: Conflict where an import is not over. alone: whether this one writes by itself; else another looks after it."""
    run = unfinished() if alone else None
    if run is not None:
        raise Conflict(
            _("The import of %(file)s is not over: %(row)s of %(rows)s rows are written, and nobody sees them yet. Go on with it, or take it back, first.")
            % {"file": run.file, "row": f"{run.row:,}", "rows": f"{run.rows:,}"}
        )


def broken_off(path: Path) -> ImportRun:
    """The import of this file that broke off. Raises: Conflict where there is none."""
    run = unfinished()
    if run is None:
        raise Conflict(_("No import broke off; there is nothing to go on with."))
    if run.sha256 != digest_of(path):
        raise Conflict(
            _("The import that broke off was of another file, or %(file)s was changed since. Take it back, then import the file anew.") % {"file": run.file}
        )
    return run


@transaction.atomic
def begin(actor: Actor, path: Path, rows: int, options: Any) -> ImportRun:
    """Note that a file begins to be written."""
    told = {
        "edition": options.edition.code if options.edition else "",
        "untitled": options.untitled,
        "update": options.update,
        "empties": options.empties,
        "mapping": dict(options.mapping),
    }
    run = ImportRun.objects.create(file=path.name[-200:], sha256=digest_of(path), options=told, rows=rows, actor_id=actor.trail_id)
    audit.record(actor=actor, verb="began", kind=RUN, key=str(run.pk), after={"file": run.file, "rows": rows})
    return run


def options_of(run: ImportRun) -> dict[str, Any]:
    """What was said beside the file when its import began."""
    return {**run.options, "edition": Edition.objects.filter(code=run.options["edition"]).first() if run.options["edition"] else None}


def take(run: ImportRun) -> None:
    """Keep others from writing parts of the same file at the same time. Raises: Conflict where somebody else has."""
    found = ImportRun.objects.select_for_update().get(pk=run.pk)
    if found.state != ImportRun.State.WORKING or found.row != run.row:
        raise Conflict(_("This import was gone on with, or taken back, elsewhere."))


def mark(run: ImportRun, entries: list[Entry], *, changed: int, row: int) -> None:
    """Note what a part has written, in its transaction."""
    ImportedEntry.objects.bulk_create([ImportedEntry(run=run, entry=entry) for entry in entries], batch_size=500)
    run.row = max(run.row, row)
    run.added += len(entries)
    run.changed += changed
    run.worked_at = timezone.now()
    run.save(update_fields=["row", "added", "changed", "worked_at"])


@transaction.atomic
def finish(actor: Actor, run: ImportRun) -> None:
    """Make all that a file has brought public at once."""
    take(run)
    now = timezone.now()
    written = ImportedEntry.objects.filter(run=run)
    numbers = list(Entry.objects.filter(pk__in=written.values("entry_id"), state=Entry.State.DRAFT).values_list("number", flat=True))
    Entry.objects.filter(pk__in=written.values("entry_id"), state=Entry.State.DRAFT).update(state=Entry.State.PUBLIC, published_at=now, updated_at=now)
    for start in range(0, len(numbers), _CHUNK):
        search.changed(INDEX_KIND, *numbers[start : start + _CHUNK])
    written.delete()
    run.state, run.done_at, run.worked_at = ImportRun.State.DONE, now, now
    run.save(update_fields=["state", "done_at", "worked_at"])
    audit.record(actor=actor, verb="published", kind=RUN, key=str(run.pk), after={"file": run.file, "added": run.added, "changed": run.changed})
    emit(EntriesAdded(actor_id=actor.trail_id, numbers=tuple(numbers)))


def take_back(*, actor: Actor, run: ImportRun) -> int:
    """Remove what an import that is not over has written, which nobody has seen; how many entries. What it changed of others stays.

    Part by part; called again, it goes on. Raises: Conflict, NotAllowed.
    """
    require(actor, "stocktaking.withdraw_entry")
    with transaction.atomic():
        found = ImportRun.objects.select_for_update().get(pk=run.pk)
        if found.state == ImportRun.State.DONE:
            raise Conflict(_("This import is over; its entries are public."))
        if found.state == ImportRun.State.WORKING:
            found.state = ImportRun.State.DROPPED
            found.save(update_fields=["state"])
            audit.record(actor=actor, verb="dropped", kind=RUN, key=str(run.pk), after={"file": run.file, "added": run.added, "changed": run.changed})
    count = 0
    while part := _remove_part(actor, run):
        count += part
    return count


@transaction.atomic
def _remove_part(actor: Actor, run: ImportRun) -> int:
    keys = list(ImportedEntry.objects.filter(run=run).values_list("entry_id", flat=True)[:_CHUNK])
    entries = Entry.objects.filter(pk__in=keys, state=Entry.State.DRAFT)
    numbers = list(entries.values_list("number", flat=True))
    audit.record_many(actor=actor, verb="dropped", kind=KIND, values={number: {"state": "removed"} for number in numbers}, reason=run.file)
    entries.delete()
    ImportedEntry.objects.filter(run=run, entry_id__in=keys).delete()  # what staff has made public meanwhile stays
    return len(keys)
