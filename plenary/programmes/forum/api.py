"""Sessions in the API: read only."""

from __future__ import annotations

import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from ninja import Query, Router, Schema
from pydantic import Field

from plenary.errors import BadQuery
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text
from plenary.ground.web.api import Listing, Paging, cursor_page
from plenary.programmes.forum import queries
from plenary.programmes.forum.models import Session

router = Router(tags=["Sessions"])
prefix = "/sessions"

Code = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00]*$")]
Codes = Annotated[list[Code], Field(max_length=60)]


class SessionConceptOut(Schema):
    """A concept that a session is about."""

    scheme: str
    code: str
    label: str


class PersonOut(Schema):
    """Somebody's part in a session."""

    name: str
    role: str
    post: str
    organisation: str


class SessionOut(Schema):
    """A session of a Forum."""

    edition: str
    number: str = Field(description="The convener's own number, or s1, s2 ... where there is none.")
    state: str
    title: dict[str, Any] | None
    summary: dict[str, Any] | None
    description: dict[str, Any] | None
    kind: str | None = Field(description="Code of the type of session.")
    track: str | None
    room: dict[str, Any] | None
    day: datetime.date | None
    starts_at: datetime.datetime | None
    ends_at: datetime.datetime | None
    zone: str
    languages: list[str]
    link: str
    recording: str
    hosts: str
    source: str
    note: str
    concepts: list[SessionConceptOut]
    people: list[PersonOut]
    page: str = Field(description="Address of the session's page on this site.")


class Filters(Paging):
    """Filters of the list; several values of one mean any of them."""

    edition: str = Field(default="", max_length=30, pattern=r"^[A-Za-z0-9-]*$", description="Code of an edition.")
    q: str = Field(default="", max_length=500, pattern=r"^[^\x00]*$", description="Words of title, summary, hosts or persons.")
    day: Annotated[list[datetime.date], Field(max_length=60)] = []
    track: Codes = []
    kind: Codes = []
    action_line: Codes = []
    sdg: Codes = []
    theme: Codes = []


def _text(text: Text) -> dict[str, Any] | None:
    return {"original": text.original, "texts": dict(text.texts), "machine": sorted(text.machine)} if text else None


def _present(session: Session) -> SessionOut:
    return SessionOut(
        edition=session.edition.code,
        number=session.number,
        state=session.state,
        title=_text(session.title),
        summary=_text(session.summary),
        description=_text(session.description),
        kind=session.kind.code if session.kind else None,
        track=session.track.code if session.track else None,
        room=_text(session.venue.name) if session.venue else None,
        day=session.day,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        zone=session.zone,
        languages=session.languages,
        link=session.link,
        recording=session.recording,
        hosts=session.hosts,
        source=session.source,
        note=session.note,
        concepts=[SessionConceptOut(scheme=link.concept.scheme.code, code=link.concept.code, label=str(link.concept.label)) for link in session.links.all()],
        people=[PersonOut(name=part.person.name, role=part.role, post=part.post, organisation=part.organisation) for part in session.people.all()],
        page=reverse("forum:session", args=[session.edition.code, session.number]),
    )


@router.get("", response=Listing[SessionOut], summary="Sessions of the Forum")
def list_sessions(request: HttpRequest, filters: Query[Filters]) -> dict[str, Any]:
    """Public sessions of all editions, oldest record first."""
    sessions = queries.visible()
    if filters.edition:
        edition = Edition.objects.filter(code=filters.edition).first()
        if edition is None:
            raise BadQuery({"edition": ["There is no such edition."]})
        sessions = sessions.filter(edition=edition)
    concepts = {name: tuple(getattr(filters, name)) for name in queries.SCHEMES}
    selection = queries.Selection(filters.q, tuple(filters.day), tuple(filters.track), tuple(filters.kind), concepts)
    chosen = queries.for_list(queries.select(sessions, selection)).defer(None).prefetch_related("people__person")
    return cursor_page(chosen, filters, ["id"], _present)


@router.get("/{slug:edition}/{str:number}", response=SessionOut, summary="One session")
def get_session(request: HttpRequest, edition: str, number: str) -> SessionOut:
    """A public session by its edition and number."""
    if "\x00" in number:
        raise Http404
    try:
        return _present(queries.session_of(edition, number))
    except Session.DoesNotExist as error:
        raise Http404 from error
