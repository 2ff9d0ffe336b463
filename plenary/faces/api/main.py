"""``/api/v1``: the routers of all rooms put together."""

from __future__ import annotations

from ninja import NinjaAPI, Router

from plenary import __version__
from plenary.rooms import rooms

api = NinjaAPI(title="Plenary", version=__version__, urls_namespace="api", openapi_url="openapi.json", docs_url="docs")

for room in rooms():
    module = room.load("api")
    router = getattr(module, "router", None)
    if isinstance(router, Router):
        api.add_router(module.prefix, router)  # type: ignore[union-attr]
