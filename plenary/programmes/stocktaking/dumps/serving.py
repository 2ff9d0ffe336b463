"""Giving out large files: with a tag that lasts as long as the content, in parts where only a part is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

_RANGE = re.compile(r"^bytes=(\d{0,18})-(\d{0,18})$")
_PIECE = 256 * 1024


def given_out(request: HttpRequest, path: Path, *, media_type: str, tag: str) -> HttpResponseBase:
    """A file, the part of it that is asked for, or that the reader has it already. tag: names its content, such as its checksum.

    Raises: FileNotFoundError.
    """
    size, changed = path.stat().st_size, path.stat().st_mtime
    etag = f'"{tag[:32]}"'
    told = get_conditional_response(request, etag=etag, last_modified=int(changed))
    if told is not None:
        return _headed(told, etag, changed)
    part = _part(request, size, etag)
    if part == (0, 0):
        refused = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        return _headed(refused, etag, changed)
    if part is not None:
        first, last = part
        answer: HttpResponseBase = StreamingHttpResponse(_pieces(path, first, last), status=206, content_type=media_type)
        answer["Content-Range"] = f"bytes {first}-{last - 1}/{size}"
        answer["Content-Length"] = str(last - first)
    else:
        answer = FileResponse(path.open("rb"), content_type=media_type)
        answer["Content-Length"] = str(size)
    answer["Content-Disposition"] = f'attachment; filename="{path.name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return _headed(answer, etag, changed)


def _headed(answer: HttpResponseBase, etag: str, changed: float) -> HttpResponseBase:
    answer["ETag"] = etag
    answer["Last-Modified"] = formatdate(changed, usegmt=True)
    answer["Accept-Ranges"] = "bytes"
    return answer


def _part(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """The first byte and the one after the last; None for the whole; (0, 0) where there is no such part.

    Several parts at once, and what makes no sense, are answered with the whole, as the protocol allows.
    """
    wanted = _RANGE.match(request.headers.get("Range", ""))
    if wanted is None or request.method == "HEAD" or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = wanted.groups()
    if not first and not last:
        return None
    if not first:
        return (max(0, size - int(last)), size) if int(last) and size else (0, 0)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        return 0, 0
    return int(first), min(int(last) + 1, size) if last else size


def _pieces(path: Path, first: int, last: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        left = last - first
        while left > 0 and (piece := file.read(min(_PIECE, left))):
            left -= len(piece)
            yield piece
