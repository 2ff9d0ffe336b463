"""The main navigation: rooms register their item in ``navigation.py``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

#: The roles that open the desk; the web room knows them by name only.
DESK_ROLES = ("administrator", "secretariat", "editor", "reader")


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the main navigation. view: name of a URL without arguments. position: smaller stands first."""

    label: str | Promise
    view: str
    position: int


_items: list[Item] = []
_footer: list[Item] = [
    Item(gettext_lazy("About"), "site:about", 10),
    Item(gettext_lazy("Accessibility"), "site:accessibility", 20),
    Item(gettext_lazy("Privacy"), "people:privacy", 30),
    Item(gettext_lazy("Terms of use"), "people:terms", 40),
    Item(gettext_lazy("Measures"), "insights:measures", 50),
    Item(gettext_lazy("Vocabularies"), "framework:schemes", 60),
    Item(gettext_lazy("API"), "api_docs:documentation", 70),
]


def register(item: Item) -> None:
    """Add an item to the main navigation."""
    _items.append(item)
    _items.sort(key=lambda each: each.position)


def register_footer(item: Item) -> None:
    """Add an item to the foot of every page."""
    _footer.append(item)
    _footer.sort(key=lambda each: each.position)


def main_navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The items for a request, with the one marked under which the page stands."""
    return [{"label": item.label, "path": path, "current": request.path.startswith(path), "exact": request.path == path} for item, path in _with_paths(_items)]


def footer_navigation() -> list[dict[str, Any]]:
    """What stands at the foot of every page."""
    return [{"label": item.label, "path": path} for item, path in _with_paths(_footer)]


def account_links(request: HttpRequest) -> list[dict[str, Any]]:
    """Sign in; or, signed in, the account and the desk for those who have a role there."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        wanted = [Item(_("Sign in"), "account_login", 0)]
    else:
        wanted = [Item(_("My account"), "people:account", 0)]
        if _works_at_the_desk(user):
            wanted.append(Item(_("Desk"), "desk:home", 1))
    return [{"label": item.label, "path": path} for item, path in _with_paths(wanted)]


def _works_at_the_desk(user: Any) -> bool:
    holds_anywhere = getattr(user, "holds_anywhere", None)
    return callable(holds_anywhere) and bool(holds_anywhere(*DESK_ROLES))


def _with_paths(items: list[Item]) -> list[tuple[Item, str]]:
    """The items whose page exists, with its address in the page's language."""
    where = (get_language(), get_urlconf(), get_script_prefix())
    return [(item, path) for item in items if (path := _path_of(item.view, *where))]


@lru_cache(maxsize=1000)
def _path_of(view: str, language: str, urlconf: str | None, prefix: str) -> str:
    """The address of a page without arguments, empty if there is none; the arguments are what it depends on."""
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""
