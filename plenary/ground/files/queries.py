"""Reading what was uploaded."""

from __future__ import annotations

from django.db.models import QuerySet

from plenary.ground.files.models import StoredFile


def files_of(trail_id: str) -> QuerySet[StoredFile]:
    """What an account uploaded, newest first, without what it deleted."""
    return StoredFile.objects.filter(uploaded_by=trail_id, deleted_at__isnull=True).order_by("-uploaded_at", "pk")
