"""``plenary search``: the index, from the command line."""

from __future__ import annotations

import signal
import threading

import click

from plenary.ground.search import index as store
from plenary.ground.search import worker


@click.group("search")
def group() -> None:
    """The search index."""


@group.command()
def rebuild() -> None:
    """Build the index anew from the database, beside the one in use."""

    def show(count: int) -> None:
        click.echo(f"\r{count} records", nl=False, err=True)

    count = store.rebuild(show, wait=True)
    click.echo("", err=True)
    click.echo(f"The search index holds {count} records.")


@group.command()
@click.option("--once", is_flag=True, help="Follow what has changed, then stop.")
def follow(once: bool) -> None:
    """Keep the index up to date with the database."""
    if once:
        click.echo(f"{worker.follow_once()} changes followed.")
        return
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    worker.follow_forever(stop)


@group.command()
def status() -> None:
    """Tell how the index stands."""
    for name, value in store.status().items():
        click.echo(f"{name}: {value if value is not None else 'none'}")


commands: list[click.Command] = [group]
