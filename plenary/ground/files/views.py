"""Giving files out: as something to save, never as something that runs here."""

from __future__ import annotations

import uuid

from django.http import FileResponse, Http404, HttpRequest
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from plenary.ground.audit.actors import may
from plenary.ground.files.models import StoredFile
from plenary.ground.people.access import actor_of


@require_safe
def download(request: HttpRequest, key: uuid.UUID, name: str) -> FileResponse:
    """A file, for those who may read it; for all others there is none."""
    file = StoredFile.objects.filter(pk=key, deleted_at__isnull=True).first()
    if file is None or not may(actor_of(request), "files.read", file):
        raise Http404
    response = given_out(file)
    if file.is_public:
        response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def given_out(file: StoredFile) -> FileResponse:
    """A file's content, to be saved and never run, for one reader who may have it. Raises: Http404 where the content is gone."""
    try:
        opened = file.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(opened, content_type=file.kind)
    # Images on our own pages show all the same: browsers pass this over inside <img>.
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file.name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
