"""What happens to every request: a reference number for logs and error pages, and the language of the address."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from plenary.errors import BadQuery, Conflict, Invalid, NotAllowed
from plenary.ground.web import errors
from plenary.ground.web.languages import language_of_path

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
