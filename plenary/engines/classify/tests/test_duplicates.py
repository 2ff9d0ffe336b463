"""Likely duplicates."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from plenary.engines.classify.duplicates import Candidate, likely
from plenary.ground.framework.text import Text

SAMPLES = Path(os.environ.get("PLENARY_SAMPLES", "none"))
BOATS = "Radios for fishing boats of the northern harbour"


def keys(*args, **options) -> list[str]:
    return [match.candidate.key for match in likely(*args, **options)]


@pytest.mark.parametrize(
    "title",
    [
        BOATS,
        "RADIOS FOR FISHING BOATS OF THE NORTHERN HARBOUR!",
        "Radios for fishing boats of the northern harbuor",
        "Fishing boats of the northern harbour: radios",
        Text({"fr": "Des radios", "en": "Radios for fishing boats of the northern harbour"}, "fr"),
    ],
)
def test_the_same_title_is_found_however_it_is_written(title):
    assert keys(title, among=[Candidate("1", BOATS), Candidate("2", "Telemedicine for the islands")]) == ["1"]


@pytest.mark.parametrize(
    "title",
    [
        "Telemedicine for fishing communities",
        "Radios",
        "",
        "😀",
        "Schools of the southern province",
    ],
)
def test_other_titles_are_not(title):
    assert keys(title, among=[Candidate("1", BOATS), Candidate("2", ""), Candidate("3", Text())]) == []


def test_a_number_makes_two_projects_of_one():
    among = [Candidate("1", "Digital villages, phase 1"), Candidate("2", "Digital villages, phase 2")]
    found = likely("Digital villages, phase 2", among=among)
    assert found[0].candidate.key == "2"
    assert [match for match in found if match.candidate.key == "1" and match.score > 0.8] == []


def test_the_same_organisation_and_country_raise_the_score_and_are_named():
    among = [
        Candidate("same", "Village phones project", ("Ministry of Communications",), ("KE",)),
        Candidate("other", "Village phones project", ("Ministry of Health",), ("CH",)),
    ]
    found = likely("Village phone projects", ["MINISTRY OF COMMUNICATIONS"], ["KE", "TZ"], among=among)
    assert [match.candidate.key for match in found] == ["same", "other"]
    assert found[0].score > found[1].score
    assert found[0].reasons == ("The titles are nearly the same.", "Same organisation: MINISTRY OF COMMUNICATIONS.", "Same country.")
    assert found[1].reasons == ("The titles are nearly the same.",)


def test_a_title_that_is_alike_counts_with_the_same_organisation_only():
    among = [Candidate("1", "e-Health records for clinics", ("Health agency",), ("KE",))]
    title = "Electronic health records in clinics"
    assert keys(title, among=among) == []
    assert keys(title, ["Health Agency"], ["KE"], among=among) == ["1"]


def test_scores_lie_between_nothing_and_one_and_the_best_are_kept():
    among = [Candidate(str(number), BOATS, ("A",), ("KE",)) for number in range(30)]
    found = likely(BOATS, ["A"], ["KE"], among=among, limit=5)
    assert [match.score for match in found] == [1.0] * 5


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="PLENARY_SAMPLES names no folder")
def test_no_title_is_too_strange():
    strings = json.loads((SAMPLES / "5-messy" / "blns.json").read_text())
    among = [Candidate(str(number), text, (text,), (text,)) for number, text in enumerate(strings[:60])]
    for text in strings:
        assert all(0 <= match.score <= 1 for match in likely(text, [text], [text], among=among))
