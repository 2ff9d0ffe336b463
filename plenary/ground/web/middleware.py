"""What happens to every request: a reference number for logs and error pages, and the language of the address."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from plenary.errors import BadQuery, Conflict, Invalid, NotAllowed
from plenary.ground.web import errors
from plenary.ground.web.languages import in_language, language_of_path

Handler = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger(__name__)

#: Said on every answer, beside what Django's own middleware says. Nothing here needs a device or the reader's place;
#: passkeys are the one exception.
HEADERS = {
    "Permissions-Policy": "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
    "microphone=(), midi=(), payment=(), usb=(), publickey-credentials-create=(self), publickey-credentials-get=(self)",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}


class Reference:
    """Gives each request a short reference, in its logs, its answer and its error page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.reference = secrets.token_hex(5)  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(reference=request.reference):  # type: ignore[attr-defined]
            response = self.get_response(request)
        response["X-Reference"] = request.reference  # type: ignore[attr-defined]
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


#: Addresses of which everything may be read by scripts of other sites.
OPEN = ("/oai", "/data/", "/oembed")
#: Addresses below which feeds and exports of lists may be read by them, but no pages.
OPEN_LISTS = ("/stocktaking/", "/collections/", "/organisations/", "/themes/", "/calls/", "/forum/", "/prizes/", "/action-lines/", "/sdgs/", "/vocabularies/")
#: Addresses of the public, of one reader or of staff: what stands above does not hold for them.
OWN = ("/account/", "/accounts/", "/desk/", "/admin/", "/api/")
_PAGES = ("text/html", "application/xhtml+xml")


class ReadableElsewhere:
    """Lets scripts of other sites read open data, feeds and exports. Browsers send no cookies along with a wildcard origin.

    The API has a door of its own. Whatever is one reader's, or sets a cookie, is not opened.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = in_language(request.path_info, "en")
        if path.startswith(OWN) or not path.startswith((*OPEN, *OPEN_LISTS)):
            return self.get_response(request)
        if request.method == "OPTIONS" and request.headers.get("Access-Control-Request-Method") in ("GET", "HEAD"):
            return _opened(HttpResponse(status=204))
        response = self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return response
        return _opened(response) if _is_for_all(response) and (path.startswith(OPEN) or not _is_page(request, response)) else response


def _is_page(request: HttpRequest, response: HttpResponse) -> bool:
    if response.status_code == 304:  # it has no type: only its address tells what the reader has
        return "." not in request.path_info.rsplit("/", 1)[-1] and "format" not in request.GET
    return response.get("Content-Type", "text/html").startswith(_PAGES)


def _is_for_all(response: HttpResponse) -> bool:
    told = response.get("Cache-Control", "")
    return "private" not in told and "no-store" not in told and not any(cookie.value for cookie in response.cookies.values())


def _opened(response: HttpResponse) -> HttpResponse:
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Methods"] = "GET, HEAD"
    response["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since, Range"
    response["Access-Control-Expose-Headers"] = "Accept-Ranges, Content-Length, Content-Range, ETag, Last-Modified, Link, Retry-After, X-Reference"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


class Language:
    """The language comes from the address alone: no prefix is English, so that every page can be cached and linked."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = language_of_path(request.path_info)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            # No record has such an address, and PostgreSQL cannot even be asked for it.
            response = errors.not_found(request) if "\x00" in request.path_info and not request.path_info.startswith("/api/") else self.get_response(request)
            response.headers.setdefault("Content-Language", language.split("-")[0])
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer the errors that rooms raise on purpose with a page that says what to do."""
        if isinstance(exception, BadQuery):
            return errors.bad_query(request, exception)
        if isinstance(exception, NotAllowed):
            return errors.forbidden(request, exception)
        if isinstance(exception, Conflict | Invalid):
            return errors.conflict(request, exception)
        return None
