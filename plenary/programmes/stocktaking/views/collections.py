"""The pages of collections: all of them, and the front page of each."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from plenary.ground.audit.actors import may
from plenary.ground.people.access import actor_of
from plenary.ground.people.markdown import to_html
from plenary.ground.web.cache import public_page
from plenary.ground.web.query import Query, read_query
from plenary.programmes.stocktaking import collected
from plenary.programmes.stocktaking.actions.collections import KIND
from plenary.programmes.stocktaking.measures import list_address
from plenary.programmes.stocktaking.models import Collection
from plenary.programmes.stocktaking.queries import badges_for


class _NoQuery(Query):
    """Pages without filters."""


@public_page
@require_safe
def collections(request: HttpRequest) -> HttpResponse:
    """All collections."""
    read_query(request, _NoQuery)
    context = {"collections": collected.collections(), "breadcrumbs": [(_("Stocktaking"), reverse("stocktaking:list")), (_("Collections"), "")]}
    return render(request, "stocktaking/collections.html", context)


@public_page
@require_safe
def collection(request: HttpRequest, code: str) -> HttpResponse:
    """The front page of a collection: what it is, its call, what is in it in figures, what came last."""
    read_query(request, _NoQuery)
    found = collected.find_collection(code)
    if found is None:
        if code != code.lower() and collected.find_collection(code.lower()):
            return HttpResponsePermanentRedirect(reverse("collections:collection", args=[code.lower()]))
        raise Http404
    introduction = found.introduction.best()
    newest = collected.newest_in(found)
    badges = badges_for(newest)
    open_call = collected.open_call_of(found)
    context = {
        "collection": found,
        "introduction": introduction,
        "introduction_html": to_html(introduction.text),
        "open_call": open_call,
        "calls": [each for each in collected.calls_of(found) if open_call is None or each.pk != open_call.call.pk],
        "figures": _figures(found),
        "parts": _parts(found),
        "rows": [(entry, badges.get(entry.pk, [])) for entry in newest],
        "address": list_address(collection=found.code),
        "may_change": may(actor_of(request), "stocktaking.change_collection", found),
        "kind": KIND,
        "breadcrumbs": [(_("Stocktaking"), reverse("stocktaking:list")), (_("Collections"), reverse("collections:list")), (str(found.name), "")],
    }
    return render(request, "stocktaking/collection.html", context)


def _figures(found: Collection) -> list[dict[str, Any]]:
    """The figures of the whole collection, each with the measure that says what is counted."""
    entries = collected.entries_in(found.code)
    numbers: list[tuple[str, int, str | Promise]] = [
        ("stocktaking.collection", entries.count(), _("Entries")),
        ("stocktaking.collection-countries", collected.number_of_countries(entries), _("Countries and areas")),
        ("stocktaking.collection-organisations", collected.number_of_organisations(entries), _("Organisations")),
    ]
    return [
        {"number": number, "label": label, "path": list_address(collection=found.code), "measure": f"{measure}.{found.code}"}
        for measure, number, label in numbers
    ]


def _parts(found: Collection) -> list[dict[str, Any]]:
    """The collection by action line, goal and region, as bars that lead to the entries."""
    entries = collected.entries_in(found.code)
    titles = {"action-lines": _("By action line"), "goals": _("By goal"), "regions": _("By region")}
    parts = []
    for part, title in titles.items():
        name = collected.PARTS[part][0]
        bars = [(bar, list_address(collection=found.code, **{name: bar.concept.code})) for bar in collected.bars_of(part, entries)]
        if bars:
            parts.append({"code": part, "title": title, "bars": bars, "measure": f"stocktaking.collection-{part}"})
    return parts
