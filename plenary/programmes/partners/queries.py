"""Reading packages and partners."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from plenary.ground.framework.models import Edition
from plenary.ground.people.privacy import Subject
from plenary.programmes.partners.models import Offer, Package


@dataclass(frozen=True, slots=True)
class Level:
    """A package with the partners who have it."""

    package: Package
    partners: list[Offer] = field(default_factory=list)


def partners_of(edition: Edition) -> QuerySet[Offer]:
    """The offers that were accepted, in the order of the packages and then of acceptance."""
    accepted = Offer.objects.filter(edition=edition, state=Offer.State.ACCEPTED)
    return accepted.select_related("edition", "package", "organisation").order_by("package__position", "package__code", "number")


def levels_of(edition: Edition) -> list[Level]:
    """The packages of an edition, each with its partners: two queries."""
    levels = {package.pk: Level(package) for package in Package.objects.filter(edition=edition).order_by("position", "code")}
    for offer in partners_of(edition):
        levels[offer.package_id].partners.append(offer)
    return list(levels.values())


def offers_naming(subject: Subject) -> QuerySet[Offer]:
    """Offers whose contact is a person, known by one of their addresses."""
    theirs = Q(pk__in=[])
    for email in subject.emails:
        theirs |= Q(contact_email__iexact=email)
    return Offer.objects.filter(theirs).select_related("edition", "package", "organisation").order_by("pk")
