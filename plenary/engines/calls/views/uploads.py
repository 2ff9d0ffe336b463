"""Files of a draft: in pieces for slow lines, and given out again to those who may read the draft; names of organisations."""

from __future__ import annotations

import uuid
from typing import IO
from urllib.parse import unquote

from django.core.files.base import File
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from plenary.engines.calls import actions, partial
from plenary.engines.calls.queries import file_of, form_to_answer
from plenary.engines.calls.views.access import LOOKUPS, SAVES, access_to, refused, writes
from plenary.errors import Conflict, Invalid
from plenary.ground.files.kinds import MEGABYTE
from plenary.ground.files.views import given_out
from plenary.ground.people.queries import public_organisations

#: Bytes of one piece; the script sends smaller ones.
LARGEST_PIECE = 1_000_000


class Begun(BaseModel):
    """What is told of a file before its pieces come."""

    model_config = ConfigDict(extra="forbid")

    field: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    name: str = Field(min_length=1, max_length=300)
    size: int = Field(ge=1, le=40_000_000)
    modified: str = Field(default="", max_length=40)


@never_cache
@require_POST
def begin(request: HttpRequest, key: str) -> HttpResponse:
    """Begin an upload, or learn how far an earlier one came."""
    access = access_to(request, key)
    if not writes(access):
        raise Http404
    if (answered := refused(request, "save", SAVES)) is not None:
        return answered
    try:
        told = Begun.model_validate({name: request.POST[name] for name in Begun.model_fields if name in request.POST})
    except ValidationError:
        return JsonResponse({"problem": _("The file cannot be read.")}, status=400)
    form = form_to_answer(access.submission)
    field = form.form.by_code.get(told.field)
    if field is None or field.kind not in ("file", "image"):
        return JsonResponse({"problem": _("No file is asked for here.")}, status=400)
    if told.size > field.megabytes * MEGABYTE:
        return JsonResponse({"problem": _("The file is larger than %(n)s megabytes.") % {"n": field.megabytes}}, status=400)
    try:
        found = partial.partial(access.submission.pk, told.field, told.name, told.size, told.modified)
    except Conflict:
        return JsonResponse({"problem": _("Too many files are on their way. Wait until they have arrived.")}, status=409)
    return JsonResponse({"upload": found.key, "offset": found.offset})


@never_cache
@require_http_methods(["GET", "POST"])
def piece(request: HttpRequest, key: str, upload: str) -> HttpResponse:
    """Take the next piece. GET: how many bytes are here. The last piece attaches the file, or says what is wrong with it."""
    access = access_to(request, key)
    found = partial.by_key(access.submission.pk, upload)
    if found is None or not writes(access):
        raise Http404
    if request.method == "GET":
        return JsonResponse({"offset": found.offset})
    try:
        offset, size = int(request.headers.get("Upload-Offset", "")), int(request.headers.get("Upload-Length", ""))
    except ValueError:
        return JsonResponse({"problem": _("The file cannot be read.")}, status=400)
    content = request.body if int(request.META.get("CONTENT_LENGTH") or 0) <= LARGEST_PIECE else b""
    if not content or offset + len(content) > min(size, 40 * MEGABYTE):
        return JsonResponse({"problem": _("The file cannot be read.")}, status=400)
    try:
        here = found.append(offset, content)
    except Conflict as conflict:
        return JsonResponse({"offset": int(str(conflict))}, status=409)
    if here < size:
        return JsonResponse({"offset": here})
    code, name = request.headers.get("Upload-Field", "")[:40], request.headers.get("Upload-Name", "")
    try:
        with found.path.open("rb") as whole:
            attachment = actions.attach(actor=access.actor, submission=access.submission, code=code, upload=_named(whole, name))
    except (Invalid, Conflict) as error:
        found.drop()
        sentences = [sentence for each in error.problems.values() for sentence in each] if isinstance(error, Invalid) else [str(error)]
        return JsonResponse({"problem": " ".join(sentences)}, status=400)
    found.drop()
    file = attachment.file
    return JsonResponse({"done": True, "file": str(file.pk), "name": file.name, "size": file.size})


def _named(whole: IO[bytes], name: str) -> File:
    """The file under the name that its sender gave; header values are percent-encoded."""
    return File(whole, name=unquote(name)[:300] or "file")


@never_cache
@require_GET
def file(request: HttpRequest, key: str, file_key: uuid.UUID) -> FileResponse:
    """A file of a submission, for those who read the submission; as something to save."""
    access = access_to(request, key)
    attachment = file_of(access.actor, access.submission, file_key)
    if attachment is None:
        raise Http404
    return given_out(attachment.file)


@never_cache
@require_GET
def organisations(request: HttpRequest) -> HttpResponse:
    """Names of organisations known here that begin with or hold what is being typed; public names only."""
    if (answered := refused(request, "look up", LOOKUPS)) is not None:
        return answered
    typed = request.GET.get("q", "").strip()[:100]
    if len(typed) < 3 or "\x00" in typed:
        return JsonResponse({"items": []})
    found = public_organisations(typed)[:8]
    items = [
        {
            "name": str(each.name),
            "country": each.country.code if each.country else "",
            "stakeholder_type": each.stakeholder_type.code if each.stakeholder_type else "",
            "website": each.website,
        }
        for each in found
    ]
    return JsonResponse({"items": items})
