"""Packages of visibility and partnership that an edition offers."""

from __future__ import annotations

from django.db import models

from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import TextField


class Package(models.Model):
    """A level of partnership; an exclusive one is given to one partner only."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="packages")
    code = models.SlugField(max_length=60)
    title = TextField()
    offer = TextField()
    is_exclusive = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["edition", "position", "code"]
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="package_code")]
