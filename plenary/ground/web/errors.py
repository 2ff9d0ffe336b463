"""Error pages: plain words, a reference number, a way on. Nobody ever sees a stack trace."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from plenary.errors import BadQuery, PlenaryError
from plenary.ground.web.languages import language_of_path


def _page(request: HttpRequest, status: int, title: str, text: str, **more: Any) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"type": "about:blank", "title": title, "status": status, "detail": text}, status=status, content_type="application/problem+json")
    # ``bare``: no account, no messages, nothing that would read a session or the database.
    return render(request, "web/error.html", {"status": status, "title": title, "text": text, "bare": status >= 500, **more}, status=status)


def bad_query(request: HttpRequest, exception: BadQuery) -> HttpResponse:
    """400: a filter or page number that does not exist."""
    return _page(
        request,
        400,
        _("This address asks for something that does not exist"),
        _("Part of the address after the question mark is not understood."),
        problems=exception.problems,
        without_query=request.path,
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in or not, this is not theirs."""
    return _page(request, 403, _("This page is not open to you"), _("You may need to sign in, or to ask the secretariat for access."), offer_sign_in=True)


def conflict(request: HttpRequest, exception: PlenaryError) -> HttpResponse:
    """409: an action that cannot be done as things stand."""
    return _page(request, 409, _("This could not be done"), str(exception))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: Django refused the request."""
    return _page(
        request, 400, _("The request could not be read"), _("Go back and try again; if it happens once more, tell the secretariat the reference below.")
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    with override(language_of_path(request.path_info)):
        return _page(
            request,
            404,
            _("There is no page at this address"),
            _("It may have moved, or the address may be incomplete. Search, or start from one of the pages below."),
        )


def server_error(request: HttpRequest) -> HttpResponse:
    """500, without touching the database."""
    with override(language_of_path(request.path_info)):
        try:
            return _page(
                request,
                500,
                _("Something went wrong on our side"),
                _("Nothing you sent was half-done. Try again in a moment; if it stays, tell the secretariat the reference below."),
            )
        except Exception:  # the shell itself may be what fails
            reference = getattr(request, "reference", "")
            page = "<!doctype html><html lang=en><title>Something went wrong</title><h1>Something went wrong on our side</h1><p>Reference: {}</p><p><a href=/>Home</a></p>"
            return HttpResponse(page.format(reference), status=500)


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    """429: more requests than one address may send in a minute."""
    response = _page(
        request,
        429,
        _("Too many requests"),
        ngettext("Wait %(seconds)s second and try again.", "Wait %(seconds)s seconds and try again.", seconds) % {"seconds": seconds},
        bare=True,
    )
    response["Retry-After"] = str(seconds)
    response["Cache-Control"] = "no-store"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form's token did not fit, mostly because cookies are off or the page stood open too long."""
    return _page(request, 403, _("This form has expired"), _("Go back, reload the page and send it again. Your browser must accept cookies from this site."))
