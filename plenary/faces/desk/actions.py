"""What the desk itself does and records."""

from __future__ import annotations

from django.db import transaction

from plenary.faces.desk.importing.outcome import Outcome
from plenary.faces.desk.importing.registry import Kind, Source
from plenary.faces.desk.tasks import rebuild_search_index
from plenary.ground.audit.actions import record
from plenary.ground.audit.actors import Actor, require


@transaction.atomic
def run_import(*, actor: Actor, kind: Kind, source: Source, sha256: str) -> Outcome:
    """Import a file that was looked at in a dry run, all or nothing; the trail says which file it was.

    Raises: Invalid where the file does not hold (any more), Conflict, NotAllowed.
    """
    require(actor, kind.permission, source.edition)
    outcome = kind.run(actor, source, False)
    after = {"kind": kind.code, "file": source.path.name, "sha256": sha256, "rows": outcome.rows, "summary": outcome.summary}
    key = f"{kind.code}/{source.edition.code}" if source.edition else kind.code
    record(actor=actor, verb="imported", kind="desk.import", key=key, after=after)
    return outcome


@transaction.atomic
def ask_for_rebuild(*, actor: Actor, reason: str = "") -> None:
    """Let the search index be built anew in the background."""
    require(actor, "desk.rebuild_index")
    record(actor=actor, verb="asked_to_rebuild", kind="search.index", key="all", reason=reason)
    transaction.on_commit(lambda: rebuild_search_index.enqueue() and None)
