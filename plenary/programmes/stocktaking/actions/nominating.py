"""Telling those who speak for a project that somebody else proposed it for something."""

from __future__ import annotations

from django.db import transaction

from plenary.engines.calls.models import Submission
from plenary.ground.audit import actions as audit
from plenary.ground.audit.actors import Actor, require
from plenary.ground.audit.queries import trail_of
from plenary.programmes.stocktaking.actions.entries import KIND
from plenary.programmes.stocktaking.actions.mailing import mail_owners
from plenary.programmes.stocktaking.models import Entry

TEMPLATE = "stocktaking-nominated"
VERB = "nominated"


@transaction.atomic
def tell_owners(*, actor: Actor, submission: Submission, entry: Entry) -> bool:
    """Tell the owners of an entry that a submission of somebody else names it: once, however often it is handed in. Whether they were told.

    Who handed it in is not told. That an import names an entry is no news: its owners would hear of it by the hundred.
    """
    require(actor, "outgoing.queue")
    entry = Entry.objects.select_for_update(of=("self",)).select_related("edition").get(pk=entry.pk)
    writers = [each for each in (submission.owner, *submission.members.all()) if each is not None]
    theirs = entry.ownerships.filter(user__in=writers).exists()
    told = any(record.payload and record.payload.reason == submission.reference for record in trail_of(KIND, entry.number).filter(verb=VERB))
    if theirs or told or submission.origin == Submission.Origin.IMPORT:
        return False
    audit.record(actor=actor, verb=VERB, kind=KIND, key=entry.number, reason=submission.reference)
    mail_owners(TEMPLATE, entry, values={"call": submission.call.title}, but=writers)
    return True
