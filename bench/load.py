"""A small load generator: some connections kept open, each asking again as soon as it has its answer.

One thread with a selector and as little work for each answer as possible, so that it takes little from the server's cores.
"""

from __future__ import annotations

import itertools
import selectors
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Connections at once: enough to keep one web process busy, few enough that waiting does not hide its speed.
CONNECTIONS = 4


@dataclass(frozen=True, slots=True)
class Load:
    """How a page bore a load. size: bytes of its body as sent, compressed."""

    per_second: float
    p50: float
    p95: float
    size: int
    status: int


@dataclass(slots=True)
class Connection:
    """A connection and what it is waiting for."""

    socket: socket.socket
    asked: float = 0.0
    received: bytes = b""
    missing: int = -1  # bytes still to come; -1 while the head is not complete


def requests_for(port: int, page: Mapping[str, Any]) -> list[bytes]:
    """What is sent for a page: a plain address, or the forms that are posted to it in turn."""
    head = f"Host: 127.0.0.1:{port}\r\nAccept-Encoding: br, gzip\r\nAccept: {page.get('accept', 'text/html')}\r\n"
    if page.get("cookie"):
        head += f"Cookie: {page['cookie']}\r\n"
    if "posts" not in page:
        return [f"GET {page['path']} HTTP/1.1\r\n{head}\r\n".encode()]
    head += "Content-Type: application/x-www-form-urlencoded\r\n"
    return [f"POST {path} HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}".encode() for path, body in page["posts"]]


def load(port: int, page: Mapping[str, Any], *, seconds: float, warm_up: float = 0.7) -> Load:
    """Ask for a page over and over, first for a moment that does not count; what can be asked once only, until it is used up."""
    asked = iter(requests_for(port, page)) if page.get("once") else itertools.cycle(requests_for(port, page))
    selector = selectors.DefaultSelector()
    connections = []
    for _each in range(CONNECTIONS):
        connection = Connection(socket.create_connection(("127.0.0.1", port), timeout=30))
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connections.append(connection)
        _ask(connection, next(asked))
    begin = time.perf_counter() + warm_up
    end = begin + seconds
    took: list[float] = []
    size = status = 0
    used_up = False
    while not used_up and (now := time.perf_counter()) < end:
        for key, _mask in selector.select(timeout=end - now):
            connection = key.data
            if not _receive(connection):
                continue
            done = time.perf_counter()
            head, _split, body = connection.received.partition(b"\r\n\r\n")
            status, size = int(head[9:12]), len(body)
            if done > begin:
                took.append(done - connection.asked)
            following = next(asked, None)
            if following is None:
                used_up = True
                break
            _ask(connection, following)
    seconds = time.perf_counter() - begin
    for connection in connections:
        connection.socket.close()
    if not took:
        raise RuntimeError(f"{page} gave no answer in {seconds} s")
    took.sort()
    return Load(len(took) / seconds, took[len(took) // 2] * 1000, took[int(len(took) * 0.95)] * 1000, size, status)


def _ask(connection: Connection, request: bytes) -> None:
    connection.received, connection.missing = b"", -1
    connection.asked = time.perf_counter()
    connection.socket.sendall(request)


def _receive(connection: Connection) -> bool:
    """Take what has come; True once the answer is whole."""
    part = connection.socket.recv(1 << 20)
    if not part:
        raise RuntimeError("the server closed a connection")
    connection.received += part
    if connection.missing < 0:
        head, split, body = connection.received.partition(b"\r\n\r\n")
        if not split:
            return False
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        connection.missing = int(length.split(b":")[1]) - len(body)
    else:
        connection.missing -= len(part)
    return connection.missing == 0
