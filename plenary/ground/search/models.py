"""The change table that the index follows."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class IndexChange(models.Model):
    """That a record changed; written in the same transaction, read by the one indexer, then deleted."""

    kind = models.CharField(max_length=64)
    key = models.CharField(max_length=200)
    changed_at = models.DateTimeField(default=timezone.now)
