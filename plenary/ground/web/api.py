"""What the API routers of all rooms share: cursor pages, ETags, texts, problems.

A room's ``api.py`` holds ``router = Router(tags=[...])`` and ``prefix = "/entries"``; the face ``api`` adds it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Schema
from ninja.errors import HttpError
from pydantic import Field

T = TypeVar("T")
MAX_SIZE = 100


class Listing(Schema, Generic[T]):
    """A page of a list; follow ``next`` until it is null."""

    items: list[T]
    next: str | None = Field(default=None, description="Cursor of the next page, to be passed as `cursor`; null at the end.")


class Paging(Schema):
    """Query parameters of every list."""

    cursor: str = Field(default="", max_length=500, description="`next` of the page before.")
    size: int = Field(default=25, ge=1, le=MAX_SIZE, description="Records on a page.")


def cursor_page(records: QuerySet[Any], paging: Paging, order: Sequence[str], present: Callable[[Any], T]) -> dict[str, Any]:
    """A page by keyset: stable while records change, as fast at the end as at the start.

    order: field names, ascending, that together are unique and never null (end with the primary key).
    """
    records = records.order_by(*order)
    if paging.cursor:
        after = _read_cursor(paging.cursor, len(order))
        condition = Q()
        for position, field in enumerate(order):
            equal = {name: after[index] for index, name in enumerate(order[:position])}
            condition |= Q(**equal, **{f"{field}__gt": after[position]})
        try:
            records = records.filter(condition)
        except (ValueError, TypeError, ValidationError) as error:
            raise HttpError(422, "The cursor is not one that this list gave out.") from error
    found = list(records[: paging.size + 1])
    more = len(found) > paging.size
    shown = found[: paging.size]
    following = _write_cursor([_attribute(shown[-1], field) for field in order]) if more else None
    return {"items": [present(record) for record in shown], "next": following}


def _attribute(record: Any, field: str) -> Any:
    for part in field.split("__"):
        record = getattr(record, part)
    return record


def _write_cursor(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode().rstrip("=")


def _read_cursor(cursor: str, length: int) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError) as error:
        raise HttpError(422, "The cursor is not one that this list gave out.") from error
    if not isinstance(values, list) or len(values) != length or not all(isinstance(value, str | int) for value in values):
        raise HttpError(422, "The cursor is not one that this list gave out.")
    if any((isinstance(value, str) and "\x00" in value) or (isinstance(value, int) and abs(value) > 2**62) for value in values):
        raise HttpError(422, "The cursor is not one that this list gave out.")
    return values


def with_etag(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Answer 304 where the client already has this body."""
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)
    response["ETag"] = etag
    return response
