"""Compiling the interface's translations with Babel, so that no machine needs gettext."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings


def stale_catalogues() -> list[Path]:
    """The catalogues that are newer than their compiled form, or have none."""
    sources = [source for folder in settings.LOCALE_PATHS for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po"))]
    return [source for source in sources if not (made := source.with_suffix(".mo")).exists() or made.stat().st_mtime_ns < source.stat().st_mtime_ns]


def compile_catalogues() -> int:
    """Compile every stale catalogue; gives how many were.

    The compiled file takes its place in one step, so that several sites may start from one folder at once.
    """
    stale = stale_catalogues()
    for source in stale:
        with source.open("rb") as stream:
            catalogue = read_po(stream, locale=source.parts[-3], domain=source.stem)
        handle, unfinished = tempfile.mkstemp(dir=source.parent, suffix=".tmp")
        with os.fdopen(handle, "wb") as stream:
            write_mo(stream, catalogue)
        Path(unfinished).chmod(0o644)
        Path(unfinished).replace(source.with_suffix(".mo"))
    return len(stale)
