"""How the index is built, followed, compared and mended."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from plenary.ground.framework.text import Text
from plenary.ground.search import asking, index, preparing, recovery, worker
from plenary.ground.search.actions import changed
from plenary.ground.search.commands import group
from plenary.ground.search.models import IndexChange
from plenary.ground.search.queries import Search, find, keys
from plenary.ground.search.tests.library import entry, registers

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(settings, tmp_path, monkeypatch):
    settings.SEARCH_INDEX = tmp_path / "index"
    settings.SEARCH_FOLLOWS_AT_ONCE = False
    monkeypatch.setattr(index, "_open", None)
    return registers(monkeypatch, [entry(number, f"Atoll {number}") for number in range(1, 6)])


def run(*command):
    return CliRunner().invoke(group, list(command))


# ---- drift ----


def test_check_tells_whether_database_and_index_agree(kept):
    index.rebuild()
    assert run("check").exit_code == 0
    kept["e9"] = entry(9, "Atoll 9")
    told = run("check")
    assert told.exit_code == 1
    assert "entry: 6 in the database, 5 in the index, 0 changes waiting" in told.output
    assert "plenary search rebuild" in told.output
    changed("entry", "e9")
    assert "1 changes waiting" in run("check").output
    worker.follow_once()
    assert run("check").exit_code == 0


def test_check_without_an_index_says_so(kept):
    told = run("check")
    assert told.exit_code == 1
    assert "no search index" in told.output


def test_kinds_that_cannot_count_are_counted_by_looking(kept, monkeypatch):
    index.rebuild()
    kind = index.kinds()["entry"]
    monkeypatch.setitem(
        index.kinds.__globals__["_kinds"], "entry", SimpleNamespace(**{**{name: getattr(kind, name) for name in kind.__slots__}, "count": None})
    )
    assert [(each.database, each.index) for each in index.drift()] == [(5, 5)]
    assert preparing.expected() == (0, False)


# ---- building ----


def test_building_tells_how_far_it_is(kept, monkeypatch):
    told = []
    index.rebuild(lambda count, total: told.append((count, total)))
    assert told == [(5, 5)]
    output = run("rebuild").output
    assert "holds 5 records" in output
    assert "Indexing" in output


def test_very_many_records_are_prepared_by_several(kept, monkeypatch):
    asked = []

    def between(first, last):
        asked.append((first, last))
        return [document for document in kept.values() if first <= document.serial <= last]

    registers(monkeypatch, kept.values(), bounds=lambda: (1, 5), between=between)
    monkeypatch.setattr(preparing, "MANY", 5)
    monkeypatch.setattr(preparing, "SPAN", 2)
    monkeypatch.setattr(preparing, "ProcessPoolExecutor", lambda processes, **_more: ThreadPoolExecutor(1))
    monkeypatch.setattr(preparing, "connection", SimpleNamespace(in_atomic_block=False))
    monkeypatch.setattr(preparing, "close_old_connections", lambda: None)
    assert index.rebuild(processes=2) == 5
    assert asked == [(1, 2), (3, 4), (5, 5)]
    assert [serial for serial, _key in keys(Search())] == [1, 2, 3, 4, 5]
    monkeypatch.setattr(preparing, "connection", SimpleNamespace(in_atomic_block=True))
    assert index.rebuild(processes=2) == 5
    assert len(asked) == 3


def test_other_analysers_make_an_index_of_no_use(kept):
    index.rebuild()
    about = index.current() / "about.json"
    told = json.loads(about.read_text())
    assert told["analysers"]
    about.write_text(json.dumps({**told, "analysers": "those of an older version"}))
    assert index.current() is None
    assert find(Search("atoll")).total == 5


def test_a_large_index_is_built_in_the_background_while_searches_say_so(kept, monkeypatch):
    waiting = []
    monkeypatch.setattr(recovery, "QUICK", 4)
    monkeypatch.setattr(recovery, "connection", SimpleNamespace(close=lambda: None))
    monkeypatch.setattr(recovery.threading, "Thread", lambda target, **_more: SimpleNamespace(start=lambda: waiting.append(target)))
    assert not find(Search("atoll")).available
    assert not find(Search("atoll")).available
    assert keys(Search("atoll")) == []
    (build,) = waiting
    build()
    assert find(Search("atoll")).total == 5
    index.discard()
    assert not find(Search("atoll")).available
    assert len(waiting) == 2


def test_a_fault_in_a_query_does_not_cost_the_index(kept, monkeypatch):
    index.rebuild()
    before = index.current()

    def broken(*_arguments, **_more):
        raise ValueError("a query that the engine does not take")

    monkeypatch.setattr(asking.Maker, "matching", broken)
    assert not find(Search("atoll")).available
    assert index.current() == before


@pytest.mark.parametrize("pattern", ["*.idx", "*.fast", "*.pos", "*.fieldnorm", "CURRENT"])
def test_whatever_file_is_damaged_a_search_answers(kept, pattern, monkeypatch):
    index.rebuild()
    monkeypatch.setattr(index, "_open", None)
    for file in [*index.current().glob(pattern), *index.folder().glob(pattern)]:
        file.write_bytes(b"nonsense")
    assert find(Search("atoll")).total == 5


# ---- following ----


def test_searches_follow_at_once_where_tests_want_it(kept, settings, django_assert_num_queries):
    settings.SEARCH_FOLLOWS_AT_ONCE = True
    assert find(Search("lagoon")).total == 0
    kept["e7"] = entry(7, "Lagoon")
    changed("entry", "e7")
    assert find(Search("lagoon")).total == 1
    assert not IndexChange.objects.exists()
    with django_assert_num_queries(0):
        assert find(Search("lagoon")).total == 1


def test_what_tests_left_behind_is_gone_in_the_next_one(settings):
    # The fixture in the root's conftest.py forgets the index after each test, so nothing of the tests above is here.
    assert settings.SEARCH_FOLLOWS_AT_ONCE
    assert index.current() is None


def test_lost_files_are_told_and_warned_of(kept, monkeypatch):
    index.rebuild()
    assert index.status()["orphan_files"] == 0
    (index.current() / f"{'0' * 32}.store").write_bytes(b"x" * 10_000_000)
    told = index.status()
    assert (told["orphan_files"], told["orphan_bytes"]) == (1, 10_000_000)
    warned = []
    monkeypatch.setattr(worker, "log", SimpleNamespace(warning=lambda event, **about: warned.append((event, about))))
    worker.warn_of_orphans()
    assert warned == []
    monkeypatch.setattr(worker, "ORPHANS", 1_000_000)
    worker.warn_of_orphans()
    assert warned == [("search.orphans", {"files": 1, "bytes": 10_000_000, "index": told["index"]})]


def test_segments_stay_few_after_many_small_changes(kept):
    index.rebuild()
    for number in range(40):
        with index.writing():
            index.update([entry(number % 5 + 1, f"Atoll again {number}", "word " * 50)], [])
    told = index.status()
    assert told["segments"] <= 12
    assert told["documents"] == 5
    assert told["orphan_files"] == 0


def test_texts_of_any_script_and_length_are_taken(kept):
    kept["e1"] = entry(1, "中" * 5_000, "é" * 70_000 + "\ud800\x00", "zh")
    kept["e2"] = entry(2, "x" * 100_000, "a " * 100_000, "x-unknown", names=["n" * 70_000], facets={"f\ud800:x": ["v" * 70_000, "\x00"]}, year=-5)
    kept["e3"] = entry(3, "Fine", fields={"a.b": [Text.of("dotted")], "": ["empty"]}, facets={"": [""]})
    assert index.rebuild() == 5
    assert find(Search("fine", count=["", "f"])).total == 1
    assert find(Search("dotted")).total == 1
