"""Organisations: finding them by any of their names, making the missing ones, merging."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actions import changes, record, record_many
from plenary.ground.audit.actors import Actor, require
from plenary.ground.audit.events import emit
from plenary.ground.framework.models import Concept
from plenary.ground.framework.text import Text
from plenary.ground.people import merging
from plenary.ground.people.events import OrganisationsMerged
from plenary.ground.people.models import Affiliation, Organisation, OrganisationAlias
from plenary.ground.people.names import fold


def _as_text(name: Text | str) -> Text:
    text = name if isinstance(name, Text) else Text.of(name.strip())
    if not any(fold(each) for each in text.texts.values()):
        raise Invalid({"name": [_("Give the name of the organisation.")]})
    return text


def _aliases_of(organisation: Organisation) -> list[OrganisationAlias]:
    """One alias for each different spelling of its own name."""
    names = {fold(each): each for each in organisation.name.texts.values() if fold(each)}
    return [OrganisationAlias(organisation=organisation, name=name[:300], folded=folded) for folded, name in names.items()]


def _told(organisation: Organisation) -> dict[str, Any]:
    return {
        "name": organisation.name.to_json(),
        "country": organisation.country.code if organisation.country else None,
        "stakeholder_type": organisation.stakeholder_type.code if organisation.stakeholder_type else None,
        "website": organisation.website,
    }


@transaction.atomic
def ensure_organisation(
    *, actor: Actor, name: Text | str, country: Concept | None = None, stakeholder_type: Concept | None = None, website: str = ""
) -> Organisation:
    """The organisation known by one of these names in this country, or a new one. For thousands: ``OrganisationIndex``."""
    text = _as_text(name)
    folded = [fold(each) for each in text.texts.values() if fold(each)]
    alias = (
        OrganisationAlias.objects.filter(folded__in=folded, organisation__country=country, organisation__merged_into__isnull=True)
        .select_related("organisation")
        .order_by("organisation__created_at", "pk")
        .first()
    )
    if alias is not None:
        return alias.organisation
    require(actor, "people.create_organisation")
    organisation = Organisation.objects.create(name=text, country=country, stakeholder_type=stakeholder_type, website=website)
    OrganisationAlias.objects.bulk_create(_aliases_of(organisation))
    record(actor=actor, verb="created", kind="people.organisation", key=str(organisation.pk), after=_told(organisation))
    return organisation


class OrganisationIndex:
    """Finds organisations in memory and makes the missing ones all at once; for importers of thousands.

    Use it inside one transaction: ``ensure`` for each row, then ``save`` before anything points at them. Two rows with
    the same name and country give the same organisation; the first one's type and website count.
    """

    def __init__(self, *, actor: Actor) -> None:
        require(actor, "people.change_organisation")
        self.actor = actor
        self.new: list[Organisation] = []
        self.known: dict[tuple[str, int | None], Organisation] = {}
        aliases = OrganisationAlias.objects.filter(organisation__merged_into__isnull=True).select_related(
            "organisation", "organisation__country", "organisation__stakeholder_type"
        )
        for alias in aliases.order_by("organisation__created_at", "pk"):
            self.known.setdefault((alias.folded, alias.organisation.country_id), alias.organisation)

    def find(self, name: Text | str, country: Concept | None = None) -> Organisation | None:
        """The organisation known by one of these names in this country."""
        place = country.pk if country else None
        keys = [(fold(each), place) for each in _as_text(name).texts.values()]
        return next((self.known[key] for key in keys if key in self.known), None)

    def ensure(self, name: Text | str, country: Concept | None = None, stakeholder_type: Concept | None = None, website: str = "") -> Organisation:
        """The organisation, known or new; a new one is not stored before ``save``."""
        found = self.find(name, country)
        if found is None:
            found = Organisation(name=_as_text(name), country=country, stakeholder_type=stakeholder_type, website=website)
            self.new.append(found)
            for alias in _aliases_of(found):
                self.known[(alias.folded, found.country_id)] = found
        return found

    @transaction.atomic
    def save(self) -> int:
        """Store the new organisations; how many."""
        created = Organisation.objects.bulk_create(self.new, batch_size=500)
        OrganisationAlias.objects.bulk_create([alias for each in created for alias in _aliases_of(each)], batch_size=500)
        record_many(actor=self.actor, verb="imported", kind="people.organisation", values={str(each.pk): _told(each) for each in created})
        self.new = []
        return len(created)


@transaction.atomic
def change_organisation(*, actor: Actor, organisation: Organisation, **values: Any) -> Organisation:
    """Change name, country, stakeholder_type or website; a former name stays as an alias."""
    organisation = Organisation.objects.select_for_update(of=("self",)).select_related("country", "stakeholder_type").get(pk=organisation.pk)
    require(actor, "people.change_organisation", organisation)
    if organisation.merged_into_id:
        raise Conflict(_("This organisation was merged into another."))
    unknown = set(values) - {"name", "country", "stakeholder_type", "website"}
    if unknown:
        raise Invalid({"": [_("An organisation has no such field: %(names)s.") % {"names": ", ".join(sorted(unknown))}]})
    before = _told(organisation)
    if "name" in values:
        values["name"] = _as_text(values["name"])
    for name, value in values.items():
        setattr(organisation, name, value)
    gone, new = changes(before, _told(organisation))
    if new:
        organisation.save()
        OrganisationAlias.objects.bulk_create(_aliases_of(organisation), ignore_conflicts=True)
        record(actor=actor, verb="changed", kind="people.organisation", key=str(organisation.pk), before=gone, after=new)
        merging.follow_all(organisation)
    return organisation


@transaction.atomic
def add_alias(*, actor: Actor, organisation: Organisation, name: str) -> OrganisationAlias:
    """Let an organisation be found by another name too."""
    require(actor, "people.change_organisation", organisation)
    if not fold(name):
        raise Invalid({"name": [_("Give the name of the organisation.")]})
    alias, is_new = OrganisationAlias.objects.get_or_create(organisation=organisation, folded=fold(name), defaults={"name": name.strip()[:300]})
    if is_new:
        record(actor=actor, verb="added_alias", kind="people.organisation", key=str(organisation.pk), after={"name": alias.name})
    return alias


@transaction.atomic
def merge_organisations(*, actor: Actor, keep: Organisation, merge: Organisation, reason: str = "") -> Organisation:
    """Say that two records are one organisation: names, people and records of ``merge`` go to ``keep``.

    Raises: Conflict where they are the same or one was merged before; NotAllowed.
    """
    require(actor, "people.merge")
    rows = {each.pk: each for each in Organisation.objects.select_for_update().filter(pk__in=[keep.pk, merge.pk])}
    if len(rows) < 2:
        raise Conflict(_("Choose two different records."))
    kept, gone = rows[keep.pk], rows[merge.pk]
    if kept.merged_into_id or gone.merged_into_id:
        raise Conflict(_("One of the two was merged into another before."))
    known = set(kept.aliases.values_list("folded", flat=True))
    for alias in gone.aliases.all():
        if alias.folded in known:
            alias.delete()
        else:
            alias.organisation = kept
            alias.save(update_fields=["organisation"])
    Affiliation.objects.filter(organisation=gone).update(organisation=kept)
    for name in ("country_id", "stakeholder_type_id", "website"):
        if not getattr(kept, name):
            setattr(kept, name, getattr(gone, name))
    merging.move_all(kept, gone)
    kept.save()
    gone.merged_into = kept
    gone.save(update_fields=["merged_into"])
    record(actor=actor, verb="merged", kind="people.organisation", key=str(kept.pk), after={"merged": str(gone.pk)}, reason=reason)
    record(actor=actor, verb="merged", kind="people.organisation", key=str(gone.pk), after={"into": str(kept.pk)}, reason=reason)
    emit(OrganisationsMerged(actor_id=actor.trail_id, kept=kept.pk, gone=gone.pk))
    return kept
