"""Publications of an edition, and the snapshots that generated documents are made from."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.text import TextField


class Publication(models.Model):
    """A document that an edition published or promises."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="publications")
    code = models.SlugField(max_length=80)
    title = TextField()
    series = models.SlugField(max_length=60, blank=True)  # outcome, stocktaking: what belongs together over the years
    region = models.ForeignKey(Concept, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    link = models.URLField(blank=True, max_length=500)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["edition", "position", "code"]
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="publication_code")]


class Snapshot(models.Model):
    """The figures that a generated document was made with, as they stood then."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="snapshots")
    document = models.SlugField(max_length=60)
    taken_at = models.DateTimeField(default=timezone.now)
    content = models.JSONField()

    class Meta:
        ordering = ["-id"]
