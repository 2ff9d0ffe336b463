"""The list of entries with its filters."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from plenary.ground.web.cache import public_page
from plenary.ground.web.query import page_of, read_query, with_query
from plenary.programmes.stocktaking import queries
from plenary.programmes.stocktaking.facets import Facet, facets
from plenary.programmes.stocktaking.listing import EntryQuery


@public_page
def entries(request: HttpRequest) -> HttpResponse:
    """The list with its filters. It shows public entries to everybody; hidden ones have their pages, for those who may."""
    query = read_query(request, EntryQuery)
    selection = query.selection()
    public = queries.public_entries()
    page = page_of(queries.for_list(queries.select(public, selection), query.sort), query.page)
    shown = facets(selection)
    rows = list(page.object_list)
    badges = queries.badges_for(rows)
    context = {
        "query": query,
        "page": page,
        "rows": [(entry, badges.get(entry.pk, [])) for entry in rows],
        "facets": shown,
        "chosen": _chosen(request, query, shown),
        "is_filtered": not selection.is_everything or query.page > 1 or query.sort != "newest",
        "total": page.paginator.count if selection.is_everything else public.count(),
    }
    return render(request, "stocktaking/list.html", context)


def _chosen(request: HttpRequest, query: EntryQuery, shown: list[Facet]) -> list[dict[str, Any]]:
    """What narrows the list, each with the address of the list without it."""
    found = []
    for facet in shown:
        name = facet.filter.name
        for choice in facet.choices:
            if choice.chosen:
                others = [each.option.code for each in facet.choices if each.chosen and each is not choice]
                found.append({"filter": facet.filter.label, "label": choice.option.label, "path": with_query(request, **{name: others or None})})
    for name, words in (("edition", _("First submitted in")), ("until", _("First submitted up to"))):
        if getattr(query, name):
            found.append({"filter": words, "label": getattr(query, name), "path": with_query(request, **{name: None})})
    return found
