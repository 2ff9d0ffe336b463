"""Many submissions that are worked on together, part by part, so that nobody else waits for all of them."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from plenary.engines.calls.models.calls import Call
from plenary.engines.calls.models.submissions import Submission
from plenary.ground.people.models import User


class Batch(models.Model):
    """One thing done to many submissions, or being done. What was done to each stands in its items."""

    class What(models.TextChoices):
        DECIDE = "decide"
        ASSIGN = "assign"
        TAG = "tag"
        UNTAG = "untag"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="batches")
    what = models.CharField(max_length=10, choices=What)
    name = models.CharField(max_length=60, blank=True)  # the code of a decision, or a tag
    to = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")  # who looks after them
    changed_too = models.BooleanField(default=False)  # take back records that were changed since they were made, too
    message = models.TextField(blank=True)
    notify = models.BooleanField(default=True)
    begun_at = models.DateTimeField(default=timezone.now)
    worked_at = models.DateTimeField(default=timezone.now)  # the last sign of life
    broken_at = models.DateTimeField(null=True, blank=True)  # the work broke off; it can be taken up again
    done_at = models.DateTimeField(null=True, blank=True)
    undo_at = models.DateTimeField(null=True, blank=True)  # somebody asked for it to be undone
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.pk)


class BatchItem(models.Model):
    """What was done to one submission of a batch."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        FAILED = "failed"  # it could not be; the problem says why
        UNDONE = "undone"
        KEPT = "kept"  # somebody has changed it since, so that there was nothing to undo
        STUCK = "stuck"  # it could not be undone; the problem says why

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    before = models.JSONField(null=True, blank=True)  # state, tags, or the account that looked after it
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["batch", "submission"], name="batch_item_once")]
        indexes = [models.Index(fields=["batch", "state"], name="batch_item_state")]
