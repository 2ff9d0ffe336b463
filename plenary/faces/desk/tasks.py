"""What the desk lets be done in the background."""

from __future__ import annotations

import time
import uuid

from django_tasks import task

from plenary.engines.calls.models import Call
from plenary.errors import NotAllowed
from plenary.ground.people.models import User
from plenary.ground.search import index
from plenary.programmes.stocktaking.actions import bulk

#: Seconds between two parts of long work. SQLite looks every tenth of a second whether it may write: then others have their turn.
TURN = 0.15


@task()
def rebuild_search_index() -> int:
    """Build the search index anew; how many records it holds. Waits where the indexer is just writing."""
    return index.rebuild(wait=True)


@task()
def read_submissions(call: int, user: int, token: str, language: str, reads: str, dry_run: bool, files_follow: bool = False, tell: bool = False) -> None:
    """Check a long table of submissions, or import it. Its page tells how far it is."""
    from plenary.faces.desk.importing import shelf, submissions

    found = Call.objects.select_related("edition").filter(pk=call).first()
    actor = User.objects.filter(pk=user, is_active=True).first()
    kept = shelf.find(token, kind=submissions.shelf_kind(found), actor_id=actor.trail_id) if found and actor else None
    if found is not None and actor is not None and kept is not None:
        given = submissions.Given(reads, files_follow, tell)
        submissions.work(actor=actor, call=found, kept=kept, language=language, given=given, dry_run=dry_run)


@task()
def work_on_entries(batch: str, user: int) -> int:
    """Do to many entries what was begun, or undo it, part by part; in how many parts. Its page tells how far it is."""
    key, parts = uuid.UUID(batch), 0
    actor = User.objects.filter(pk=user, is_active=True).first()
    try:
        if actor is None:
            raise NotAllowed("stocktaking.see_hidden")
        while bulk.go_on(actor=actor, batch=key):
            parts += 1
            time.sleep(TURN)
    except NotAllowed:  # the role ended meanwhile; somebody else can go on
        bulk.note_broken(key)
    except Exception:
        bulk.note_broken(key)
        raise
    return parts + 1


@task()
def read_import(kind: str, user: int, token: str, language: str, dry_run: bool, resume: bool = False) -> None:
    """Check a long file, or import it. Its page tells how far it is."""
    from plenary.faces.desk.importing import shelf, working

    actor = User.objects.filter(pk=user, is_active=True).first()
    kept = shelf.find(token, kind=kind, actor_id=actor.trail_id) if actor else None
    if actor is not None and kept is not None:
        working.work(actor=actor, kept=kept, language=language, dry_run=dry_run, resume=resume)
