"""Stamps: what setting up has already done, so that starting again skips it.

A stamp is a small file in the data folder that holds a hash of all that a step depends on. A step is up to date while
its hash is the same. Stamps can be thrown away: every step may run again without harm.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings


def hash_of(parts: Iterable[str | Path]) -> str:
    """One hash for texts and the contents of files and folders, whatever order a folder lists its files in."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            digest.update(f"text {part}\n".encode())
            continue
        files = [part] if part.is_file() else sorted(path for path in part.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        for path in files:
            name = path.relative_to(part).as_posix() if path != part else path.name
            digest.update(f"file {name} {path.stat().st_size}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


class Stamps:
    """The stamps of one data folder, for one database."""

    def __init__(self) -> None:
        database = settings.DATABASES["default"]
        identity = hash_of([str(database[key]) for key in ("ENGINE", "NAME", "HOST", "PORT") if key in database])[:12]
        self.folder = Path(settings.DATA) / "setup" / identity

    def fits(self, step: str, key: str) -> bool:
        """Whether the step was done with just this hash."""
        path = self.folder / step
        return path.exists() and path.read_text() == key

    def exists(self, step: str) -> bool:
        """Whether the step was ever done."""
        return (self.folder / step).exists()

    def put(self, step: str, key: str) -> None:
        """Note that the step is done."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / step).write_text(key)

    def forget(self) -> None:
        """Forget all steps: the database is another one than they were done for."""
        for path in self.folder.glob("*"):
            path.unlink()
