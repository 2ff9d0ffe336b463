"""What texts are about: in six languages, with reasons, and with what records have taught."""

from __future__ import annotations

import pytest

from plenary.engines.classify import learning, sources
from plenary.engines.classify.queries import forget_all, suggest
from plenary.ground.framework.text import Text

TELEMEDICINE = {
    "en": "Telemedicine for island clinics: doctors on the mainland see patients over a video line.",
    "fr": "Télémédecine pour les cliniques des îles : les médecins du continent voient les patients par vidéo.",
    "es": "Telemedicina para las clínicas de las islas: los médicos ven a los pacientes por vídeo.",
    "ru": "Телемедицина для больниц на островах: врачи принимают пациентов по видеосвязи.",
    "ar": "التطبيب عن بعد لعيادات الجزر: أطباء يرون المرضى عبر الفيديو.",
    "zh": "海岛诊所的远程医疗：医生通过视频为患者看病。",
}


def codes(found) -> list[str]:
    return [each.code for each in found]


@pytest.mark.parametrize("language", TELEMEDICINE)
def test_the_same_project_gets_the_same_tags_in_six_languages(concepts, language):
    text = [Text.of(TELEMEDICINE[language], language)]
    line, goal = suggest(text, "action-lines")[0], suggest(text, "sdgs")[0]
    assert (line.code, goal.code) == ("C7-4", "3")
    assert 0.3 < line.score <= 1


def test_the_language_of_a_plain_string_is_found(concepts):
    assert codes(suggest([TELEMEDICINE["ru"]], "action-lines"))[0] == "C7-4"


def test_a_suggestion_names_words_of_the_text_as_they_were_written(concepts):
    found = suggest([TELEMEDICINE["en"]], "action-lines")[0]
    assert "Telemedicine" in found.words
    assert {"clinics", "doctors", "patients"}.intersection(found.words)
    assert all(word in TELEMEDICINE["en"] for word in found.words)
    assert found.concept.scheme.code == "action-lines"


def test_a_term_of_two_words_is_named_once_and_whole(concepts):
    words = suggest(["The ministry publishes its budgets as open data"], "action-lines")[0].words
    assert "open data" in words
    assert "open" not in words


@pytest.mark.parametrize(
    ("text", "scheme", "code"),
    [
        ("An app tells farmers the price of maize and when to irrigate their crops", "action-lines", "C7-7"),
        ("A hotline against phishing, and a team that answers cyber attacks", "action-lines", "C5"),
        ("An archive of songs and stories in three indigenous languages", "action-lines", "C8"),
        ("Solar panels bring electricity to schools that are off the power grid", "sdgs", "7"),
        ("Old phones are collected, repaired and recycled; what is left is treated as e-waste", "sdgs", "12"),
        ("A chatbot built with machine learning", "themes", "artificial-intelligence"),
    ],
)
def test_other_projects_get_other_tags(concepts, text, scheme, code):
    assert code in codes(suggest([text], scheme, limit=2))


def test_targets_follow_the_goal_that_a_text_speaks_of(concepts):
    found = suggest(["Fewer mothers die in childbirth: midwives reach a doctor by telephone (maternal mortality)"], "sdg-targets")
    assert found[0].code.startswith("3.")
    assert found[0].concept.parent.scheme.code == "sdgs"


def test_a_concept_with_more_precise_ones_below_it_is_not_suggested(concepts):
    assert "C7" not in codes(suggest(["ICT applications: digital services and digital transformation"], "action-lines", limit=20))


@pytest.mark.parametrize("text", ["", "   ", "123 456", "\x00", "Zzyzx Qwrtp", "😀 😀", "a" * 30_000, "the of and with"])
def test_what_says_nothing_gets_no_suggestion(concepts, text):
    assert suggest([text], "action-lines") == []


def test_scores_are_shares_and_fall(concepts):
    found = suggest([TELEMEDICINE["en"] + " Nurses are trained; farmers are called too."], "action-lines", limit=20)
    scores = [each.score for each in found]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) <= 1.001


def test_what_machines_translated_counts_for_nothing(concepts):
    text = Text({"en": "Xyzzy", "fr": TELEMEDICINE["fr"]}, "en", frozenset({"fr"}))
    assert suggest([text], "action-lines") == []


@pytest.fixture
def taught():
    """``taught(records)`` registers a source that gives these records, until the test is over."""

    def teach(records, stamp=lambda: 1):
        sources.source("test", stamp=stamp)(lambda: records)
        forget_all()

    yield teach
    sources.unregister("test")


def test_records_teach_words_that_no_label_has(concepts, taught):
    text = "Matatu fleets report where they are"
    assert suggest([text], "action-lines") == [] or suggest([text], "action-lines")[0].code != "C2"
    taught([sources.Tagged((Text.of(f"Matatu line {number} has a transponder"),), (("action-lines", "C2"),)) for number in range(8)])
    found = suggest([text], "action-lines")[0]
    assert (found.code, found.words[0]) == ("C2", "Matatu")


def test_a_word_of_one_record_only_teaches_nothing(concepts, taught):
    taught([sources.Tagged((Text.of("Matatu"),), (("action-lines", "C2"),))])
    assert suggest(["Matatu"], "action-lines") == []


def test_tags_that_no_scheme_knows_do_no_harm(concepts, taught):
    taught([sources.Tagged((Text.of("Matatu"), "Télémédecine"), (("action-lines", "C99"), ("nothing", "x")))] * 3)
    assert suggest(["Matatu"], "action-lines") == []


def test_records_are_read_again_once_they_changed_and_not_at_every_question(concepts, taught, monkeypatch):
    read = []
    version = [1]

    def records():
        read.append(version[0])
        return []

    sources.source("test", stamp=lambda: version[0])(records)
    suggest(["health"], "sdgs")
    suggest(["health"], "action-lines")
    assert read == [1]
    monkeypatch.setattr(learning, "REST", 0)
    suggest(["health"], "sdgs")
    assert read == [1]
    version[0] = 2
    suggest(["health"], "sdgs")
    assert read == [1, 2]


def test_a_second_question_asks_the_database_nothing_but_whether_anything_changed(concepts, django_assert_max_num_queries):
    suggest([TELEMEDICINE["en"]], "sdg-targets")
    with django_assert_max_num_queries(2):
        assert suggest([TELEMEDICINE["fr"]], "sdg-targets")
