"""The list page's query, as an address has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ConfigDict, Field

from plenary.errors import BadQuery
from plenary.ground.search.queries import Sort
from plenary.ground.web.query import Query, read_query
from plenary.programmes.stocktaking.filters import Filter, Selection, filters, options_of
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.queries import unknown_values

Code = Annotated[str, Field(min_length=1, max_length=80)]
Codes = Annotated[list[Code], Field(max_length=60)]
Year = Annotated[int, Field(ge=1, le=9999)]
View = Literal["table", "map", "timeline"]
Format = Literal["csv", "xlsx", "jsonl", "bibtex", "ris", "csl"]


class Wanted(Query):
    """Which entries are wanted, in the words of an address. ``level`` is answered by the filter that the awards room registers.

    Text of any length is taken; the search looks at its beginning, and says so.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, str_max_length=100_000)

    q: str = ""
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
    level: Codes = []
    language: Codes = []
    organisation: Codes = []
    edition: Annotated[str, Field(max_length=80)] = ""
    until: Annotated[str, Field(max_length=80)] = ""

    def selection(self) -> Selection:
        """The entries that are asked for, words aside. Raises: BadQuery where a filter has a value that does not exist."""
        given = {each.name: [str(value) for value in getattr(self, each.name)] for each in filters() if hasattr(self, each.name)}
        selection = Selection(
            values={name: values for name, values in given.items() if values},
            edition=self.edition,
            until=self.until,
            since_year=self.year_from,
            until_year=self.year_to,
        )
        wrong = unknown_values(selection)
        if wrong:
            raise BadQuery({name: [_("This value is not one of those that can be asked for.")] for name in wrong})
        return selection

    def address(self, **changes: Any) -> str:
        """The query part of an address that asks the same, in the order of the fields and without what is not asked.

        changes: parameters to set, or to leave out where empty. The page is left out unless it is among them.
        """
        given = {**{name: getattr(self, name) for name in type(self).model_fields if name != "page"}, **changes}
        parts = [(name, str(value)) for name in given for value in (given[name] if isinstance(given[name], list) else [given[name]]) if value]
        return urlencode(parts)


def as_asked(query: str) -> Wanted:
    """What the query part of an address asks for. Raises: BadQuery where it is not understood."""
    request = HttpRequest()
    request.GET = QueryDict(query)
    return read_query(request, Wanted)


def in_words(queries: Sequence[Wanted]) -> list[list[tuple[str | Promise, str]]]:
    """What each asks for, as names with values: as many database queries for many as for one. What is no more keeps its code."""
    codes: dict[Filter, set[str]] = {each: {str(value) for query in queries for value in getattr(query, each.name)} for each in filters()}
    labels = {name: {option.code: option.label for option in options} for name, options in options_of(codes).items()}
    found = []
    for query in queries:
        words: list[tuple[str | Promise, str]] = [(_("Words"), query.q)] if query.q else []
        words += [(each.label, labels[each.name].get(str(value), str(value))) for each in filters() for value in getattr(query, each.name)]
        words += [(label, str(value)) for name, label in SPANS.items() if (value := getattr(query, name))]
        found.append(words)
    return found


#: What narrows the list beside words and filters.
SPANS: dict[str, str | Promise] = {
    "year_from": gettext_lazy("From the year"),
    "year_to": gettext_lazy("Up to the year"),
    "edition": gettext_lazy("First submitted in"),
    "until": gettext_lazy("First submitted up to"),
}


class EntryQuery(Wanted):
    """What can be asked of the list page: which entries, and how to show them."""

    sort: Sort | None = None
    view: View | None = None  # none: as a list
    format: Format | None = None

    def address(self, **changes: Any) -> str:
        return super().address(**{"format": None, **changes})

    @property
    def order(self) -> Sort:
        """The order asked for; else by relevance where there are words, and the newest first."""
        return self.sort or ("relevance" if self.q else "newest")

    def wanted(self) -> str:
        """The query part that says which entries are wanted, and nothing of how they are shown: for saving, feeds and exports."""
        return self.address(view=None, sort=None)
