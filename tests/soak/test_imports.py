"""The import of a long file, killed over and over: nobody ever sees a part of it, and it comes to its end all the same."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.imports import write_rows

ROOT = Path(__file__).resolve().parents[2]
ROWS = int(os.environ.get("SOAK_IMPORT", "20000"))
#: Megabytes that an import may take, however long its file is.
MOST_MEMORY = 1000

#: Imports a file, or goes on with it, and says how many entries are public and how much memory it took.
WORKER = """
import resource, sys
import django; django.setup()
from pathlib import Path
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.actions import load_concepts
from plenary.programmes.stocktaking.importing import runs
from plenary.programmes.stocktaking.importing.entries import import_entries
from plenary.programmes.stocktaking.models import Entry
from plenary.errors import Invalid
path, what = Path(sys.argv[1]), sys.argv[2]
print("public", Entry.objects.filter(state="public").count(), flush=True)
if what == "prepare":
    load_concepts(actor=SYSTEM)
elif what == "import":
    try:
        import_entries(actor=SYSTEM, path=path, resume=runs.unfinished() is not None)
    except Invalid as error:
        print("refused", str(error)[:200])
print("public", Entry.objects.filter(state="public").count())
print("memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, flush=True)
"""


@pytest.fixture
def environment(tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PLENARY_") or name == "PLENARY_DATABASE_URL"}
    found = {**kept, "PLENARY_DATA": str(tmp_path / "data"), "PLENARY_LOG_LEVEL": "ERROR", "DJANGO_SETTINGS_MODULE": "plenary.config.settings"}
    subprocess.run((sys.executable, "manage.py", "migrate", "--verbosity", "0"), cwd=ROOT, env=found, check=True)
    told(found, tmp_path, "prepare")
    return found


def told(environment, path, what):
    """What the worker says at its end, by the first word of each line."""
    ran = subprocess.run((sys.executable, "-c", WORKER, str(path), what), cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return dict(line.split(" ", 1) for line in ran.stdout.splitlines())


@pytest.mark.soak
def test_killed_over_and_over_it_is_never_half_there(tmp_path, environment):
    path = tmp_path / "entries.jsonl"
    write_rows(path, ROWS)
    chance = random.Random(3)
    for _round in range(12):
        with subprocess.Popen((sys.executable, "-c", WORKER, str(path), "import"), cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as worker:
            assert worker.stdout.readline() == "public 0\n"
            time.sleep(chance.uniform(1, 8))
            worker.send_signal(signal.SIGKILL)
        if worker.returncode == 0:
            break
        assert told(environment, path, "look")["public"] == "0"
    end = told(environment, path, "import")
    assert int(end["public"]) == ROWS
    assert int(end["memory"]) < MOST_MEMORY


@pytest.mark.soak
def test_two_hundred_thousand_rows_are_checked_and_one_more_is_refused_without_eating_memory(tmp_path, environment):
    path = tmp_path / "entries.jsonl"
    write_rows(path, 200_001)
    found = told(environment, path, "import")
    assert found["refused"] == "row 200001: There are more than 200,000 rows; send the file in parts."
    assert found["public"] == "0"
    assert int(found["memory"]) < MOST_MEMORY
