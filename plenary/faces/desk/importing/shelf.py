"""Where an uploaded file waits between its dry run and the confirmation: a folder of its own, for its uploader, for two hours.

A folder's name is a secret of 144 bits. ``import.json`` in it says what the file is; whoever renames that first is the
one who imports, so that pressing the button twice imports once.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import get_valid_filename

from plenary.faces.desk.importing.outcome import Outcome

LASTS = 2 * 60 * 60  # seconds
_ABOUT, _TAKEN, _WORKING, _STOP = "import.json", "taken.json", "working.json", "stop"
#: Seconds without news after which work in the background is taken for broken off.
PATIENCE = 10 * 60


@dataclass(frozen=True, slots=True)
class Kept:
    """An upload on the shelf. done: it was imported, and only the outcome is left."""

    token: str
    kind: str
    edition: str
    name: str
    actor_id: str
    sha256: str
    done: bool
    outcome: Outcome
    given: Mapping[str, Any] = field(default_factory=dict)  # what was said beside the file

    @property
    def path(self) -> Path:
        return _folder() / self.token / "file" / self.name


def _folder() -> Path:
    return Path(settings.DATA) / "imports"


def _is_token(token: str) -> bool:
    return len(token) == 24 and all(char.isalnum() or char in "-_" for char in token) and token.isascii()


def put(upload: UploadedFile, *, kind: str, edition: str, actor_id: str, given: Mapping[str, Any] | None = None) -> Kept:
    """Keep an upload; what is too old goes."""
    _tidy()
    token = secrets.token_urlsafe(18)
    place = _folder() / token
    (place / "file").mkdir(parents=True, mode=0o700)
    name = _tame(upload.name or "")
    digest = hashlib.sha256()
    with (place / "file" / name).open("wb") as out:
        for chunk in upload.chunks():
            digest.update(chunk)
            out.write(chunk)
    kept = Kept(token, kind, edition, name, actor_id, digest.hexdigest(), False, Outcome(), given or {})
    save(kept, kept.outcome)
    return kept


def _tame(name: str) -> str:
    """A file name that stays in its folder, with the ending it had."""
    stem, suffix = Path(name).stem[-80:], Path(name).suffix[:10].lower()
    try:
        return get_valid_filename(f"{stem}{suffix}")
    except Exception:  # noqa: BLE001 a name of dots only
        return f"upload{suffix}"


def save(kept: Kept, outcome: Outcome, *, done: bool = False) -> None:
    """Write down what the dry run found, or that the import is done; the file itself goes with the latter."""
    place = _folder() / kept.token
    about = {
        "kind": kept.kind,
        "edition": kept.edition,
        "name": kept.name,
        "actor_id": kept.actor_id,
        "sha256": kept.sha256,
        "done": done,
        "outcome": outcome.to_json(),
        "given": dict(kept.given),
    }
    draft = place / "import.json.new"
    draft.write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
    draft.replace(place / _ABOUT)
    (place / _TAKEN).unlink(missing_ok=True)
    if done:
        shutil.rmtree(place / "file", ignore_errors=True)


def find(token: str, *, kind: str, actor_id: str) -> Kept | None:
    """What was kept under the token by this actor; None where there is nothing, or no longer."""
    if not _is_token(token):
        return None
    place = _folder() / token
    try:
        if time.time() - place.stat().st_mtime > LASTS + 600:
            return None
        about: dict[str, Any] = json.loads((place / _ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if about["kind"] != kind or about["actor_id"] != actor_id:
        return None
    return Kept(token, about["kind"], about["edition"], about["name"], about["actor_id"], about["sha256"], about["done"], Outcome.from_json(about["outcome"]),
                about.get("given", {}))  # fmt: skip


def take(kept: Kept) -> bool:
    """Whether the caller is the one who imports; ``save`` gives it back."""
    try:
        (_folder() / kept.token / _ABOUT).rename(_folder() / kept.token / _TAKEN)
    except OSError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Working:
    """How far the reading or importing of a file is that goes on in the background. total: 0 while it is not known."""

    done: int
    total: int


def begin(kept: Kept) -> bool:
    """Whether the caller is the one who works on the file in the background; ``end`` gives it back."""
    place = _folder() / kept.token / _WORKING
    if place.exists() and time.time() - place.stat().st_mtime > PATIENCE:
        place.unlink(missing_ok=True)
    try:
        with place.open("x", encoding="utf-8") as file:
            json.dump([0, 0], file)
    except OSError:
        return False
    return True


class Stopped(Exception):
    """Somebody does not want the work to go on."""


def stop(kept: Kept) -> None:
    """Ask whoever works on the file to stop."""
    (_folder() / kept.token / _STOP).touch()


def tell(kept: Kept, done: int, total: int) -> None:
    """Say how far the work is. Raises: Stopped where somebody asked for that."""
    if (_folder() / kept.token / _STOP).exists():
        raise Stopped
    draft = _folder() / kept.token / "working.json.new"
    draft.write_text(json.dumps([done, total]), encoding="utf-8")
    draft.replace(_folder() / kept.token / _WORKING)


def working(kept: Kept) -> Working | None:
    """How far the work on a file is; None where nobody works on it, or not any more."""
    place = _folder() / kept.token / _WORKING
    try:
        if time.time() - place.stat().st_mtime > PATIENCE:
            return None
        done, total = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Working(done, total)


def end(kept: Kept) -> None:
    """Nobody works on the file any more."""
    (_folder() / kept.token / _STOP).unlink(missing_ok=True)
    (_folder() / kept.token / _WORKING).unlink(missing_ok=True)


def discard(kept: Kept) -> None:
    """Throw an upload away."""
    shutil.rmtree(_folder() / kept.token, ignore_errors=True)


def _tidy() -> None:
    if not _folder().is_dir():
        return
    for place in _folder().iterdir():
        try:
            if time.time() - place.stat().st_mtime > LASTS:
                shutil.rmtree(place, ignore_errors=True)
        except OSError:
            continue
