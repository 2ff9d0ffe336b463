"""Whether the addresses that entries name still answer.

Polite: each host is asked for one address at a time, with a pause, by HEAD first. Careful: an address leads nowhere but to
the public internet. Its name is resolved here, each step of a redirection anew, and the connection goes to the very
address that was looked at; so nobody can use the platform to knock on doors inside its own network.

An address counts as dead once it has failed on three different days. A server that answers but refuses programs (401,
403, 429 ...) is alive.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from plenary import __version__

#: Failures on as many different days make an address dead.
STRIKES = 3
HOPS = 5
#: Seconds for one step of the network, and for all of an address.
STEP, WHOLE = 8.0, 20.0
#: Bytes of an answer that are read at most.
LARGEST = 64 * 1024
AGENT = f"Plenary/{__version__} (checks whether links of a public repository still work)"
PORTS = {"http": (80, 8080), "https": (443, 8443)}

#: Gives the socket addresses of a host, or refuses. Tests give another one.
Resolver = Callable[[str, int], Sequence[tuple[str, int]]]


class Refused(OSError):
    """The address leads where nothing public is."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an address answered. status: of HTTP, 0 where there was no answer. reason: for the log."""

    url: str
    status: int
    reason: str = ""

    @property
    def is_alive(self) -> bool:
        return 0 < self.status < 500 and self.status not in (404, 410)


def public_addresses(host: str, port: int) -> Sequence[tuple[str, int]]:
    """Where a host can be reached on the public internet. Raises: Refused where any of its addresses is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (UnicodeError, ValueError) as error:
        raise Refused(f"{host[:80]!r} is no name of a host") from error
    addresses = list(dict.fromkeys((str(each[4][0]), port) for each in found))
    for address, _port in addresses:
        if not is_public(address):
            raise Refused(f"{host} leads to {address}")
    if not addresses:
        raise Refused(f"{host} leads nowhere")
    return addresses


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet: not private, loopback, link-local, multicast, reserved or one that hides such a one."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        hidden = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None) or _translated(found)
        if hidden is not None:
            return is_public(str(hidden))
    return found.is_global and not found.is_multicast and not found.is_reserved


def _translated(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The older address within one of a translator (RFC 6052)."""
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in ipaddress.IPv6Network("64:ff9b::/96") else None


def check(url: str, resolver: Resolver = public_addresses) -> Outcome:
    """Ask for an address: HEAD, and where that is not understood GET. Never raises for what the network does."""
    until = time.monotonic() + WHOLE
    outcome = _follow(url, "HEAD", resolver, until)
    if not outcome.is_alive and outcome.reason != "refused" and time.monotonic() < until:
        outcome = _follow(url, "GET", resolver, until)
    return outcome


def _follow(url: str, method: str, resolver: Resolver, until: float) -> Outcome:
    where = url
    try:
        for _hop in range(HOPS + 1):
            status, onward = _ask(where, method, resolver, until)
            if not onward:
                return Outcome(url, status)
            where = urljoin(where, onward)
    except Refused:
        return Outcome(url, 0, "refused")
    except (OSError, HTTPException, ValueError) as error:  # whatever servers and networks do
        return Outcome(url, 0, type(error).__name__)
    return Outcome(url, 0, "too many redirections")


def _ask(url: str, method: str, resolver: Resolver, until: float) -> tuple[int, str]:
    """One step: the status, and where it leads on, empty where it does not."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in PORTS or not host or parts.username is not None or parts.password is not None:
        raise Refused("neither http nor https")
    port = parts.port or PORTS[parts.scheme][0]
    if port not in PORTS[parts.scheme]:
        raise Refused(f"port {port}")
    name = host if host.isascii() else host.encode("idna").decode("ascii")
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    connection = _connected(parts.scheme, name, resolver(name, port), min(STEP, left))
    # Whoever sends a byte now and then keeps within each step; this ends the whole.
    watch = threading.Timer(left, _cut, [connection.sock])
    watch.daemon = True
    watch.start()
    try:
        path = quote(urlunsplit(("", "", parts.path or "/", parts.query, "")), safe="/?&=%:@!$'()*+,;~-._[]#")
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        named = f"[{name}]" if ":" in name else name
        connection.putheader("Host", named if parts.port is None else f"{named}:{port}")
        for header, value in (("User-Agent", AGENT), ("Accept", "*/*"), ("Connection", "close")):
            connection.putheader(header, value)
        connection.endheaders()
        answer = connection.getresponse()
        if method == "GET":
            answer.read(LARGEST)
        return answer.status, _onward(answer)
    finally:
        watch.cancel()
        connection.close()


def _onward(answer: HTTPResponse) -> str:
    return (answer.getheader("Location") or "") if answer.status in (301, 302, 303, 307, 308) else ""


def _connected(scheme: str, host: str, addresses: Sequence[tuple[str, int]], timeout: float) -> HTTPConnection:
    """A connection to one of the addresses that were looked at, whatever the name resolves to a moment later."""
    problem: OSError = Refused("no address")
    for address in addresses[:2]:
        try:
            raw = socket.create_connection(address, timeout=timeout)
        except OSError as error:
            problem = error
            continue
        try:
            if scheme == "https":
                connection: HTTPConnection = HTTPSConnection(host, address[1], timeout=timeout)
                connection.sock = _any_certificate().wrap_socket(raw, server_hostname=host)
            else:
                connection = HTTPConnection(host, address[1], timeout=timeout)
                connection.sock = raw
        except BaseException:
            raw.close()
            raise
        return connection
    raise problem


def _any_certificate() -> ssl.SSLContext:
    """Whether a page answers is asked, nothing is told: a certificate that ran out makes a page doubtful, not dead."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _cut(connected: socket.socket) -> None:
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)


def check_together(urls: Iterable[str], resolver: Resolver = public_addresses, at_once: int = 8) -> list[Outcome]:
    """Ask for several addresses, each of another host, a few at a time."""
    with ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="links") as pool:
        return list(pool.map(lambda url: check(url, resolver), urls))


def host_of(url: str) -> str:
    """The host of an address, by which politeness goes."""
    try:
        return (urlsplit(url).hostname or "").lower().removeprefix("www.")
    except ValueError:
        return ""
