"""Runs all checks and tests: ``python -m tests``. ``python -m tests lint`` and ``python -m tests soak`` run other sets.

Every stage runs, whatever the one before it gave; the last line sums all of them up.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PYTEST = (sys.executable, "-m", "pytest")
PARALLEL = ("-n", str(min(os.cpu_count() or 2, 8)), "--dist", "loadscope")
ON_POSTGRES = (sys.executable, "-m", "tests.postgres", "--")

#: Checks that read the code only.
FAST_CHECKS: dict[str, tuple[str, ...]] = {
    "style": (str(BIN / "ruff"), "check", "--no-cache", "."),
    "format": (str(BIN / "ruff"), "format", "--no-cache", "--check", "--quiet", "."),
    "floors": (str(BIN / "lint-imports"), "--no-cache"),
    "types": (str(BIN / "mypy"),),
}
MORE_CHECKS: dict[str, tuple[str, ...]] = {
    "templates": (str(BIN / "djlint"), "plenary", "--lint", "--quiet"),
    "security": (str(BIN / "bandit"), "--quiet", "--recursive", "plenary", "--configfile", "pyproject.toml"),
    "dependencies": (str(BIN / "deptry"), "plenary"),
}


@dataclass(slots=True)
class Stage:
    """One part of the run and how it went."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0


def check(name: str, command: tuple[str, ...]) -> Stage:
    """Run a checker, quiet unless it finds something."""
    start = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    stage = Stage(name, seconds=time.monotonic() - start)
    if done.returncode:
        stage.failed = 1
        print(f"---- {name}: {' '.join(command[1:])}\n{done.stdout}{done.stderr}", flush=True)
    else:
        stage.passed = 1
        print(f"---- {name}: fine ({stage.seconds:.0f} s)", flush=True)
    return stage


def tests(name: str, *command: str, **environment: str) -> Stage:
    """Run pytest and count what it reports."""
    print(f"---- {name}", flush=True)
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        code = subprocess.call((*command, f"--junitxml={report}"), cwd=ROOT, env={**os.environ, **environment})
        stage = Stage(name, seconds=time.monotonic() - start)
        if report.exists():
            for suite in ET.parse(report).getroot().iter("testsuite"):
                total, broken, skipped = int(suite.get("tests", 0)), int(suite.get("failures", 0)) + int(suite.get("errors", 0)), int(suite.get("skipped", 0))
                stage.passed, stage.failed, stage.skipped = stage.passed + total - broken - skipped, stage.failed + broken, stage.skipped + skipped
        if code not in (0, 5) and not stage.failed:  # 5: nothing was collected
            stage.failed = 1
    return stage


def everything() -> list[Stage]:
    """What `make test` runs."""
    return [
        *(check(name, command) for name, command in FAST_CHECKS.items()),
        tests("tests on SQLite", *PYTEST, *PARALLEL, "-m", "not browser and not soak"),
        tests("tests on PostgreSQL", *ON_POSTGRES, *PYTEST, *PARALLEL, "-m", "not browser and not soak"),
        tests("tests in a browser", *PYTEST, "-m", "browser", "tests/browser"),
    ]


def lint() -> list[Stage]:
    """What `make lint` runs."""
    return [check(name, command) for name, command in {**FAST_CHECKS, **MORE_CHECKS}.items()]


def soak() -> list[Stage]:
    """What `make soak` runs: the long proofs, and the property tests with many more examples."""
    return [
        tests("long proofs", *PYTEST, "-m", "soak"),
        tests("property tests, many examples", *PYTEST, *PARALLEL, "-m", "not browser and not soak", "-k", "property", HYPOTHESIS_PROFILE="soak"),
    ]


def main(which: str) -> int:
    """Run a set of stages and say how it went; 0 if nothing failed."""
    start = time.monotonic()
    stages = {"all": everything, "lint": lint, "soak": soak}[which]()
    print()
    for stage in stages:
        result = f"{stage.failed} failed" if stage.failed else "fine"
        print(f"{stage.name:32} {stage.passed:6} passed {stage.skipped:4} skipped {stage.seconds:7.1f} s  {result}")
    passed, failed, skipped = (sum(getattr(stage, each) for stage in stages) for each in ("passed", "failed", "skipped"))
    print(f"==== {f'{failed} failed, ' if failed else ''}{passed} passed, {skipped} skipped in {time.monotonic() - start:.0f}s ====")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "all"))
