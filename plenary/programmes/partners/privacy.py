"""What this room keeps about persons: whom to ask about an offer of partnership."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from plenary.ground.people.privacy import Subject, register
from plenary.programmes.partners.queries import offers_naming


def _export(subject: Subject) -> list[dict[str, Any]]:
    return [
        {
            "edition": offer.edition.code,
            "package": offer.package.code,
            "organisation": offer.organisation.name.to_plain(),
            "contact": offer.contact_name,
            "email": offer.contact_email,
            "message": offer.message.to_plain(),
        }
        for offer in offers_naming(subject)
    ]


def _erase(subject: Subject) -> None:
    offers_naming(subject).update(contact_name="", contact_email="")


register("partners", export=_export, erase=_erase, keeps=_("That your organisation offered to be a partner stays; that you were its contact does not."))
