"""Reading the trail."""

from __future__ import annotations

from django.db.models import QuerySet

from plenary.ground.audit.models import TrailRecord, Version


def trail_of(kind: str, key: str) -> QuerySet[TrailRecord]:
    """What happened to one subject, newest first."""
    return TrailRecord.objects.filter(kind=kind, key=key).select_related("payload")


def versions_of(kind: str, key: str) -> QuerySet[Version]:
    """All versions of an aggregate, newest first."""
    return Version.objects.filter(kind=kind, key=key).select_related("payload")
