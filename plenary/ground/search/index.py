"""The index on disk: a projection of the database that can be thrown away and made again.

The folder ``settings.SEARCH_INDEX`` holds one folder for each building of the index and the file ``CURRENT``, which
names the one in use. A new index is built beside the one in use and swapped in by replacing that file. Whoever writes
holds the lock file. A reader looks at two time stamps before each search, so a change shows at the next search.
"""

from __future__ import annotations

import fcntl
import json
import re
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
import tantivy
from django.conf import settings

from plenary.errors import PlenaryError
from plenary.ground.search import preparing
from plenary.ground.search.analysis import VERSION, analyzers
from plenary.ground.search.counting import by_kind, vocabulary
from plenary.ground.search.registry import Document, kinds
from plenary.ground.search.schema import SCHEMA_VERSION, schema, to_line, uid
from plenary.ground.search.spelling import MOST_WORDS

log = structlog.get_logger(__name__)

HEAP = 50_000_000
#: Memory for building, by record and at most: what has to be written out sooner has to be merged again.
HEAP_EACH, HEAP_MOST = 3_500, 1_000_000_000


class Busy(PlenaryError):
    """Another process is writing the index."""


# ---- the folder ----


def folder() -> Path:
    """Where the indexes lie."""
    path = Path(settings.SEARCH_INDEX)
    path.mkdir(parents=True, exist_ok=True)
    return path


def current() -> Path | None:
    """The folder of the index in use, or None where there is none that this version of the code can read."""
    try:
        path = folder() / (folder() / "CURRENT").read_text().strip()
        if path == folder():
            return None
        told = (path / "about.json").stat()
        is_readable = _is_readable(path, told.st_mtime_ns, told.st_size)
    except (OSError, ValueError):
        return None
    return path if is_readable else None


@lru_cache(maxsize=64)
def _is_readable(path: Path, _changed: int, _size: int) -> bool:
    about = json.loads((path / "about.json").read_text())
    return (about.get("schema"), about.get("analysers")) == (SCHEMA_VERSION, VERSION)


@contextmanager
def writing(*, wait: bool = False) -> Iterator[None]:
    """Hold the lock of the one writer. Raises: Busy, unless told to wait."""
    with (folder() / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy("Another process is writing the search index; try again when it has finished.") from error
        yield


def open_index(path: Path) -> tantivy.Index:
    """Open an index with the analysers it was made with. Raises: ValueError or OSError where it is damaged."""
    index = tantivy.Index.open(str(path))
    return _with_analyzers(index)


def _with_analyzers(index: tantivy.Index) -> tantivy.Index:
    for name, analyzer in analyzers().items():
        index.register_tokenizer(name, analyzer)
    return index


def rebuild(progress: Callable[[int, int | None], None] | None = None, *, wait: bool = False, processes: int | None = None) -> int:
    """Build the index anew from the database, beside the one in use, and swap it in. Gives the number of records.

    progress: called with the number of records so far and in all, None where that is not known. processes: how many may
    prepare a large number of records (default: one for each core). Raises: Busy.
    """
    from plenary.ground.search.models import IndexChange

    with writing(wait=wait):
        # What changes while we build stays in the table and is followed afterwards.
        seen = list(IndexChange.objects.values_list("id", flat=True))
        expected, is_all = preparing.expected()
        total = expected if is_all else None
        path = folder() / datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
        path.mkdir()
        count = 0
        try:
            index = _with_analyzers(tantivy.Index(schema(), path=str(path), reuse=False))
            is_large = expected > preparing.MANY
            writer = index.writer(heap_size=min(max(HEAP, expected * HEAP_EACH), HEAP_MOST), num_threads=2 if is_large else 1)
            for lines in preparing.lines(processes):
                for line in lines:
                    writer.add_json(line)
                count += len(lines)
                if progress is not None:
                    progress(count, total)
            writer.commit()
            writer.wait_merging_threads()
        except BaseException:
            shutil.rmtree(path, ignore_errors=True)
            raise
        about = {
            "schema": SCHEMA_VERSION,
            "analysers": VERSION,
            "built_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "documents": count,
        }
        (path / "about.json").write_text(json.dumps(about))
        _swap_in(path)
        for start in range(0, len(seen), 500):
            IndexChange.objects.filter(id__in=seen[start : start + 500]).delete()
    log.info("search.rebuilt", documents=count)
    return count


def _swap_in(path: Path) -> None:
    before = current()
    fresh = folder() / "CURRENT.new"
    fresh.write_text(path.name)
    fresh.replace(folder() / "CURRENT")
    # The one before stays for readers that have just opened it; anything older goes.
    for other in folder().iterdir():
        if other.is_dir() and other not in (path, before):
            shutil.rmtree(other, ignore_errors=True)


def update(documents: Iterable[Document], gone: Iterable[str]) -> None:
    """Put records into the index in use and take others (by their uid) out. The caller holds the lock."""
    path = current()
    if path is None:
        raise OSError("There is no index to change.")
    index = open_index(path)
    writer = index.writer(heap_size=HEAP, num_threads=1)
    try:
        for each in gone:
            writer.delete_documents_by_term("uid", each)
        for document in documents:
            writer.delete_documents_by_term("uid", uid(document.kind, document.key))
            writer.add_json(to_line(document))
        writer.commit()
        writer.garbage_collect_files()
    finally:
        writer.wait_merging_threads()


# ---- reading ----


@dataclass(slots=True)
class Open:
    """An index that is open for reading, as it stood at one time. kept: what was worked out from it."""

    index: tantivy.Index
    path: Path
    stamp: tuple[int, ...]
    kept: dict[Any, Any] = field(default_factory=dict)
    _words: tuple[float, dict[str, int]] | None = None
    _facets: dict[str, list[str]] | None = None

    def searcher(self) -> tantivy.Searcher:
        return self.index.searcher()

    def words(self, searcher: tantivy.Searcher) -> dict[str, int]:
        """The most frequent words, with the number of records that hold them."""
        if self._words is None:
            found = searcher.terms_with_prefix("words", "", limit=MOST_WORDS)
            self._words = time.monotonic(), {word: count for word, count in found if len(word) > 3 and not word.isdigit()}
        return self._words[1]

    def lasting_words(self) -> tuple[float, dict[str, int]] | None:
        """The words, for the next state of the index too: where they are many, a few changes in a minute matter little."""
        is_lasting = self._words is not None and len(self._words[1]) > 10_000 and time.monotonic() - self._words[0] < 60
        return self._words if is_lasting else None

    def facets(self, searcher: tantivy.Searcher) -> dict[str, list[str]]:
        """The values of all facets by name."""
        if self._facets is None:
            self._facets = vocabulary(searcher)
        return self._facets


_open: Open | None = None
_lock = threading.Lock()


def opened() -> Open:
    """The index in use, as it now stands. Raises: OSError or ValueError where it is missing or damaged."""
    global _open
    path = current()
    if path is None:
        raise OSError("There is no search index.")
    told = (path / "meta.json").stat()
    stamp = (told.st_mtime_ns, told.st_ino, told.st_size)
    with _lock:
        if _open is None or _open.path != path:
            _open = Open(open_index(path), path, stamp)
        elif _open.stamp != stamp:
            _open.index.reload()
            _open = Open(_open.index, path, stamp, _words=_open.lasting_words())
        return _open


def is_sound() -> bool:
    """Whether the index in use can be read at all: each kind of its files is looked into."""
    try:
        searcher = opened().searcher()
        vocabulary(searcher)
        by_kind(searcher, tantivy.Query.all_query())
        found = searcher.search(tantivy.Query.all_query(), limit=1)
        return all(searcher.doc(at)["stored"] for _score, at in found.hits)
    except (OSError, ValueError):
        return False


def discard() -> None:
    """Forget the index in use, so that it is built anew."""
    global _open
    with _lock:
        _open = None
    (folder() / "CURRENT").unlink(missing_ok=True)


def status() -> dict[str, Any]:
    """What the index holds and how it stands, for the command line and for readiness."""
    from plenary.ground.search.models import IndexChange

    path = current()
    told: dict[str, Any] = {"index": path.name if path else None, "pending": IndexChange.objects.count()}
    if path is None:
        return told
    about = json.loads((path / "about.json").read_text())
    try:
        searcher = opened().searcher()
    except (OSError, ValueError):
        return {**told, "damaged": True}
    files = {file.name: file.stat().st_size for file in path.iterdir() if file.is_file()}
    orphans = [files[name] for name in _orphans(path, files)]
    return {
        **told,
        "built_at": about["built_at"],
        "documents": searcher.num_docs,
        "segments": searcher.num_segments,
        "files": len(files),
        "bytes": sum(files.values()),
        "orphan_files": len(orphans),
        "orphan_bytes": sum(orphans),
    }


_SEGMENT = re.compile(r"([0-9a-f]{32})\.")


def _orphans(path: Path, files: Iterable[str]) -> list[str]:
    """Files of segments that the index no longer has, or does not have yet: a merge may be under way."""
    try:
        segments = {segment["segment_id"].replace("-", "") for segment in json.loads((path / "meta.json").read_text())["segments"]}
    except (OSError, ValueError, KeyError):
        return []
    return [name for name in files if (found := _SEGMENT.match(name)) and found[1] not in segments]


@dataclass(frozen=True, slots=True)
class Drift:
    """How many records of a kind the database has and how many the index, and how many changes wait to be followed."""

    kind: str
    database: int
    index: int
    pending: int


def drift() -> list[Drift]:
    """Database and index side by side, by kind. Raises: OSError or ValueError where there is no index to compare."""
    from plenary.ground.search.models import IndexChange

    searcher = opened().searcher()
    indexed = by_kind(searcher, tantivy.Query.all_query())
    registered = kinds()
    waiting = Counter(IndexChange.objects.values_list("kind", flat=True))
    told = []
    for code in sorted({*registered, *indexed}):
        kind = registered.get(code)
        count = 0 if kind is None else kind.count() if kind.count is not None else sum(1 for _ in kind.documents())
        told.append(Drift(code, count, indexed.get(code, 0), waiting[code]))
    return told


__all__ = ["Busy", "SCHEMA_VERSION", "current", "discard", "drift", "opened", "rebuild", "status", "uid", "update", "writing"]
