"""What the desk lets be done in the background."""

from __future__ import annotations

from django_tasks import task

from plenary.engines.calls.models import Call
from plenary.ground.people.models import User
from plenary.ground.search import index


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
