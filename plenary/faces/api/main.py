"""``/api/v1``: the routers of all rooms put together.

A room's ``api.py`` offers ``router`` and ``prefix``, or ``routers``: a list of (prefix, router) where it has several.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from ninja import NinjaAPI, Router
from ninja.openapi.schema import OpenAPISchema

from plenary import __version__
from plenary.faces.api.description import complete
from plenary.faces.api.problems import answer_problems
from plenary.rooms import rooms

DESCRIPTION = (
    "Everything public on this site, as data: concepts, editions, entries, sessions, prizes, calls, measures; and, with a "
    "token, answering calls and deciding on what was submitted. "
    "Lists are paged by cursor: follow `next` until it is null. Every public answer carries an `ETag`; send it back in "
    "`If-None-Match` and get 304 while nothing changed. Texts carry their original language and, by language, whether "
    "a person or a machine wrote them. Problems are told as `application/problem+json` (RFC 9457)."
)


class PlenaryAPI(NinjaAPI):
    """The API, whose description also tells how it refuses."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        return complete(super().get_openapi_schema(**options))


def routers_of(module: ModuleType | None) -> list[tuple[str, Router]]:
    """The routers that a room's ``api.py`` offers, with their prefixes."""
    found: list[tuple[str, Router]] = list(getattr(module, "routers", []))
    router = getattr(module, "router", None)
    if isinstance(router, Router):
        found.append((module.prefix, router))  # type: ignore[union-attr]
    return found


# The documentation page is our own (views.py): ninja's loads scripts from elsewhere.
api = PlenaryAPI(title="Plenary", version=__version__, description=DESCRIPTION, urls_namespace="api", openapi_url="openapi.json", docs_url=None)
answer_problems(api)
for room in rooms():
    for prefix, router in routers_of(room.load("api")):
        api.add_router(prefix, router)
