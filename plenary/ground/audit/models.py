"""The trail (who did what, when, why) and versions of whole aggregates. Both are append-only.

The database itself refuses changes: see ``guards``. What may name a person (values, the reason in somebody's words)
sits in a payload, which can be emptied, and only emptied.
"""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from plenary.errors import PlenaryError


class AppendOnlyViolation(PlenaryError):
    """Somebody tried to change or delete what may only be added to."""


class Payload(models.Model):
    """Values before and after and the reason, kept apart so that they can be erased while the trail stays."""

    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    reason = models.TextField(blank=True)
    erased_at = models.DateTimeField(null=True)


M = TypeVar("M", bound=models.Model)


class AppendOnlyQuerySet(models.QuerySet[M]):
    """A queryset that says no before the database has to."""

    def update(self, **values: Any) -> int:
        raise AppendOnlyViolation(f"{self.model.__name__} can only be added")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnlyViolation(f"{self.model.__name__} can only be added")


class AppendOnly(models.Model):
    class Meta:
        abstract = True

    payload: Any

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise AppendOnlyViolation(f"{type(self).__name__} can only be added")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnlyViolation(f"{type(self).__name__} can only be added")

    @property
    def reason(self) -> str:
        """Why, in the actor's words; empty where none was given or it was erased."""
        return self.payload.reason if self.payload else ""


class TrailRecord(AppendOnly):
    """One thing somebody did."""

    at = models.DateTimeField(db_index=True)
    actor_id = models.CharField(max_length=64, db_index=True)
    verb = models.CharField(max_length=64)
    kind = models.CharField(max_length=64)
    key = models.CharField(max_length=200)
    reference = models.CharField(max_length=32, blank=True)
    payload = models.OneToOneField(Payload, on_delete=models.PROTECT, null=True, related_name="+")

    objects: ClassVar[Any] = AppendOnlyQuerySet["TrailRecord"].as_manager()

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
    payload = models.OneToOneField(Payload, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[Any] = AppendOnlyQuerySet["Version"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key", "number"], name="version_number")]
        ordering = ["-number"]
