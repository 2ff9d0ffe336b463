"""The trail (who did what, when, why) and versions of whole aggregates. Both are append-only."""

from __future__ import annotations

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from plenary.errors import PlenaryError


class AppendOnlyViolation(PlenaryError):
    """Somebody tried to change or delete what may only be added to."""


class Payload(models.Model):
    """Values before and after, kept apart so that they can be erased while the trail stays."""

    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    erased_at = models.DateTimeField(null=True)


class AppendOnly(models.Model):
    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise AppendOnlyViolation(f"{type(self).__name__} can only be added")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnlyViolation(f"{type(self).__name__} can only be added")


class TrailRecord(AppendOnly):
    """One thing somebody did."""

    at = models.DateTimeField(db_index=True)
    actor_id = models.CharField(max_length=64, db_index=True)
    verb = models.CharField(max_length=64)
    kind = models.CharField(max_length=64)
    key = models.CharField(max_length=200)
    reason = models.TextField(blank=True)
    reference = models.CharField(max_length=32, blank=True)
    payload = models.OneToOneField(Payload, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["kind", "key", "-at"], name="trail_subject")]
        ordering = ["-id"]


class Version(AppendOnly):
    """A JSON snapshot of a whole aggregate, as it stood after a change."""

    kind = models.CharField(max_length=64)
    key = models.CharField(max_length=200)
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor_id = models.CharField(max_length=64)
    reason = models.TextField(blank=True)
    payload = models.OneToOneField(Payload, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key", "number"], name="version_number")]
        ordering = ["-number"]
