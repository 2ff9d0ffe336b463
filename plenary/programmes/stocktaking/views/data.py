"""The page of the open data, its files and what describes them."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from plenary.ground.framework import linked_data
from plenary.ground.web.cache import public_page
from plenary.programmes.stocktaking.dumps import catalogue as catalogues
from plenary.programmes.stocktaking.dumps import places, serving
from plenary.programmes.stocktaking.dumps.contents import TABLES
from plenary.programmes.stocktaking.dumps.licence import licence
from plenary.programmes.stocktaking.dumps.tables import described
from plenary.programmes.stocktaking.harvesting.formats import FORMATS

_AN_HOUR = "public, max-age=3600"


@public_page
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What there is, how fresh it is, what its fields mean, and how programs get it."""
    days = places.days()
    newest = days[0] if days else None
    context = {
        "newest": newest,
        "older": days[1:],
        "files": [] if newest is None else [_shown(each) for each in newest.files],
        "also": (places.PACKAGE, places.SUMS),
        "tables": TABLES,
        "formats": list(FORMATS),
        "licence": licence(),
        "base_url": settings.BASE_URL,
        "linked_data": linked_data.block(catalogues.for_search_engines(newest)),
    }
    return render(request, "stocktaking/data.html", context)


def _shown(file: dict[str, Any]) -> dict[str, Any]:
    """A file with what it holds in the reader's language, and its checksum."""
    table = next((each for each in TABLES if each.name == str(file["path"]).split(".")[0]), None)
    return {**file, "holds": table.title if table else _("Data dictionary"), "sum": str(file["hash"]).removeprefix("sha256:")}


@require_safe
def file(request: HttpRequest, day: str, name: str) -> HttpResponseBase:
    """A file of a day, or of the newest one under ``latest``."""
    path = places.file_of(day, name)
    if path is None:
        raise Http404
    try:
        found = places.read(path.parent)
        sums = {str(each["path"]): str(each["hash"]).removeprefix("sha256:") for each in found.files} if found else {}
        # The description and the list of checksums change with what they describe.
        tag = sums.get(name) or f"{path.stat().st_mtime_ns:x}-{path.stat().st_size:x}"
        response = serving.given_out(request, path, media_type=places.media_type(name), tag=tag)
    except FileNotFoundError as error:
        raise Http404 from error
    response["Cache-Control"] = _AN_HOUR
    return response


@public_page
@require_safe
def catalogue(request: HttpRequest, form: str) -> HttpResponse:
    """The description for catalogues."""
    document = catalogues.described(places.newest())
    if form == "ttl":
        return HttpResponse(catalogues.as_turtle(document), content_type="text/turtle; charset=utf-8")
    return HttpResponse(json.dumps(document, ensure_ascii=False), content_type=linked_data.CONTENT_TYPE)


@public_page
@require_safe
def dictionary(request: HttpRequest, form: str) -> HttpResponse:
    """The data dictionary, also before any file is made."""
    with override("en"):
        rows = described(TABLES)
    if form == "json":
        return HttpResponse(json.dumps(rows, ensure_ascii=False), content_type="application/json")
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
