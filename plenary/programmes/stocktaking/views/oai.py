"""The OAI-PMH provider's address."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from plenary.ground.web.limits import buckets, client_of
from plenary.programmes.stocktaking.harvesting import provider

_XML = "text/xml; charset=utf-8"
_SCHEMA = Path(provider.__file__).with_name("plenary-1.xsd")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def harvest(request: HttpRequest) -> HttpResponse:
    """Answer a harvester. Nothing is changed by it; POST is only another way of sending arguments."""
    wait = buckets.take(f"oai {client_of(request)}", settings.RATE_LIMIT) if settings.RATE_LIMIT else 0
    if wait:  # the protocol knows 503 for this, and harvesters wait as long as they are told
        return HttpResponse("Too many requests.", status=503, content_type="text/plain; charset=utf-8", headers={"Retry-After": str(wait)})
    given = request.POST if request.method == "POST" else request.GET
    return HttpResponse(provider.answer([(str(name), [str(value) for value in values]) for name, values in given.lists()]), content_type=_XML)


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The schema of our own format."""
    return HttpResponse(_SCHEMA.read_bytes(), content_type="application/xml; charset=utf-8", headers={"Cache-Control": "public, max-age=86400"})
