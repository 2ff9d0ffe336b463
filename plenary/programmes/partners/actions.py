"""Changing the packages of an edition."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from plenary.ground.audit.actions import changes, record
from plenary.ground.audit.actors import Actor, require
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text
from plenary.programmes.partners.models import Package


def _told(package: Package) -> dict[str, Any]:
    return {
        "title": package.title.to_plain(),
        "offer": package.offer.to_plain(),
        "is_exclusive": package.is_exclusive,
        "position": package.position,
    }


@transaction.atomic
def put_package(*, actor: Actor, edition: Edition, code: str, title: Text, offer: Text | None = None, is_exclusive: bool = False, position: int = 0) -> Package:
    """Make the edition's package of that code be as given."""
    require(actor, "partners.edit", edition)
    package = Package.objects.filter(edition=edition, code=code).first()
    before = _told(package) if package else None
    package = package or Package(edition=edition, code=code)
    package.title, package.offer, package.is_exclusive, package.position = title, offer or Text(), is_exclusive, position
    after = _told(package)
    if before != after:
        package.save()
        told = changes(before, after) if before else (None, after)
        record(actor=actor, verb="changed" if before else "added", kind="partners.package", key=f"{edition.code}/{code}", before=told[0], after=told[1])
    return package


@transaction.atomic
def remove_package(*, actor: Actor, edition: Edition, code: str) -> None:
    """Delete a package."""
    require(actor, "partners.edit", edition)
    package = Package.objects.filter(edition=edition, code=code).first()
    if package is not None:
        record(actor=actor, verb="removed", kind="partners.package", key=f"{edition.code}/{code}", before=_told(package))
        package.delete()
