"""Files somebody uploaded: listed on request; those that are not public go on erasure."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from plenary.ground.audit.actions import erase_payloads_of
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.files import actions
from plenary.ground.files.models import StoredFile
from plenary.ground.people import privacy


def export(subject: privacy.Subject) -> list[dict[str, Any]]:
    """What was uploaded."""
    files = StoredFile.objects.filter(uploaded_by__in=subject.trail_ids).order_by("uploaded_at", "pk")
    return [{"name": file.name, "kind": file.kind, "size": file.size, "at": file.uploaded_at, "address": file.path} for file in files]


def erase(subject: privacy.Subject) -> None:
    """Remove what only the person and staff could read."""
    for file in StoredFile.objects.filter(uploaded_by__in=subject.trail_ids, is_public=False):
        key = str(file.pk)
        actions.purge(actor=SYSTEM, file=file)
        erase_payloads_of(subjects=[("files.file", key)])


privacy.register("files", export=export, erase=erase, keeps=_("Files that were published stay, since others may have cited them; ask us if one must go."))
