"""The records that are measured with, and what each page sends to the database."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from bench import calls

ENTRIES = 12_000
SESSIONS = 500
EDITION = "bench"


def prepare(statements: Path) -> None:
    """Fill the database of this process's settings; write each page's address and statements to a file."""
    import django

    django.setup()
    from django.conf import settings
    from django.test.utils import setup_test_environment

    settings.PAGE_CACHE_SECONDS = 0
    settings.RATE_LIMIT = 0
    setup_test_environment()
    from plenary.faces.cli.setup import set_up

    set_up(quiet=True)
    for name, make in (("entries", _make_entries), ("programme", _make_programme)):
        start = time.monotonic()
        try:
            make()
        except ImportError as error:
            print(f"  no {name}: {error}", file=sys.stderr)
        else:
            print(f"  {name} made in {time.monotonic() - start:.0f} s", file=sys.stderr)
    _analyse()
    pages: dict[str, dict[str, Any]] = {name: {"path": path} for name, path in _pages().items()}
    start = time.monotonic()
    pages |= calls.make()
    print(f"  submissions made in {time.monotonic() - start:.0f} s", file=sys.stderr)
    _analyse()
    statements.write_text(json.dumps({name: recorded for name, page in pages.items() if (recorded := _recorded(page))}))


def _make_entries() -> None:
    from plenary.programmes.stocktaking.demo import make_demo_entries

    make_demo_entries(ENTRIES)


def _make_programme() -> None:
    from plenary.ground.framework.models import Edition
    from plenary.ground.framework.text import Text
    from plenary.programmes.forum.demo import make_demo_programme

    edition, _made = Edition.objects.get_or_create(code=EDITION, defaults={"name": Text.of("Bench"), "starts_on": "2030-05-06", "ends_on": "2030-05-10"})
    make_demo_programme(edition, SESSIONS)


def _analyse() -> None:
    """Let the database know its own sizes, as it would after a day of use."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _pages() -> dict[str, str]:
    from plenary.programmes.stocktaking.models import Entry

    pages = {"home": "/", "list": "/stocktaking/", "search": "/stocktaking/?q=health", "programme": f"/forum/{EDITION}/"}
    entry = Entry.objects.filter(state="public").order_by("-id").first()
    if entry is not None:
        pages["entry"] = f"/stocktaking/{entry.number}/"
    return pages


def _recorded(page: dict[str, Any]) -> dict[str, Any] | None:
    """A page with the statements that it sends, from the second time it is asked for; None if there is no such page."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"Cookie": page.get("cookie", ""), "Accept": page.get("accept", "text/html")})
    posts = iter(page.get("posts", ()))

    def ask() -> int:
        if "posts" not in page:
            return client.get(page["path"]).status_code
        path, body = next(posts)
        return client.post(path, body, content_type="application/x-www-form-urlencoded").status_code

    if (status := ask()) >= 400:
        print(f"  {page.get('path', 'a form')} answers {status}", file=sys.stderr)
        return None
    with CaptureQueriesContext(connection) as context:
        ask()
    if page.get("once"):
        page["posts"] = list(posts)
    return {
        **page,
        "statements": [
            query["sql"] for query in context.captured_queries if not query["sql"].startswith(("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"))
        ],
    }


if __name__ == "__main__":
    prepare(Path(sys.argv[1]))
