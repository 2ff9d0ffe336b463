"""Imports of long files: written part by part, hidden until the last, gone on with where they were, or taken back."""

import json
import os
import signal
import subprocess
import sys

import pytest
from click.testing import CliRunner

from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.queries import trail_of
from plenary.programmes.stocktaking.commands import group
from plenary.programmes.stocktaking.importing import entries as importing
from plenary.programmes.stocktaking.importing import runs
from plenary.programmes.stocktaking.importing.entries import import_entries
from plenary.programmes.stocktaking.models import Entry, EntryContact, ImportedEntry, ImportRun

ROWS = 60


def write(path, count=ROWS, **more):
    rows = [
        {"source_id": f"S{number}", "title": f"Project {number}", "org": f"Body {number % 7}", "contact_name": "C", "year": 2021, **more}
        for number in range(count)
    ]
    rows.append({"title": "Twice", "org": "Body", "year": 2020})
    rows.append({"title": "TWICE", "org": "body", "year": 2021})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


class Killed(BaseException):
    """As if the machine had lost its power."""


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(importing, "AT_ONCE", 20)
    monkeypatch.setattr(importing, "PART", 10)
    monkeypatch.setattr(importing, "CHUNK", 10)
    monkeypatch.setattr(importing, "_is_alone", lambda: True)  # a test is always within a transaction


def killed_after(steps):
    def progress(done, total):
        if done >= steps:
            raise Killed

    return progress


def test_a_long_file_is_public_at_once_at_the_end(world, tmp_path, small_parts):
    seen = []
    report = import_entries(
        actor=SYSTEM, path=write(tmp_path / "a.jsonl"), progress=lambda done, total: seen.append((done, Entry.objects.filter(state="public").count()))
    )
    assert {public for _done, public in seen} == {0}
    assert (report.added, Entry.objects.filter(state="public").count(), EntryContact.objects.count()) == (ROWS + 1, ROWS + 1, ROWS)
    assert not Entry.objects.filter(published_at=None).exists()
    run = ImportRun.objects.get()
    assert (run.state, run.added, ImportedEntry.objects.count()) == ("done", ROWS + 1, 0)
    assert [record.verb for record in trail_of(runs.RUN, str(run.pk))] == ["published", "began"]


@pytest.mark.parametrize("steps", [ROWS + 2 + 10, ROWS + 2 + 30, 2 * (ROWS + 2)])
def test_one_that_breaks_off_is_seen_by_nobody_and_goes_on_where_it_was(world, tmp_path, small_parts, steps):
    path = write(tmp_path / "a.jsonl")
    with pytest.raises(Killed):
        import_entries(actor=SYSTEM, path=path, progress=killed_after(steps))
    before = Entry.objects.count()
    assert before > 0
    assert not Entry.objects.filter(state="public").exists()
    with pytest.raises(Conflict, match=r"The import of a\.jsonl is not over"):
        import_entries(actor=SYSTEM, path=path)
    import_entries(actor=SYSTEM, path=path, resume=True)
    assert Entry.objects.filter(state="public").count() == Entry.objects.count() == ROWS + 1
    assert sorted(Entry.objects.values_list("source_id", flat=True))[1:] == sorted(f"S{number}" for number in range(ROWS))
    assert import_entries(actor=SYSTEM, path=path).added == 0
    with pytest.raises(Conflict, match="nothing to go on with"):
        import_entries(actor=SYSTEM, path=path, resume=True)


def test_it_goes_on_only_with_the_same_file_and_with_what_was_said_then(world, tmp_path, small_parts):
    path = write(tmp_path / "a.jsonl", year=None, summary="x")
    with pytest.raises(Killed):
        import_entries(actor=SYSTEM, path=path, edition=world.editions["2020"], progress=killed_after(ROWS + 32))
    with pytest.raises(Conflict, match="of another file"):
        import_entries(actor=SYSTEM, path=write(tmp_path / "b.jsonl", 3), resume=True)
    import_entries(actor=SYSTEM, path=path, resume=True)
    assert set(Entry.objects.exclude(source_id="").values_list("edition__code", flat=True)) == {"2020"}


def test_it_can_be_taken_back_and_the_mended_file_sent_again(world, tmp_path, small_parts, secretary, visitor):
    with pytest.raises(Killed):
        import_entries(actor=SYSTEM, path=write(tmp_path / "a.jsonl"), progress=killed_after(ROWS + 32))
    run = ImportRun.objects.get()
    count = Entry.objects.count()
    with pytest.raises(NotAllowed):
        runs.take_back(actor=visitor, run=run)
    assert runs.take_back(actor=secretary, run=run) == count
    assert (Entry.objects.count(), ImportedEntry.objects.count()) == (0, 0)
    assert runs.take_back(actor=secretary, run=run) == 0
    import_entries(actor=SYSTEM, path=write(tmp_path / "a.jsonl", summary="Mended"))
    assert str(Entry.objects.filter(source_id="S1").get().summary) == "Mended"
    with pytest.raises(Conflict, match="This import is over"):
        runs.take_back(actor=secretary, run=ImportRun.objects.get(state="done"))


def test_a_file_with_one_problem_writes_nothing_however_long(world, tmp_path, small_parts):
    path = write(tmp_path / "a.jsonl")
    path.write_text(path.read_text(encoding="utf-8") + '{"title": "x", "year": "soon"}\n', encoding="utf-8")
    with pytest.raises(Invalid):
        import_entries(actor=SYSTEM, path=path)
    assert not Entry.objects.exists()
    assert not ImportRun.objects.exists()


def test_more_rows_than_can_be_are_refused_with_a_sentence(world, tmp_path, monkeypatch):
    monkeypatch.setattr("plenary.programmes.stocktaking.importing.reading.MOST_ROWS", 50)
    with pytest.raises(Invalid) as caught:
        import_entries(actor=SYSTEM, path=write(tmp_path / "a.jsonl"))
    assert caught.value.problems == {"row 51": ["There are more than 50 rows; send the file in parts."]}


SCRIPT = """
import os, sys, time
import django
django.setup()
from pathlib import Path
from plenary.ground.audit.actors import SYSTEM
from plenary.programmes.stocktaking.importing import entries as importing
importing.AT_ONCE = importing.PART = importing.CHUNK = int(os.environ["PART"])
path, what = Path(sys.argv[1]), sys.argv[2]
if what == "prepare":
    from django.core.management import call_command
    call_command("migrate", verbosity=0)
else:
    from plenary.programmes.stocktaking.models import Entry
    def progress(done, total):
        print(done, flush=True)
        sys.stdin.readline()
    try:
        importing.import_entries(actor=SYSTEM, path=path, resume=what == "resume", progress=progress if what == "wait" else None)
    except Exception as error:
        print(type(error).__name__)
    print(Entry.objects.filter(state="public").count(), Entry.objects.count(), flush=True)
"""


def test_killed_in_the_middle_nothing_is_half_imported_and_it_goes_on(tmp_path):
    """A process of its own with a database of its own, killed by force while it writes."""
    rows = 100
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps({"source_id": f"S{number}", "title": f"Project {number}"}) + "\n" for number in range(rows)), encoding="utf-8")
    environment = {**os.environ, "PLENARY_DATA": str(tmp_path / "data"), "PLENARY_DATABASE_URL": "", "PLENARY_LOG_LEVEL": "ERROR", "PART": "10",
                   "DJANGO_SETTINGS_MODULE": "plenary.config.settings"}  # fmt: skip

    def run(what):
        found = subprocess.run((sys.executable, "-c", SCRIPT, str(path), what), env=environment, capture_output=True, text=True, timeout=300, check=True)
        return found.stdout.split()

    run("prepare")
    with subprocess.Popen(
        (sys.executable, "-c", SCRIPT, str(path), "wait"), env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        for line in process.stdout:
            if int(line) >= rows + 50:  # checked wholly, and half of it written
                process.send_signal(signal.SIGKILL)
                break
            process.stdin.write("\n")
            process.stdin.flush()
    assert process.returncode == -signal.SIGKILL
    word, public, there = run("again")
    assert (word, public) == ("Conflict", "0")
    assert 0 < int(there) < rows
    assert run("resume") == [str(rows), str(rows)]
    assert run("again") == [str(rows), str(rows)]


def test_the_command_takes_back(world, tmp_path, small_parts):
    path = write(tmp_path / "a.jsonl")
    with pytest.raises(Killed):
        import_entries(actor=SYSTEM, path=path, progress=killed_after(ROWS + 32))
    ran = CliRunner().invoke(group, ["import", str(path), "--take-back"])
    assert ran.exit_code == 0
    assert "are removed" in ran.output
    assert not Entry.objects.exists()
