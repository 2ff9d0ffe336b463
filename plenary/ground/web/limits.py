"""How many expensive requests an address may send in a minute: search and filtered lists. The API has a door of its own.

A token bucket for each client, in the memory of the process; with several processes each counts by itself. Signed-in
people are not limited here, and pages from the page cache cost nothing and do not count.
"""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from plenary.ground.web import errors
from plenary.ground.web.languages import in_language

Handler = Callable[[HttpRequest], HttpResponse]
MAX_CLIENTS = 50_000
EXPENSIVE = "/search/"
ELSEWHERE = ("/api/", "/oai")  # limited there, with answers that programs understand


class Buckets:
    """A bucket of tokens for each client; it holds a minute's worth unless told otherwise, and fills evenly."""

    def __init__(self, most: int = MAX_CLIENTS) -> None:
        self.most = most
        self._kept: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def take(self, client: str, per_minute: int, at_once: int = 0) -> int:
        """Take a token. Gives 0, or the seconds to wait where there is none. at_once: how many the bucket holds."""
        now = time.time()
        full = float(at_once or per_minute)
        with self._lock:
            tokens, since = self._kept.pop(client, (full, now))
            tokens = min(full, tokens + max(0.0, now - since) * per_minute / 60)
            waiting = 0 if tokens >= 1 else math.ceil((1 - tokens) * 60 / per_minute)
            self._kept[client] = (tokens if waiting else tokens - 1, now)
            if len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return waiting

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


buckets = Buckets()


class Limits:
    """Answers 429 to an address that asks for too much. Stands after authentication."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple[Any, ...], kwargs: dict[str, Any]) -> HttpResponse | None:
        """Take a token for an expensive request of somebody who is not signed in."""
        if not settings.RATE_LIMIT or not is_expensive(request) or request.user.is_authenticated:
            return None
        waiting = buckets.take(client_of(request), settings.RATE_LIMIT)
        return errors.too_many(request, waiting) if waiting else None


def is_expensive(request: HttpRequest) -> bool:
    """Search, and any page with a query part."""
    path = in_language(request.path, "en")
    return not path.startswith(ELSEWHERE) and (bool(request.META.get("QUERY_STRING")) or path.startswith(EXPENSIVE))


def client_of(request: HttpRequest) -> str:
    """The network that a request comes from: an IPv4 address, or the first half of an IPv6 one.

    Only as many entries of ``X-Forwarded-For`` are believed as trusted proxies stand in front; a client may write the others.
    """
    text = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if len(hops) >= settings.TRUSTED_PROXIES:
            text = hops[-settings.TRUSTED_PROXIES]
    try:
        address = ipaddress.ip_address(text.strip("[]").split("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(ipaddress.ip_network((address, 64), strict=False))
        return str(address.ipv4_mapped)
    return str(address)
