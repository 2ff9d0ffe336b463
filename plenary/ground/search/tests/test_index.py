"""The index is a projection: it follows, it is rebuilt beside itself, it mends itself."""

from __future__ import annotations

import dataclasses
import json
import time

import pytest
from click.testing import CliRunner
from django.db import transaction

from plenary.ground.framework.text import Text
from plenary.ground.search import index, queries, worker
from plenary.ground.search.actions import changed
from plenary.ground.search.commands import group
from plenary.ground.search.models import IndexChange

pytestmark = pytest.mark.django_db


def titles(text):
    return sorted(str(hit.title) for hit in queries.search(text).hits)


def rename(records, key, title):
    records[key] = dataclasses.replace(records[key], title=Text.of(title))


def test_changed_new_and_gone_records_follow(records):
    index.rebuild()
    rename(records, ("session", "2020-208"), "Learning from savannahs")
    records["entry", "9"] = dataclasses.replace(records["entry", "3"], key="9", title=Text.of("Mountains online"))
    del records["entry", "3"]
    changed("session", "2020-208")
    changed("entry", "9", "3", "3")
    changed("unknown-kind", "1")
    assert titles("savannahs") == []
    assert worker.follow_once() == 5
    assert titles("savannahs") == ["Learning from <mark>savannahs</mark>"]
    assert [hit.key for hit in queries.search("Mountains online").hits] == ["9"]
    assert queries.search("niñas").total == 0
    assert queries.search("islands", kind="session").total == 0
    assert not IndexChange.objects.exists()
    assert worker.follow_once() == 0


def test_following_twice_gives_no_doubles(records):
    index.rebuild()
    for _ in range(3):
        changed("entry", "1")
        worker.follow_once()
    assert queries.search("telemedicine").total == 1
    assert index.status()["documents"] == len(records)


def test_what_is_rolled_back_is_not_followed(records):
    index.rebuild()
    with pytest.raises(RuntimeError), transaction.atomic():
        changed("entry", "1")
        raise RuntimeError
    assert worker.follow_once() == 0


def test_changes_made_while_building_are_kept(records, monkeypatch):
    before = index.kinds()["entry"]

    def slow():
        yield from before.documents()
        rename(records, ("entry", "1"), "Renamed while building")
        changed("entry", "1")

    monkeypatch.setitem(index.kinds.__globals__["_kinds"], "entry", dataclasses.replace(before, documents=slow))
    changed("entry", "2")
    index.rebuild()
    assert list(IndexChange.objects.values_list("key", flat=True)) == ["1"]
    worker.follow_once()
    assert titles("renamed") == ["<mark>Renamed</mark> while building"]


def test_a_rebuild_that_fails_leaves_the_one_in_use(records, monkeypatch):
    index.rebuild()
    before = index.current()
    changed("entry", "1")

    def broken():
        yield from []
        raise RuntimeError("the database went away")

    monkeypatch.setitem(index.kinds.__globals__["_kinds"], "entry", dataclasses.replace(index.kinds()["entry"], documents=broken))
    with pytest.raises(RuntimeError):
        index.rebuild()
    assert index.current() == before
    assert queries.search("telemedicine").total == 1
    assert IndexChange.objects.count() == 1
    assert [path.name for path in index.folder().iterdir() if path.is_dir()] == [before.name]


def test_a_missing_index_is_built_by_the_first_who_needs_it(records):
    assert index.current() is None
    assert queries.search("telemedicine").total == 1
    assert index.current() is not None


@pytest.mark.parametrize("pattern", ["meta.json", "*.store", "*.term", "about.json"])
def test_a_damaged_index_mends_itself(records, pattern, monkeypatch):
    index.rebuild()
    monkeypatch.setattr(index, "_open", None)
    for file in index.current().glob(pattern):
        file.write_bytes(b"nonsense")
    assert queries.search("telemedicine").total == 1
    changed("entry", "1")
    worker.follow_once()
    assert queries.search("telemedicine").total == 1


def test_following_mends_a_damaged_index_too(records, monkeypatch):
    index.rebuild()
    changed("entry", "1")
    (index.current() / "meta.json").write_bytes(b"nonsense")
    worker.follow_once()
    monkeypatch.setattr(index, "_open", None)
    assert queries.search("telemedicine").total == 1
    assert not IndexChange.objects.exists()


def test_an_index_of_another_schema_is_not_used(records):
    index.rebuild()
    about = index.current() / "about.json"
    about.write_text(json.dumps({**json.loads(about.read_text()), "schema": index.SCHEMA_VERSION + 1}))
    assert index.current() is None
    assert queries.search("telemedicine").total == 1


def test_there_is_one_writer(records):
    index.rebuild()
    changed("entry", "1")
    with index.writing():
        assert worker.follow_once() == 0
        with pytest.raises(index.Busy):
            index.rebuild()
        assert queries.search("telemedicine").total == 1
    assert worker.follow_once() == 1


def test_search_answers_calmly_while_the_first_index_is_being_built(records):
    with index.writing():
        results = queries.search("telemedicine")
    assert not results.available
    assert results.hits == []


def test_old_indexes_are_cleared_away(records):
    for _ in range(5):
        index.rebuild()
    assert len([path for path in index.folder().iterdir() if path.is_dir()]) == 2


def test_no_orphan_segments_gather(records):
    index.rebuild()
    for number in range(30):
        rename(records, ("entry", "1"), f"Telemedicine {number}")
        changed("entry", "1")
        worker.follow_once()
    told = index.status()
    assert told["segments"] < 15
    # A segment has about ten files; orphans would leave hundreds.
    assert told["files"] < 15 * 12
    assert titles("telemedicine") == ["<mark>Telemedicine</mark> 29"]


class Pauses:
    """Stands for the event that stops the loop: between two rounds something is changed, then looked for."""

    def __init__(self, records):
        self.records = records
        self.waited = []

    def is_set(self):
        return len(self.waited) > 1 and queries.search("atolls").total == 1

    def wait(self, seconds):
        self.waited.append(seconds)
        assert len(self.waited) < 5
        if len(self.waited) == 1:
            rename(self.records, ("entry", "1"), "Broadband for atolls")
            changed("entry", "1")


def test_the_worker_shows_a_change_within_two_seconds(records):
    index.rebuild()
    pauses = Pauses(records)
    began = time.perf_counter()
    worker.follow_forever(pauses)
    assert len(pauses.waited) == 2
    assert pauses.waited[0] + time.perf_counter() - began < 2


def test_commands(records):
    run = CliRunner()
    rebuilt = run.invoke(group, ["rebuild"], catch_exceptions=False)
    assert "holds 4 records" in rebuilt.output
    changed("entry", "1")
    assert "pending: 1" in run.invoke(group, ["status"], catch_exceptions=False).output
    assert "1 changes followed" in run.invoke(group, ["follow", "--once"], catch_exceptions=False).output
    told = run.invoke(group, ["status"], catch_exceptions=False).output
    assert "pending: 0" in told
    assert "documents: 4" in told
