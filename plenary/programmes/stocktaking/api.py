"""Entries in the API."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Query, Router, Schema
from pydantic import Field

from plenary.errors import BadQuery
from plenary.ground.framework.text import Text
from plenary.ground.web.api import Listing, Paging, cursor_page
from plenary.programmes.stocktaking.filters import Selection, filters
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.queries import public_entries, select, unknown_values, whole, with_number

router = Router(tags=["Stocktaking"])
prefix = "/entries"

Code = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[\w.-]+$")]
Codes = Annotated[list[Code], Field(max_length=60)]


class TextOut(Schema):
    """A text with its translations."""

    original: str = Field(description="Language of the original.")
    texts: dict[str, str] = Field(description="The text by language.")
    machine: list[str] = Field(description="Languages whose text a machine translated.")


class LinkOut(Schema):
    """A concept that an entry is about."""

    scheme: str
    code: str
    label: str
    reason: TextOut | None = None


class OrganisationOut(Schema):
    """An organisation that carries an entry."""

    id: str
    name: TextOut
    country: str | None = Field(default=None, description="ISO 3166-1 alpha-2.")


class EntryOut(Schema):
    """A project of the repository."""

    number: str
    url: str
    title: TextOut
    summary: TextOut | None
    description: TextOut | None
    edition: str | None = Field(description="In which it was first submitted.")
    year: int | None
    stakeholder_type: str | None
    reach: str
    status: str
    starts_on: date | None
    ends_on: date | None
    website: str
    source: str = Field(description="Where an imported record was found.")
    countries: list[str]
    links: list[LinkOut]
    organisations: list[OrganisationOut]


class EntryFilters(Paging):
    """Filters take several values, any of which may hold; filters narrow each other."""

    q: str = Field(default="", max_length=500, description="Words of title or organisation.")
    action_line: Codes = []
    sdg: Codes = []
    target: Codes = []
    country: Codes = []
    region: Codes = []
    stakeholder_type: Codes = []
    year: Annotated[list[Annotated[int, Field(ge=1, le=9999)]], Field(max_length=60)] = []
    status: list[Entry.Status] = []
    theme: Codes = []
    level: Codes = Field(default=[], description="How far it came in a contest.")
    edition: str = Field(default="", max_length=30, pattern=r"^[\w.-]*$")
    until: str = Field(default="", max_length=30, pattern=r"^[\w.-]*$", description="First submitted in this edition or an earlier one.")


def _text(text: Text) -> TextOut:
    return TextOut(original=text.original, texts=dict(text.texts), machine=sorted(text.machine))


def present(entry: Entry) -> EntryOut:
    """An entry as the API gives it."""
    links = list(entry.links.all())
    return EntryOut(
        number=entry.number,
        url=reverse("stocktaking:entry", args=[entry.number]),
        title=_text(entry.title),
        summary=_text(entry.summary) if entry.summary else None,
        description=_text(entry.description) if entry.description else None,
        edition=entry.edition.code if entry.edition else None,
        year=entry.year,
        stakeholder_type=entry.stakeholder_type.code if entry.stakeholder_type else None,
        reach=entry.reach,
        status=entry.status,
        starts_on=entry.starts_on,
        ends_on=entry.ends_on,
        website=entry.website,
        source=entry.source,
        countries=[link.concept.code for link in links if link.concept.scheme.code == "countries"],
        links=[
            LinkOut(scheme=link.concept.scheme.code, code=link.concept.code, label=str(link.concept.label), reason=_text(link.reason) if link.reason else None)
            for link in links
            if link.concept.scheme.code != "countries"
        ],
        organisations=[
            OrganisationOut(
                id=str(link.organisation_id),
                name=_text(link.organisation.name),
                country=link.organisation.country.code if link.organisation.country else None,
            )
            for link in entry.organisation_links.all()
        ],
    )


@router.get("", response=Listing[EntryOut], summary="Entries of the repository")
def entries(request: HttpRequest, query: Query[EntryFilters]) -> dict[str, Any]:
    """Public entries, oldest record first."""
    values = {each.name: [str(value) for value in getattr(query, each.name, [])] for each in filters()}
    selection = Selection(q=query.q, values={name: given for name, given in values.items() if given}, edition=query.edition, until=query.until)
    wrong = unknown_values(selection)
    if wrong or "\x00" in query.q:
        raise BadQuery({name: ["This value is not one of those that can be asked for."] for name in wrong or ["q"]})
    return cursor_page(whole(select(public_entries(), selection)), query, ("id",), present)


@router.get("/{number}", response=EntryOut, summary="One entry")
def entry(request: HttpRequest, number: str) -> EntryOut | HttpResponse:
    """A public entry by its number."""
    found = whole(with_number(public_entries(), number)).first()
    if found is None:
        raise Http404
    return present(found)
