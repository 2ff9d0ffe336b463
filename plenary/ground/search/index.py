"""The index on disk: a projection of the database that can be thrown away and made again.

The folder ``settings.SEARCH_INDEX`` holds one folder for each building of the index and the file ``CURRENT``, which
names the one in use. A new index is built beside the one in use and swapped in by replacing that file. Whoever writes
holds the lock file. A reader looks at two time stamps before each search, so a change shows at the next search.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
import tantivy
from django.conf import settings

from plenary.errors import PlenaryError
from plenary.ground.framework.text import Text
from plenary.ground.search.analysis import FIELDS, analyzers, fold, language_field, normalise, prepared
from plenary.ground.search.registry import Document, kinds

log = structlog.get_logger(__name__)

#: Change this with anything below that changes what stands in the index: older indexes are then built anew.
SCHEMA_VERSION = 1
HEAP = 50_000_000
STORED_BODY = 2_000  # characters of body kept for excerpts, in each language


class Busy(PlenaryError):
    """Another process is writing the index."""


def schema() -> tantivy.Schema:
    """The fields of the index."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("uid", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("kind", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_text_field("facet", tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("year", indexed=True, fast=True)
    builder.add_text_field("names", tokenizer_name="words")
    builder.add_text_field("exact", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("words", tokenizer_name="words")
    for field in FIELDS:
        tokenizer = "cut" if field == "zh" else field
        builder.add_text_field(f"title_{field}", tokenizer_name=tokenizer)
        builder.add_text_field(f"body_{field}", tokenizer_name=tokenizer)
    builder.add_bytes_field("stored", stored=True, indexed=False)
    return builder.build()


def to_index(document: Document) -> tantivy.Document:
    """A record in the form that the index takes."""
    made = tantivy.Document()
    made.add_text("uid", uid(document.kind, document.key))
    made.add_text("kind", document.kind)
    for name, values in document.facets.items():
        for value in values:
            made.add_text("facet", f"{name}:{value}")
    if document.year is not None:
        made.add_integer("year", document.year)
    for name in document.names:
        if name:
            made.add_text("names", fold(name))
            made.add_text("exact", fold(name).strip()[:500])
            made.add_text("words", fold(name))
    _add_text(made, "title", document.title)
    bodies: dict[str, str] = {}
    for body in document.body:
        _add_text(made, "body", body)
        for language, text in body.texts.items():
            bodies[language] = f"{bodies.get(language, '')} {text}".strip()[:STORED_BODY]
    stored = {
        "kind": document.kind,
        "key": document.key,
        "path": document.path,
        "title": document.title.to_json(),
        "body": {"texts": bodies, "original": next((body.original for body in document.body if body), "en")} if bodies else {},
        "facets": document.facets,
        "year": document.year,
    }
    made.add_bytes("stored", json.dumps(stored, ensure_ascii=False).encode("utf-8", "ignore"))
    return made


def _add_text(made: tantivy.Document, part: str, text: Text) -> None:
    for language, words in text.texts.items():
        if not words:
            continue
        field = language_field(language)
        made.add_text(f"{part}_{field}", prepared(words, field))
        if field != "zh":
            made.add_text("words", fold(words))


def uid(kind: str, key: str) -> str:
    """What identifies a record in the index."""
    return f"{kind}:{key}"


# ---- the folder ----


def folder() -> Path:
    """Where the indexes lie."""
    path = Path(settings.SEARCH_INDEX)
    path.mkdir(parents=True, exist_ok=True)
    return path


def current() -> Path | None:
    """The folder of the index in use, or None where there is none that this version of the code can read."""
    try:
        name = (folder() / "CURRENT").read_text().strip()
        about = json.loads((folder() / name / "about.json").read_text())
    except (OSError, ValueError):
        return None
    return folder() / name if name and about.get("schema") == SCHEMA_VERSION else None


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


def rebuild(progress: Callable[[int], None] | None = None, *, wait: bool = False) -> int:
    """Build the index anew from the database, beside the one in use, and swap it in. Gives the number of records.

    progress: called with the number of records so far. Raises: Busy.
    """
    from plenary.ground.search.models import IndexChange

    with writing(wait=wait):
        # What changes while we build stays in the table and is followed afterwards.
        seen = list(IndexChange.objects.values_list("id", flat=True))
        path = folder() / datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
        path.mkdir()
        count = 0
        try:
            index = _with_analyzers(tantivy.Index(schema(), path=str(path), reuse=False))
            writer = index.writer(heap_size=HEAP, num_threads=1)
            for kind in kinds().values():
                for document in kind.documents():
                    writer.add_document(to_index(document))
                    count += 1
                    if progress is not None and count % 200 == 0:
                        progress(count)
            writer.commit()
            writer.wait_merging_threads()
        except BaseException:
            shutil.rmtree(path, ignore_errors=True)
            raise
        about = {"schema": SCHEMA_VERSION, "built_at": datetime.now(UTC).isoformat(timespec="seconds"), "documents": count}
        (path / "about.json").write_text(json.dumps(about))
        _swap_in(path)
        for start in range(0, len(seen), 500):
            IndexChange.objects.filter(id__in=seen[start : start + 500]).delete()
    if progress is not None:
        progress(count)
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
            writer.add_document(to_index(document))
        writer.commit()
        writer.garbage_collect_files()
    finally:
        writer.wait_merging_threads()


# ---- reading ----


@dataclass(slots=True)
class Open:
    """An index that is open for reading."""

    index: tantivy.Index
    path: Path
    stamp: int
    words: list[str] | None = None

    def searcher(self) -> tantivy.Searcher:
        return self.index.searcher()


_open: Open | None = None
_lock = threading.Lock()


def opened() -> Open:
    """The index in use, as it now stands. Raises: OSError or ValueError where it is missing or damaged."""
    global _open
    path = current()
    if path is None:
        raise OSError("There is no search index.")
    stamp = (path / "meta.json").stat().st_mtime_ns
    with _lock:
        if _open is None or _open.path != path:
            _open = Open(open_index(path), path, stamp)
        elif _open.stamp != stamp:
            _open.index.reload()
            _open = Open(_open.index, path, stamp)
        return _open


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
    files = [file.stat().st_size for file in path.iterdir() if file.is_file()]
    return {
        **told,
        "built_at": about["built_at"],
        "documents": searcher.num_docs,
        "segments": searcher.num_segments,
        "files": len(files),
        "bytes": sum(files),
    }


__all__ = ["Busy", "SCHEMA_VERSION", "current", "discard", "normalise", "opened", "rebuild", "status", "uid", "update", "writing"]
