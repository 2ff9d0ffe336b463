"""``plenary stocktaking``: importing entries."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import click

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.models import Edition
from plenary.programmes.stocktaking.actions.confirming import ask_due
from plenary.programmes.stocktaking.actions.links import check_all
from plenary.programmes.stocktaking.dumps.commands import dump
from plenary.programmes.stocktaking.importing import runs
from plenary.programmes.stocktaking.importing.columns import COLUMNS
from plenary.programmes.stocktaking.importing.entries import import_entries
from plenary.programmes.stocktaking.importing.looking import mapping_of
from plenary.programmes.stocktaking.importing.mapping import parse_pairs, written_mapping
from plenary.programmes.stocktaking.links import STRIKES
from plenary.programmes.stocktaking.models import LinkState


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
@click.option(
    "--map", "maps", multiple=True, metavar="THEIRS=OURS|FILE", help="How a column is read; THEIRS= leaves it out. FILE: a kept mapping. May be repeated."
)
@click.option("--keep-map", type=click.Path(dir_okay=False, path_type=Path), help="Write how the columns of FILE are read to this TOML file, and stop.")
@click.option("--update", is_flag=True, help="Bring entries that are here up to date. What somebody has changed here since stays, and is told.")
@click.option("--empty", "empties", is_flag=True, help="With --update: an empty cell empties the value here. Else it leaves it.")
@click.option("--resume", is_flag=True, help="Go on with the import of FILE that broke off, with what was said then.")
@click.option("--take-back", is_flag=True, help="Take the import of FILE that broke off back: remove what it has written.")
@click.option("--dry-run", is_flag=True, help="Check and report; write nothing.")
def import_(file: Path, edition: str, maps: tuple[str, ...], keep_map: Path | None, take_back: bool, dry_run: bool, **options: Any) -> None:
    """Import a file of entries."""
    if take_back:
        count = runs.take_back(actor=SYSTEM, run=runs.broken_off(file))
        click.echo(f"{count} entries that nobody has seen yet are removed.")
        return
    mapping = parse_pairs(maps)
    if keep_map is not None:
        _keep_mapping(file, mapping, keep_map)
        return
    bar: Any
    with click.progressbar(length=1, label=f"Importing {file.name}", show_pos=True, file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        report = import_entries(actor=SYSTEM, path=file, edition=edition_of(edition), dry_run=dry_run, mapping=mapping, progress=progress, **options)
    for line in report.lines():
        click.echo(line)


def _keep_mapping(file: Path, mapping: dict[str, str], keep: Path) -> None:
    """Write down how each column of a file would be read, for somebody to change."""
    chosen = mapping_of(file, mapping)
    keep.write_text(written_mapping(chosen), encoding="utf-8")
    for theirs, ours in chosen.items():
        click.echo(f"{theirs} -> {ours or '(left out)'}")
    click.echo(f"Written to {keep}. Change it there, then import with --map {keep}.")


@group.command("columns", help="List the columns that a file of entries may have.")
def columns() -> None:
    """Print the columns with their meaning."""
    for name, meaning in COLUMNS.items():
        click.echo(f"{name:18} {meaning}")
    click.echo("\nIn tables several values are separated by semicolons; files are in UTF-8.")


@group.command("check-links", help="Ask every address that public entries name whether it still answers; owners hear once of those that are dead.")
def check_links() -> None:
    """Look at the links that are due, with a pause between two of the same host."""
    bar: Any
    with click.progressbar(length=1, label="Links", show_pos=True, file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        looked = check_all(actor=SYSTEM, wait=time.sleep, progress=progress)
    dead = LinkState.objects.filter(failures__gte=STRIKES).count()
    click.echo(f"Looked at {looked} addresses. Dead, after failing on three different days: {dead}.")


@group.command("ask-owners", help="Ask owners whether their entries still stand, where nobody has said so for a year. The worker does so every day.")
def ask_owners() -> None:
    """Write the mails that are due."""
    click.echo(f"{ask_due(actor=SYSTEM)} mails written.")


group.add_command(dump)

commands: list[click.Command] = [group]
