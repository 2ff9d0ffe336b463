"""``plenary stocktaking dump``: the files of the open data, now."""

from __future__ import annotations

import sys
from typing import Any

import click

from plenary.programmes.stocktaking.dumps.making import make


@click.command("dump", help="Make the files of the open data now; they are made every night anyway.")
def dump() -> None:
    """Make today's files and say what there is."""
    bar: Any
    with click.progressbar(length=1, label="Writing", show_pos=True, file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        made = make(progress=progress)
    for each in made.files:
        click.echo(f"{each['bytes']:>12,}  {made.folder / each['path']}")
    click.echo(f"{made.entries:,} entries")
