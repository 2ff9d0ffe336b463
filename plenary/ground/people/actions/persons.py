"""Persons: profile, affiliations, finding or making them, merging."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actions import changes, record, record_many
from plenary.ground.audit.actors import Actor, require
from plenary.ground.audit.events import emit
from plenary.ground.framework.models import Concept
from plenary.ground.framework.text import Text
from plenary.ground.people import merging
from plenary.ground.people.events import PersonsMerged
from plenary.ground.people.models import Affiliation, Organisation, Person, RoleGrant, User
from plenary.ground.people.names import fold

#: What a person's profile consists of.
PROFILE = ("name", "honorific", "country", "stakeholder_type", "languages", "gender", "birth_year", "biography")
EARLIEST_BIRTH_YEAR = 1900


def _told(person: Person) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(person, name) for name in PROFILE}
    for name in ("country", "stakeholder_type"):
        values[name] = values[name].code if values[name] else None
    values["biography"] = person.biography.to_json()
    return values


@transaction.atomic
def change_person(*, actor: Actor, person: Person, **values: Any) -> Person:
    """Change values of a profile (see ``PROFILE``); others stay.

    Raises: Invalid by field; Conflict where the record was merged or erased; NotAllowed.
    """
    person = Person.objects.select_for_update(of=("self",)).select_related("country", "stakeholder_type", "user").get(pk=person.pk)
    require(actor, "people.change_person", person)
    if person.erased_at or person.merged_into_id:
        raise Conflict(_("This person’s record was merged into another or erased."))
    _check(values)
    before = _told(person)
    for name, value in values.items():
        setattr(person, name, value)
    gone, new = changes(before, _told(person))
    if new:
        person.save()
        record(actor=actor, verb="changed", kind="people.person", key=str(person.pk), before=gone, after=new)
    return person


def _check(values: dict[str, Any]) -> None:
    problems: dict[str, list[str]] = {}
    unknown = set(values) - set(PROFILE)
    if unknown:
        problems[""] = [_("A profile has no such field: %(names)s.") % {"names": ", ".join(sorted(unknown))}]
    if "name" in values and not str(values["name"]).strip():
        problems["name"] = [_("Give a name.")]
    if values.get("gender") and values["gender"] not in Person.Gender.values:
        problems["gender"] = [_("Choose one of the answers, or none.")]
    year = values.get("birth_year")
    if year is not None and not EARLIEST_BIRTH_YEAR <= year <= timezone.now().year:
        problems["birth_year"] = [_("Give a year of birth such as 1984, or leave it empty.")]
    if problems:
        raise Invalid(problems)


@transaction.atomic
def ensure_person(*, actor: Actor, name: str, country: Concept | None = None, **details: Any) -> Person:
    """The person of this name and country that has no account, or a new one; for importers.

    A person with an account is never taken for one met in a file: that two records are the same human being is for
    people to say (``merge_persons``). For thousands use ``PersonIndex``.
    """
    require(actor, "people.change_person")
    found = Person.objects.filter(folded=fold(name), country=country, user__isnull=True, merged_into__isnull=True, erased_at__isnull=True)
    person = found.order_by("created_at", "pk").first()
    if person is None:
        if not fold(name):
            raise Invalid({"name": [_("Give a name.")]})
        person = Person(name=name.strip()[:200], country=country, **details)
        person.save()
        record(actor=actor, verb="created", kind="people.person", key=str(person.pk), after={"name": person.name})
    return person


class PersonIndex:
    """Finds persons without account in memory and makes the missing ones all at once; for importers of thousands.

    Use it inside one transaction: ``ensure`` for each row, then ``save`` before anything points at them.
    """

    def __init__(self, *, actor: Actor) -> None:
        require(actor, "people.change_person")
        self.actor = actor
        self.new: list[Person] = []
        known = Person.objects.filter(user__isnull=True, merged_into__isnull=True, erased_at__isnull=True).select_related("country")
        self.known: dict[tuple[str, int | None], Person] = {}
        for person in known.order_by("created_at", "pk"):
            self.known.setdefault((person.folded, person.country_id), person)

    def ensure(self, name: str, country: Concept | None = None, **details: Any) -> Person:
        """The person, known or new; a new one is not stored before ``save``."""
        key = (fold(name), country.pk if country else None)
        if not key[0]:
            raise Invalid({"name": [_("Give a name.")]})
        if key not in self.known:
            person = Person(name=name.strip()[:200], folded=key[0], country=country, **details)
            self.known[key] = person
            self.new.append(person)
        return self.known[key]

    @transaction.atomic
    def save(self) -> int:
        """Store the new persons; how many."""
        created = Person.objects.bulk_create(self.new, batch_size=500)
        record_many(actor=self.actor, verb="imported", kind="people.person", values={str(person.pk): {"name": person.name} for person in created})
        self.new = []
        return len(created)


@transaction.atomic
def add_affiliation(
    *, actor: Actor, person: Person, organisation: Organisation, post: Text | None = None, since: date | None = None, until: date | None = None
) -> Affiliation:
    """Note that a person works or worked for an organisation."""
    require(actor, "people.change_person", person)
    if since and until and until < since:
        raise Invalid({"until": [_("The end lies before the beginning.")]})
    affiliation = Affiliation.objects.create(person=person, organisation=organisation, post=post or Text(), since=since, until=until)
    told = {"organisation": str(organisation.pk), "post": affiliation.post.to_json(), "since": since, "until": until}
    record(actor=actor, verb="added_affiliation", kind="people.person", key=str(person.pk), after=told)
    return affiliation


@transaction.atomic
def remove_affiliation(*, actor: Actor, affiliation: Affiliation) -> None:
    """Take an affiliation off a profile."""
    require(actor, "people.change_person", affiliation.person)
    told = {"organisation": str(affiliation.organisation_id), "post": affiliation.post.to_json()}
    record(actor=actor, verb="removed_affiliation", kind="people.person", key=str(affiliation.person_id), before=told)
    affiliation.delete()


@transaction.atomic
def merge_persons(*, actor: Actor, keep: Person, merge: Person, reason: str = "") -> Person:
    """Say that two records are one human being: what belongs to ``merge`` goes to ``keep``, gaps are filled from it.

    Raises: Conflict where both have accounts, or one was merged or erased before; NotAllowed.
    """
    require(actor, "people.merge")
    rows = {person.pk: person for person in Person.objects.select_for_update().filter(pk__in=[keep.pk, merge.pk])}
    if len(rows) < 2:
        raise Conflict(_("Choose two different records."))
    kept, gone = rows[keep.pk], rows[merge.pk]
    if any(person.merged_into_id or person.erased_at for person in (kept, gone)):
        raise Conflict(_("One of the two was merged into another or erased before."))
    accounts = {user.person_id: user for user in User.objects.filter(person__in=[kept, gone])}
    if len(accounts) == 2:
        raise Conflict(_("Both have an account. The one that is not used must be erased first."))
    if gone.pk in accounts:
        accounts[gone.pk].person = kept
        accounts[gone.pk].save(update_fields=["person"])
    Affiliation.objects.filter(person=gone).update(person=kept)
    RoleGrant.objects.filter(person=gone).update(person=kept)
    for name in PROFILE:
        if not getattr(kept, name):
            setattr(kept, name, getattr(gone, name))
    merging.move_all(kept, gone)
    kept.save()
    gone.merged_into = kept
    gone.save(update_fields=["merged_into"])
    record(actor=actor, verb="merged", kind="people.person", key=str(kept.pk), after={"merged": str(gone.pk)}, reason=reason)
    record(actor=actor, verb="merged", kind="people.person", key=str(gone.pk), after={"into": str(kept.pk)}, reason=reason)
    emit(PersonsMerged(actor_id=actor.trail_id, kept=kept.pk, gone=gone.pk))
    return kept
