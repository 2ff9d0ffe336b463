"""What every request to ``/api/`` passes: a limit on requests, ETags, caching, and reading from other sites."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers, set_response_etag

from plenary.faces.api.problems import problem

Handler = Callable[[HttpRequest], HttpResponse]
PREFIX = "/api/"
#: Requests an address may make in a minute, counted by each web process on its own.
LIMIT = 600
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
        wait = _seconds_to_wait(request)
        if wait:
            refused = problem(request, 429, f"Too many requests. Wait {wait} seconds.")
            refused["Retry-After"] = str(wait)
            return _readable_elsewhere(refused)
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"  # ninja knows HEAD only where an operation names it
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            allowed = response.get("Allow", "")
            response = problem(request, 405, f"This address answers {allowed} only.")
            response["Allow"] = allowed
        if request.method == "GET":
            response = _cacheable(request, response)
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


def _seconds_to_wait(request: HttpRequest) -> int:
    """How long an address must wait, 0 if it need not: a count for each whole minute of the clock."""
    now = int(time.time())
    key = f"api-limit:{_address(request)}:{now // 60}"
    cache.add(key, 0, 120)
    try:
        count = cache.incr(key)
    except ValueError:  # thrown out of a full cache between the two lines
        return 0
    return 60 - now % 60 if count > LIMIT else 0


def _address(request: HttpRequest) -> str:
    """Where a request comes from; of what proxies say, only that of the proxies that are ours."""
    remote = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.TRUSTED_PROXIES:
        return remote
    passed = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    return passed[-min(settings.TRUSTED_PROXIES, len(passed))] if passed else remote
