"""``plenary report``."""

from __future__ import annotations

import time
from pathlib import Path

import click

from plenary.errors import Invalid
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import LANGUAGES
from plenary.voice.publications.report.files import FORMATS, USUAL, write_report


@click.group()
def report() -> None:
    """Documents generated from the records."""


@report.command()
@click.option("--edition", "code", required=True, help="The edition's code, for example 2021.")
@click.option("--out", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="Where to write the files.")
@click.option("--lang", "language", default="en", show_default=True, type=click.Choice(LANGUAGES), help="The report's language.")
@click.option("--format", "formats", multiple=True, type=click.Choice(list(FORMATS)), help=f"One or several; by default {', '.join(USUAL)}.")
def progress(code: str, folder: Path, language: str, formats: tuple[str, ...]) -> None:
    """The progress report of an edition: every figure counted, or reported with its source."""
    edition = Edition.objects.filter(code=code).first()
    if edition is None:
        known = ", ".join(Edition.objects.values_list("code", flat=True)) or "none is loaded"
        raise Invalid({"--edition": [f"There is no edition {code}. Known: {known}."]})
    for suffix in dict.fromkeys(formats or USUAL):
        start = time.perf_counter()
        for path in write_report(actor=SYSTEM, edition=edition, folder=folder, language=language, formats=(suffix,)):
            click.echo(f"{path}  {path.stat().st_size / 1024:,.0f} KB  {time.perf_counter() - start:.1f} s")


commands = [report]
