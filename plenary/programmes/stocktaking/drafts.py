"""An entry as somebody wants it to be, before it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from plenary.errors import Invalid
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.text import Text
from plenary.ground.people.names import fold
from plenary.programmes.stocktaking.identity import identity_of

NUMBER = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")
YEARS = range(1950, 2101)
#: The parts of an entry that people write in whole sentences, in the order in which they are read.
STORY = ("title", "summary", "description", "beneficiaries", "results", "challenges", "partnerships", "replicability")
MOST_LINKS = 20


@dataclass(frozen=True, slots=True)
class LinkDraft:
    """That the entry is about a concept, with the reason given."""

    concept: Concept
    reason: Text = field(default_factory=Text)


@dataclass(frozen=True, slots=True)
class OrganisationDraft:
    """An organisation as an entry names it; found by name and country, or made. role: in the project."""

    name: str
    country: Concept | None = None
    stakeholder_type: Concept | None = None
    role: str = "lead"


@dataclass(frozen=True, slots=True)
class WebLink:
    """A further page about the project. label: what it is, in a few words."""

    url: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class MediaDraft:
    """A picture or document that the entry shows. file: the key of a public stored file. alt: what the picture shows."""

    file: str
    alt: Text = field(default_factory=Text)
    caption: Text = field(default_factory=Text)
    credit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDraft:
    """All that can be said of an entry. number: empty for the next one of its edition."""

    title: Text
    summary: Text = field(default_factory=Text)
    description: Text = field(default_factory=Text)
    beneficiaries: Text = field(default_factory=Text)
    results: Text = field(default_factory=Text)
    challenges: Text = field(default_factory=Text)
    partnerships: Text = field(default_factory=Text)
    replicability: Text = field(default_factory=Text)
    number: str = ""
    edition: Edition | None = None
    stakeholder_type: Concept | None = None
    reach: str = ""
    status: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    year: int | None = None
    website: str = ""
    web_links: tuple[WebLink, ...] = ()
    source: str = ""
    source_id: str = ""
    links: tuple[LinkDraft, ...] = ()
    organisations: tuple[OrganisationDraft, ...] = ()
    media: tuple[MediaDraft, ...] = ()
    collections: tuple[str, ...] = ()  # codes

    @property
    def sort_title(self) -> str:
        """The original title as it is ordered and found."""
        original = self.title.best(self.title.original).text
        return (fold(original) or original)[:200]

    @property
    def identity(self) -> str:
        """What the project is recognised by."""
        countries = [link.concept.code for link in self.links if link.concept.scheme.code == "countries"]
        edition = str(self.year) if self.year else (self.edition.code if self.edition else "")
        return identity_of(self.title.best(self.title.original).text, [body.name for body in self.organisations], countries, edition)

    def check(self) -> None:
        """Raises: Invalid, with a sentence for each field that does not hold."""
        problems: dict[str, list[str]] = {}
        if not self.title or not str(self.title).strip():
            problems.setdefault("title", []).append(_("The title is missing."))
        if self.number and not NUMBER.match(self.number):
            problems.setdefault("number", []).append(_("A number has at most 60 letters, digits, full stops, hyphens and underscores."))
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            problems.setdefault("ends_on", []).append(_("The end lies before the beginning."))
        if self.year is not None and self.year not in YEARS:
            problems.setdefault("year", []).append(_("The year must lie between %(first)s and %(last)s.") % {"first": YEARS[0], "last": YEARS[-1]})
        if self.website and not self.website.startswith(("http://", "https://")):
            problems.setdefault("website", []).append(_("The address must start with http:// or https://."))
        if len(self.web_links) > MOST_LINKS:
            problems.setdefault("web_links", []).append(
                _("There are %(count)s links; at most %(most)s can be.") % {"count": len(self.web_links), "most": MOST_LINKS}
            )
        for link in self.web_links:
            if not link.url.startswith(("http://", "https://")) or len(link.url) > 500 or len(link.label) > 200:
                problems.setdefault("web_links", []).append(
                    _("%(url)s: an address starts with http:// or https:// and has at most 500 characters; its label at most 200.") % {"url": link.url[:60]}
                )
        if problems:
            raise Invalid(problems)
