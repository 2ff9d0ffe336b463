"""Records of an edition that are no part of its dump: entries, prizes and sessions in ``<folder>/records/``.

The room that owns the records registers an importer for a file name; loading an edition calls it after the sections,
in the same transaction. An importer reads the whole file, raises ``Invalid`` with all problems and then has written
nothing, and does nothing when called again with the same file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from plenary.ground.audit.actors import Actor
from plenary.ground.framework.models import Edition

Importer = Callable[[Path, Edition, Actor], None]

_importers: dict[str, Importer] = {}


def register(file: str, importer: Importer) -> Importer:
    """Make ``importer(path, edition, actor)`` read the file of that name in the folder ``records`` of an edition."""
    if file in _importers and _importers[file] is not importer:
        raise ValueError(f"there are two importers for {file}")
    _importers[file] = importer
    return importer


def importers() -> dict[str, Importer]:
    """All importers by file name, in the order in which they were registered (lower rooms first)."""
    return dict(_importers)
