"""What readers type and what they find."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plenary.ground.search import index, queries
from plenary.ground.search.parse import taken_apart

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def built(records):
    index.rebuild()


def keys(text, **more):
    return [hit.key for hit in queries.search(text, **more).hits]


@pytest.mark.parametrize(
    "text,found",
    [
        ("telemedicine island", {"1"}),
        ("TÉLÉMEDICINE", {"1"}),
        ("schools", {"3"}),
        ("school", {"3"}),
        ("education", {"2"}),
        ("éducation", {"2"}),
        ("ninas", {"3"}),
        ("conexiones", {"3"}),
        ("远程医疗", {"1"}),
        ("التعليم", {"2"}),
        ("электронные обучение", {"2"}),
        ("все", {"2"}),
        ("2017-42", {"1"}),
        ("Universite Kinshasa", {"2"}),
        ('"rural clinics"', {"1"}),
        ("“rural clinics", {"1"}),
        ('"clinics rural"', set()),
        ("learning", {"1", "2020-208"}),
        ("learning -vanuatu", {"2020-208"}),
        ("-learning", {"2", "3"}),
        ("telem", {"1"}),
        ("telem ", set()),
        ("the", {"1", "3"}),
    ],
)
def test_words_of_six_languages_are_found(text, found):
    results = queries.search(text)
    assert {hit.key for hit in results.hits} == found
    assert results.total == len(found)


def test_titles_stand_before_bodies():
    assert keys("islands")[0] == "2020-208"


def test_counts_by_kind_ignore_the_kind_asked_for():
    results = queries.search("learning", kind="session")
    assert [hit.key for hit in results.hits] == ["2020-208"]
    assert results.total == 1
    assert results.counts == {"entry": 1, "session": 1}


def test_filters_take_any_of_the_values_and_all_of_the_names():
    assert set(keys("", filters={"countries": ["VU", "CD"]})) == {"1", "2"}
    assert set(keys("", filters={"countries": ["VU", "CD"], "action-lines": ["C7-3"]})) == {"2"}
    assert keys("education", filters={"countries": ["VU"]}) == []
    assert set(keys("", kind="session")) == {"2020-208"}


def test_nothing_asked_nothing_found():
    assert queries.search("").total == 0
    assert queries.search('  "" - ').total == 0


def test_a_misspelt_word_brings_a_suggestion_and_what_is_spelt_alike():
    results = queries.search("telemedecine islands")
    assert results.did_you_mean == "telemedicine islands"
    assert results.fuzzy and not results.relaxed
    assert [hit.key for hit in results.hits] == ["1"]
    assert "<mark>Telemedicine</mark>" in results.hits[0].title


def test_where_nothing_has_all_words_those_with_some_are_shown():
    results = queries.search("telemedicine savannah")
    assert results.relaxed and not results.fuzzy
    assert [hit.key for hit in results.hits] == ["1"]
    assert queries.search("telemedicine islands").did_you_mean == ""
    assert queries.search("zzzzqqqq").did_you_mean == ""


def test_excerpts_mark_the_words_and_escape_everything_else():
    (hit,) = queries.search("island clinics").hits
    assert str(hit.title) == "Vanuatu Inter-<mark>island</mark> Telemedicine and Learning Network"
    assert "<mark>clinics</mark>" in hit.snippet
    assert "&lt;b&gt;<mark>islands</mark>&lt;/b&gt;" in hit.snippet
    assert "<b>" not in hit.snippet


def test_title_and_excerpt_come_in_the_readers_language_or_say_which():
    (hit,) = queries.search("telemedicine", language="zh").hits
    assert hit.title_language == "zh"
    (hit,) = queries.search("обучение", language="fr").hits
    assert (hit.title_language, hit.snippet_language) == ("fr", "ru")
    (hit,) = queries.search("التعليم", language="en").hits
    assert hit.snippet_direction == "rtl"


def test_pages(records):
    first = queries.search("", kind="entry", size=2)
    second = queries.search("", kind="entry", size=2, page=2)
    assert (first.total, first.last_page) == (3, 2)
    assert {hit.key for hit in first.hits} | {hit.key for hit in second.hits} == {"1", "2", "3"}
    assert queries.search("", kind="entry", size=2, page=10_000).hits == []


NAUGHTY = [
    "", " ", "\x00", "a\x00b", "\ud800", "\ufeff", "\u202eabc", "’", '"', '""', '"""', "'", "(", ")))", "[", "{}", "*", "?", "a*", "+", "-", "--", "- -", "~", "^2",
    "AND", "OR", "NOT", "a AND", "title_en:x", "kind:entry", "x:[a TO b]", "/.*/", "\\", "\\\"", "%s%n", "1e309", "NaN", "null", "Ω≈ç√∫", "👩‍👩‍👧 family", "田中さん",
    "ﷺ", "بَرْمَجَة", "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮", "the the the", "a" * 10_000, "a " * 5_000, '"' * 10_000, "-x " * 3_000, "中" * 10_000, "É" * 10_000,
    "<script>alert(1)</script>", "'; DROP TABLE x; --", "../../../etc/passwd", "\n\t\r", "\u2028", "İstanbul ß ǅ", "0" * 400, "١٢٣",
]  # fmt: skip


@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_no_string_raises_or_takes_a_second(text):
    queries.search("中")  # the Chinese dictionary is loaded once in a process
    before = time.perf_counter()
    results = queries.search(text)
    assert results.available
    assert time.perf_counter() - before < 1
    for hit in results.hits:
        assert "<script" not in hit.title + hit.snippet


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60) | st.text(alphabet='"-+()*:~^\\/ aет中ع\x00', max_size=40))
def test_any_string_gives_an_answer(text):
    results = queries.search(text)
    assert results.available
    assert results.total == sum(results.counts.values())
    assert len(results.hits) == min(results.total, results.size)


@given(st.text(max_size=2_000))
def test_a_query_taken_apart_is_bounded(text):
    asked = taken_apart(text)
    assert len(asked.wanted) + len(asked.phrases) + len(asked.excluded) <= 12
    assert asked.prefix in ("", *asked.wanted)
