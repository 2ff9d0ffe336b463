"""What the desk itself does and records."""

from __future__ import annotations

from django.db import transaction

from plenary.faces.desk.importing.outcome import Outcome
from plenary.faces.desk.importing.registry import Kind, Source
from plenary.faces.desk.tasks import rebuild_search_index
from plenary.ground.audit.actions import record
from plenary.ground.audit.actors import Actor, require


def run_import(*, actor: Actor, kind: Kind, source: Source, sha256: str) -> Outcome:
    """Import a file that was looked at in a dry run, all or nothing; the trail says which file it was.

    A kind that writes long files part by part looks after its transactions itself.

    Raises: Invalid where the file does not hold (any more), Conflict, NotAllowed.
    """
    require(actor, kind.permission, source.edition)
    if kind.in_parts:
        outcome = kind.run(actor, source, False)
        _record_import(actor, kind, source, sha256, outcome)
        return outcome
    with transaction.atomic():
        outcome = kind.run(actor, source, False)
        _record_import(actor, kind, source, sha256, outcome)
    return outcome


def _record_import(actor: Actor, kind: Kind, source: Source, sha256: str, outcome: Outcome) -> None:
    after = {"kind": kind.code, "file": source.path.name, "sha256": sha256, "rows": outcome.rows, "summary": outcome.summary}
    key = f"{kind.code}/{source.edition.code}" if source.edition else kind.code
    record(actor=actor, verb="imported", kind="desk.import", key=key, after=after)


@transaction.atomic
def ask_for_rebuild(*, actor: Actor, reason: str = "") -> None:
    """Let the search index be built anew in the background."""
    require(actor, "desk.rebuild_index")
    record(actor=actor, verb="asked_to_rebuild", kind="search.index", key="all", reason=reason)
    transaction.on_commit(lambda: rebuild_search_index.enqueue() and None)
