"""What this room does when something happens below."""

from __future__ import annotations

from plenary.ground.people.merging import on_merge
from plenary.ground.people.models import Organisation
from plenary.programmes.partners.models import Offer


@on_merge(Organisation)
def move_offers(kept: Organisation, gone: Organisation) -> None:
    """The offers of an organisation that turned out to be another go to that one; of two for one package, one stays accepted."""
    for offer in Offer.objects.filter(organisation=gone):
        twice = Offer.objects.filter(organisation=kept, package=offer.package_id, state=Offer.State.ACCEPTED).exists()
        if twice and offer.state == Offer.State.ACCEPTED:
            offer.state = Offer.State.WITHDRAWN
        offer.organisation = kept
        offer.save(update_fields=["organisation", "state"])
