"""Calls in the API: read only."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.db.models import Prefetch
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from plenary.engines.calls import queries
from plenary.engines.calls.models import Call, Phase
from plenary.ground.web.api import Listing, Paging, cursor_page

router = Router(tags=["Calls"])
prefix = "/calls"


class PhaseOut(Schema):
    """A dated part of a call."""

    code: str
    kind: str
    title: dict[str, str] = Field(description="Texts by language.")
    opens_at: datetime | None
    closes_at: datetime | None = Field(description="The phase is closed from this instant on; null: no closing date.")
    all_day: bool = Field(description="Only the days are known; the phase lasts to the end of its last day.")
    zone: str = Field(description="The convener's time zone.")
    stage: str = Field(description="coming, open, ongoing, closed or undated, as of now.")


class CallOut(Schema):
    """Something the process asks the world for."""

    edition: str
    slug: str
    title: dict[str, str] = Field(description="Texts by language.")
    purpose: dict[str, str] = Field(description="Texts by language.")
    languages: list[str] = Field(description="Languages in which it can be answered; empty: any.")
    contact: str
    page: str = Field(description="Address of the call's page on this site.")
    phases: list[PhaseOut]


class Filters(Paging):
    """Filters of the list."""

    edition: str = Field(default="", max_length=30, pattern=r"^[A-Za-z0-9-]*$", description="Code of an edition.")
    stage: Literal["", "open"] = Field(default="", description="`open`: only what can be answered now.")


def _present(call: Call) -> CallOut:
    now = timezone.now()
    return CallOut(
        edition=call.edition.code,
        slug=call.slug,
        title=dict(call.title.texts),
        purpose=dict(call.purpose.texts),
        languages=call.languages,
        contact=call.contact,
        page=reverse("calls:call", args=[call.edition.code, call.slug]),
        phases=[
            PhaseOut(
                code=phase.code,
                kind=phase.kind,
                title=dict(phase.title.texts),
                opens_at=phase.opens_at,
                closes_at=phase.closes_at,
                all_day=phase.all_day,
                zone=phase.zone,
                stage=queries.stage_of(phase, now).value,
            )
            for phase in call.phases.all()
        ],
    )


@router.get("", response=Listing[CallOut], summary="Calls")
def list_calls(request: HttpRequest, filters: Query[Filters]) -> dict[str, object]:
    calls = Call.objects.select_related("edition").prefetch_related(Prefetch("phases", Phase.objects.order_by("position", "opens_at")))
    if filters.edition:
        calls = calls.filter(edition__code=filters.edition)
    if filters.stage:
        calls = calls.filter(pk__in=[each.call.pk for each in queries.open_calls()])
    return cursor_page(calls, filters, ["id"], _present)


@router.get("/{slug:edition}/{slug:slug}", response=CallOut, summary="One call")
def get_call(request: HttpRequest, edition: str, slug: str) -> CallOut:
    try:
        return _present(queries.call_of(edition, slug))
    except Call.DoesNotExist as error:
        raise Http404 from error
