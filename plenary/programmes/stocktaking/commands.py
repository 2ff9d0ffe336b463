"""``plenary stocktaking``: importing entries."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.models import Edition
from plenary.programmes.stocktaking.importing.columns import COLUMNS
from plenary.programmes.stocktaking.importing.entries import import_entries


@click.group("stocktaking", help="Entries of the repository.")
def group() -> None:
    """The group of this room's commands."""


def edition_of(code: str) -> Edition | None:
    """The edition that an option names. Raises: click.BadParameter."""
    if not code:
        return None
    edition = Edition.objects.filter(code=code).first()
    if edition is None:
        known = ", ".join(Edition.objects.values_list("code", flat=True)) or "none is loaded yet"
        raise click.BadParameter(f"There is no edition {code!r}. Editions: {known}.", param_hint="--edition")
    return edition


@group.command("import", help="Import FILE (.jsonl, .csv or .xlsx). The whole file is checked before anything is written; importing again adds nothing.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--edition", default="", help="Edition in which the entries were submitted, where their year does not say.")
@click.option("--untitled", default="", help="Title for rows that have none, such as '(title not stated)'.")
@click.option("--dry-run", is_flag=True, help="Check and report; write nothing.")
def import_(file: Path, edition: str, untitled: str, dry_run: bool) -> None:
    """Import a file of entries."""
    bar: Any
    with click.progressbar(length=1, label=f"Importing {file.name}", show_pos=True, file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        report = import_entries(actor=SYSTEM, path=file, edition=edition_of(edition), dry_run=dry_run, untitled=untitled, progress=progress)
    for line in report.lines():
        click.echo(line)


@group.command("columns", help="List the columns that a file of entries may have.")
def columns() -> None:
    """Print the columns with their meaning."""
    for name, meaning in COLUMNS.items():
        click.echo(f"{name:18} {meaning}")
    click.echo("\nIn tables several values are separated by semicolons; files are in UTF-8.")


commands: list[click.Command] = [group]
