"""The three-way merge by itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plenary.ground.framework.editions.merging import ABSENT, merge, remember

LEAVES = st.one_of(st.text(max_size=3), st.integers(0, 3), st.booleans(), st.lists(st.text(max_size=2), max_size=2))
TABLES = st.dictionaries(st.sampled_from("abc"), LEAVES, max_size=3)
PHASES = st.lists(st.tuples(st.sampled_from("xyz"), TABLES), max_size=3, unique_by=lambda pair: pair[0]).map(
    lambda pairs: [{**table, "code": code} for code, table in pairs]
)
ROWS = st.fixed_dictionaries({"n": LEAVES, "text": TABLES, "phases": PHASES})


@given(ROWS, ROWS)
def test_an_unchanged_file_leaves_the_database_as_it_is(file, database):
    merged = merge(last=file, held=file, database=database, file=file)
    assert (merged.values, merged.conflicts) == (database, [])


@given(ROWS, ROWS)
def test_an_unchanged_database_takes_the_file(held, file):
    merged = merge(last=held, held=held, database=held, file=file)
    assert (merged.values, merged.conflicts) == (file, [])


@given(ROWS, ROWS)
def test_the_same_change_on_both_sides_is_no_conflict(last, now):
    merged = merge(last=last, held=last, database=now, file=now)
    assert (merged.values, merged.conflicts) == (now, [])


@given(ROWS, ROWS, ROWS)
def test_a_merge_settles_loading_the_same_file_again_changes_nothing(last, database, file):
    merged = merge(last=last, held=last, database=database, file=file)
    last, held = remember(merged, merged.values)
    again = merge(last=last, held=held, database=merged.values, file=file)
    assert again.values == merged.values
    assert again.conflicts == merged.conflicts


@given(ROWS, ROWS)
def test_a_record_met_for_the_first_time_is_not_overwritten(database, file):
    merged = merge(last=ABSENT, held=ABSENT, database=database, file=file)
    assert all(merged.values[name] == database[name] for name in ("n",))
    assert bool(merged.conflicts) or database["n"] == file["n"]


def test_changes_to_different_languages_and_phases_come_together():
    last = {"title": {"en": "Prizes", "fr": "Prix"}, "phases": [{"code": "a", "at": "1"}, {"code": "b", "at": "2"}]}
    database = {"title": {"en": "WSIS Prizes", "fr": "Prix"}, "phases": [{"code": "a", "at": "9"}, {"code": "b", "at": "2"}]}
    file = {
        "title": {"en": "Prizes", "fr": "Prix du SMSI", "es": "Premios"},
        "phases": [{"code": "a", "at": "1"}, {"code": "b", "at": "3"}, {"code": "c", "at": "4"}],
    }
    merged = merge(last=last, held=last, database=database, file=file)
    assert merged.conflicts == []
    assert merged.values == {
        "title": {"en": "WSIS Prizes", "fr": "Prix du SMSI", "es": "Premios"},
        "phases": [{"code": "a", "at": "9"}, {"code": "b", "at": "3"}, {"code": "c", "at": "4"}],
    }


def test_a_conflict_keeps_the_database_and_stays_until_one_side_gives_way():
    merged = merge(
        last={"p": [{"code": "a", "at": "1"}]},
        held={"p": [{"code": "a", "at": "1"}]},
        database={"p": [{"code": "a", "at": "2"}]},
        file={"p": [{"code": "a", "at": "3"}]},
    )
    assert merged.values == {"p": [{"code": "a", "at": "2"}]}
    assert [(each.path, each.database, each.file) for each in merged.conflicts] == [(("p", "a", "at"), "2", "3")]
    last, held = remember(merged, merged.values)
    gives_way = merge(last=last, held=held, database={"p": [{"code": "a", "at": "3"}]}, file={"p": [{"code": "a", "at": "3"}]})
    assert gives_way.conflicts == []


def test_an_edit_survives_a_later_change_of_the_file_elsewhere():
    last = {"a": "1", "b": "1"}
    merged = merge(last=last, held=last, database={"a": "desk", "b": "1"}, file={"a": "1", "b": "2"})
    last, held = remember(merged, merged.values)
    later = merge(last=last, held=held, database=merged.values, file={"a": "3", "b": "3"})
    assert later.values == {"a": "desk", "b": "3"}
    assert [each.path for each in later.conflicts] == [("a",)]


def test_another_spelling_in_the_file_is_no_edit():
    merged = merge(last={"at": "T23:00:00"}, held={"at": "T23:00"}, database={"at": "T23:00"}, file={"at": "T22:00:00"})
    assert (merged.values, merged.conflicts) == ({"at": "T22:00:00"}, [])


def test_what_was_deleted_at_the_desk_inside_a_record_stays_away():
    last = {"p": [{"code": "a"}, {"code": "b"}]}
    merged = merge(last=last, held=last, database={"p": [{"code": "b"}]}, file={"p": [{"code": "a"}, {"code": "b"}, {"code": "c"}]})
    assert merged.values == {"p": [{"code": "b"}, {"code": "c"}]}
