"""Commands that are about the whole site rather than one room."""

from __future__ import annotations

import subprocess
import sys

import click


@click.command("setup", help="Prepare everything but serving: database, editions, demo, search index.")
@click.option("--quiet", is_flag=True, help="Say nothing unless something is wrong.")
def setup_command(quiet: bool) -> None:
    from plenary.faces.cli.setup import set_up

    set_up(quiet=quiet)


@click.command("run", help="Set up what is missing, then serve the site and work off tasks until Ctrl-C.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", default=0, type=click.IntRange(0, 64), help="Web processes; default: one a core.")
def run_command(host: str, port: int, workers: int) -> None:
    from plenary.faces.cli.running import default_workers, run_site
    from plenary.faces.cli.setup import is_set_up

    if not is_set_up():
        # In a process of its own: the site's children are forked from this one, which must have no threads.
        done = subprocess.run((sys.executable, "-m", "plenary", "setup"), check=False)
        if done.returncode:
            sys.exit(done.returncode)
    sys.exit(run_site(host=host, port=port, workers=workers or default_workers()))


@click.command("work", help="Work off background tasks and keep the search index up to date (part of run).")
def work_command() -> None:
    from plenary.faces.cli.working import work

    work()


commands = [setup_command, run_command, work_command]
