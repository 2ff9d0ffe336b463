"""``plenary awards``: importing results of contests."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from plenary.ground.audit.actors import SYSTEM
from plenary.programmes.awards.importing import COLUMNS, import_awards
from plenary.programmes.stocktaking.commands import edition_of


@click.group("awards", help="Contests and awards.")
def group() -> None:
    """The group of this room's commands."""


@group.command("import", help="Import FILE (.csv, .jsonl or .xlsx), one row for each award. Checked wholly before anything is written.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--edition", default="", help="Edition of all rows; without it each row's year names its edition.")
@click.option("--dry-run", is_flag=True, help="Check and report; write nothing.")
def import_(file: Path, edition: str, dry_run: bool) -> None:
    """Import a file of awards."""
    bar: Any
    with click.progressbar(length=1, label=f"Importing {file.name}", show_pos=True, file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        report = import_awards(actor=SYSTEM, path=file, edition=edition_of(edition), dry_run=dry_run, progress=progress)
    for line in report.lines():
        click.echo(line)


@group.command("columns", help="List the columns that a file of awards may have.")
def columns() -> None:
    """Print the columns with their meaning."""
    for name, meaning in COLUMNS.items():
        click.echo(f"{name:18} {meaning}")
    click.echo("\nIn tables several values are separated by semicolons; files are in UTF-8.")


commands: list[click.Command] = [group]
