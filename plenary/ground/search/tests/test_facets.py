"""Counts, filters, sorting, cursors: each beside a model that looks at every record."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from plenary.ground.framework.text import Text
from plenary.ground.search import counting, index, queries
from plenary.ground.search.queries import Search, find, keys, similar
from plenary.ground.search.registry import Document
from plenary.ground.search.schema import uid
from plenary.ground.search.tests.library import ENTRIES, entry, registers

pytestmark = pytest.mark.django_db

NAMES = ("colour", "size", "year", "taste")
VALUES = {"colour": ["red", "green", "blue:ish", "Z"], "size": ["1", "2"], "year": ["2019", "2020", "2021"], "taste": [f"t{number}" for number in range(12)]}
WORDS = ("apple", "pear", "plum", "cherry", "quince")
START = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def folder(settings, tmp_path):
    settings.SEARCH_INDEX = tmp_path / "index"
    settings.SEARCH_FOLLOWS_AT_ONCE = False


# ---- a model ----

FRUIT = st.builds(
    lambda serial, kind, words, year, facets, minutes: Document(
        kind,
        f"k{serial}",
        "/x/",
        Text.of(" ".join(words)),
        year=year,
        facets={**{name: sorted(values) for name, values in facets.items() if values}, **({"year": [str(year)]} if year else {})},
        serial=serial,
        published=None if minutes is None else START + timedelta(minutes=minutes),
    ),
    st.integers(1, 60),
    st.sampled_from(["fruit", "tree"]),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4),
    st.sampled_from([None, 2019, 2020, 2021]),
    st.fixed_dictionaries({name: st.sets(st.sampled_from(VALUES[name]), max_size=3) for name in ("colour", "size", "taste")}),
    st.none() | st.integers(0, 5),
)
ASKED = st.builds(
    Search,
    text=st.lists(st.sampled_from(WORDS), max_size=2).map(" ".join).map(lambda text: text + " " if text else ""),
    kind=st.sampled_from(["", "fruit", "tree", "stone"]),
    filters=st.dictionaries(
        st.sampled_from(NAMES), st.lists(st.sampled_from(["red", "green", "1", "2", "2020", "2021", "t1", "t2", "none"]), max_size=3), max_size=3
    ),
    count=st.lists(st.sampled_from([*NAMES, "smell"]), unique=True),
    sort=st.sampled_from(["relevance", "newest", "oldest", "title", "published"]),
    size=st.sampled_from([1, 7, 100]),
    page=st.integers(1, 3),
    since=st.none() | st.integers(2018, 2022),
    until=st.none() | st.integers(2018, 2022),
    published_after=st.none() | st.integers(-1, 5).map(lambda minutes: START + timedelta(minutes=minutes)),
)


def fits(document: Document, asked: Search, *, without: str = "") -> bool:
    words = str(document.title.best("en").text).split()
    if not all(word in words for word in asked.text.split()):
        return False
    if asked.kind and without != "kind" and document.kind != asked.kind:
        return False
    for name, values in asked.filters.items():
        if values and name != without and not set(values) & set(document.facets.get(name, ())):
            return False
    if without != "year" and (asked.since is not None or asked.until is not None):
        year = document.year
        if year is None or (asked.since is not None and year < asked.since) or (asked.until is not None and year > asked.until):
            return False
    return asked.published_after is None or (document.published is not None and document.published > asked.published_after)


# Each example builds an index, so failures are not made smaller: that would take minutes.
@settings(max_examples=25, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    first=st.lists(FRUIT, max_size=30, unique_by=lambda document: document.serial),
    then=st.lists(FRUIT, max_size=8, unique_by=lambda document: document.serial),
    gone=st.sets(st.integers(1, 60), max_size=6),
    searches=st.lists(ASKED, min_size=1, max_size=6),
    walks=st.booleans(),
)
def test_counts_totals_and_cursors_are_those_of_every_record_looked_at(folder, first, then, gone, searches, walks):
    with pytest.MonkeyPatch.context() as monkeypatch:
        # Both ways of counting give the same, whichever the size of the index would choose.
        monkeypatch.setattr(counting, "FEW", 0.0 if walks else 2.0)
        kept = registers(monkeypatch, first)
        index.rebuild()
        with index.writing():
            left = [uid(document.kind, document.key) for document in kept.values() if document.serial in gone | {new.serial for new in then}]
            index.update(then, left)
        records = {document.serial: document for document in first if document.serial not in gone} | {document.serial: document for document in then}
        for asked in searches:
            found = find(asked)
            fitting = [document for document in records.values() if fits(document, asked)]
            if found.relaxed or found.fuzzy:
                assert not fitting
                continue
            assert found.total == len(fitting)
            assert found.kinds == dict(Counter(document.kind for document in records.values() if fits(document, asked, without="kind")))
            assert len(found.hits) == max(0, min(asked.size, len(fitting) - (asked.page - 1) * asked.size))
            assert {hit.serial for hit in found.hits} <= {document.serial for document in fitting}
            for name in asked.count:
                counted = Counter(value for document in records.values() if fits(document, asked, without=name) for value in document.facets.get(name, ()))
                assert found.counts[name] == dict.fromkeys(asked.filters.get(name, ()), 0) | dict(counted)
            cursors = sorted((document.serial, document.key) for document in fitting)
            assert keys(asked) == cursors
            assert keys(asked, after=20, limit=5) == [each for each in cursors if each[0] > 20][:5]


# ---- sorting and paging ----


@pytest.mark.parametrize(
    "sort,serials",
    [
        ("newest", [5, 2, 3, 1, 4]),
        ("oldest", [1, 3, 2, 5, 4]),
        ("title", [5, 4, 2, 1, 3]),
        ("published", [3, 2, 1, 4, 5]),
        ("relevance", [5, 2, 3, 1, 4]),
        ("nonsense", [5, 2, 3, 1, 4]),
    ],
)
def test_sorting(folder, monkeypatch, sort, serials):
    registers(monkeypatch, ENTRIES)
    index.rebuild()
    assert [hit.serial for hit in find(Search(sort=sort)).hits] == serials


@pytest.mark.parametrize("sort", ["newest", "oldest", "title", "published"])
def test_pages_of_equal_records_neither_repeat_nor_leave_out(folder, monkeypatch, sort):
    registers(monkeypatch, [entry(number, "The same title", year=2020, published=START) for number in range(1, 51)])
    index.rebuild()
    seen = [hit.serial for page in range(1, 9) for hit in find(Search(sort=sort, page=page, size=7)).hits]
    assert sorted(seen) == list(range(1, 51))
    assert seen in (sorted(seen), sorted(seen, reverse=True))


def test_the_last_page_is_known(folder, monkeypatch):
    registers(monkeypatch, ENTRIES)
    index.rebuild()
    found = find(Search(size=2, page=3))
    assert (found.last_page, len(found.hits), found.page, found.size) == (3, 1, 3, 2)
    assert find(Search(size=2, page=10**9)).hits == []


def test_a_year_counts_as_a_facet_where_the_room_gives_none(folder, monkeypatch):
    registers(monkeypatch, ENTRIES)
    index.rebuild()
    assert find(Search(count=["year"], since=2020)).counts == {"year": {"2015": 1, "2018": 1, "2020": 1, "2021": 1}}
    assert find(Search(filters={"year": ["2015"]})).total == 1


def test_many_values_of_a_facet_that_is_not_counted_change_nothing(folder, monkeypatch):
    monkeypatch.setattr(counting, "MANY_VALUES", 3)
    monkeypatch.setattr(counting, "FEW", 0.0)
    registers(monkeypatch, [entry(number, "Same", facets={"owner": [f"o{number}"], "sdg": ["3"]}) for number in range(1, 9)])
    index.rebuild()
    assert find(Search(count=["sdg"])).counts == {"sdg": {"3": 8}}


def test_alerts_hear_of_what_was_published_after_an_instant(folder, monkeypatch):
    registers(monkeypatch, ENTRIES)
    index.rebuild()
    at = datetime(2020, 1, 2, tzinfo=UTC)
    assert [hit.serial for hit in find(Search(published_after=at)).hits] == [3]
    assert {hit.serial for hit in find(Search(published_after=at - timedelta(microseconds=1))).hits} == {2, 3}


# ---- cursors, likeness ----


def test_a_cursor_gives_everything_once_while_records_change(folder, monkeypatch):
    kept = registers(monkeypatch, [entry(number, f"Same {number}") for number in range(1, 101)])
    index.rebuild()
    seen: list[tuple[int, str]] = []
    while batch := keys(Search("same "), after=seen[-1][0] if seen else 0, limit=13):
        seen += batch
        changing = [kept["e100"], dataclasses.replace(kept["e50"], title=Text.of(f"Same again {len(seen)}"))]
        with index.writing():
            index.update(changing, [])
    assert seen == [(number, f"e{number}") for number in range(1, 101)]
    assert keys(Search("same "), after=10**30) == []
    assert keys(Search("same "), limit=0) == []


def test_cursors_of_more_records_than_a_reader_can_page_through(folder, monkeypatch):
    monkeypatch.setattr(queries, "DEEPEST", 5)
    registers(monkeypatch, [entry(number, "Same") for number in range(1, 31)])
    index.rebuild()
    assert len(keys(Search("same "))) == 30
    assert [serial for serial, _key in keys(Search("same "), after=10, limit=12)] == list(range(11, 23))


def test_similar_records_share_rare_words_and_facets_and_never_the_record_itself(folder, monkeypatch):
    registers(
        monkeypatch,
        [
            entry(1, "Telemedicine for islands", "Satellites link clinics"),
            entry(2, "Islands get telemedicine", "Clinics and satellites"),
            entry(3, "Schools and teachers", "Learning at a distance", facets={"sdg": ["4"]}),
            entry(4, "Cables", "Cheap fibre", facets={"sdg": ["4"]}),
            *(entry(number, f"Unrelated thing {number}", "Other words entirely") for number in range(10, 20)),
        ],
    )
    index.rebuild()
    assert similar("entry", "e1")[0] == "e2"
    assert similar("entry", "e4") == ["e3"]
    assert "e1" not in similar("entry", "e1", limit=20)
    assert len(similar("entry", "e10", limit=3)) == 3
    assert similar("entry", "unknown") == []
    assert similar("entry", "\ud800") == []
