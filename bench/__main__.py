"""Measures the main pages on SQLite and PostgreSQL, without and with the page cache, beside a plain page.

One web process serves on loopback while a load generator asks. Absolute figures depend on the machine; what counts is the
cost beside a plain page measured in the same run: Django as it comes, the same statements, an empty template. Below one:
cheaper than the plain page.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import imports, search
from bench.load import Load, load
from tests import postgres

ROOT = Path(__file__).resolve().parents[1]
SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
#: What each page is called in the tables.
PAGES = {
    "home": "home",
    "list": "list of 12,000 entries",
    "search": "search in it, with counts",
    "entry": "entry",
    "programme": "programme of 500 sessions",
    "form": "form of 40 fields",
    "autosave": "saving a draft of it",
    "submit": "submitting it",
    "submissions": "desk: 10,000 submissions",
}
#: Pages that are somebody's own are never kept; what was submitted once cannot be submitted again in another run.
OWN = {"form", "autosave", "submit", "submissions"}


@contextmanager
def served(application: str, environment: dict[str, str]) -> Iterator[int]:
    """One web process; gives its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [
        *(sys.executable, "-m", "granian", application, "--interface", "wsgi", "--port", str(port)),
        *("--workers", "1", "--blocking-threads", "2", "--http", "1", "--no-ws", "--log-level", "warning"),
    ]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
    try:
        until = time.monotonic() + 30
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit("The web server did not start.")
            time.sleep(0.1)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
    except urllib.error.HTTPError:
        return True
    except (urllib.error.URLError, OSError):
        return False
    return True


def measure(environment: dict[str, str]) -> dict[str, dict[str, object]]:
    """All pages on one database."""
    with tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder:
        statements, replay = Path(folder) / "pages.json", Path(folder) / "statements.json"
        base = {**environment, "PLENARY_DATA": str(Path(folder) / "data"), "PLENARY_RATE_LIMIT": "0", "PLENARY_LOG_LEVEL": "ERROR"}
        subprocess.run(
            (sys.executable, "-m", "bench.data", str(statements)),
            cwd=ROOT,
            env={**os.environ, **base, "DJANGO_SETTINGS_MODULE": "plenary.config.settings"},
            check=True,
        )
        pages = json.loads(statements.read_text())
        replay.write_text(json.dumps({name: page["statements"] for name, page in pages.items()}))
        results: dict[str, dict[str, object]] = {name: {"queries": len(page["statements"])} for name, page in pages.items()}
        runs = {
            "plain": ("bench.plain:application", {"DJANGO_SETTINGS_MODULE": "bench.plain", "BENCH_STATEMENTS": str(replay)}),
            "page": ("plenary.config.wsgi:application", {"PLENARY_PAGE_CACHE": "0"}),
            "kept": ("plenary.config.wsgi:application", {}),
        }
        for run, (application, more) in runs.items():
            with served(application, {**base, **more}) as port:
                for name, page in pages.items():
                    if (run == "kept" and name in OWN) or (run == "plain" and page.get("once")):
                        continue
                    result = load(port, {"path": f"/{name}/"} if run == "plain" else page, seconds=SECONDS)
                    if result.status >= 400:
                        raise SystemExit(f"{PAGES[name]} answered {result.status} ({run})")
                    results[name][run] = result
        return results


def show(database: str, results: dict[str, dict[str, object]]) -> None:
    """Print one database's table."""
    print(f"\n{database}")
    print(f"{'':28}{'':>9}{'':>9}|{'plain page':^20}|{'page':^30}|{'page from the cache':^30}")
    print(f"{'':28}{'queries':>9}{'bytes':>9}|{'/s':>9}{'p95 ms':>10} |{'/s':>9}{'p95 ms':>10}{'cost':>9}  |{'/s':>9}{'p95 ms':>10}{'cost':>9}")
    for name, label in PAGES.items():
        if name not in results:
            print(f"{label:28}{'not there yet':>18}")
            continue
        found = results[name]
        plain, page, kept = (found.get(run) for run in ("plain", "page", "kept"))
        assert isinstance(page, Load)
        cells = [f"{label:28}{found['queries']:>9}{page.size:>9}", _cell(plain, None, is_plain=True), _cell(page, plain), _cell(kept, plain)]
        print("|".join(cells))


def _cell(found: object, plain: object, *, is_plain: bool = False) -> str:
    """Requests a second, 95th percentile, and what one page costs in plain pages."""
    rates = f"{found.per_second:>9.0f}{found.p95:>10.1f}" if isinstance(found, Load) else f"{'–':>9}{'–':>10}"
    if is_plain:
        return f"{rates} "
    cost = f"{plain.per_second / found.per_second:.2f}" if isinstance(found, Load) and isinstance(plain, Load) else "–"
    return f"{rates}{cost:>9}  "


def main() -> None:
    start = time.monotonic()
    print("Cost: how many plain pages (Django as it comes, the same statements, an empty template) one page costs, in the same run.")
    print("One web process; bytes are of the body as sent, compressed.")
    print("SQLite: preparing", file=sys.stderr)
    show("SQLite", measure({"PLENARY_DATABASE_URL": ""}))
    with postgres.server(postgres.DURABLE) as url:
        print("PostgreSQL: preparing", file=sys.stderr)
        show("PostgreSQL", measure({"PLENARY_DATABASE_URL": url}))
    search.main()
    imports.main()
    print(f"\nMeasured in {time.monotonic() - start:.0f} s.")


if __name__ == "__main__":
    main()
