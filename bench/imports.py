"""How long the import of many entries takes, and how much memory: a dry run and a real one, on SQLite and PostgreSQL.

``BENCH_IMPORT`` says how many rows (default 10,000). The rows are generated, each with what the questionnaire asks.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests import postgres

ROOT = Path(__file__).resolve().parents[1]
ROWS = int(os.environ.get("BENCH_IMPORT", "10000"))
_TEXT = (
    "digital network health water island school ministry training women farmers data library radio village coast service platform "
    "mobile open public community broadband emergency language youth market clinic river energy skills access learning map"
)
_WORDS = _TEXT.split()
_COUNTRIES = ("KEN", "UGA", "QAT", "CHE", "BRA", "IND", "FJI", "TUN", "KAZ", "FRA", "CHN", "MEX")
_KINDS = ("government", "civil society", "private sector", "international organisation")


def write_rows(path: Path, count: int, seed: int = 7) -> None:
    """A file of generated records: JSON lines, or CSV where its name says so."""
    chance = random.Random(seed)
    tabular = path.suffix == ".csv"
    with path.open("w", encoding="utf-8") as file:
        if tabular:
            file.write("source_id,title,org,country_iso3,stakeholder_type,action_lines,sdgs,year,status,summary,description,results,beneficiaries\n")
        for number in range(1, count + 1):
            record = _record(number, chance)
            if tabular:
                cells = [";".join(map(str, value)) if isinstance(value, list) else str(value) for value in record.values()]
                file.write(",".join(f'"{cell}"' for cell in cells) + "\n")
            else:
                file.write(json.dumps(record) + "\n")


def _record(number: int, chance: random.Random) -> dict[str, object]:
    def words(count: int) -> str:
        return " ".join(chance.choices(_WORDS, k=count))

    return {
        "source_id": str(1_000_000_000 + number),
        "title": f"Generated project {number}: {words(5)}",
        "org": f"Generated organisation {number % 9000}",
        "country_iso3": chance.sample(_COUNTRIES, chance.choice((1, 1, 1, 2))),
        "stakeholder_type": chance.choice(_KINDS),
        "action_lines": chance.sample(("C1", "C2", "C3", "C4", "C5", "C6", "C8", "C9", "C10", "C11"), chance.choice((1, 2, 3))),
        "sdgs": chance.sample(("1", "3", "4", "5", "8", "9", "10", "11", "13", "16", "17", "3.8", "4.4", "9.c"), chance.choice((1, 2, 3))),
        "year": chance.randint(2005, 2025),
        "status": chance.choice(("ongoing", "completed", "planned")),
        "summary": words(18),
        "description": words(60),
        "results": words(20),
        "beneficiaries": words(8),
    }


def run(path: Path) -> None:
    """In a process of its own: prepare the database of its settings, import the file, print times and memory as JSON."""
    import resource

    import django

    django.setup()
    from django.core.management import call_command

    from plenary.ground.audit.actors import SYSTEM
    from plenary.ground.framework.actions import load_concepts
    from plenary.programmes.stocktaking.importing.entries import import_entries
    from plenary.programmes.stocktaking.models import Entry

    call_command("migrate", verbosity=0)
    load_concepts(actor=SYSTEM)
    told: dict[str, float] = {}
    for name, dry_run in (("dry", True), ("real", False), ("again", False)):
        start = time.monotonic()
        import_entries(actor=SYSTEM, path=path, dry_run=dry_run)
        told[name] = time.monotonic() - start
    told["entries"] = Entry.objects.filter(state=Entry.State.PUBLIC).count()
    told["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(told))


def measure(environment: dict[str, str], rows: int = ROWS) -> dict[str, float]:
    """An import of so many rows on one database."""
    with tempfile.TemporaryDirectory(prefix="plenary-bench-import-") as folder:
        path = Path(folder) / "entries.jsonl"
        write_rows(path, rows)
        base = {**environment, "PLENARY_DATA": str(Path(folder) / "data"), "PLENARY_LOG_LEVEL": "ERROR", "DJANGO_SETTINGS_MODULE": "plenary.config.settings"}
        command = (sys.executable, "-m", "bench.imports", str(path))
        found = subprocess.run(command, cwd=ROOT, env={**os.environ, **base}, check=True, stdout=subprocess.PIPE, text=True)
        told: dict[str, float] = json.loads(found.stdout.splitlines()[-1])
        if told["entries"] != rows:
            raise SystemExit(f"{rows} rows were to be imported, {told['entries']:.0f} entries are there.")
        return told


def show(results: dict[str, dict[str, float]], rows: int = ROWS) -> None:
    """Print the table."""
    print(f"\nImport of {rows:,} entries (JSON lines)")
    print(f"{'':14}{'checking s':>12}{'importing s':>13}{'again s':>10}{'rows/s':>9}{'memory MB':>11}")
    for database, told in results.items():
        rate = rows / told["real"]
        print(f"{database:14}{told['dry']:>12.1f}{told['real']:>13.1f}{told['again']:>10.1f}{rate:>9.0f}{told['megabytes']:>11.0f}")


def main() -> None:
    """Both databases, one after the other."""
    results = {"SQLite": measure({"PLENARY_DATABASE_URL": ""})}
    with postgres.server(postgres.DURABLE) as url:
        results["PostgreSQL"] = measure({"PLENARY_DATABASE_URL": url})
    show(results)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        run(Path(sys.argv[1]))
    else:
        main()
