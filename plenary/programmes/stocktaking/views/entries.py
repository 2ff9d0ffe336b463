"""The list of entries with its filters, as a list, a table, a map or along the years."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from plenary.ground.web.cache import public_page
from plenary.ground.web.query import read_query
from plenary.programmes.stocktaking.exporting import FORMATS
from plenary.programmes.stocktaking.facets import Facet
from plenary.programmes.stocktaking.finding import Listed, listed
from plenary.programmes.stocktaking.helping import examples, names
from plenary.programmes.stocktaking.listing import SPANS, EntryQuery
from plenary.programmes.stocktaking.overviews import by_year, tiles, years
from plenary.programmes.stocktaking.views.exports import export


@public_page
def entries(request: HttpRequest) -> HttpResponse:
    """The list with its filters. It shows public entries to everybody; hidden ones have their pages, for those who may."""
    query = read_query(request, EntryQuery)
    selection = query.selection()
    if query.format:
        return cast(HttpResponse, export(request, query, selection))  # a stream, which the cache of pages lets pass
    found = listed(selection, query.q, sort=_order(query), page=query.page, with_rows=query.view != "map")
    asked = query.address(view=None, sort=None)
    context: dict[str, Any] = {
        "query": query,
        "found": found.found,
        "page": found.page,
        "rows": found.rows,
        "facets": [facet for facet in found.facets if facet.filter.shown and facet.choices],
        "chosen": _chosen(query, found.facets),
        "hidden": _hidden(query),
        "is_filtered": bool(asked) or query.page > 1 or query.sort is not None or query.view is not None,
        "total": found.total,
        "asked": asked,
        "without_words": query.address(q=None),
        "did_you_mean": query.address(q=found.found.did_you_mean),
        "views": _views(query),
        "orders": _orders(query),
        "formats": [(each.name, each.label, f"?{query.address(view=None, sort=None, format=name)}") for name, each in FORMATS.items()],
        "feed": f"{reverse('stocktaking:feed')}{'?' if asked else ''}{asked}",
        "save": f"{reverse('stocktaking:save_search')}?{asked}",
    }
    if found.found.available:
        context |= _view(query, found)
    return render(request, "stocktaking/list.html", context)


def _order(query: EntryQuery) -> Any:
    """Along the years entries stand by year, whatever else was asked."""
    return query.order if query.view != "timeline" or query.order == "oldest" else "newest"


def _view(query: EntryQuery, found: Listed) -> dict[str, Any]:
    """What the way of showing needs beside the rows."""
    if query.view == "map":
        return {"regions": tiles(found, query)}
    if query.view == "timeline":
        return {"years": years(found, query), "groups": by_year(found.rows)}
    if query.view == "table":
        orders = {name: f"?{query.address(sort=name)}" for name in ("title", "newest", "oldest")}
        return {"by": orders, "order": query.order}
    return {}


def _views(query: EntryQuery) -> list[tuple[str, str, bool]]:
    names = (("", _("List")), ("table", _("Table")), ("map", _("Map")), ("timeline", _("Timeline")))
    return [(label, f"?{query.address(view=name)}", (query.view or "") == name) for name, label in names]


def _orders(query: EntryQuery) -> list[tuple[str, str, bool]]:
    """The orders that one can ask for; the usual one needs no word in the address."""
    if query.view == "map":
        return []
    names = {"relevance": _("Best match"), "newest": _("Newest first"), "oldest": _("Oldest first"), "title": _("By title"), "published": _("Recently added")}
    offered = [name for name in names if (name != "relevance" or query.q) and (query.view != "timeline" or name in ("newest", "oldest"))]
    usual = "relevance" if query.q else "newest"
    return [(names[name], f"?{query.address(sort=None if name == usual else name)}", _order(query) == name) for name in offered]


def _hidden(query: EntryQuery) -> list[tuple[str, str]]:
    """What the form of filters does not show, and must keep."""
    kept: list[tuple[str, str]] = [(name, value) for name, value in (("edition", query.edition), ("until", query.until)) if value]
    kept += [("organisation", value) for value in query.organisation]
    return kept + [(name, str(value)) for name, value in (("sort", query.sort), ("view", query.view)) if value]


def _chosen(query: EntryQuery, facets: list[Facet]) -> list[dict[str, Any]]:
    """What narrows the list, each with the address of the list without it."""
    found = []
    for facet in facets:
        name = facet.filter.name
        for choice in facet.choices:
            if choice.chosen:
                others = [each.option.code for each in facet.choices if each.chosen and each is not choice]
                found.append({"filter": facet.filter.label, "label": choice.option.label, "path": f"?{query.address(**{name: others})}"})
    for name, words in SPANS.items():
        if value := getattr(query, name):
            found.append({"filter": words, "label": value, "path": f"?{query.address(**{name: None})}"})
    return found


@public_page
def help_page(request: HttpRequest) -> HttpResponse:
    """How one searches: what can be typed, with examples that find something."""
    return render(request, "stocktaking/help.html", {"examples": examples(), "names": names()})
