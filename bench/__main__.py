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

from bench.load import Load, load
from tests import postgres

ROOT = Path(__file__).resolve().parents[1]
SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
#: What each page is called in the tables.
PAGES = {"home": "home", "list": "list of 12,000 entries", "entry": "entry", "programme": "programme of 500 sessions"}


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
                    result = load(port, f"/{name}/" if run == "plain" else page["path"], seconds=SECONDS)
                    if result.status != 200:
                        raise SystemExit(f"{page['path']} answered {result.status} ({run})")
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
        plain, page, kept = (found[run] for run in ("plain", "page", "kept"))
        assert isinstance(plain, Load)
        assert isinstance(page, Load)
        assert isinstance(kept, Load)
        cells = [f"{label:28}{found['queries']:>9}{page.size:>9}|{plain.per_second:>9.0f}{plain.p95:>10.1f} "]
        cells += [f"{each.per_second:>9.0f}{each.p95:>10.1f}{plain.per_second / each.per_second:>9.2f}  " for each in (page, kept)]
        print("|".join(cells))


def main() -> None:
    start = time.monotonic()
    print("Cost: how many plain pages (Django as it comes, the same statements, an empty template) one page costs, in the same run.")
    print("One web process; bytes are of the body as sent, compressed.")
    print("SQLite: preparing", file=sys.stderr)
    show("SQLite", measure({"PLENARY_DATABASE_URL": ""}))
    with postgres.server(postgres.DURABLE) as url:
        print("PostgreSQL: preparing", file=sys.stderr)
        show("PostgreSQL", measure({"PLENARY_DATABASE_URL": url}))
    print(f"\nMeasured in {time.monotonic() - start:.0f} s.")


if __name__ == "__main__":
    main()
