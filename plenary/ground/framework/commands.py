"""``plenary framework`` and ``plenary edition``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from django.conf import settings

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework import actions
from plenary.ground.framework.editions import dumping, loading

EDITIONS = settings.ROOT / "editions"


@contextmanager
def _progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar in the terminal that is told how many of how many parts are done."""
    bar: Any
    with click.progressbar(length=100, label=label, file=sys.stderr) as bar:
        yield lambda done, parts: bar.update(done * 100 // parts - bar.pos)


@click.group()
def framework() -> None:
    """Concept schemes: action lines, goals, countries, themes and the links between them."""


@framework.command("load")
@click.option("--from", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=actions.DATA, help="Another folder of data files.")
def load_concepts(folder: Path) -> None:
    """Load all concept schemes from their data files; loading again changes nothing."""
    with _progress("Concepts") as on_progress:
        result = actions.load_concepts(actor=SYSTEM, folder=folder, on_progress=on_progress)
    click.echo(
        f"{result.schemes} schemes, {result.concepts} concepts: {result.created} created, {result.changed} changed, {result.retired} retired; "
        f"{result.links} memberships and links, {result.links_changed} changed."
    )


@click.group()
def edition() -> None:
    """Editions as folders of data: load, check, dump, reset."""


FOLDERS = click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))


@edition.command("load")
@FOLDERS
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--records", "records_again", is_flag=True, help="Import the files of records again, also unchanged ones.")
def load_editions(paths: tuple[Path, ...], dry_run: bool, records_again: bool) -> None:
    """Load edition folders, or folders that hold some. What was edited at the desk stays."""
    with _progress("Editions") as on_progress:
        results = loading.load(
            actor=SYSTEM,
            paths=paths,
            dry_run=dry_run,
            records_again=records_again,
            on_progress=on_progress,
        )
    _show(results)
    if dry_run:
        click.echo("This was a dry run: nothing has been written.")


@edition.command("check")
@FOLDERS
def check_editions(paths: tuple[Path, ...]) -> None:
    """Tell everything that is wrong with edition folders, without writing anything."""
    for folder in loading.check(paths=paths):
        click.echo(f"{folder.name}: right, {sum(len(rows) for rows in folder.rows.values())} records in {len(folder.rows)} files.")


@edition.command("dump")
@click.argument("code")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder to write to.")
def dump_edition(code: str, out: Path) -> None:
    """Write an edition as the folder that loads to the same."""
    for path in dumping.dump(code=code, out=out):
        click.echo(path)


@edition.command("reset")
@click.argument("code")
@click.option("--from", "path", type=click.Path(exists=True, file_okay=False, path_type=Path), default=EDITIONS, help="The folder of editions.")
def reset_edition(code: str, path: Path) -> None:
    """Let the relative dates of an edition (the demo) count from today. Other edits made at the desk stay."""
    _show([loading.reset(actor=SYSTEM, code=code, path=path)])


def _show(results: list[loading.LoadResult]) -> None:
    """What was done as a table, then what needs a decision."""
    click.echo(f"{'edition':<12}{'created':>9}{'changed':>9}{'removed':>9}{'unchanged':>11}{'conflicts':>11}  records imported")
    for result in results:
        counts = (len(result.created), len(result.changed), len(result.removed))
        numbers = "".join(f"{count:>9}" for count in counts)
        click.echo(f"{result.code:<12}{numbers}{result.unchanged:>11}{len(result.conflicts):>11}  {', '.join(result.records) or '-'}")
    for result in results:
        for conflict in result.conflicts:
            place = ", ".join(part for part in (conflict.file, f"line {conflict.line}" if conflict.line else "", conflict.field) if part)
            click.echo(f"Conflict in {place} ({conflict.section}/{conflict.key}), the desk's value stays:")
            click.echo(f"  at the desk: {_short(conflict.at_desk)}")
            click.echo(f"  in the file: {_short(conflict.in_file)}")
        for name in result.deleted_at_desk:
            click.echo(f"Edition {result.code}: {name} was deleted at the desk and stays deleted.")


def _short(value: object) -> str:
    if value is None:
        return "not there"
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return shown if len(shown) <= 200 else f"{shown[:200]}…"


commands: list[click.Command] = [framework, edition]
