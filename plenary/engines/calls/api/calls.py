"""Calls and their forms, for everybody; what was submitted to a call, for staff."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.db.models import OuterRef, Prefetch, Subquery
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from plenary.engines.calls import queries
from plenary.engines.calls.api.given import Instant
from plenary.engines.calls.api.shapes import State, SubmissionOut, present, with_all
from plenary.engines.calls.form.schema import json_schema
from plenary.engines.calls.models import Call, FormVersion, Phase
from plenary.engines.calls.windows import window_of
from plenary.ground.audit.actors import require
from plenary.ground.people.bearer import account_of, by_token
from plenary.ground.web.api import Listing, Paging, cursor_page

router = Router(tags=["Calls"])


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


class LimitsOut(Schema):
    """How many submissions a call takes at most; null: any number."""

    per_person: int | None
    per_organisation: int | None
    per_organisation_and_category: int | None


class CallOut(Schema):
    """Something the process asks the world for."""

    edition: str
    slug: str
    title: dict[str, str] = Field(description="Texts by language.")
    purpose: dict[str, str] = Field(description="Texts by language.")
    languages: list[str] = Field(description="Languages in which it can be answered; empty: any.")
    contact: str
    audience: Literal["anyone", "verified", "invited"] = Field(description="Who may answer; `invited`: with a code only.")
    stakeholder_types: list[str] = Field(description="Codes of those who may answer; empty: all.")
    limits: LimitsOut
    answerable: bool = Field(description="Whether it can be answered on this site as of now.")
    form: str | None = Field(description="Address of the form as JSON Schema; null where the call cannot be answered on this site.")
    page: str = Field(description="Address of the call's page on this site.")
    phases: list[PhaseOut]


class FormOut(Schema):
    """The form of a call: what answers to it may be."""

    call: str
    version: int = Field(description="A form with answers never changes: what is edited becomes the next version.")
    published_at: datetime
    languages: list[str] = Field(description="Languages in which texts may be written; empty: any.")
    answers: dict[str, Any] = Field(description="JSON Schema (2020-12) of the answers.")


class Filters(Paging):
    """Filters of the list."""

    edition: str = Field(default="", max_length=30, pattern=r"^[A-Za-z0-9-]*$", description="Code of an edition.")
    stage: Literal["", "open"] = Field(default="", description="`open`: only what can be answered now.")


class FormQuery(Schema):
    """In which language the form speaks."""

    language: Literal["en", "ar", "zh", "fr", "ru", "es"] = Field(default="en", description="Of labels and help, where they are translated.")


class CallSubmissions(Paging):
    """Filters of a call's submissions."""

    state: State | None = Field(default=None, description="Only those in this state.")
    saved_since: Instant | None = Field(default=None, description="Only those written on or handed in from this instant on.")


def _present(call: Call, form: int | None) -> CallOut:
    """form: the version in force."""
    now = timezone.now()
    key = [call.edition.code, call.slug]
    return CallOut(
        edition=call.edition.code,
        slug=call.slug,
        title=dict(call.title.texts),
        purpose=dict(call.purpose.texts),
        languages=call.languages,
        contact=call.contact,
        audience=call.audience,  # type: ignore[arg-type]
        stakeholder_types=call.stakeholder_types,
        limits=LimitsOut(per_person=call.per_person, per_organisation=call.per_organisation, per_organisation_and_category=call.per_organisation_and_category),
        answerable=form is not None and window_of(call, now).is_open,
        form=reverse("api:get_form", args=key) if form is not None else None,
        page=reverse("calls:call", args=key),
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
    in_force = FormVersion.objects.filter(call=OuterRef("pk")).exclude(published_at=None).order_by("-number").values("number")[:1]
    phases = Prefetch("phases", Phase.objects.order_by("position", "opens_at"))
    calls = queries.public_calls().select_related("edition").prefetch_related(phases).annotate(form_in_force=Subquery(in_force))
    if filters.edition:
        calls = calls.filter(edition__code=filters.edition)
    if filters.stage:
        calls = calls.filter(pk__in=[each.call.pk for each in queries.open_calls()])
    return cursor_page(calls, filters, ["id"], lambda call: _present(call, call.form_in_force))


@router.get("/{slug:edition}/{slug:slug}", response=CallOut, summary="One call")
def get_call(request: HttpRequest, edition: str, slug: str) -> CallOut:
    call = _call(edition, slug)
    form = queries.form_in_force(call)
    return _present(call, form.number if form else None)


@router.get("/{slug:edition}/{slug:slug}/form", response=FormOut, summary="The form of a call")
def get_form(request: HttpRequest, edition: str, slug: str, query: Query[FormQuery]) -> FormOut:
    """What can be asked for and what answers hold, as JSON Schema; the same rules as on the page."""
    call = _call(edition, slug)
    form = queries.form_in_force(call)
    if form is None or form.published_at is None:
        raise Http404
    answers = json_schema(form.form, query.language, languages=call.languages)
    return FormOut(call=str(call), version=form.number, published_at=form.published_at, languages=call.languages, answers=answers)


@router.get("/{slug:edition}/{slug:slug}/submissions", response=Listing[SubmissionOut], summary="What was submitted to a call", **by_token("submissions:read"))
def list_call_submissions(request: HttpRequest, edition: str, slug: str, filters: Query[CallSubmissions]) -> dict[str, object]:
    """For staff. Of drafts only that there is one; answers to private fields for those who decide."""
    user = account_of(request)
    call = _call(edition, slug)
    require(user, "calls.view_submissions", call)
    submissions = with_all(queries.visible_to(user, call))
    if filters.state:
        submissions = submissions.filter(state=filters.state)
    if filters.saved_since:
        submissions = submissions.filter(saved_at__gte=filters.saved_since)
    return cursor_page(submissions, filters, ["created_at", "id"], lambda each: present(user, each))


def _call(edition: str, slug: str) -> Call:
    try:
        return queries.call_of(edition, slug)
    except Call.DoesNotExist as error:
        raise Http404 from error
