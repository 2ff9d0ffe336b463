"""Running a site: the web server and the worker as children of one process that starts and stops them together."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from types import FrameType

import click
from django.conf import settings

from plenary.ground.audit.actors import SYSTEM

#: Requests that one web process works on at a time. Python runs one of them at any instant, so more threads only help
#: while some wait for the database or write a long document.
THREADS = 4
#: How long children may take to finish what they are doing.
PATIENCE = 15


@dataclass(slots=True)
class Child:
    """A process that belongs to the site."""

    name: str
    process: subprocess.Popen[bytes]


def run_site(*, host: str, port: int, workers: int) -> int:
    """Serve until Ctrl-C or SIGTERM, or until a child ends by itself. Gives the exit code."""
    _require_free(host, port)
    stop = threading.Event()

    def stopping(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stopping)
    children = [
        Child("web server", _start(*_web_server(host, port, workers))),
        Child("worker", _start(sys.executable, "-m", "plenary", "work")),
    ]
    try:
        announced = False
        while not stop.wait(0.1):
            ended = [child for child in children if child.process.poll() is not None]
            if ended:
                click.echo(f"The {ended[0].name} stopped by itself; stopping the site.", err=True)
                return 1
            if not announced and _answers(host, port):
                _announce(host, port)
                announced = True
        click.echo("Stopping ...", err=True)
        return 0
    finally:
        _stop(children)


def _web_server(host: str, port: int, workers: int) -> list[str]:
    return [
        *(sys.executable, "-m", "granian", "plenary.config.wsgi:application"),
        *("--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(workers)),
        *("--blocking-threads", str(THREADS), "--http", "1", "--no-ws", "--log-level", "warning"),
        *("--workers-kill-timeout", str(PATIENCE - 5), "--respawn-failed-workers"),
    ]


def default_workers() -> int:
    """As many web processes as there are cores to run them, but no more than eight unless asked for."""
    return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 8)


def _start(*command: str) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches only the parent, which stops its children in order.
    return subprocess.Popen(command, start_new_session=True, preexec_fn=_die_with_parent, cwd=settings.ROOT)  # noqa: S603


def _die_with_parent() -> None:
    """Linux: end the child even when the parent is killed outright."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


def _stop(children: list[Child]) -> None:
    for child in children:
        if child.process.poll() is None:
            child.process.terminate()
    until = time.monotonic() + PATIENCE
    for child in children:
        try:
            child.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            click.echo(f"The {child.name} did not stop in time and was ended.", err=True)
            os.killpg(child.process.pid, signal.SIGKILL)


def _require_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(f"Port {port} is in use. Choose another: make run PORT={port + 1}") from error


def _answers(host: str, port: int) -> bool:
    connection = HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _announce(host: str, port: int) -> None:
    address = settings.BASE_URL
    click.echo(f"\nPlenary runs at {address}/")
    if settings.DEMO:
        link = demo_sign_in_link()
        if link:
            click.echo(f"Sign in as the demo secretariat (works once): {link}")
    click.echo("Stop with Ctrl-C.\n")
    sys.stdout.flush()


def demo_sign_in_link() -> str:
    """A link that signs in as the demo's secretariat; empty where there is no such account."""
    from plenary.ground.people.actions import make_sign_in_link
    from plenary.ground.people.models import RoleGrant, User

    user = (
        User.objects.filter(person__grants__role=RoleGrant.Role.SECRETARIAT, person__grants__scope="site", is_active=True).order_by("joined_at", "pk").first()
    )
    if user is None:
        return ""
    return make_sign_in_link(actor=SYSTEM, user=user, path="/desk/")
