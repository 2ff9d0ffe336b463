"""``plenary calls``: the table of a call's form, and importing submissions from it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from plenary.engines.calls.actions import import_submissions
from plenary.engines.calls.form.table import template_csv, template_xlsx
from plenary.engines.calls.models import Call
from plenary.engines.calls.queries import form_in_force
from plenary.ground.audit.actors import SYSTEM


@click.group("calls", help="Calls and what is submitted to them.")
def group() -> None:
    """The group of this room's commands."""


def call_of(name: str) -> Call:
    """The call that an argument names: ``2021/prizes``. Raises: click.BadParameter."""
    edition, _slash, slug = name.partition("/")
    call = Call.objects.select_related("edition").filter(edition__code=edition, slug=slug).first()
    if call is None:
        known = Call.objects.filter(edition__code=edition).select_related("edition").order_by("slug")
        told = ", ".join(str(each) for each in known) or "give it as EDITION/SLUG, such as 2021/prizes"
        raise click.BadParameter(f"There is no call {name!r}. Calls: {told}.", param_hint="CALL")
    return call


@group.command("import", help="Import submissions to CALL (EDITION/SLUG) from FILE (.xlsx or .csv). All rows are checked before any is written.")
@click.argument("call")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check and report; write nothing.")
@click.option("--language", default="en", show_default=True, help="In which the contributors read.")
@click.option("--files-follow", is_flag=True, help="Take rows without the files that the form needs; they are added later.")
@click.option("--tell", is_flag=True, help="Mail national focal points, where contributors agreed, and persons who are asked to join.")
def import_(call: str, file: Path, dry_run: bool, language: str, files_follow: bool, tell: bool) -> None:
    """Import a table of submissions."""
    found = call_of(call)
    bar: Any
    with click.progressbar(length=1, label=f"Importing {file.name}", show_pos=True, file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        report = import_submissions(
            actor=SYSTEM, call=found, path=file, dry_run=dry_run, language=language, files_follow=files_follow, tell=tell, progress=progress
        )
    for line in report.lines():
        click.echo(line)


@group.command("template", help="Write the table that submissions to CALL (EDITION/SLUG) are imported from to FILE (.xlsx or .csv).")
@click.argument("call")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def template(call: str, file: Path) -> None:
    """Write the empty table of a call's form."""
    found = call_of(call)
    form = form_in_force(found)
    writers = {".xlsx": template_xlsx, ".csv": template_csv}
    if file.suffix.lower() not in writers:
        raise click.BadParameter("The name must end in .xlsx or .csv.", param_hint="FILE")
    if form is None:
        raise click.ClickException("This call has no form.")
    file.write_bytes(writers[file.suffix.lower()](found, form.form))
    click.echo(f"{file}: written.")


commands: list[click.Command] = [group]
