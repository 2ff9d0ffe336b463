"""``plenary framework`` and ``plenary edition``."""

from __future__ import annotations

from pathlib import Path

import click

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework import actions


@click.group()
def framework() -> None:
    """Concept schemes: action lines, goals, countries, themes and the links between them."""


@framework.command("load")
@click.option("--from", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=actions.DATA, help="Another folder of data files.")
def load_concepts(folder: Path) -> None:
    """Load all concept schemes from their data files; loading again changes nothing."""
    with click.progressbar(length=100, label="Concepts", file=click.get_text_stream("stderr")) as bar:
        result = actions.load_concepts(actor=SYSTEM, folder=folder, on_progress=lambda done, parts: bar.update(done * 100 // parts - bar.pos))
    click.echo(
        f"{result.schemes} schemes, {result.concepts} concepts: {result.created} created, {result.changed} changed, {result.retired} retired; "
        f"{result.links} memberships and links, {result.links_changed} changed."
    )


commands: list[click.Command] = [framework]
