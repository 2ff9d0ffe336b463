"""Where the files of the open data are: a folder for each day, complete or not there at all."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

#: How many days' files are kept.
KEPT = 7
PACKAGE = "datapackage.json"
SUMS = "SHA256SUMS"
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
#: What each ending is called when it is sent, the longest first.
MEDIA_TYPES = {
    ".csv.zip": "application/zip",
    ".jsonl.gz": "application/gzip",
    ".parquet": "application/vnd.apache.parquet",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    SUMS: "text/plain; charset=utf-8",
}


def root() -> Path:
    """The folder that holds the days."""
    return Path(settings.DATA) / "open-data"


@dataclass(frozen=True, slots=True)
class Day:
    """The files of one day, as their description tells them."""

    day: str
    folder: Path
    package: dict[str, Any]

    @property
    def files(self) -> list[dict[str, Any]]:
        """The description of each file of data: path, bytes, hash, title."""
        return list(self.package["resources"])

    @property
    def made_at(self) -> str:
        """When they were made, as their description has it."""
        return str(self.package["created"])

    @property
    def instant(self) -> datetime:
        """When they were made."""
        return datetime.fromisoformat(self.made_at)

    @property
    def entries(self) -> int:
        """How many entries there are."""
        return int(self.package["entries"])


def days() -> list[Day]:
    """All days whose files are there, the newest first."""
    if not root().is_dir():
        return []
    found = (read(each) for each in sorted(root().iterdir(), reverse=True) if _DAY.match(each.name))
    return [each for each in found if each is not None]


def newest() -> Day | None:
    """The newest day; None where nothing has been made yet."""
    return next(iter(days()), None)


def read(folder: Path) -> Day | None:
    """The day in a folder; None where it is not whole, or just being thrown away."""
    try:
        return Day(folder.name, folder, json.loads((folder / PACKAGE).read_text("utf-8")))
    except (OSError, ValueError):
        return None


def file_of(day: str, name: str) -> Path | None:
    """A file of a day, or of the newest day for ``latest``; None where there is none of that name."""
    found = newest() if day == "latest" else read(root() / day) if _DAY.match(day) else None
    if found is None:
        return None
    known = {str(each["path"]) for each in found.files} | {PACKAGE, SUMS}
    return found.folder / name if name in known else None


def media_type(name: str) -> str:
    """What a file is sent as."""
    return next((kind for ending, kind in MEDIA_TYPES.items() if name.endswith(ending)), "application/octet-stream")
