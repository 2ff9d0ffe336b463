"""An entry as programs get it: in the API, in files of lines, wherever the whole of it is given out. Its contact is no part of it."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.urls import reverse
from ninja import Schema
from pydantic import Field

from plenary.ground.framework.text import Text
from plenary.programmes.stocktaking.drafts import STORY
from plenary.programmes.stocktaking.models import Entry


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
    role: str = Field(default="lead", description="`lead`, `partner` or `funder`.")


class WebLinkOut(Schema):
    """A further page about a project."""

    url: str
    label: str


class MediaOut(Schema):
    """A picture or document that an entry shows."""

    url: str
    name: str
    kind: str
    alt: TextOut | None
    caption: TextOut | None
    credit: str


class EntryOut(Schema):
    """A project of the repository."""

    number: str
    url: str
    title: TextOut
    summary: TextOut | None
    description: TextOut | None
    beneficiaries: TextOut | None = Field(description="Whom the project serves.")
    results: TextOut | None = Field(description="What came of it.")
    challenges: TextOut | None
    partnerships: TextOut | None = Field(description="How partners work together on it.")
    replicability: TextOut | None = Field(description="How others can do the same.")
    edition: str | None = Field(description="In which it was first submitted.")
    year: int | None
    stakeholder_type: str | None
    reach: str
    status: str
    starts_on: date | None
    ends_on: date | None
    website: str
    web_links: list[WebLinkOut]
    source: str = Field(description="Where an imported record was found.")
    countries: list[str]
    links: list[LinkOut]
    organisations: list[OrganisationOut]
    collections: list[str]
    media: list[MediaOut]
    other_numbers: list[str] = Field(description="Numbers under which the entry is or was known elsewhere.")
    published_at: datetime | None = Field(description="When it first became public.")
    updated_at: datetime
    confirmed_at: datetime | None = Field(description="When an owner last said that it stands as it is, or changed it.")


def _text(text: Text) -> TextOut:
    return TextOut(original=text.original, texts=dict(text.texts), machine=sorted(text.machine))


def present(entry: Entry) -> EntryOut:
    """An entry as the API gives it."""
    links = list(entry.links.all())
    return EntryOut(
        number=entry.number,
        url=reverse("stocktaking:entry", args=[entry.number]),
        title=_text(entry.title),
        **{name: _text(getattr(entry, name)) if getattr(entry, name) else None for name in STORY if name != "title"},
        edition=entry.edition.code if entry.edition else None,
        year=entry.year,
        stakeholder_type=entry.stakeholder_type.code if entry.stakeholder_type else None,
        reach=entry.reach,
        status=entry.status,
        starts_on=entry.starts_on,
        ends_on=entry.ends_on,
        website=entry.website,
        web_links=[WebLinkOut(url=link["url"], label=link.get("label", "")) for link in entry.web_links],
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
                role=link.role,
            )
            for link in entry.organisation_links.all()
        ],
        collections=sorted(place.collection.code for place in entry.places.all()),
        media=[
            MediaOut(
                url=f"{settings.BASE_URL}{each.file.path}",
                name=each.file.name,
                kind=each.file.kind,
                alt=_text(each.alt) if each.alt else None,
                caption=_text(each.caption) if each.caption else None,
                credit=each.credit,
            )
            for each in entry.media.all()
            if each.file.is_public and each.file.deleted_at is None
        ],
        other_numbers=sorted(each.number for each in entry.other_numbers.all()),
        published_at=entry.published_at,
        updated_at=entry.updated_at,
        confirmed_at=entry.confirmed_at,
    )
