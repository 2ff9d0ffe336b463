"""What every request to ``/api/`` passes: a limit on requests, ETags, caching, and reading from other sites."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers, set_response_etag

from plenary.faces.api.problems import nothing_there, problem
from plenary.ground.web.limits import buckets, client_of

Handler = Callable[[HttpRequest], HttpResponse]
PREFIX = "/api/"
#: Seconds for which any cache may keep an answer.
FRESH = 60


class Door:
    """The door of the API; other addresses pass by."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return _readable_elsewhere(HttpResponse(status=204))
        wait = buckets.take(f"api {client_of(request)}", settings.RATE_LIMIT) if settings.RATE_LIMIT else 0
        if wait:
            refused = problem(request, 429, f"Too many requests. Wait {wait} seconds.")
            refused["Retry-After"] = str(wait)
            return _readable_elsewhere(refused)
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"  # ninja knows HEAD only where an operation names it
        # No record has such an address, and PostgreSQL cannot even be asked for it.
        response = nothing_there(request) if "\x00" in request.path_info else self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            return response  # the documentation is a page like any other
        if response.status_code == 405 and not response.content:
            allowed = response.get("Allow", "")
            response = problem(request, 405, f"This address answers {allowed} only.")
            response["Allow"] = allowed
        response = _cacheable(request, response) if request.method == "GET" else _readable_elsewhere(response)
        if is_head:
            response.content = b""
        return response


def _cacheable(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give an answer to a reader its ETag, or tell that nothing changed; errors are never kept."""
    is_public = response.status_code == 200 and not response.cookies and not response.has_header("Cache-Control")
    if is_public:
        patch_cache_control(response, public=True, max_age=FRESH)
        patch_vary_headers(response, ["Accept-Encoding"])
    if response.status_code == 200 and not response.streaming:
        set_response_etag(response)
        answer = get_conditional_response(request, etag=response["ETag"], response=response)
        response = answer if isinstance(answer, HttpResponse) else response
    elif response.status_code >= 400:
        patch_cache_control(response, no_store=True)
    return _readable_elsewhere(response)


def _readable_elsewhere(response: HttpResponse) -> HttpResponse:
    """Let scripts of other sites read public answers. Browsers send no cookies along with a wildcard origin."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Methods"] = "GET, HEAD"
    response["Access-Control-Allow-Headers"] = "If-None-Match"
    response["Access-Control-Expose-Headers"] = "ETag, Retry-After, X-Reference"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
