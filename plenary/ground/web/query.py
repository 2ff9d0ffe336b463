"""The query part of addresses, checked by a schema, and pages of lists."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from plenary.errors import BadQuery

PAGE_SIZE = 25


class Query(BaseModel):
    """Base of the query schemas of list pages. Fields that are lists take a parameter several times."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, str_max_length=500)

    page: Annotated[int, Field(ge=1, le=100_000)] = 1


Q = TypeVar("Q", bound=Query)


def read_query(request: HttpRequest, schema: type[Q]) -> Q:
    """Check the request's query parameters; empty ones count as absent, ``utm_*`` and the like are passed over.

    Raises: BadQuery, which the middleware answers with 400 and a way on.
    """
    given: dict[str, Any] = {}
    for name, values in request.GET.lists():
        kept = [value for value in values if value.strip()]
        if not kept or name.startswith(("utm_", "fbclid", "gclid")):
            continue
        field = schema.model_fields.get(name)
        takes_list = field is not None and "list" in str(field.annotation)
        given[name] = kept if takes_list else kept[-1]
    if any("\x00" in part for value in given.values() for part in (value if isinstance(value, list) else [value])):
        raise BadQuery({"": [_("The address contains characters that cannot be searched for.")]})
    try:
        return schema.model_validate(given)
    except ValidationError as error:
        problems: dict[str, list[str]] = {}
        for problem in error.errors():
            name = str(problem["loc"][0]) if problem["loc"] else ""
            known = name in schema.model_fields
            problems.setdefault(name, []).append(_("This value is not one of those that can be asked for.") if known else _("There is no such filter."))
        raise BadQuery(problems) from error


def page_of(records: QuerySet[Any] | list[Any], number: int, size: int = PAGE_SIZE) -> Page[Any]:
    """A page of a list. Raises: BadQuery where the list has no such page."""
    try:
        return Paginator(records, size).page(number)
    except EmptyPage as error:
        raise BadQuery({"page": [_("The list has no page %(number)s.") % {"number": number}]}) from error


def with_query(request: HttpRequest, **changes: Any) -> str:
    """The request's query with some parameters set, or removed where None; always drops the page number."""
    query = {name: values for name, values in request.GET.lists() if name != "page"}
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = [str(part) for part in value] if isinstance(value, list) else [str(value)]
    encoded = urlencode(query, doseq=True)
    return f"?{encoded}" if encoded else "?"


Lower = BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value)
