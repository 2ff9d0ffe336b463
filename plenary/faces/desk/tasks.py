"""What the desk lets be done in the background."""

from __future__ import annotations

from django_tasks import task

from plenary.ground.search import index


@task()
def rebuild_search_index() -> int:
    """Build the search index anew; how many records it holds. Waits where the indexer is just writing."""
    return index.rebuild(wait=True)
