"""Entries in the API."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router
from ninja.errors import HttpError
from pydantic import Field

from plenary.errors import BadQuery
from plenary.ground.search.queries import find
from plenary.ground.web.api import Listing, Paging, cursor_page
from plenary.programmes.stocktaking.filters import Selection, filters
from plenary.programmes.stocktaking.finding import is_available, keys_of, searched
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.presenting import EntryOut, present
from plenary.programmes.stocktaking.queries import public_entries, select, unknown_values, with_number
from plenary.programmes.stocktaking.reading import for_page

router = Router(tags=["Stocktaking"])
prefix = "/entries"

Code = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[\w.-]+$")]
Codes = Annotated[list[Code], Field(max_length=60)]
Year = Annotated[int, Field(ge=1, le=9999)]


class EntryFilters(Paging):
    """Filters take several values, any of which may hold; filters narrow each other."""

    q: str = Field(default="", max_length=500, description='As on the page of entries: words, "phrases", -exclusions, begin*, this OR that, name:value.')
    action_line: Codes = []
    sdg: Codes = []
    target: Codes = []
    region: Codes = []
    country: Codes = []
    stakeholder_type: Codes = []
    year: Annotated[list[Year], Field(max_length=60)] = []
    year_from: Year | None = None
    year_to: Year | None = None
    status: list[Entry.Status] = []
    reach: list[Entry.Reach] = []
    theme: Codes = []
    collection: Codes = []
    level: Codes = Field(default=[], description="How far it came in a contest.")
    language: Codes = Field(default=[], description="Language of the original.")
    organisation: Codes = Field(default=[], description="Key of an organisation.")
    edition: str = Field(default="", max_length=30, pattern=r"^[\w.-]*$")
    until: str = Field(default="", max_length=30, pattern=r"^[\w.-]*$", description="First submitted in this edition or an earlier one.")
    facets: bool = Field(default=False, description="Whether to count the values of all filters, each under all filters but its own.")


class EntryListing(Listing[EntryOut]):
    """A page of entries; follow ``next`` until it is null."""

    total: int | None = Field(default=None, description="How many fit; with `facets` only.")
    facets: dict[str, dict[str, int]] | None = Field(default=None, description="By filter and value the number of entries; with `facets` only.")


@router.get("", response=EntryListing, summary="Entries of the repository")
def entries(request: HttpRequest, query: Query[EntryFilters]) -> dict[str, Any]:
    """Public entries, oldest record first: stable while records change, and complete however many there are."""
    selection = _selection(query)
    if (query.q or query.facets) and not is_available():
        raise HttpError(503, "The search is being prepared and will answer in a few minutes.")
    page = _found(query, selection) if query.q else cursor_page(for_page(select(public_entries(), selection)), query, ("id",), present)
    if query.facets:
        counted = find(replace(searched(selection, query.q, size=1), count=[each.name for each in filters() if each.shown]))
        page |= {"total": counted.total, "facets": counted.counts}
    return page


def _selection(query: EntryFilters) -> Selection:
    values = {each.name: [str(value) for value in getattr(query, each.name, [])] for each in filters()}
    selection = Selection(
        values={name: given for name, given in values.items() if given},
        edition=query.edition,
        until=query.until,
        since_year=query.year_from,
        until_year=query.year_to,
    )
    wrong = unknown_values(selection)
    if wrong or "\x00" in query.q:
        raise BadQuery({name: ["This value is not one of those that can be asked for."] for name in wrong or ["q"]})
    return selection


def _found(query: EntryFilters, selection: Selection) -> dict[str, Any]:
    """A page of what the index finds. Its cursor is the last record's key, since the index gives them in that order."""
    if query.cursor and not (query.cursor.isascii() and query.cursor.isdecimal() and len(query.cursor) < 18):
        raise HttpError(422, "The cursor is not one that this list gave out.")
    keys = keys_of(selection, query.q, after=int(query.cursor or 0), limit=query.size + 1)
    shown = keys[: query.size]
    rows = for_page(public_entries().filter(pk__in=shown)).order_by("pk")
    return {"items": [present(entry) for entry in rows], "next": str(shown[-1]) if len(keys) > query.size else None}


@router.get("/{number}", response=EntryOut, summary="One entry")
def entry(request: HttpRequest, number: str) -> EntryOut | HttpResponse:
    """A public entry by its number."""
    found = for_page(with_number(public_entries(), number)).first()
    if found is None:
        raise Http404
    return present(found)
