"""``plenary search``: the index, from the command line."""

from __future__ import annotations

import signal
import sys
import threading

import click

from plenary.ground.search import index as store
from plenary.ground.search import preparing, worker


@click.group("search")
def group() -> None:
    """The search index."""


@group.command()
@click.option("--processes", type=click.IntRange(1, 64), default=None, help="How many processes prepare records (default: one for each core).")
def rebuild(processes: int | None) -> None:
    """Build the index anew from the database, beside the one in use."""
    with click.progressbar(length=preparing.expected()[0], label="Indexing", file=sys.stderr, show_pos=True) as bar:

        def show(count: int, _total: int | None) -> None:
            bar.length = max(bar.length or 0, count)
            bar.update(count - bar.pos)

        count = store.rebuild(show, wait=True, processes=processes)
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


@group.command()
def check() -> None:
    """Compare the numbers of records in the database and in the index; fails where they differ."""
    try:
        told = store.drift()
    except (OSError, ValueError) as error:
        raise click.ClickException("There is no search index that can be read. Run: plenary search rebuild") from error
    for each in told:
        click.echo(f"{each.kind}: {each.database} in the database, {each.index} in the index, {each.pending} changes waiting")
    if wrong := [each.kind for each in told if each.database != each.index]:
        raise click.ClickException(
            f"The search index does not hold what the database holds ({', '.join(wrong)}). Where no changes are waiting, run: plenary search rebuild"
        )
    click.echo("The search index holds what the database holds.")


commands: list[click.Command] = [group]
