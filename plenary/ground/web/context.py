"""What the page shell needs on every page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, get_language_bidi

from plenary.ground.web.languages import in_language
from plenary.ground.web.navigation import account_links, footer_navigation, main_navigation


def shell(request: HttpRequest) -> dict[str, Any]:
    """Language, direction, language switch, navigation.

    Nothing here touches the database before the template asks for it: the page of a server error uses it too.
    """
    current = get_language() or "en"
    path = request.get_full_path()  # percent-encoded, and never starting with two slashes
    bare = path.split("?", 1)[0]
    switch = [
        {"code": code.split("-")[0], "name": name, "path": in_language(path, code), "bare_path": in_language(bare, code), "current": code == current}
        for code, name in settings.LANGUAGES
    ]
    return {
        "language": current.split("-")[0],
        "direction": "rtl" if get_language_bidi() else "ltr",
        "language_switch": switch,
        # Each stands on the page more than once.
        "language_links": SimpleLazyObject(lambda: render_to_string("web/parts/languages.html", {"language_switch": switch})),
        "navigation_links": SimpleLazyObject(lambda: render_to_string("web/parts/navigation.html", {"navigation": main_navigation(request)})),
        "navigation": lambda: main_navigation(request),
        "footer_navigation": footer_navigation,
        "account_links": lambda: account_links(request),
        "site_name": settings.SITE_NAME,
        "base_url": settings.BASE_URL,
        "canonical": f"{settings.BASE_URL}{bare}",
        "is_demo": settings.DEMO,
        "reference": getattr(request, "reference", ""),
    }
