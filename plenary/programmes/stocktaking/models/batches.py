"""Work on many entries that goes part by part: imports of long files, changes of many, and what a merge can be undone from."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from plenary.programmes.stocktaking.models.entries import Entry


class ImportRun(models.Model):
    """The import of one long file. Its entries stay hidden until the last part is written; then all become public at once."""

    class State(models.TextChoices):
        WORKING = "working", _("Being written")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Taken back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, db_index=True)
    options = models.JSONField(default=dict, blank=True)  # what was said beside the file; going on takes the same
    state = models.CharField(max_length=10, choices=State, default=State.WORKING)
    rows = models.PositiveIntegerField(default=0)  # of the file
    row = models.PositiveIntegerField(default=0)  # the mark: rows up to this one are written
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    actor_id = models.CharField(max_length=64)  # trail id
    begun_at = models.DateTimeField(default=timezone.now)
    worked_at = models.DateTimeField(default=timezone.now)  # the last sign of life
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-begun_at"]
        constraints = [models.UniqueConstraint(fields=["state"], condition=models.Q(state="working"), name="import_run_one_at_a_time")]

    def __str__(self) -> str:
        return f"{self.file} ({self.state})"


class ImportedEntry(models.Model):
    """That an entry was written by an import that is not over. The rows go when it is."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="entries")
    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, related_name="+")


class EntryBatch(models.Model):
    """One change that is made to many entries, or being made. What was done to each stands in its items."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deed = models.CharField(max_length=20)  # what is done to each: see actions/bulk.py
    value = models.CharField(max_length=120, blank=True)  # a code, as the deed asks for
    reason = models.TextField(blank=True)
    actor_id = models.CharField(max_length=64)  # trail id of who began it
    begun_at = models.DateTimeField(default=timezone.now)
    worked_at = models.DateTimeField(default=timezone.now)  # the last sign of life
    broken_at = models.DateTimeField(null=True, blank=True)  # the work broke off; it can be taken up again
    done_at = models.DateTimeField(null=True, blank=True)
    undo_at = models.DateTimeField(null=True, blank=True)  # somebody asked for it to be undone
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-begun_at"]

    def __str__(self) -> str:
        return f"{self.deed} {self.pk}"


class EntryBatchItem(models.Model):
    """What was done to one entry of a batch."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        SAME = "same", _("As it was")  # there was nothing to do
        FAILED = "failed", _("Not possible")  # the problem says why
        UNDONE = "undone", _("Undone")
        KEPT = "kept", _("Kept")  # somebody has changed it since, so it stays
        STUCK = "stuck", _("Not undone")  # it could not be undone; the problem says why

    batch = models.ForeignKey(EntryBatch, on_delete=models.CASCADE, related_name="items")
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    before = models.JSONField(null=True, blank=True)  # of what the deed changes
    after = models.JSONField(null=True, blank=True)
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["batch", "entry"], name="entry_batch_once")]
        indexes = [models.Index(fields=["batch", "state"], name="entry_batch_state")]


class EntryMerge(models.Model):
    """That two entries turned out to be one project, with all that taking it back needs."""

    kept = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="merges")
    gone = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="+")
    reason = models.TextField(blank=True)
    actor_id = models.CharField(max_length=64)  # trail id
    at = models.DateTimeField(default=timezone.now)
    before = models.JSONField(default=dict, blank=True)  # both as they were, and the keys of what moved
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["gone"], condition=models.Q(undone_at__isnull=True), name="entry_merge_stands")]

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.kept_id}"
