"""Making the files of the open data: beside the old ones, then swapped in whole. Memory does not grow with the entries."""

from __future__ import annotations

import csv
import fcntl
import gzip
import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from plenary.errors import Conflict
from plenary.programmes.stocktaking.dumps.contents import CONCEPTS, ENTRIES, ORGANISATIONS, TABLES
from plenary.programmes.stocktaking.dumps.licence import licence, statement
from plenary.programmes.stocktaking.dumps.places import KEPT, PACKAGE, SUMS, Day, days, media_type, read, root
from plenary.programmes.stocktaking.dumps.tables import Table, cells, described, dumped, plain_row
from plenary.programmes.stocktaking.queries import public_entries

Progress = Callable[[int, int], None]
_TELL_EVERY = 500
#: Memory that writing Parquet may take.
_MEMORY = "256MB"
#: The dictionary, as a table and for programs.
DICTIONARY = ("dictionary.csv", "dictionary.json")


def make(*, progress: Progress | None = None) -> Day:
    """Make today's files and throw away those of days too long ago. progress: is told how many entries of how many are written.

    Raises: Conflict where they are being made already.
    """
    now = timezone.now()
    day = now.astimezone(ZoneInfo(settings.CONVENER_ZONE)).date().isoformat()
    root().mkdir(parents=True, exist_ok=True)
    with _alone(), override("en"):
        making = root() / f".making-{day}"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        count = _write_files(making, progress)
        _write_description(making, now, count)
        _swap(making, root() / day)
        for old in days()[KEPT:]:
            shutil.rmtree(old.folder, ignore_errors=True)
    made = read(root() / day)
    if made is None:  # somebody has thrown it away this moment
        raise Conflict(_("The files were made, and are gone already."))
    return made


@contextmanager
def _alone() -> Iterator[None]:
    """Nobody else makes them meanwhile. The lock goes with the process that holds it."""
    with (root() / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict(_("The files of the open data are being made already.")) from error
        yield


def _swap(made: Path, place: Path) -> None:
    """Put the new folder where the old one stands. Who reads an old file goes on reading it."""
    old = place.with_name(f".old-{place.name}")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    made.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def _write_files(folder: Path, progress: Progress | None) -> int:
    total = public_entries().count()

    def tell(done: int) -> None:
        if progress and (done % _TELL_EVERY == 0 or done >= total):
            progress(min(done, total), total)

    lines = folder / "entries.jsonl.gz"
    with ExitStack() as stack:
        table = stack.enter_context(_zipped(folder / "entries.csv.zip", "entries.csv"))
        stream = stack.enter_context(_gzipped(lines))
        count = _write(ENTRIES, table, stream, tell)
    _write_parquet(ENTRIES, lines, folder / "entries.parquet")
    for each in (CONCEPTS, ORGANISATIONS):
        with (folder / f"{each.name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            _write(each, file)
    rows = described(TABLES)
    with (folder / DICTIONARY[0]).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    (folder / DICTIONARY[1]).write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return count


def _write(table: Table, file: IO[str], lines: IO[str] | None = None, tell: Callable[[int], None] | None = None) -> int:
    """Write a table as CSV, and as JSON lines too where a stream for them is given; how many rows."""
    writer = csv.writer(file)
    writer.writerow(table.columns)
    count = 0
    for row in table.rows():
        plain = plain_row(table, row)
        writer.writerow(cells(table, plain))
        if lines is not None:
            lines.write(dumped(plain) + "\n")
        count += 1
        if tell:
            tell(count)
    return count


@contextmanager
def _zipped(path: Path, name: str) -> Iterator[IO[str]]:
    """A table in a ZIP file, which every computer opens, with the mark by which spreadsheets know UTF-8."""
    # ZIP64 from the start: nobody knows yet how large the table becomes.
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w", force_zip64=True) as inner,
        io.TextIOWrapper(inner, encoding="utf-8-sig", errors="replace", newline="") as text,
    ):
        yield text


@contextmanager
def _gzipped(path: Path) -> Iterator[IO[str]]:
    with gzip.GzipFile(path, "wb", compresslevel=6, mtime=0) as inner, io.TextIOWrapper(inner, encoding="utf-8", errors="replace", newline="\n") as text:
        yield text


def _write_parquet(table: Table, lines: Path, place: Path) -> None:
    """The JSON lines as Parquet, typed as the table declares."""
    import duckdb

    types = ", ".join(f"{_quoted(each.name)}: {_quoted(each.parquet)}" for each in table.fields)
    told = ", ".join(f"{_quoted(each.name)}: {_quoted(str(each.description))}" for each in table.fields)
    # It fetches nothing from elsewhere: all that it needs is in the package.
    limits: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "memory_limit": _MEMORY,
        "threads": 1,
    }
    with duckdb.connect(":memory:", config=limits) as database:
        database.execute(f"SET temp_directory = {_quoted(str(place.parent))}")
        database.execute(
            f"COPY (SELECT * FROM read_json({_quoted(str(lines))}, format = 'newline_delimited', compression = 'gzip', "  # noqa: S608 quoted, and ours
            f"maximum_object_size = 67108864, columns = {{{types}}})) "
            f"TO {_quoted(str(place))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20000, KV_METADATA {{{told}}})"
        )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# ---- describing them ------------------------------------------------------------------------------------------------

_FRICTIONLESS = {"string": "string", "integer": "integer", "date": "date", "datetime": "datetime"}


def _write_description(folder: Path, now: datetime, count: int) -> None:
    """The description for programs (a Frictionless data package) and the checksums."""
    order = [*(table.name for table in TABLES), "dictionary"]
    files = [path for path in folder.iterdir() if path.name not in (PACKAGE, SUMS)]
    resources = [_resource(path) for path in sorted(files, key=lambda path: (order.index(path.name.partition(".")[0]), path.name))]
    package: dict[str, Any] = {
        "profile": "data-package",
        "name": "stocktaking",
        "title": f"{settings.SITE_NAME}: Stocktaking",
        "description": str(ENTRIES.description),
        "homepage": f"{settings.BASE_URL}/data/",
        "created": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "version": now.astimezone(ZoneInfo(settings.CONVENER_ZONE)).date().isoformat(),
        "entries": count,
        "rights": statement(),
        "resources": resources,
    }
    if licence():
        package["licenses"] = [{"path": licence()}]
    (folder / PACKAGE).write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", "utf-8")
    sums = [(each["hash"].removeprefix("sha256:"), each["path"]) for each in resources] + [(_sum(folder / PACKAGE), PACKAGE)]
    (folder / SUMS).write_text("".join(f"{digest}  {name}\n" for digest, name in sums), "utf-8")


def _resource(path: Path) -> dict[str, Any]:
    name, _dot, rest = path.name.partition(".")
    table = next((each for each in TABLES if each.name == name), None)
    found: dict[str, Any] = {
        "name": path.name.replace(".", "-"),
        "path": path.name,
        "title": str(table.title) if table else "Data dictionary",
        "format": rest.split(".")[0],
        "mediatype": media_type(path.name),
        "bytes": path.stat().st_size,
        "hash": f"sha256:{_sum(path)}",
    }
    if path.name.endswith((".zip", ".gz")):
        found["compression"] = rest.split(".")[-1]
    if table and found["format"] == "csv":
        found |= {"profile": "tabular-data-resource", "encoding": "utf-8", "schema": _schema(table)}
    return found


def _schema(table: Table) -> dict[str, Any]:
    columns = []
    for each in table.fields:
        for column in each.columns:
            # What a table cannot hold in one value stands in it as text.
            columns.append({"name": column, "type": _FRICTIONLESS.get(each.kind, "string"), "description": str(each.description)})
    return {"fields": columns, "primaryKey": {"concepts": ["scheme", "code"], "organisations": "id"}.get(table.name, "number"), "missingValues": [""]}


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
