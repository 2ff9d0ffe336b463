"""The list page's query, as an address has it."""

from __future__ import annotations

from typing import Annotated, Literal

from django.utils.translation import gettext as _
from pydantic import Field

from plenary.errors import BadQuery
from plenary.ground.web.query import Query
from plenary.programmes.stocktaking.filters import Selection, filters
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.queries import unknown_values

Code = Annotated[str, Field(min_length=1, max_length=80)]
Codes = Annotated[list[Code], Field(max_length=60)]


class EntryQuery(Query):
    """What can be asked of the list. ``level`` is answered by the filter that the awards room registers."""

    q: str = ""
    action_line: Codes = []
    sdg: Codes = []
    target: Codes = []
    country: Codes = []
    region: Codes = []
    stakeholder_type: Codes = []
    year: Annotated[list[Annotated[int, Field(ge=1, le=9999)]], Field(max_length=60)] = []
    status: list[Entry.Status] = []
    theme: Codes = []
    level: Codes = []
    organisation: Codes = []
    edition: str = ""
    until: str = ""
    sort: Literal["newest", "title"] = "newest"

    def selection(self) -> Selection:
        """The entries that are asked for. Raises: BadQuery where a filter has a value that does not exist."""
        given = {each.name: [str(value) for value in getattr(self, each.name)] for each in filters() if hasattr(self, each.name)}
        selection = Selection(q=self.q, values={name: values for name, values in given.items() if values}, edition=self.edition, until=self.until)
        wrong = unknown_values(selection)
        if wrong:
            raise BadQuery({name: [_("This value is not one of those that can be asked for.")] for name in wrong})
        return selection
