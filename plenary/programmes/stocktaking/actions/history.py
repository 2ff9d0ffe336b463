"""What is noted beside an entry that an accepted submission brought up to date: through a call of which edition."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from plenary.ground.audit import actions as audit
from plenary.ground.audit.actors import Actor, require
from plenary.ground.framework.models import Edition
from plenary.programmes.stocktaking.actions.entries import KIND
from plenary.programmes.stocktaking.models import Entry, EntryEdition

_UPDATED = EntryEdition.How.UPDATED


@transaction.atomic
def note_update(*, actor: Actor, entry: Entry, edition: Edition) -> EntryEdition:
    """Note that the entry was brought up to date through a call of the edition; who did so confirmed it too. Raises: NotAllowed."""
    require(actor, "stocktaking.change_entry", entry)
    now = timezone.now()
    noted, is_new = EntryEdition.objects.get_or_create(entry=entry, edition=edition, how=_UPDATED, defaults={"at": now})
    Entry.objects.filter(pk=entry.pk).update(confirmed_at=now)
    entry.confirmed_at = now
    if is_new:
        audit.record(actor=actor, verb="brought_up_to_date", kind=KIND, key=entry.number, after={"edition": edition.code})
    return noted


@transaction.atomic
def forget_update(*, actor: Actor, entry: Entry, edition: Edition) -> None:
    """Take that back: no accepted submission of the edition says so any more. Raises: NotAllowed."""
    require(actor, "stocktaking.change_entry", entry)
    gone, _by_model = EntryEdition.objects.filter(entry=entry, edition=edition, how=_UPDATED).delete()
    if gone:
        audit.record(actor=actor, verb="not_brought_up_to_date", kind=KIND, key=entry.number, before={"edition": edition.code})
