"""Telling languages apart."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from plenary.engines.classify.queries import language_of

SAMPLES = Path(os.environ.get("PLENARY_SAMPLES", "none"))
FIVE_WORDS = {
    "en": ["Digital platform for small farmers", "Women learn to repair phones", "Radio stations in the islands"],
    "fr": ["Une plateforme pour les petits agriculteurs", "Les femmes apprennent à réparer", "Des stations de radio communautaires"],
    "es": ["Plataforma digital para pequeños agricultores", "Las mujeres aprenden a programar", "Emisoras de radio en las islas"],
    "ru": ["Цифровая платформа для мелких фермеров", "Женщины учатся чинить мобильные телефоны"],
    "ar": ["منصة رقمية لصغار المزارعين في الريف", "النساء يتعلمن إصلاح الهواتف المحمولة"],
    "zh": ["面向小农户的数字平台", "妇女学习修理手机"],
}


@pytest.mark.parametrize(("language", "text"), [(language, text) for language, texts in FIVE_WORDS.items() for text in texts])
def test_five_words_are_enough(language, text):
    assert language_of(text) == language
    assert language_of(f"{text}. https://example.org/en/about OpenStreetMap") == language


@pytest.mark.parametrize(
    "text",
    [
        "Uma rede de telemedicina para as ilhas mais distantes",
        "Piattaforma digitale per i piccoli agricoltori delle zone rurali",
        "Digitale Plattform für Kleinbauern auf dem Land",
        "Jukwaa la kidijitali kwa wakulima wadogo vijijini",
        "Platform digital untuk petani kecil di desa",
        "Цифрова платформа для малих фермерів у сільській місцевості",
        "پلتفرم دیجیتال برای کشاورزان کوچک روستایی",
        "農村の小規模農家のためのデジタルプラットフォーム",
        "농촌 소규모 농민을 위한 디지털 플랫폼",
    ],
)
def test_other_languages_are_not_taken_for_one_of_the_six(text):
    assert language_of(text) is None


@pytest.mark.parametrize("text", ["", " ", "123", "😀😀😀", "\x00\ud800", "https://example.org/", "Kenya", "a", "....", "1" * 10_000])
def test_what_says_nothing_is_no_language(text):
    assert language_of(text) is None


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="PLENARY_SAMPLES names no folder")
@pytest.mark.parametrize(("language", "name"), [("en", "en"), ("fr", "fr"), ("es", "es"), ("ru", "ru"), ("ar", "ar"), ("zh", "zh-Hans")])
def test_official_texts_are_told_by_their_first_eight_words(language, name):
    stored = json.loads((SAMPLES / "4-reference" / "sdg-six-languages" / f"{name}.global_targets.json").read_text())
    texts = [text for text in stored.values() if len(text) > 40]
    cut = [text[:16] if language == "zh" else " ".join(text.split()[:8]) for text in texts]
    assert len(cut) > 100 or language == "zh"
    assert sum(language_of(text) == language for text in cut) >= 0.95 * len(cut)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="PLENARY_SAMPLES names no folder")
def test_no_text_is_too_strange():
    for text in json.loads((SAMPLES / "5-messy" / "blns.json").read_text()):
        assert language_of(text) in (None, "en", "fr", "es", "ru", "ar", "zh")
