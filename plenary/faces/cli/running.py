"""Running a site: the web server and the worker as children of one process that starts and stops them together."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.context import ForkContext, SpawnContext
from multiprocessing.process import BaseProcess
from types import FrameType

import click
import django
from django.conf import settings
from django.db import connections

from plenary.faces.cli.working import work
from plenary.ground.audit.actors import SYSTEM

#: Requests that one web process works on at a time. Python runs one of them at any instant, so more threads only help
#: while some wait for the database or write a long document.
THREADS = 4
#: How long children may take to finish what they are doing.
PATIENCE = 15
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


# Children are forked where that is sound: they share what is loaded already, so that starting takes half the time.
_processes: ForkContext | SpawnContext = get_context("fork") if sys.platform == "linux" else get_context("spawn")


def run_site(*, host: str, port: int, workers: int) -> int:
    """Serve until Ctrl-C or SIGTERM, or until a child ends by itself. Gives the exit code."""
    _require_free(host, port)
    import_module("plenary.config.wsgi")
    connections.close_all()  # a connection must not be shared with a child
    children: list[BaseProcess] = [
        _processes.Process(target=_be_child, args=(serve_web, host, port, workers), name="web server"),
        _processes.Process(target=_be_child, args=(work,), name="worker"),
    ]
    for child in children:
        child.start()
    stop = threading.Event()

    def stopping(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in STOPPING:
        signal.signal(number, stopping)
    try:
        announced = False
        while not stop.wait(0.1):
            ended = [child.name for child in children if not child.is_alive()]
            if ended:
                click.echo(f"The {ended[0]} stopped by itself; stopping the site.", err=True)
                return 1
            if not announced and _answers(host, port):
                _announce()
                announced = True
        click.echo("Stopping ...", err=True)
        return 0
    finally:
        _stop(children)


def serve_web(host: str, port: int, workers: int) -> None:
    """Be the web server, with a number of processes of its own."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    Granian(
        "plenary.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=PATIENCE - 5,
    ).serve()


def default_workers() -> int:
    """As many web processes as there are cores to run them, but no more than eight unless asked for."""
    return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 8)


def _be_child(target: Callable[..., None], *arguments: object) -> None:
    """Become a child of the site: deaf to Ctrl-C, which its parent hears and passes on, and gone when the parent is."""
    os.setsid()
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)
    for number in STOPPING:
        signal.signal(number, signal.SIG_DFL)
    django.setup()
    target(*arguments)


def _stop(children: list[BaseProcess]) -> None:
    for child in children:
        child.terminate()
    until = time.monotonic() + PATIENCE
    for child in children:
        child.join(max(0.1, until - time.monotonic()))
        if child.is_alive() and child.pid is not None:
            click.echo(f"The {child.name} did not stop in time and was ended.", err=True)
            os.killpg(child.pid, signal.SIGKILL)


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


def _announce() -> None:
    click.echo(f"\nPlenary runs at {settings.BASE_URL}/")
    if settings.DEMO:
        link = demo_sign_in_link()
        if link:
            click.echo(f"Sign in as the demo secretariat (works once): {link}")
    if hint := font_hint():
        click.echo(hint)
    click.echo("Stop with Ctrl-C.\n")
    sys.stdout.flush()


def font_hint() -> str:
    """What to install so that PDF can be made in all languages; empty where nothing is missing."""
    from plenary.ground.files.typesetting import missing_packages

    missing = missing_packages()
    languages = " and ".join({"ar": "Arabic", "zh": "Chinese"}[language] for language in missing)
    return f"No font here can show {languages} in a PDF. On Debian: apt-get install {' '.join(missing.values())}" if missing else ""


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
