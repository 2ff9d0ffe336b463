"""Home, search across all rooms, and what the site says about itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from pydantic import ConfigDict, Field

from plenary.errors import BadQuery
from plenary.faces.site import queries
from plenary.ground.framework.text import reader_language
from plenary.ground.search.queries import DEEPEST, PAGE_SIZE, Hit, Results, search
from plenary.ground.search.registry import kinds
from plenary.ground.web.cache import public_page
from plenary.ground.web.languages import in_language
from plenary.ground.web.panels import panels_for
from plenary.ground.web.query import Query, read_query


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """What this is, what is open now, key figures and ways in."""
    gathered = queries.home()
    figures = {"figures": gathered.figures, "edition": gathered.figures_of}  # as the room of figures shows them on an edition's page
    return render(request, "site/home.html", {"home": gathered, "key_figures": figures, "panels": panels_for("home", None, request)})


class Search(Query):
    """The query of the search page. Text of any length is taken; the search looks at its beginning."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False, str_max_length=100_000)

    q: str = ""
    kind: str = ""
    page: Annotated[int, Field(ge=1, le=DEEPEST // PAGE_SIZE)] = 1


@dataclass(frozen=True, slots=True)
class Found:
    """A hit as the page shows it."""

    hit: Hit
    path: str
    label: str | Promise


@dataclass(frozen=True, slots=True)
class Tab:
    """A kind of record with the number of hits."""

    code: str
    label: str | Promise
    count: int
    current: bool


def search_page(request: HttpRequest) -> HttpResponse:
    """Search across everything public."""
    asked = read_query(request, Search)
    registered = kinds()
    if asked.kind and asked.kind not in registered:
        raise BadQuery({"kind": [_("There is no such kind of record.")]})
    results = search(asked.q, asked.kind, page=asked.page)
    if asked.page > results.last_page:
        raise BadQuery({"page": [_("The list has no page %(number)s.") % {"number": asked.page}]})
    language = request.LANGUAGE_CODE
    found = [Found(hit, in_language(hit.path, language), registered[hit.kind].label if hit.kind in registered else hit.kind) for hit in results.hits]
    return render(
        request,
        "site/search.html",
        {
            "asked": asked,
            "text": asked.q[:300].strip(),
            "results": results,
            "found": found,
            "tabs": _tabs(results, asked.kind),
            "page": _page(results),
            "language": reader_language(),
        },
    )


def _tabs(results: Results, current: str) -> list[Tab]:
    tabs = [
        Tab(kind.code, kind.label, results.counts.get(kind.code, 0), kind.code == current)
        for kind in kinds().values()
        if results.counts.get(kind.code) or kind.code == current
    ]
    if len(tabs) < 2 and not current:
        return []
    return [Tab("", _("Everything"), sum(results.counts.values()), not current), *sorted(tabs, key=lambda tab: -tab.count)]


def _page(results: Results) -> Page[int]:
    return Paginator(range(min(results.total, DEEPEST)), results.size).page(results.page)


@public_page
def about(request: HttpRequest) -> HttpResponse:
    """What the process is, what the site is, and how to read its figures."""
    return render(request, "site/about.html", {"schemes": queries.sources()})


@public_page
def accessibility(request: HttpRequest) -> HttpResponse:
    """How accessible the site is, how that was tested, what is known not to be, and whom to tell."""
    sender = settings.DEFAULT_FROM_EMAIL
    return render(request, "site/accessibility.html", {"contact": sender[sender.find("<") + 1 :].rstrip(">")})
