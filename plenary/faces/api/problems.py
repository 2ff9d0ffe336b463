"""How the API says no: problem documents (RFC 9457) with a reference, never a stack trace."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from plenary.errors import BadQuery, Conflict, Invalid, NotAllowed, Stale
from plenary.ground.people.bearer import NoToken, OutOfScope

log = structlog.get_logger(__name__)


def problem(request: HttpRequest, status: int, detail: str, problems: dict[str, list[str]] | None = None) -> HttpResponse:
    """A problem document."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "reference": getattr(request, "reference", ""),
    }
    if problems:
        body["problems"] = problems
    return JsonResponse(body, status=status, content_type="application/problem+json")


def nothing_there(request: HttpRequest) -> HttpResponse:
    """404."""
    return problem(request, 404, "There is nothing at this address. The documentation at /api/v1/ lists what there is.")


def answer_problems(api: NinjaAPI) -> None:
    """Make the API answer every error with a problem document."""

    @api.exception_handler(Http404)
    def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
        return nothing_there(request)

    @api.exception_handler(ValidationError)
    def not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        found: dict[str, list[str]] = {}
        for each in error.errors:
            place = [str(part) for part in each.get("loc", ())]
            found.setdefault(place[-1] if place else "", []).append(str(each.get("msg", "")))
        return problem(request, 422, "Some parameters have values that make no sense.", found)

    @api.exception_handler(BadQuery)
    def bad_query(request: HttpRequest, error: BadQuery) -> HttpResponse:
        return problem(request, 422, "Some parameters have values that make no sense.", error.problems)

    @api.exception_handler(Invalid)
    def not_holding(request: HttpRequest, error: Invalid) -> HttpResponse:
        return problem(request, 422, "Some of what was sent does not hold; “problems” says what. Nothing was changed.", error.problems)

    @api.exception_handler(NoToken)
    def no_token(request: HttpRequest, error: NoToken) -> HttpResponse:
        refused = problem(request, 401, str(error))
        refused["WWW-Authenticate"] = 'Bearer realm="plenary"' + (', error="invalid_token"' if error.is_wrong else "")
        return refused

    @api.exception_handler(OutOfScope)
    def out_of_scope(request: HttpRequest, error: OutOfScope) -> HttpResponse:
        refused = problem(request, 403, str(error))
        refused["WWW-Authenticate"] = f'Bearer realm="plenary", error="insufficient_scope", scope="{error.scope}"'
        return refused

    @api.exception_handler(NotAllowed)
    def not_allowed(request: HttpRequest, error: NotAllowed) -> HttpResponse:
        return problem(request, 403, "This is not open to you.")

    @api.exception_handler(Conflict)
    def conflict(request: HttpRequest, error: Conflict) -> HttpResponse:
        return problem(request, 409, str(error))

    @api.exception_handler(Stale)
    def stale(request: HttpRequest, error: Stale) -> HttpResponse:
        return problem(request, 412, str(error))

    @api.exception_handler(RequestDataTooBig)
    def too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
        return problem(request, 413, "This is more than can be sent at once.")

    @api.exception_handler(MultiPartParserError)
    @api.exception_handler(SuspiciousOperation)
    @api.exception_handler(UnreadablePostError)
    def unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
        return problem(request, 400, "The request could not be read.")

    @api.exception_handler(HttpError)
    def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(request, error.status_code, str(error))

    @api.exception_handler(Exception)
    def failed(request: HttpRequest, error: Exception) -> HttpResponse:
        log.error("api request failed", path=request.path, exc_info=error)
        return problem(request, 500, "Something went wrong on our side. Try again; if it stays, tell the secretariat the reference.")
