"""Asking the search index for entries: the one way in which lists, feeds, exports and alerts find them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from plenary.errors import BadQuery
from plenary.ground.search import queries as index
from plenary.ground.search.queries import Found, Hit, Search, Sort
from plenary.ground.web.query import PAGE_SIZE
from plenary.programmes.stocktaking.facets import Facet, facets_of
from plenary.programmes.stocktaking.filters import Selection, filters
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.queries import Badge, badges_for, editions_up_to, for_list, public_entries, whole

KIND = "entry"
#: A value that no entry has.
_NONE = "-"


def searched(
    selection: Selection, text: str = "", *, sort: Sort = "relevance", page: int = 1, size: int = PAGE_SIZE, published_after: datetime | None = None
) -> Search:
    """The question to the index that finds a selection and words."""
    values = {name: list(given) for name, given in selection.values.items() if given}
    if selection.until:
        values["edition"] = editions_up_to(selection.until)
    if selection.edition:
        known = values.get("edition", [selection.edition])
        values["edition"] = [selection.edition] if selection.edition in known else [_NONE]
    return Search(
        text,
        KIND,
        values,
        sort=sort,
        page=page,
        size=size,
        since=selection.since_year,
        until=selection.until_year,
        published_after=published_after,
    )


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as a list shows it. hit: with the words marked; None where none were asked for."""

    entry: Entry
    badges: list[Badge]
    hit: Hit | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list. found: what the index says; while it is being built, there are the newest entries only."""

    found: Found
    rows: list[Row]
    page: Page[Any]
    total: int
    facets: list[Facet] = field(default_factory=list)

    def facet(self, name: str) -> Facet | None:
        return next((each for each in self.facets if each.filter.name == name), None)


def listed(selection: Selection, text: str = "", *, sort: Sort = "relevance", page: int = 1, with_rows: bool = True) -> Listed:
    """A page of what fits, with the counts of all filters: the number of queries does not depend on the entries.

    Raises: BadQuery where the list has no such page.
    """
    asked = replace(searched(selection, text, sort=sort, page=page), count=[each.name for each in filters() if each.shown])
    found = index.find(asked)
    if not found.available:
        newest = list(for_list(public_entries())[:PAGE_SIZE])
        return Listed(found, _rows(newest, {}), Paginator(newest, PAGE_SIZE).page(1), 0)
    if page > found.last_page:
        raise BadQuery({"page": [_("The list has no page %(number)s.") % {"number": page}]})
    narrowed = bool(text) or not selection.is_everything
    total = index.find(Search(kind=KIND, size=1)).total if narrowed else found.total
    rows = rows_of(found, marked=bool(text)) if with_rows else []
    pages = Paginator(range(min(found.total, index.DEEPEST)), PAGE_SIZE).page(page)
    return Listed(found, rows, pages, total, facets_of(selection, found.counts))


def rows_of(found: Found, *, marked: bool = True) -> list[Row]:
    """The public entries behind the hits, in their order. One that was withdrawn a moment ago is left out."""
    # By their primary keys and in no order: that is what every database does best, also before it knows its own sizes.
    entries = {entry.number: entry for entry in for_list(public_entries().filter(pk__in=[hit.serial for hit in found.hits])).order_by()}
    hits = {hit.key: hit for hit in found.hits}
    return _rows([entries[key] for key in hits if key in entries], hits if marked else {})


def _rows(entries: Sequence[Entry], hits: dict[str, Hit]) -> list[Row]:
    badges = badges_for(entries)
    return [Row(entry, badges.get(entry.pk, []), hits.get(entry.number)) for entry in entries]


# ---- all that fits, however much ----


_CHUNK = 500


def is_available() -> bool:
    """Whether the index answers; it does not while it is being built for the first time."""
    return index.find(Search(kind=KIND, size=1)).available


def keys_of(selection: Selection, text: str = "", *, after: int = 0, limit: int | None = None, published_after: datetime | None = None) -> list[int]:
    """The primary keys of all entries that fit, in order, above ``after``."""
    asked = searched(selection, text, published_after=published_after)
    return [serial for serial, _key in index.keys(asked, after=after, limit=limit)]


def in_chunks(keys: Sequence[int], read: Any = whole) -> Iterator[list[Entry]]:
    """The public ones of these entries, read piece by piece, so that many need no more memory than few."""
    for first in range(0, len(keys), _CHUNK):
        entries: QuerySet[Entry] = read(public_entries().filter(pk__in=keys[first : first + _CHUNK]))
        yield list(entries.order_by("pk"))
