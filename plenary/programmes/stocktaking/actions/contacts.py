"""Whom the secretariat asks about an entry. What is written here stands in no version, export, feed or index, and not in the trail."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from plenary.errors import Invalid
from plenary.ground.audit import actions as audit
from plenary.ground.audit.actors import Actor, require
from plenary.ground.people.addresses import as_mailed, is_mail_address
from plenary.programmes.stocktaking.actions.entries import KIND, locked
from plenary.programmes.stocktaking.models import Entry, EntryContact


@transaction.atomic
def change_contact(*, actor: Actor, entry: Entry, name: str = "", email: str = "", phone: str = "") -> EntryContact | None:
    """Say whom to ask; nobody where all is empty. The trail tells that it changed, never to what.

    Raises: Invalid, NotAllowed.
    """
    entry = locked(entry)
    require(actor, "stocktaking.change_contact", entry)
    values = {"name": name.strip(), "email": as_mailed(email) if email.strip() else "", "phone": phone.strip()}
    problems = {field: [_("This is too long.")] for field, longest in (("name", 200), ("phone", 60)) if len(values[field]) > longest}
    if values["email"] and not is_mail_address(values["email"]):
        problems["email"] = [_("This is not an e-mail address.")]
    if problems:
        raise Invalid(problems)
    before = EntryContact.objects.filter(entry=entry).first()
    if not any(values.values()):
        if before is not None:
            before.delete()
            audit.record(actor=actor, verb="changed_contact", kind=KIND, key=entry.number)
        return None
    contact = before or EntryContact(entry=entry)
    if before is None or any(getattr(contact, field) != value for field, value in values.items()):
        for field, value in values.items():
            setattr(contact, field, value)
        contact.save()
        audit.record(actor=actor, verb="changed_contact", kind=KIND, key=entry.number)
    return contact
