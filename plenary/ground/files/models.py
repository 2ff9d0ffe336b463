"""Uploaded files, kept with what their content says they are."""

from __future__ import annotations

import uuid

from django.db import models
from django.urls import reverse
from django.utils import timezone


class StoredFile(models.Model):
    """A file somebody uploaded; its kind comes from its content, never from its name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.FileField(upload_to="%Y/%m/", max_length=300)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=100)  # media type found in the content
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    is_public = models.BooleanField(default=False)
    uploaded_by = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-uploaded_at"]
        indexes = [models.Index(fields=["uploaded_by"], name="file_uploader")]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """Its address on this site."""
        return reverse("files:download", args=[self.pk, self.name])
