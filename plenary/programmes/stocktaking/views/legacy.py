"""Addresses that entries had at the ITU, which are printed in reports and linked all over the world: they lead on for good."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse

from plenary.programmes.stocktaking.reading import Gone, known_as
from plenary.programmes.stocktaking.views.finding import tombstone


def project(request: HttpRequest) -> HttpResponse:
    """``.../Project/Details?projectId=1378827145``; the name of the parameter was never case-sensitive."""
    given = next((values[-1] for name, values in request.GET.lists() if name.lower() in ("projectid", "id")), "")
    return _lead_on(request, given)


def prize_entry(request: HttpRequest, year: str, number: str) -> HttpResponse:
    """``/stocktaking/Prizes/2023/Details/16706023296029494``"""
    return _lead_on(request, number)


def _lead_on(request: HttpRequest, given: str) -> HttpResponse:
    number = given.strip()[:200]
    found = known_as(number)
    if isinstance(found, Gone):
        return tombstone(request, found)
    if found is None:
        return render(request, "stocktaking/entry_unknown.html", {"asked": number}, status=404)
    return HttpResponsePermanentRedirect(reverse("stocktaking:entry", args=[found.number]))
