"""What every request to ``/api/`` passes: limits on requests and their size, ETags, caching, and reading from other sites.

A request that carries an authorisation is somebody's own: no cache keeps its answer, and no script of another site reads it.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers, set_response_etag

from plenary.faces.api.problems import nothing_there, problem
from plenary.ground.files.kinds import MEGABYTE
from plenary.ground.people.tokens import digest_of
from plenary.ground.web.limits import buckets, client_of

Handler = Callable[[HttpRequest], HttpResponse]
PREFIX = "/api/"
#: Seconds for which any cache may keep an answer.
FRESH = 60
#: Of a request that uploads a file: the largest that any field takes, and what is sent around it.
MOST_UPLOADED = 31 * MEGABYTE
#: Of any other request.
MOST_SENT = 12_500_000


class Door:
    """The door of the API; other addresses pass by."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return _readable_elsewhere(HttpResponse(status=204))
        answered = _private if "Authorization" in request.headers else _readable_elsewhere
        wait = _wait(request) if settings.RATE_LIMIT else 0
        if wait:
            refused = problem(request, 429, f"Too many requests. Wait {wait} seconds.")
            refused["Retry-After"] = str(wait)
            return answered(refused)
        if _size(request) > (MOST_UPLOADED if request.content_type == "multipart/form-data" else MOST_SENT):
            return answered(problem(request, 413, "This is more than can be sent at once. Files are sent one by one."))
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
        if request.method == "GET":
            response = _once(request, response)
        response = _cacheable(request, response) if request.method == "GET" and answered is _readable_elsewhere else answered(response)
        if is_head and response.streaming:
            response.streaming_content = ()  # type: ignore[attr-defined]
        elif is_head:
            response.content = b""
        return response


def _wait(request: HttpRequest) -> int:
    """Seconds to wait. An address may send so many requests in a minute, and so may a token, from wherever it is used."""
    wait = buckets.take(f"api {client_of(request)}", settings.RATE_LIMIT)
    secret = request.headers.get("Authorization", "")
    if secret and not wait:
        wait = buckets.take(f"api {digest_of(secret)}", settings.RATE_LIMIT)
    return wait


def _size(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _private(response: HttpResponse) -> HttpResponse:
    """Let no cache keep the answer, and no script of another site read it: without their headers browsers allow neither.

    The program itself may: it asks with the ETag that it has.
    """
    response["Cache-Control"] = "private, no-store"
    return response


def _once(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give an answer its ETag, or tell a reader who has it that nothing changed. Files see to it before they are opened."""
    if response.status_code != 200 or response.streaming:
        return response
    if not response.has_header("ETag"):
        set_response_etag(response)
    if "If-None-Match" not in request.headers:
        return response
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    return answer if isinstance(answer, HttpResponse) else response


def _cacheable(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let caches keep a public answer for a while; errors are never kept."""
    is_public = response.status_code == 200 and not response.cookies and not response.has_header("Cache-Control")
    if is_public:
        patch_cache_control(response, public=True, max_age=FRESH)
        patch_vary_headers(response, ["Accept-Encoding"])
    if response.status_code >= 400:
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
