"""All public records as lines for the index, prepared by several processes where there are very many of them."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

from django.db import close_old_connections, connection

from plenary.ground.search.registry import Document, Kind, kinds
from plenary.ground.search.schema import to_line

#: Fewer are prepared sooner than other processes have started.
MANY = 20_000
SPAN = 2_000  # serials given to a process at a time


def expected() -> tuple[int, bool]:
    """How many records there are, as far as kinds can tell, and whether all can."""
    counts = [kind.count for kind in kinds().values()]
    return sum(count() for count in counts if count is not None), None not in counts


def lines(processes: int | None = None) -> Iterator[list[str]]:
    """The lines of all kinds, some hundreds at a time. processes: how many may prepare (default: one for each core)."""
    for kind in kinds().values():
        bounds = _bounds(kind, processes)
        if bounds is not None:
            yield from _by_several(kind.code, *bounds, processes or os.cpu_count() or 1)
        else:
            yield from (list(map(to_line, some)) for some in _in_hundreds(kind.documents()))


def _in_hundreds(documents: Iterable[Document]) -> Iterator[list[Document]]:
    some: list[Document] = []
    for document in documents:
        some.append(document)
        if len(some) == 200:
            yield some
            some = []
    if some:
        yield some


def _bounds(kind: Kind, processes: int | None) -> tuple[int, int] | None:
    """The serials to share out among several processes; None where one does it all."""
    # What an open transaction has written, other processes would not see.
    if processes == 1 or kind.between is None or kind.bounds is None or kind.count is None or connection.in_atomic_block:
        return None
    return kind.bounds() if kind.count() >= MANY else None


def _by_several(code: str, first: int, last: int, processes: int) -> Iterator[list[str]]:
    # Processes are started anew: one that is copied while it has threads or an open database misbehaves. They hand over
    # files, since through a pipe megabytes would come in small pieces, each waiting for its turn in this process.
    with (
        tempfile.TemporaryDirectory(prefix="plenary-index-") as folder,
        ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"), initializer=_start) as pool,
    ):
        waiting: deque[Future[str]] = deque()
        try:
            for start in range(first, last + 1, SPAN):
                waiting.append(pool.submit(_prepared, code, start, min(start + SPAN - 1, last), folder))
                if len(waiting) > 2 * processes:
                    yield _taken(waiting.popleft().result())
            while waiting:
                yield _taken(waiting.popleft().result())
        finally:
            for future in waiting:
                future.cancel()


def _taken(name: str) -> list[str]:
    path = Path(name)
    lines = path.read_text(encoding="utf-8").split("\n")
    path.unlink()
    return lines[:-1]


def _start() -> None:
    import django

    django.setup()


def _prepared(code: str, first: int, last: int, folder: str) -> str:
    """Write the lines of one span of serials to a file, in a process of its own; gives its name."""
    between = kinds()[code].between
    close_old_connections()
    path = Path(folder) / f"{code}-{first}"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{to_line(document)}\n" for document in (between(first, last) if between is not None else ()))
    return str(path)
