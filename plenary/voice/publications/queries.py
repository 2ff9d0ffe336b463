"""Reading publications and what a report is made of."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from plenary.engines.calls.models import Call
from plenary.engines.calls.queries import public_calls
from plenary.ground.framework.models import Edition
from plenary.programmes.forum.models import Track
from plenary.programmes.partners.models import Package
from plenary.voice.publications.models import Contribution, Publication, ReportPart

#: Editions on the timeline of a report.
TIMELINE = 5


@dataclass(frozen=True, slots=True)
class Shelf:
    """The publications of one edition."""

    edition: Edition
    publications: list[Publication]
    has_report: bool


def shelves() -> list[Shelf]:
    """All editions that have publications or a progress report, latest first; the demo last."""
    by_edition: dict[int, list[Publication]] = {}
    for publication in Publication.objects.select_related("region").order_by("position", "code"):
        by_edition.setdefault(publication.edition_id, []).append(publication)
    editions = sorted(Edition.objects.all(), key=lambda each: (each.anchor is None, each.code), reverse=True)
    found = [Shelf(edition, by_edition.get(edition.pk, []), not edition.is_stub) for edition in editions]
    return [shelf for shelf in found if shelf.publications or shelf.has_report]


def publications_of(edition: Edition) -> list[Publication]:
    """An edition's publications in order."""
    return list(Publication.objects.filter(edition=edition).order_by("position", "code"))


@dataclass(frozen=True, slots=True)
class Material:
    """The records that a progress report is made of, besides its figures."""

    edition: Edition
    previous: Edition | None
    timeline: list[Edition]
    parts: list[ReportPart]
    calls: list[Call]
    tracks: list[Track]
    packages: list[Package]
    publications: dict[int, list[Publication]]


def material(edition: Edition) -> Material:
    """Everything a report of the edition needs. An edition with an anchor (the demo) stands alone."""
    earlier: list[Edition] = []
    if edition.anchor is None and edition.starts_on is not None:
        regular = Edition.objects.filter(Q(anchor__isnull=True) & Q(starts_on__lt=edition.starts_on))
        earlier = list(regular.order_by("-starts_on")[: TIMELINE - 1])[::-1]
    previous = earlier[-1] if earlier else None
    publications: dict[int, list[Publication]] = {}
    for each in Publication.objects.filter(edition__in=[edition, previous] if previous else [edition]).order_by("position", "code"):
        publications.setdefault(each.edition_id, []).append(each)
    return Material(
        edition=edition,
        previous=previous,
        timeline=[*earlier, edition],
        parts=list(ReportPart.objects.filter(edition=edition).order_by("position", "code")),
        calls=list(public_calls().filter(edition=edition).prefetch_related("phases").order_by("position", "slug")),
        tracks=list(Track.objects.filter(edition=edition).order_by("position", "code")),
        packages=list(Package.objects.filter(edition=edition).order_by("position", "code")),
        publications=publications,
    )


def contributions_to(edition: Edition) -> QuerySet[Contribution]:
    """What stakeholders wrote for the reports of an edition, report by report; for the secretariat only."""
    accepted = Contribution.objects.filter(edition=edition, state=Contribution.State.ACCEPTED)
    return accepted.select_related("edition", "organisation", "country__scheme").order_by("report", "number")
