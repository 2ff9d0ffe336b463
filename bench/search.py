"""Measures the search: the engine call with all facets counted, beside SQLite's and PostgreSQL's own full text.

``python -m bench.search`` alone, or as part of ``make bench``. 12,000 and 100,000 entries; ``BENCH_SEARCH=all`` adds 1,000,000,
which takes a quarter of an hour, and ``BENCH_SEARCH=12000,500000`` names others.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import corpus, peers
from tests import postgres

ROOT = Path(__file__).resolve().parents[1]
SIZES = (12_000, 100_000)
ALL = (*SIZES, 1_000_000)
#: Milliseconds that the 95th percentile of the most frequent words may take.
GOALS = {12_000: 5, 100_000: 20, 1_000_000: 150}
FILTERS = {"sdg": "3", "year": "2010"}
ROUNDS = 8
MANY, FEW_WORDS = 200_000, 3  # above so many entries the others, which take seconds, are asked for fewer words, once each


def _queries() -> dict[str, tuple[list[str], dict[str, str]]]:
    """Words by how many entries hold them, and the filters beside them."""
    words = corpus.vocabulary()[0]
    frequent = ["digital", "project", "information", "access", "services"]
    return {
        "rare word": (words[40_000:40_005], {}),
        "medium word": (words[1_000:1_005], {}),
        "common word": (["climate", "farmers", "teachers", "agriculture", "knowledge"], {}),
        "most frequent words": (frequent, {}),
        "the same, 2 filters": (frequent, FILTERS),
        "everything": ([""], {}),
    }


def _percentiles(times: list[float]) -> tuple[float, float]:
    ordered = sorted(times)
    return statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def _timed(call: Callable[..., object], *arguments: object) -> float:
    """Milliseconds that a call takes."""
    start = time.perf_counter()
    call(*arguments)
    return (time.perf_counter() - start) * 1_000


def measure(size: int, postgres_url: str) -> None:
    """Build, ask and print for one number of entries; runs in a process of its own, with settings of its own."""
    import django

    django.setup()
    from django.core.management import call_command

    corpus.register(size)
    call_command("migrate", verbosity=0)
    from plenary.ground.search import index, worker
    from plenary.ground.search.actions import changed
    from plenary.ground.search.queries import Search, find

    corpus.vocabulary()
    print(f"\n{size:,} entries", flush=True)
    built = _timed(index.rebuild) / 1_000
    stands = index.status()
    names = tuple(corpus.FACETS)

    def ours(word: str, filters: dict[str, str]) -> int:
        # What is kept of earlier answers would flatter: each is worked out anew.
        index.opened().kept.clear()
        found = find(Search(f"{word} " if word else "", "bench", {name: [value] for name, value in filters.items()}, count=names, language="en"))
        return found.total

    def change() -> None:
        changed("bench", "7")
        worker.follow_once()
        ours("digital", {})

    goal = ""
    with tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder:
        others = [peers.Sqlite(Path(folder)), peers.Postgres(postgres_url)]
        builds = [0.0, 0.0]
        for start in range(1, size + 1, 1_000):
            entries = [corpus.make(number) for number in range(start, min(start + 1_000, size + 1))]
            builds = [before + _timed(other.load, entries) for before, other in zip(builds, others, strict=True)]
        builds = [(before + _timed(other.finish)) / 1_000 for before, other in zip(builds, others, strict=True)]
        print(f"{'p50 / p95, ms':24}{'hits':>9} |{'Plenary':^19}|" + "|".join(f"{other.name:^30}" for other in others), flush=True)
        for label, (words, filters) in _queries().items():
            hits = statistics.mean(ours(word, filters) for word in words)
            p50, p95 = _percentiles([_timed(ours, word, filters) for _ in range(ROUNDS) for word in words])
            cells = [f"{label:24}{hits:>9,.0f} |{p50:>8.1f} /{p95:>8.1f} "]
            for other in others:
                other.answer(words[0], filters)
                rounds, some = (1, words[:FEW_WORDS]) if size > MANY else (3, words)
                times = [_timed(other.answer, word, filters) for _ in range(rounds) for word in some]
                peer50, peer95 = _percentiles(times)
                cells.append(f"{peer50:>8.1f} /{peer95:>8.1f} {f'× {peer50 / p50:.1f}':>9} ")
            print("|".join(cells), flush=True)
            if label == "most frequent words" and size in GOALS:
                goal = f"goal: p95 at most {GOALS[size]} ms: {'reached' if p95 <= GOALS[size] else 'MISSED'}"
        seen = [statistics.median(_timed(change) for _ in range(5)), *(_timed(other.change, 7) for other in others)]
        for label, values in (("built in, s", [built, *builds]), ("a change shows after, ms", seen)):
            print(f"{label:24}{'':>9} |{values[0]:>18.1f} |" + "|".join(f"{value:>18.1f} {f'× {value / values[0]:.2f}':>9}  " for value in values[1:]))
        print(f"index: {stands['bytes'] / 1e6:,.0f} MB in {stands['segments']} segments; {goal}", flush=True)
        for other in others:
            other.close()


def sizes() -> tuple[int, ...]:
    """The numbers of entries to measure, from the environment."""
    asked = os.environ.get("BENCH_SEARCH", "")
    if asked == "all":
        return ALL
    return tuple(int(size) for size in asked.split(",")) if asked else SIZES


def main() -> None:
    """Measure all sizes, each in a process of its own."""
    print("\nSearch: one call gives the number of hits, 20 of them with marked excerpts, and the counts of all 12 facets.")
    print("Kept answers are not used. ×: times what ours takes at the median. Built in: ours with the making of the entries.")
    if os.environ.get("BENCH_SEARCH") != "all":
        print("1,000,000 entries are measured with BENCH_SEARCH=all (a quarter of an hour).")
    sys.stdout.flush()
    for size in sizes():
        with tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder, postgres.server(f"{postgres.DURABLE} -c max_wal_size=8GB") as url:
            environment = {
                "DJANGO_SETTINGS_MODULE": "plenary.config.settings",
                "PLENARY_DATA": folder,
                "PLENARY_DATABASE_URL": "",
                "PLENARY_LOG_LEVEL": "ERROR",
                "BENCH_ENTRIES": str(size),
                "BENCH_POSTGRES": url,
            }
            subprocess.run((sys.executable, "-m", "bench.search"), cwd=ROOT, env={**os.environ, **environment}, check=True)


if __name__ == "__main__":
    if "BENCH_POSTGRES" in os.environ:
        measure(int(os.environ["BENCH_ENTRIES"]), os.environ["BENCH_POSTGRES"])
    else:
        main()
