"""Uploads that come in pieces, so that a broken line costs one piece: where they wait, and how far each is.

A folder for each submission, in it a file of pieces for each upload. What nobody goes on with for a day goes away.
"""

from __future__ import annotations

import hashlib
import shutil
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from plenary.errors import Conflict

LASTS = 24 * 60 * 60  # seconds
#: Uploads of one submission that may wait at a time.
MOST = 25


@dataclass(frozen=True, slots=True)
class Partial:
    """An upload on its way. key: the same file of the same field goes on where it stopped."""

    key: str
    path: Path

    @property
    def offset(self) -> int:
        """How many bytes are here."""
        return self.path.stat().st_size if self.path.exists() else 0

    def append(self, offset: int, piece: bytes) -> int:
        """Add a piece at its place; how many bytes are here now. Raises: Conflict where it does not follow what is here."""
        with self.path.open("ab") as out:
            if out.tell() != offset:
                raise Conflict(str(out.tell()))
            out.write(piece)
            return out.tell()

    def drop(self) -> None:
        """Forget it."""
        self.path.unlink(missing_ok=True)


def _root() -> Path:
    return Path(settings.DATA) / "partial"


def partial(submission: uuid.UUID, field: str, name: str, size: int, modified: str) -> Partial:
    """The upload of a file to a field of a submission, begun or to be begun. Raises: Conflict where too many wait."""
    key = hashlib.blake2b(repr((field, name, size, modified)).encode("utf-8", "replace"), digest_size=16).hexdigest()
    return _at(submission, key)


def by_key(submission: uuid.UUID, key: str) -> Partial | None:
    """An upload by its key, if it was begun."""
    if len(key) != 32 or not all(sign in "0123456789abcdef" for sign in key):
        return None
    found = Partial(key, _root() / str(submission) / key)
    return found if found.path.exists() else None


def _at(submission: uuid.UUID, key: str) -> Partial:
    tidy()
    folder = _root() / str(submission)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = Partial(key, folder / key)
    if not found.path.exists():
        if sum(1 for _each in folder.iterdir()) >= MOST:
            raise Conflict("too many")
        found.path.touch()
    return found


def drop_all(submission: uuid.UUID) -> None:
    """Forget all uploads of a submission."""
    shutil.rmtree(_root() / str(submission), ignore_errors=True)


def tidy() -> None:
    """Forget what nobody went on with."""
    if not _root().is_dir():
        return
    for folder in _root().iterdir():
        try:
            for each in folder.iterdir():
                if time.time() - each.stat().st_mtime > LASTS:
                    each.unlink(missing_ok=True)
            if not any(folder.iterdir()) and time.time() - folder.stat().st_mtime > LASTS:
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue
