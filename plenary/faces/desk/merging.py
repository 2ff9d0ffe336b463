"""What points at an organisation, so that people see what a merge moves before it happens."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from plenary.ground.people.models import Affiliation, Organisation, OrganisationAlias
from plenary.programmes.forum.models import Session
from plenary.programmes.stocktaking.models import EntryOrganisation


@dataclass(frozen=True, slots=True)
class Pointing:
    """How many records of a kind point at an organisation."""

    label: str
    number: int


def preview_of(organisation: Organisation) -> list[Pointing]:
    """All that would move with an organisation."""
    return [
        Pointing(_("Names it is found by"), OrganisationAlias.objects.filter(organisation=organisation).count()),
        Pointing(_("People who work or worked there"), Affiliation.objects.filter(organisation=organisation).count()),
        Pointing(_("Stocktaking entries"), EntryOrganisation.objects.filter(organisation=organisation).count()),
        Pointing(_("Forum sessions"), Session.objects.filter(organisers=organisation).count()),
    ]
