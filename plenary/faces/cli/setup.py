"""Setting a site up: database, static files, concepts, editions, demo, index. Doing it again costs next to nothing.

Each step says what it depends on; a stamp tells whether that changed (``stamps.py``). Nothing here deletes or overwrites
what people entered: loading an edition again merges, and demo records are made only once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

import click
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from plenary import __version__
from plenary.faces.cli.catalogues import compile_catalogues, stale_catalogues
from plenary.faces.cli.stamps import Stamps, hash_of
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.search import index
from plenary.rooms import rooms

PACKAGE = settings.ROOT / "plenary"
EDITIONS = settings.ROOT / "editions"


@dataclass(frozen=True, slots=True)
class Step:
    """A part of setting up. inputs: all that its outcome depends on. changes_records: the index must follow."""

    name: str
    saying: str
    run: Callable[[], None]
    inputs: Callable[[], Iterable[str | Path]]
    once: bool = False  # done a first time, never again
    changes_records: bool = False


def set_up(*, quiet: bool = False) -> None:
    """Bring the data folder up to date with the code and the editions at hand."""
    logging.getLogger("plenary").setLevel(logging.WARNING)  # the steps speak for themselves
    compile_catalogues()
    stamps = Stamps()
    _migrate(stamps, quiet=quiet)
    stale_index = index.current() is None
    for step, key in _pending(stamps):
        with _timed(step.saying, quiet=quiet):
            step.run()
        stamps.put(step.name, key)
        stale_index = stale_index or step.changes_records
    if stale_index:
        with _timed("Building the search index", quiet=quiet):
            rebuild_index()


def is_set_up() -> bool:
    """Whether ``set_up`` would find nothing to do."""
    return not stale_catalogues() and is_migrated() and index.current() is not None and not any(_pending(Stamps()))


def _pending(stamps: Stamps) -> Iterator[tuple[Step, str]]:
    """The steps that are not up to date, each with the hash to be noted once it is done."""
    for step in steps():
        key = hash_of(step.inputs())
        if not stamps.fits(step.name, key) and not (step.once and stamps.exists(step.name)):
            yield step, key


def is_migrated() -> bool:
    """Whether the database has all migrations of the code."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _migrate(stamps: Stamps, *, quiet: bool) -> None:
    executor = MigrationExecutor(connection)
    if not executor.loader.applied_migrations:
        stamps.forget()  # a new database, whatever the folder remembers of an older one
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        with _timed("Preparing the database", quiet=quiet):
            call_command("migrate", interactive=False, verbosity=0)


def steps() -> list[Step]:
    """Everything after the database is prepared and before the index is built, in order."""
    found = [
        Step("static", "Collecting styles and scripts", _collect_static, _static_inputs),
        Step("concepts", "Loading concepts", _load_concepts, lambda: [PACKAGE / "ground" / "framework" / "data"], changes_records=True),
        Step("legal", "Publishing terms and privacy notice", _load_legal, lambda: [PACKAGE / "ground" / "people" / "data"]),
    ]
    found += [
        Step(f"edition-{folder.name}", f"Loading {folder.name}", partial(_load_edition, folder), partial(list, [folder]), changes_records=True)
        for folder in edition_folders()
    ]
    if settings.DEMO:
        for room in rooms():
            make_demo = getattr(room.load("demo"), "make_demo", None)
            if make_demo is not None:
                found.append(
                    Step(f"demo-{room.label}", f"Making demo records: {room.label}", make_demo, lambda: [__version__], once=True, changes_records=True)
                )
    return found


def edition_folders() -> list[Path]:
    """The edition folders that come with the code, oldest first, the demo last."""
    folders = [path.parent for path in EDITIONS.glob("*/edition.toml")]
    return sorted(folders, key=lambda folder: (folder.name == "demo", folder.name))


def _static_inputs() -> list[str | Path]:
    sources: list[str | Path] = [path for path in sorted(PACKAGE.glob("*/*/static")) if path.is_dir()]
    return [*sources, version("django"), version("whitenoise"), version("django-allauth")]


def _collect_static() -> None:
    call_command("collectstatic", interactive=False, verbosity=0, clear=False)


def _load_concepts() -> None:
    from plenary.ground.framework.actions import load_concepts

    load_concepts(actor=SYSTEM)


def _load_legal() -> None:
    from plenary.ground.people.actions import load_legal

    load_legal(actor=SYSTEM)


def _load_edition(folder: Path) -> None:
    from plenary.ground.framework.editions.loading import load

    load(actor=SYSTEM, paths=[folder])


def rebuild_index() -> None:
    """Build the index anew from the database."""
    index.rebuild(wait=True)


class _timed:
    """Says what is being done and how long it took."""

    def __init__(self, saying: str, *, quiet: bool) -> None:
        self.saying, self.quiet = saying, quiet

    def __enter__(self) -> None:
        self.start = time.monotonic()
        if not self.quiet:
            click.echo(f"{self.saying} ...", nl=False)

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if not self.quiet:
            click.echo(" failed" if error else f" {time.monotonic() - self.start:.1f} s")
