"""Changing the packages of an edition, and who took them up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from plenary.errors import Conflict
from plenary.ground.audit.actions import changes, record
from plenary.ground.audit.actors import Actor, require
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text
from plenary.ground.people.models import Organisation
from plenary.programmes.partners.models import Offer, Package

OFFER_KIND = "partners.offer"
_NO_TEXT = Text()


def _told(package: Package) -> dict[str, Any]:
    return {
        "title": package.title.to_plain(),
        "offer": package.offer.to_plain(),
        "is_exclusive": package.is_exclusive,
        "position": package.position,
    }


@transaction.atomic
def put_package(*, actor: Actor, edition: Edition, code: str, title: Text, offer: Text | None = None, is_exclusive: bool = False, position: int = 0) -> Package:
    """Make the edition's package of that code be as given. Raises: Conflict where it is to be exclusive and has several partners."""
    require(actor, "partners.edit", edition)
    package = Package.objects.filter(edition=edition, code=code).first()
    before = _told(package) if package else None
    package = package or Package(edition=edition, code=code)
    package.title, package.offer, package.is_exclusive, package.position = title, offer or Text(), is_exclusive, position
    after = _told(package)
    if before != after:
        package.save()
        _hold_to_one(package)
        told = changes(before, after) if before else (None, after)
        record(actor=actor, verb="changed" if before else "added", kind="partners.package", key=f"{edition.code}/{code}", before=told[0], after=told[1])
    return package


@transaction.atomic
def remove_package(*, actor: Actor, edition: Edition, code: str) -> None:
    """Delete a package. Raises: Conflict where an organisation took it up, now or before."""
    require(actor, "partners.edit", edition)
    package = Package.objects.filter(edition=edition, code=code).first()
    if package is not None and package.offers.exists():
        raise Conflict(_("The package “%(code)s” was taken up by partners and cannot be removed.") % {"code": code})
    if package is not None:
        record(actor=actor, verb="removed", kind="partners.package", key=f"{edition.code}/{code}", before=_told(package))
        package.delete()


def _hold_to_one(package: Package) -> None:
    """Let the offers follow whether their package is exclusive."""
    try:
        with transaction.atomic():
            Offer.objects.filter(package=package).exclude(is_exclusive=package.is_exclusive).update(is_exclusive=package.is_exclusive)
    except IntegrityError as error:
        raise Conflict(_("The package has several partners, so it cannot be for one only.")) from error


# ---- offers ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferValues:
    """What is said of an offer. contact_name, contact_email, message: for the secretariat only."""

    package: Package
    organisation: Organisation
    contact_name: str = ""
    contact_email: str = ""
    message: Text = _NO_TEXT


@transaction.atomic
def accept_offer(*, actor: Actor, values: OfferValues) -> Offer:
    """Make an organisation a partner at the level of a package.

    Raises: Conflict where the package is for one partner and has one, or this organisation has it already; NotAllowed.
    """
    edition = values.package.edition
    require(actor, "partners.edit", edition)
    list(Edition.objects.select_for_update().filter(pk=edition.pk).values_list("pk"))  # whoever else numbers in this edition waits here
    last = Offer.objects.filter(edition=edition).aggregate(last=Max("number"))["last"]
    offer = Offer(edition=edition, number=(last or 0) + 1)
    _fill(offer, values)
    _keep(offer)
    record(actor=actor, verb="added", kind=OFFER_KIND, key=str(offer), after=_told_of(offer))
    return offer


@transaction.atomic
def accept_again(*, actor: Actor, offer: Offer, values: OfferValues | None = None) -> Offer:
    """Make a former partner one again. values: where the offer has changed since. Raises: as ``accept_offer``."""
    offer = _locked(offer)
    require(actor, "partners.edit", offer.edition)
    if values is not None:
        _fill(offer, values)
    offer.state = Offer.State.ACCEPTED
    _keep(offer)
    record(actor=actor, verb="restored", kind=OFFER_KIND, key=str(offer), after=_told_of(offer))
    return offer


@transaction.atomic
def withdraw_offer(*, actor: Actor, offer: Offer, reason: str) -> Offer:
    """Make an organisation a partner no longer. Raises: Conflict where it is none; NotAllowed."""
    offer = _locked(offer)
    require(actor, "partners.edit", offer.edition)
    if offer.state == Offer.State.WITHDRAWN:
        raise Conflict(_("This offer is withdrawn already."))
    offer.state = Offer.State.WITHDRAWN
    offer.save(update_fields=["state"])
    record(actor=actor, verb="withdrawn", kind=OFFER_KIND, key=str(offer), before={"state": "accepted"}, after={"state": "withdrawn"}, reason=reason)
    return offer


def _locked(offer: Offer) -> Offer:
    return Offer.objects.select_for_update(of=("self",)).select_related("edition", "package", "organisation").get(pk=offer.pk)


def _fill(offer: Offer, values: OfferValues) -> None:
    offer.package, offer.is_exclusive, offer.organisation = values.package, values.package.is_exclusive, values.organisation
    offer.contact_name, offer.contact_email, offer.message = values.contact_name[:200], values.contact_email[:254], values.message


def _keep(offer: Offer) -> None:
    """Store an accepted offer. Raises: Conflict, also where somebody else was faster by a moment."""
    others = Offer.objects.filter(package=offer.package, state=Offer.State.ACCEPTED).exclude(pk=offer.pk)
    taken = others.select_related("organisation").first()
    if offer.is_exclusive and taken is not None:
        raise Conflict(_("The package “%(title)s” is for one partner only, and %(name)s has it.") % {"title": offer.package.title, "name": taken.organisation})
    if others.filter(organisation=offer.organisation).exists():
        raise Conflict(_("%(name)s is a partner at this level already.") % {"name": offer.organisation})
    try:
        with transaction.atomic():
            offer.save()
    except IntegrityError as error:
        raise Conflict(_("Somebody else has accepted an offer for this package at this very moment.")) from error


def _told_of(offer: Offer) -> dict[str, Any]:
    """An offer as the trail keeps it: without its contact, which can be erased."""
    return {"package": offer.package.code, "organisation": str(offer.organisation_id), "state": str(offer.state), "message": offer.message.to_json()}
