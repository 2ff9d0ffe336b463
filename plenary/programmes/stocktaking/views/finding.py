"""Finding the entry that an address means; and what is answered where it is not there any more."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse

from plenary.ground.people.access import actor_of
from plenary.programmes.stocktaking import queries
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.reading import Gone, instead_of


def entry_or_answer(request: HttpRequest, number: str, view: str, *args: Any, entries: QuerySet[Entry] | None = None) -> Entry | HttpResponse:
    """The entry at an address, or the answer that leads to the one it was merged into, or says that it is withdrawn.

    view, args: the page that is asked for, and what stands in its address beside the number. entries: where it is looked for;
    default: those that the reader may know of. Raises: Http404 where there never was anything that the public knew of.
    """
    known = queries.visible_to(actor_of(request)) if entries is None else entries
    found = queries.with_number(known, number).first()
    if found is not None:
        return found
    instead = instead_of(number)
    if isinstance(instead, Gone):
        return tombstone(request, instead)
    if instead is None or instead.number == number:
        raise Http404
    return HttpResponsePermanentRedirect(_with_query(request, reverse(view, args=[instead.number, *args])))


def tombstone(request: HttpRequest, gone: Gone) -> HttpResponse:
    """410: it was here, and is not any more. Neither its title nor the reason is told."""
    return render(request, "stocktaking/entry_gone.html", {"gone": gone}, status=410)


def _with_query(request: HttpRequest, path: str) -> str:
    query = request.META.get("QUERY_STRING", "")
    return f"{path}?{query}" if query else path
