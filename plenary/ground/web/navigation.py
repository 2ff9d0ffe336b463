"""The main navigation: rooms register their item in ``navigation.py``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the main navigation. view: name of a URL without arguments. position: smaller stands first."""

    label: str | Promise
    view: str
    position: int


_items: list[Item] = []


def register(item: Item) -> None:
    """Add an item to the main navigation."""
    _items.append(item)
    _items.sort(key=lambda each: each.position)


def main_navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The items for a request, with the one marked under which the page stands."""
    shown: list[dict[str, Any]] = []
    for item in _items:
        path = reverse(item.view)
        shown.append({"label": item.label, "path": path, "current": request.path.startswith(path)})
    return shown
