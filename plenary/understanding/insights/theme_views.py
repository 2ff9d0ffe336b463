"""The pages of themes: all of them, one over the years, and the lists behind its numbers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from pydantic import Field

from plenary.ground.framework.queries import canonical_code
from plenary.ground.web.cache import public_page
from plenary.ground.web.panels import panels_for
from plenary.ground.web.query import Query, page_of, read_query
from plenary.programmes.awards.levels import Level
from plenary.understanding.insights.queries import themes as queries
from plenary.understanding.insights.queries.themes import Theme

Year = Annotated[int, Field(ge=1, le=9999)]


class NoQuery(Query):
    """Pages without filters."""


class PrizesQuery(Query):
    """Of which year, and how far they came at least."""

    year: Year | None = None
    level: Literal["submitted", "nominated", "champion", "winner"] = "submitted"


class SessionsQuery(Query):
    """Of which year."""

    year: Year | None = None


@public_page
@require_safe
def themes(request: HttpRequest) -> HttpResponse:
    """All themes with how much belongs to each."""
    read_query(request, NoQuery)
    return render(request, "insights/themes.html", {"lines": queries.theme_lines(), "breadcrumbs": [(_("Themes"), "")]})


def _found(code: str) -> Theme:
    found = queries.find_theme(code)
    if found is None:
        raise Http404(code)
    return found


@public_page
@require_safe
def theme(request: HttpRequest, code: str) -> HttpResponse:
    """A theme: entries, prizes and sessions about it, over the years, in numbers and lists; put together from panels."""
    read_query(request, NoQuery)
    found = queries.find_theme(code)
    if found is None:
        canonical = canonical_code("themes", code) if "\x00" not in code else None
        if canonical is None or canonical == code:
            raise Http404(code)
        return redirect(reverse("insights:theme", args=[canonical]), permanent=True)
    context = {"theme": found, "concept": found.concept, "panels": panels_for("theme", found, request), "breadcrumbs": _crumbs(found)}
    return render(request, "insights/theme.html", context)


def _crumbs(found: Theme, here: str = "") -> list[tuple[str, str]]:
    label = str(found.concept.label)
    crumbs = [(_("Themes"), reverse("insights:themes"))]
    return [*crumbs, (label, reverse("insights:theme", args=[found.code])), (here, "")] if here else [*crumbs, (label, "")]


@public_page
@require_safe
def prizes(request: HttpRequest, code: str) -> HttpResponse:
    """The awards behind a number of a theme."""
    found = _found(code)
    asked = read_query(request, PrizesQuery)
    steps = [(str(step), Level(step).label, asked.level == step) for step in queries.STEPS]
    page = page_of(queries.awards_of(found, asked.level, asked.year), asked.page)
    context: dict[str, Any] = {
        "theme": found,
        "concept": found.concept,
        "asked": asked,
        "steps": steps,
        "page": page,
        "breadcrumbs": _crumbs(found, _("Prizes")),
    }
    return render(request, "insights/theme_prizes.html", context)


@public_page
@require_safe
def sessions(request: HttpRequest, code: str) -> HttpResponse:
    """The sessions behind a number of a theme."""
    found = _found(code)
    asked = read_query(request, SessionsQuery)
    page = page_of(queries.sessions_of(found, asked.year), asked.page)
    context = {"theme": found, "concept": found.concept, "asked": asked, "page": page, "breadcrumbs": _crumbs(found, _("Sessions"))}
    return render(request, "insights/theme_sessions.html", context)
