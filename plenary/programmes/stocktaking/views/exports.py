"""Any result as a file."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, override

from plenary.ground.web import errors
from plenary.ground.web.limits import Buckets, client_of
from plenary.programmes.stocktaking.exporting import FORMATS, file_name
from plenary.programmes.stocktaking.filters import Selection
from plenary.programmes.stocktaking.finding import in_chunks, is_available, keys_of
from plenary.programmes.stocktaking.listing import EntryQuery
from plenary.programmes.stocktaking.reading import for_page

#: A file costs as much as many pages: who is not signed in may have one for so many pages that they may have.
PAGES_OF_ONE = 10
AT_ONCE = 3
buckets = Buckets()


def export(request: HttpRequest, query: EntryQuery, selection: Selection) -> HttpResponse | StreamingHttpResponse:
    """All that fits as a file, without a limit but that of workbooks, which the page says."""
    if settings.RATE_LIMIT and not request.user.is_authenticated:
        waiting = buckets.take(client_of(request), max(1, settings.RATE_LIMIT // PAGES_OF_ONE), AT_ONCE)
        if waiting:
            return errors.too_many(request, waiting)
    if not is_available():
        answer = render(request, "stocktaking/not_ready.html", {"path": f"?{query.wanted()}"}, status=503)
        answer["Retry-After"] = "60"
        return answer
    made = FORMATS[query.format or "csv"]
    keys = keys_of(selection, query.q)
    if made.most and len(keys) > made.most:
        context = {"made": made, "number": len(keys), "path": f"?{query.wanted()}", "csv": query.address(view=None, sort=None, format="csv")}
        return render(request, "stocktaking/too_large.html", context, status=413)
    response = StreamingHttpResponse(_in_language(made.write(in_chunks(keys, for_page))), content_type=made.media_type)
    response["Content-Disposition"] = f'attachment; filename="{file_name(made)}"'
    response["Content-Language"] = (get_language() or "en").split("-")[0]
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def _in_language(parts: Iterator[bytes]) -> Iterator[bytes]:
    """The file in the language of its address: it is written when the request is over, and with it the language of the page."""
    language = get_language() or "en"

    def written() -> Iterator[bytes]:
        while True:
            with override(language):
                part = next(parts, None)
            if part is None:
                return
            yield part

    return written()
