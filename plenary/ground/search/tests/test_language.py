"""The language of queries: what each thing that can be typed finds."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from plenary.ground.search import index
from plenary.ground.search.parse import LONGEST, MOST_TERMS, taken_apart, years
from plenary.ground.search.queries import Search, find
from plenary.ground.search.tests.library import ENTRIES, entry, registers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def library(settings, tmp_path, monkeypatch):
    settings.SEARCH_INDEX = tmp_path / "index"
    settings.SEARCH_FOLLOWS_AT_ONCE = False
    kept = registers(monkeypatch, ENTRIES)
    index.rebuild()
    return kept


def numbers(text, **more):
    return {hit.serial for hit in find(Search(text, **more)).hits}


def codes(text):
    return [note.code for note in find(Search(text)).notes]


@pytest.mark.parametrize(
    "text,found",
    [
        ("telemedicine", {1, 2}),
        ("telemedicine -schools", {1}),
        ('telemedicine -"rural schools"', {1}),
        ("-telemedicine", {3, 4, 5}),
        ("telemedicine OR subtitle", {1, 2, 4}),
        ("telemedicine | subtitle", {1, 2, 4}),
        ("satellite|subtitle", {1, 4}),
        ("OR telemedicine OR", {1, 2}),
        ("islands telemedicine OR subtitle", {1, 2}),
        ("satel*", {1}),
        ("satel* ", {1}),
        ("satel ", set()),
        ('"outer islands"', {1}),
        ("title:islands", {1}),
        ("title:island", {1}),
        ('title:"outer islands"', {1}),
        ("-title:islands telemedicine", {2}),
        ("organisation:health", {1}),
        ('organisation:"Ministry of Health"', {1}),
        ('organisation:"Health Ministry"', set()),
        ("organisation:minis*", {1, 2}),
        ("Organisme:health", {1}),
        ("организация:health", {1}),
        ("country:fiji", {1}),
        ("country:Fidji", {1}),
        ("pays:fj", {1, 5}),
        ("country:FJ", {1, 5}),
        ("country：FJ", {1, 5}),
        ("results:school", {2}),
        ("results:clinics", {1}),
        ("results:clini*", {1}),
        ("number:4", set()),
        ("name:education", {2}),
        ("kind:entry islands", {1, 2}),
        ("kind:session islands", set()),
        ("sdg:3", {1}),
        ("-sdg:4", {1, 4}),
        ("sdg:3 OR sdg:17", {1, 4}),
        ("action_line:C7-4", {1}),
        ("action-line:c7-4", {1}),
        ("action_line:C7", {1, 2}),
        ("status:ONGOING", {1}),
        ("year:2015", {1}),
        ("year:2015..2020", {1, 2, 3}),
        ("year:2020..", {2, 5}),
        ("year:..2015", {1}),
        ("year:sometime", set()),
        ("telemedicine year:2015..2018 country:fiji", {1}),
        # A colon in ordinary text does no harm.
        ("Note: a subtitle", {4}),
        ("Title: subtitle", set()),
        ("https://example.org/a", {4}),
        ("10:30", {4}),
        ("nonsense:subtitle", set()),
        ("subtitle:", {4}),
        (":subtitle", {4}),
        # Stems, accents, plurals that change inside the word.
        ("ecole numerique", {5}),
        ("ÉCOLE", {5}),
        ("مراكز", {3}),
        ("المراكز الرقمية", {3}),
        ("شبكة", {3}),
        ("والمدرسة", {3}),
        ("قرية", {3}),
    ],
)
def test_what_is_typed_finds(text, found):
    results = find(Search(text))
    assert {hit.serial for hit in results.hits if not (results.fuzzy or results.relaxed)} == found


def test_a_question_in_plain_words_is_answered():
    assert numbers("who has been doing telemedicine for the islands with satellites") == {1}
    with override("fr"):
        assert numbers("qui forme les enseignants des écoles") == {5}


def test_small_words_alone_find_what_holds_them_and_say_so():
    results = find(Search("of the"))
    assert results.available
    assert [note.code for note in results.notes] == ["small_words"]
    assert find(Search("IT")).notes == []


def test_a_word_in_the_title_counts_more_than_in_names_summary_and_text(library, monkeypatch):
    rest = [entry(number, "Quite another title", "Filler of many words. " * 3, names=["Some house or other"]) for number in range(20, 30)]
    ranked = [
        entry(11, "Some atolls online", "Something else", names=["House of words"]),
        entry(12, "Something in general", "Something else", names=["Council of atolls"]),
        entry(13, "Something in general", "About atolls here", names=["House of words"]),
        entry(14, "Something in general", "Something else", names=["House of words"], fields={"results": ["Cables reached atolls"]}),
    ]
    registers(monkeypatch, [*rest, *reversed(ranked)])
    index.rebuild()
    assert [hit.serial for hit in find(Search("atolls")).hits] == [11, 12, 13, 14]


@pytest.mark.parametrize(
    "text,meant,found", [("telemedecine", "telemedicine", {1, 2}), ("scools -title:x", "schools -title:x", {2}), ("satelite islnds", "satellite islands", {1})]
)
def test_what_is_misspelt_finds_what_was_meant(text, meant, found):
    results = find(Search(text))
    assert results.fuzzy
    assert results.did_you_mean == meant
    assert {hit.serial for hit in results.hits} == found
    assert "<mark>" in results.hits[0].title + results.hits[0].snippet


def test_a_rare_spelling_is_widened_by_a_much_more_frequent_one(monkeypatch):
    registers(monkeypatch, [entry(1, "Telemedecine once"), *(entry(number, "Telemedicine again") for number in range(2, 14))])
    index.rebuild()
    results = find(Search("telemedecine"))
    assert results.fuzzy and results.total == 13
    assert results.hits[0].serial == 1
    assert results.did_you_mean == "telemedicine"
    assert not find(Search("telemedicine")).fuzzy


def test_numbers_and_codes_are_never_taken_for_misspelt(monkeypatch):
    registers(monkeypatch, [entry(1, "Code", names=["2017-4242"])])
    index.rebuild()
    assert find(Search("2017-4243")).total == 0


def test_excerpts_mark_stems_beginnings_and_values_of_fields():
    (hit,) = find(Search("consulting satel*")).hits
    assert "<mark>consult</mark>" in hit.snippet
    assert "<mark>satellite</mark>" in hit.snippet
    (hit,) = find(Search("title:island sdg:3")).hits
    assert hit.title == "Telemedicine for outer <mark>islands</mark>"
    (hit,) = find(Search("ecole")).hits
    assert hit.title == "<mark>Écoles</mark> numériques"
    (hit,) = find(Search("شبكة")).hits
    assert "<mark>شبكات</mark>" in hit.snippet


@pytest.mark.parametrize(
    "text,code",
    [
        ("a " * 400, "too_long"),
        ("word " * 60, "too_many"),
        ('"rural schools', "open_quote"),
        ("nonsense:islands", "unknown_field"),
        ('?! "" -', "nothing"),
        ("who is the", "small_words"),
    ],
)
def test_the_reader_is_told_what_was_not_done_as_typed(text, code):
    assert code in codes(text)
    assert all(str(note) and "%(" not in str(note) for note in find(Search(text)).notes)


@pytest.mark.parametrize("text", ["islands", "Title: subtitle", "https://example.org", "10:30", '"rural schools"', "sdg:3", "year:2015..", ""])
def test_nothing_is_said_of_what_was_done(text):
    assert codes(text) == []


@pytest.mark.parametrize(
    "text,span",
    [
        ("2015", (2015, 2015)),
        ("2015..2020", (2015, 2020)),
        ("2015..", (2015, None)),
        ("..2020", (None, 2020)),
        ("..", None),
        ("x", None),
        ("", None),
        ("12345", None),
    ],
)
def test_years(text, span):
    assert years(text) == span


@given(st.text(max_size=2_000) | st.text(alphabet='"|-*: ORab中é', max_size=200))
def test_a_query_taken_apart_is_bounded_and_written_out_again_asks_the_same(text):
    asked = taken_apart(text, lambda name: name if name == "a" else "")
    assert len(asked.terms) + len(asked.excluded) <= MOST_TERMS
    again = taken_apart(" ".join([*(" OR ".join(map(str, group)) for group in asked.groups), *(f"-{term}" for term in asked.excluded)]))
    assert len(again.terms) <= MOST_TERMS
    assert all(len(term.text) <= LONGEST for term in asked.terms)


def _naughty() -> list[str]:
    folder = os.environ.get("PLENARY_SAMPLES")
    path = Path(folder or "/nowhere") / "5-messy" / "blns.json"
    return json.loads(path.read_text()) if path.exists() else []


def test_no_naughty_string_raises_or_takes_a_second():
    strings = _naughty()
    if not strings:
        pytest.skip("PLENARY_SAMPLES names no folder with 5-messy/blns.json")
    find(Search("中"))  # the Chinese dictionary is loaded once in a process
    slow = []
    for text in strings:
        for asked in (Search(text, count=("sdg",)), Search(f"title:{text}"), Search("telemedicine", text, {"sdg": [text], text: ["x"]}, count=(text,))):
            began = time.perf_counter()
            assert find(asked).available
            if time.perf_counter() - began > 1:
                slow.append(text)
    assert slow == []
