"""What checks find in records, and what they leave in peace."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from django.utils import translation

from plenary.engines.classify import checks
from plenary.engines.classify.checks import Level, Subject, Written, examine

SAMPLES = Path(os.environ.get("PLENARY_SAMPLES", "none"))
SUMMARY = "Five fishing boats carry radios, so that nobody goes out to sea without a voice on the shore."
GOOD = Subject(
    texts=(
        Written("title", "Title", "Boats with radios", "en", is_title=True),
        Written("summary", "Summary", SUMMARY, "en", least_words=10),
        Written(
            "description", "Description", "The harbour office lends the sets. Each crew is trained for a day and calls in every hour.", "en", least_words=10
        ),
    ),
    organisations=("Harbour office",),
    countries=("KE",),
    concepts=(("action-lines", "C2"),),
    links=("https://example.org/",),
)


def found_in(subject: Subject, **options) -> list[tuple[str, str]]:
    return [(finding.check.code, finding.field) for finding in examine(subject, **options)]


def with_text(name: str, text: str, **more) -> Subject:
    return replace(GOOD, texts=tuple(replace(each, text=text, **more) if each.name == name else each for each in GOOD.texts))


def test_a_good_record_has_no_findings():
    assert examine(GOOD) == []


@pytest.mark.parametrize(
    ("subject", "code", "field"),
    [
        (with_text("title", " … "), "no-title", "title"),
        (with_text("summary", "Radios for boats."), "too-short", "summary"),
        (with_text("summary", "Cinq bateaux de pêche ont une radio, et personne ne sort en mer sans une voix à terre."), "other-language", "summary"),
        (with_text("summary", "Пять рыбацких лодок получили рации, и никто не выходит в море без связи с берегом."), "other-language", "summary"),
        (with_text("summary", "漁船に無線機を載せて、誰も声なしで海に出ることがないようにしています。海岸には当直がいます。"), "other-language", "summary"),
        (with_text("title", "BOATS WITH RADIOS"), "capitals", "title"),
        (with_text("title", "ЛОДКИ С РАЦИЯМИ", language="ru"), "capitals", "title"),
        (with_text("description", SUMMARY.upper() + "!"), "copied", "description"),
        (with_text("description", "tbd", least_words=0), "placeholder", "description"),
        (with_text("description", "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod", language=""), "placeholder", "description"),
        (with_text("summary", f"{SUMMARY} Write to boats@example.org."), "contact-in-text", "summary"),
        (replace(GOOD, organisations=()), "no-organisation", ""),
        (replace(GOOD, countries=()), "no-country", ""),
        (replace(GOOD, concepts=()), "no-tag", ""),
        (replace(GOOD, links=()), "no-link", ""),
    ],
)
def test_each_check_finds_its_own(subject, code, field):
    assert found_in(subject) == [(code, field)]
    assert found_in(subject, without={code}) == []


@pytest.mark.parametrize(
    "subject",
    [
        with_text("title", "RAFT"),
        with_text("title", "COVID-19 in Kenya"),
        with_text("title", "منصة رقمية لصغار المزارعين", language="ar"),
        with_text("title", "Réseau"),  # too short to tell a language
        with_text("title", "Test beds for 5G"),
        with_text("summary", SUMMARY, language="en-GB"),
        with_text("summary", SUMMARY, language=""),
        with_text("description", "Uma rede de rádios leva a voz dos pescadores até o porto, todos os dias do ano.", language="pt"),
        with_text("description", "", least_words=0),
    ],
)
def test_what_is_right_is_left_in_peace(subject):
    assert found_in(subject) == []


def test_what_matters_most_comes_first():
    levels = [finding.level for finding in examine(Subject(texts=(Written("title", "Title", "", is_title=True),)))]
    assert levels == [Level.FAILURE, Level.WARNING, Level.WARNING, Level.WARNING, Level.INFO]


def test_chinese_is_counted_sign_by_sign():
    text = "五艘渔船装有无线电台，没有人出海时与岸上失去联系。"
    assert "too-short" not in {code for code, _field in found_in(with_text("summary", text, language="zh"))}


def test_sentences_are_in_the_readers_language_and_name_the_field():
    finding = next(each for each in examine(with_text("summary", "Cinq bateaux de pêche ont une radio, et personne ne sort sans une voix à terre.")))
    assert "Summary" in finding.sentence
    assert "French" in finding.sentence
    with translation.override("fr"):
        assert "français" in examine(with_text("summary", "Cinq bateaux de pêche ont une radio, et personne ne sort sans une voix à terre."))[0].sentence


def test_a_room_registers_checks_of_its_own():
    @checks.check("no-boat", "No boat", Level.INFO)
    def no_boat(subject):
        if not any("boat" in each.text.lower() for each in subject.texts):
            yield "", "There is no boat."

    try:
        assert found_in(GOOD) == []
        assert ("no-boat", "") in found_in(Subject())
    finally:
        del checks._checks["no-boat"]


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="PLENARY_SAMPLES names no folder")
def test_no_text_is_too_strange():
    for text in [*json.loads((SAMPLES / "5-messy" / "blns.json").read_text()), "x" * 200_000, "a@" * 50_000, "é " * 50_000]:
        examine(Subject(texts=tuple(Written(name, name, text, "en", 3, is_title=name == "title") for name in ("title", "summary", "description"))))
