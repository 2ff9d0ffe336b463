"""``plenary forum``: importing programmes."""

from __future__ import annotations

from pathlib import Path

import click

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.models import Edition
from plenary.programmes.forum import actions
from plenary.programmes.forum.importing.table import COLUMNS


@click.group("forum", help="The Forum's programme.")
def group() -> None:
    """The group of this room's commands."""


@group.command("import", help="Import a programme: frab XML, frab or pretalx JSON, or CSV. The whole FILE is checked before anything is written.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--edition", "code", required=True, help="Code of the edition, such as 2021.")
@click.option("--dry-run", is_flag=True, help="Check and report; write nothing.")
def import_(file: Path, code: str, dry_run: bool) -> None:
    """Import a file of sessions."""
    edition = Edition.objects.filter(code=code).first()
    if edition is None:
        known = ", ".join(Edition.objects.values_list("code", flat=True)) or "none is loaded yet"
        raise click.BadParameter(f"There is no edition {code!r}. Editions: {known}.", param_hint="--edition")
    for line in actions.import_programme(actor=SYSTEM, path=file, edition=edition, dry_run=dry_run).lines():
        click.echo(line)


@group.command("columns", help="List the columns that a table of sessions may have.")
def columns() -> None:
    """Print the columns with their meaning."""
    for name, meaning in COLUMNS.items():
        click.echo(f"{name:16} {meaning}")
    click.echo("\nSeveral values are separated by semicolons; files are in UTF-8.")


commands: list[click.Command] = [group]
