"""Removing drafts for good, with their files: on somebody's wish, or when nobody came back for them in time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from plenary.engines.calls import partial
from plenary.engines.calls.actions.common import KIND, State, locked
from plenary.engines.calls.models import Submission
from plenary.errors import Conflict
from plenary.ground.audit.actions import erase_payloads_of, record
from plenary.ground.audit.actors import SYSTEM, Actor, require
from plenary.ground.files.actions import purge
from plenary.ground.files.models import StoredFile
from plenary.ground.messages.models import OutboxMessage

#: For so long staff can bring back what was thrown away.
DISCARDED_LASTS = timedelta(days=30)
#: For so long after the last word a draft without an account is kept: nobody else could ask for its end.
UNCLAIMED_LASTS = timedelta(days=180)


@transaction.atomic
def forget_draft(*, actor: Actor, submission: Submission) -> None:
    """Remove a draft for good, with its files, its mails and what its trail says of it. Raises: Conflict where it was handed in."""
    submission = locked(submission)
    require(actor, "calls.discard", submission)
    if submission.number is not None:
        raise Conflict(_("What was handed in stays on record; it can be withdrawn."))
    remove_files(each.file for each in submission.attachments.select_related("file"))
    forget_words(submission)
    key = str(submission.pk)
    submission.delete()
    record(actor=actor, verb="purged", kind=KIND, key=key)


def forget_words(submission: Submission) -> None:
    """Remove what the trail, mails with their documents and uploads on their way hold of a submission."""
    pk = submission.pk  # the instance loses it where the draft goes
    key = str(pk)
    mails = OutboxMessage.objects.filter(about_kind=KIND, about_key=key)
    documents = list(StoredFile.objects.filter(pk__in=mails.values("attachments"), uploaded_by=SYSTEM.trail_id))
    mails.delete()
    remove_files(documents)
    erase_payloads_of(subjects=[(KIND, key)])
    transaction.on_commit(lambda: partial.drop_all(pk))


def remove_files(files: Iterable[StoredFile]) -> None:
    """Remove files for good, with their names in the trail. Whoever was entitled to it has asked for it."""
    for file in files:
        key = str(file.pk)
        purge(actor=SYSTEM, file=file)
        erase_payloads_of(subjects=[("files.file", key)])


def forget_old_drafts(now: datetime | None = None) -> int:
    """Remove the drafts that were thrown away, or left without an account, long ago; how many."""
    now = now or timezone.now()
    never_submitted = Submission.objects.filter(state=State.DRAFT, number=None)
    discarded = Q(deleted_at__lt=now - DISCARDED_LASTS)
    unclaimed = Q(owner=None, entered_by="", saved_at__lt=now - UNCLAIMED_LASTS)
    forgotten = 0
    for submission in never_submitted.filter(discarded | unclaimed).order_by("pk"):
        forget_draft(actor=SYSTEM, submission=submission)
        forgotten += 1
    partial.tidy()
    return forgotten
