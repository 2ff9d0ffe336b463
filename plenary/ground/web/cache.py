"""The page cache for anonymous readers, and the compression of what is sent.

A view marked ``@public_page`` says that its page is the same for everybody who is not signed in. Such pages are kept
whole, ready compressed, for up to ``PAGE_CACHE_SECONDS``; not past the next opening or closing instant (``ends_at``);
and not past any change of the data (``generation``). Whatever is personal never enters: a request that carries a session,
waiting messages or an authorisation, and an answer that sets a cookie (forms with a CSRF token do) go past.

Marking a view: what it shows may depend on the address, its query and the data, never on cookies or other headers.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

import brotli  # type: ignore[import-untyped]
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

Handler = Callable[[HttpRequest], HttpResponse]
View = TypeVar("View", bound=Callable[..., HttpResponse])

MAX_BYTES = 64 * 1024 * 1024  # of bodies in all encodings, for each process
MAX_BODY = 2 * 1024 * 1024
MAX_QUERY = 200
SMALLEST = 1024  # below this, compression gains nothing
MOST_PADDING = 100  # bytes by which a personal page is made longer at random
_NOT_KEPT = frozenset({"x-reference", "date", "set-cookie", "content-length", "content-encoding"})
_COMPRESSIBLE = re.compile(r"^(text/|image/svg|application/([\w.+-]*\+)?(json|xml|javascript|yaml))")

_generation: list[Callable[[], Hashable]] = []
_ends: list[Callable[[], datetime | None]] = []
_of_request: ContextVar[list[tuple[Hashable, ...]] | None] = ContextVar("generation of a request", default=None)


def public_page(view: View) -> View:
    """Mark a view whose page is the same for every reader who is not signed in."""

    @wraps(view)
    def marked(*args: Any, **kwargs: Any) -> HttpResponse:
        return view(*args, **kwargs)

    marked.public_page = True  # type: ignore[attr-defined]
    return marked  # type: ignore[return-value]


def generation(source: Callable[[], Hashable]) -> Callable[[], Hashable]:
    """Register a cheap reading that changes whenever public data does; a kept page is dropped when it differs."""
    _generation.append(source)
    return source


def ends_at(source: Callable[[], datetime | None]) -> Callable[[], datetime | None]:
    """Register what tells the next instant at which pages change by themselves (a phase opens or closes)."""
    _ends.append(source)
    return source


@dataclass(slots=True)
class Kept:
    """A page as it is sent again. variants: the body by encoding, "" for the plain one."""

    headers: dict[str, str]
    etag: str
    expires: float
    generation: tuple[Hashable, ...]
    variants: dict[str, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(map(len, self.variants.values())) + 1000


class Pages:
    """Kept pages, the least lately used dropped first when the bytes are used up."""

    def __init__(self, most: int = MAX_BYTES) -> None:
        self.most = most
        self.bytes = 0
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable) -> Kept | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                return None
            if kept.expires <= time.time():
                self._drop(key)
                return None
            self._kept.move_to_end(key)
            return kept

    def put(self, key: Hashable, kept: Kept) -> None:
        with self._lock:
            self._drop(key)
            self._kept[key] = kept
            self.bytes += kept.size
            while self.bytes > self.most and self._kept:
                self._drop(next(iter(self._kept)))

    def drop(self, key: Hashable) -> None:
        with self._lock:
            self._drop(key)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self.bytes = 0

    def _drop(self, key: Hashable) -> None:
        gone = self._kept.pop(key, None)
        if gone is not None:
            self.bytes -= gone.size


pages = Pages()


class PageCache:
    """Serves kept pages, keeps new ones, compresses what is safe to compress. First in the chain after ``Reference``."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Reading a page changes nothing, so that one reading of the generation serves all who ask for it meanwhile.
        token = _of_request.set([] if request.method in ("GET", "HEAD") else None)
        try:
            return self._answer(request)
        finally:
            _of_request.reset(token)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        key = key_of(request)
        if key is not None and (kept := pages.get(key)) is not None:
            if kept.generation == current_generation():
                return _answer(request, kept)
            pages.drop(key)
        request.page_key = key  # type: ignore[attr-defined]
        response = self.get_response(request)
        if key is not None and may_keep(request, response):
            kept = _keep(request, response)
            pages.put(key, kept)
            return _answer(request, kept)
        return compressed(request, response)

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Read the generation before the page is made: a change while it is being made then shows."""
        if getattr(request, "page_key", None) is not None and getattr(view, "public_page", False):
            request.page_generation = current_generation()  # type: ignore[attr-defined]


def key_of(request: HttpRequest) -> Hashable | None:
    """Where the request's page is kept, or None if the request is personal or odd."""
    if not settings.PAGE_CACHE_SECONDS or request.method not in ("GET", "HEAD"):
        return None
    meta = request.META
    query = meta.get("QUERY_STRING", "")
    if len(query) > MAX_QUERY or "HTTP_AUTHORIZATION" in meta or "HTTP_HX_REQUEST" in meta or "HTTP_RANGE" in meta:
        return None
    if _has_session(request):
        return None
    return meta.get("HTTP_HOST", meta.get("SERVER_NAME", "")), request.scheme, request.path, query


def current_generation() -> tuple[Hashable, ...]:
    """What all registered readings say now; within the reading of one page, what they said first."""
    held = _of_request.get()
    if held:
        return held[0]
    found = tuple(source() for source in _generation)
    if held is not None:
        held.append(found)
    return found


def may_keep(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether an answer may be given to others: marked public, complete, and nobody's own."""
    user = getattr(request, "user", None)
    return (
        hasattr(request, "page_generation")
        and request.method == "GET"
        and response.status_code == 200
        and not response.streaming
        and not _sets_cookies(response)
        and not response.has_header("Content-Encoding")
        and "no-store" not in response.get("Cache-Control", "")
        and "private" not in response.get("Cache-Control", "")
        and {each.strip().lower() for each in response.get("Vary", "").split(",")} <= {"", "cookie", "accept-encoding"}
        and not request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
        and not getattr(user, "is_authenticated", False)
        and len(response.content) <= MAX_BODY
    )


def compressed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The answer compressed. One that may hold a secret beside what somebody else chose gets a random length (see ``_of_random_length``)."""
    if (
        response.streaming
        or response.has_header("Content-Encoding")
        or len(response.content) < SMALLEST
        or not _COMPRESSIBLE.match(response.get("Content-Type", ""))
    ):
        return response
    patch_vary_headers(response, ["Accept-Encoding"])
    is_personal = _has_session(request) or _sets_cookies(response) or request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
    encoding = _accepted(request, ("gzip",)) if is_personal else _accepted(request)
    if encoding:
        response.content = _of_random_length(response.content) if is_personal else _compress(response.content, encoding)
        response["Content-Encoding"] = encoding
        response["Content-Length"] = str(len(response.content))
        if response.get("ETag", "").startswith('"'):
            response["ETag"] = f"W/{response['ETag']}"
    return response


def _keep(request: HttpRequest, response: HttpResponse) -> Kept:
    patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
    response.headers.setdefault("Cache-Control", "no-cache")  # browsers ask again, and mostly hear 304
    headers = {name: value for name, value in response.items() if name.lower() not in _NOT_KEPT}
    body = response.content
    # Weak, since one tag stands for all encodings of the page.
    etag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    expires = time.time() + settings.PAGE_CACHE_SECONDS
    for source in _ends:
        instant = source()
        if instant is not None:
            expires = min(expires, instant.timestamp())
    variants = {"": body}
    if len(body) >= SMALLEST and _COMPRESSIBLE.match(headers.get("Content-Type", "")):
        variants |= {encoding: _compress(body, encoding) for encoding in ("br", "gzip")}
    return Kept(headers, etag, expires, request.page_generation, variants)  # type: ignore[attr-defined]


def _answer(request: HttpRequest, kept: Kept) -> HttpResponse:
    asked = request.META.get("HTTP_IF_NONE_MATCH", "")
    if asked and (asked.strip() == "*" or kept.etag.removeprefix("W/") in asked):
        response = HttpResponse(status=304, headers={name: kept.headers[name] for name in ("Cache-Control", "Vary") if name in kept.headers})
        del response.headers["Content-Type"]
    else:
        encoding = _accepted(request)
        encoding = encoding if encoding in kept.variants else ""
        body = kept.variants[encoding]
        response = HttpResponse(b"" if request.method == "HEAD" else body, headers=kept.headers)
        response["Content-Length"] = str(len(body))
        if encoding:
            response["Content-Encoding"] = encoding
    response["ETag"] = kept.etag
    return response


def _has_session(request: HttpRequest) -> bool:
    cookies = request.META.get("HTTP_COOKIE", "")
    # "messages" is the cookie of Django's message storage.
    return bool(cookies) and (settings.SESSION_COOKIE_NAME in cookies or "messages" in cookies)


def _sets_cookies(response: HttpResponse) -> bool:
    # The message storage deletes its cookie whenever messages were looked for, also where there were none.
    return any(cookie.value or name != "messages" for name, cookie in response.cookies.items())


def _accepted(request: HttpRequest, offered: tuple[str, ...] = ("br", "gzip")) -> str:
    accepted = request.META.get("HTTP_ACCEPT_ENCODING", "")
    for encoding in offered:
        found = re.search(rf"\b{encoding}\b\s*(;\s*q=([\d.]+))?", accepted)
        if found and (found[2] is None or found[2].strip("0.")):
            return encoding
    return ""


def _compress(body: bytes, encoding: str) -> bytes:
    return brotli.compress(body, quality=5) if encoding == "br" else gzip.compress(body, 6, mtime=0)


def _of_random_length(body: bytes) -> bytes:
    """The body in gzip, with a name of random length in its header.

    Whoever can make a reader's browser ask for pages that repeat chosen text beside a secret could guess the secret from
    how well it all compresses (the BREACH attack, Prado, Harris and Gluck 2013). The name hides small differences of length
    ("Heal the Breach", Palacios and others 2022, as Django's own middleware does); and the CSRF token, the secret most worth
    guessing, is masked anew on every page.
    """
    compressed = io.BytesIO()
    with gzip.GzipFile(filename="a" * (1 + secrets.randbelow(MOST_PADDING)), mode="wb", compresslevel=3, fileobj=compressed, mtime=0) as stream:
        stream.write(body)
    return compressed.getvalue()
