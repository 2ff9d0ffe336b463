"""What somebody asks the secretariat to do with an entry: one mechanism, so that there is one queue."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from plenary.ground.files.models import StoredFile
from plenary.ground.people.models import User
from plenary.programmes.stocktaking.models.entries import Entry


class EntryRequest(models.Model):
    """A wish about an entry that waits for a decision: to change it, to own it, to hand it over, to look into a problem."""

    class Kind(models.TextChoices):
        CHANGE = "change", _("Change")
        CLAIM = "claim", _("Claim")
        HANDOVER = "handover", _("Handing over")
        PROBLEM = "problem", _("Problem")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Taken back")

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="requests")
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    asked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="entry_requests")  # none: without an account
    email = models.EmailField(blank=True)  # where to answer to somebody without an account, or to whom ownership is handed
    message = models.TextField(blank=True)  # in their words: why, the proof, the problem
    proof = models.ForeignKey(StoredFile, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    wanted = models.JSONField(default=dict, blank=True)  # of a change: the entry as it is to be, as a snapshot
    base = models.DateTimeField(null=True, blank=True)  # of a change: updated_at of the entry as they saw it
    secret = models.CharField(max_length=64, blank=True, db_index=True)  # digest of what a mailed link carries (handing over)
    asked_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)  # trail id
    answer = models.TextField(blank=True)  # the reason given, sent to who asked

    class Meta:
        ordering = ["asked_at", "id"]
        indexes = [models.Index(fields=["state", "kind", "asked_at"], name="entry_request_queue")]
        constraints = [
            # Who changes their mind changes what waits already.
            models.UniqueConstraint(
                fields=["entry", "asked_by", "kind"], condition=models.Q(state="waiting", asked_by__isnull=False), name="entry_request_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def scope(self) -> str:
        """The scope in which it is decided: that of its entry."""
        return self.entry.scope
