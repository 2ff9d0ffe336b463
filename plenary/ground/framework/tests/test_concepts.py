"""Loading concepts, finding them by any spelling, and what held on a day."""

from __future__ import annotations

import shutil
from datetime import date

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from plenary.errors import NotAllowed
from plenary.ground.audit.actors import NOBODY, SYSTEM
from plenary.ground.audit.queries import trail_of
from plenary.ground.framework import actions, queries
from plenary.ground.framework.files import BadFiles
from plenary.ground.framework.models import Concept, Mapping, Membership, Scheme
from plenary.ground.framework.spelling import fold

pytestmark = pytest.mark.django_db

SCHEMES = """
[[scheme]]
code = "fruits"
title = { en = "Fruits", fr = "Fruits" }
file = "fruits.csv"
address = "fruits"
"""
FRUITS = "code,parent,label_en,label_fr,aliases,x_colour\nA,,Apple,Pomme,malus;Äpfel,red\nA-1,A,Pippin,Reinette,,\n"


@pytest.fixture
def small(tmp_path):
    """A folder of one small scheme."""
    (tmp_path / "schemes.toml").write_text(SCHEMES)
    (tmp_path / "fruits.csv").write_text(FRUITS)
    return tmp_path


def test_all_the_projects_concepts_load_and_loading_again_changes_nothing(django_assert_max_num_queries):
    first = actions.load_concepts(actor=SYSTEM)
    assert first.created == first.concepts == Concept.objects.count()
    counts = {scheme: Concept.objects.filter(scheme__code=scheme).count() for scheme in ("action-lines", "sdgs", "sdg-targets", "countries")}
    assert counts == {"action-lines": 19, "sdgs": 17, "sdg-targets": 169, "countries": 249}
    assert Mapping.objects.filter(source__scheme__code="action-lines").count() == 191
    assert Concept.objects.get(scheme__code="sub-themes", code="C1.e-participation").parent.scheme.code == "action-lines"
    with django_assert_max_num_queries(2 * Scheme.objects.count() + 10):
        again = actions.load_concepts(actor=SYSTEM)
    assert (again.created, again.changed, again.retired, again.links_changed) == (0, 0, 0, 0)
    assert trail_of("framework.concepts", "all").count() == 1


def test_every_label_of_the_pages_is_there_in_six_languages(concepts):
    lacking = [
        f"{concept.scheme.code}/{concept.code}"
        for concept in Concept.objects.select_related("scheme")
        if set(concept.label.texts) != {"en", "ar", "zh", "fr", "ru", "es"}
    ]
    assert lacking == []


def test_progress_is_told_to_the_end(small):
    told = []
    actions.load_concepts(actor=SYSTEM, folder=small, on_progress=lambda done, parts: told.append((done, parts)))
    assert told[-1][0] == told[-1][1]
    assert len(told) == 3


def test_only_an_administrator_loads(small):
    with pytest.raises(NotAllowed):
        actions.load_concepts(actor=NOBODY, folder=small)
    assert not Scheme.objects.exists()


def test_what_left_the_files_is_retired_and_stays_and_can_come_back(small):
    actions.load_concepts(actor=SYSTEM, folder=small)
    key = Concept.objects.get(code="A-1").pk
    (small / "fruits.csv").write_text("code,label_en\nA,Apple\n")
    with time_machine.travel("2031-02-03"):
        result = actions.load_concepts(actor=SYSTEM, folder=small)
    assert result.retired == 1
    assert Concept.objects.get(pk=key).retired_on == date(2031, 2, 3)
    assert queries.find_concept("fruits", "pippin").code == "A-1"
    assert [concept.code for concept in queries.concepts_of("fruits")] == ["A"]
    (small / "fruits.csv").write_text(FRUITS)
    actions.load_concepts(actor=SYSTEM, folder=small)
    assert Concept.objects.get(pk=key).retired_on is None


def test_facts_aliases_and_changes_are_taken_over(small):
    actions.load_concepts(actor=SYSTEM, folder=small)
    (small / "fruits.csv").write_text(FRUITS.replace("red", "green").replace("Pippin", "Russet"))
    assert actions.load_concepts(actor=SYSTEM, folder=small).changed == 2
    apple = Concept.objects.get(code="A")
    assert (apple.facts, apple.aliases) == ({"colour": "green"}, ["malus", "Äpfel"])
    assert Concept.objects.get(code="A-1").label.texts == {"en": "Russet", "fr": "Reinette"}


@pytest.mark.parametrize(
    "file,content,place,words",
    [
        ("fruits.csv", "code,label_en\nA,Apple\nA,Again\n", "fruits.csv, line 3, code", "twice, first in line 2"),
        ("fruits.csv", "code,label_en\nA,Apple\nB\n", "fruits.csv, line 3", "1 columns here and 2 in the head"),
        ("fruits.csv", 'code,label_en\nA,"Apple\n', "fruits.csv", "not CSV"),
        ("fruits.csv", "code,label_en,colour\nA,Apple,red\n", "fruits.csv, line 1, colour", "no such column"),
        ("fruits.csv", "code\nA\n", "fruits.csv, line 1, label_en", "is missing"),
        ("fruits.csv", "code,label_en\nA,\n", "fruits.csv, line 2, label_en", "is missing"),
        ("fruits.csv", "code,label_en\nA B,Apple\n", "fruits.csv, line 2, code", "is not a code"),
        ("fruits.csv", "", "fruits.csv, line 1", "empty"),
        ("fruits.csv", "code,parent,label_en\nA,Z,Apple\n", "scheme fruits, line 2, parent", "not a concept"),
        ("fruits.csv", "code,parent,label_en\nA,B,Apple\nB,A,Berry\n", "scheme fruits, line 2, parent", "above itself"),
        ("fruits.csv", "code,label_en\nA,Pommé\n".encode("latin-1"), "fruits.csv, line 2", "not in UTF-8"),
        ("fruits.csv", "code,label_en\nA,Apple\n".encode("utf-16"), "fruits.csv, line 1", "UTF-16"),
        ("schemes.toml", SCHEMES + "[[scheme]]\ncode = 'x'\n", "schemes.toml, line 7, title", "is missing"),
        ("schemes.toml", SCHEMES + "colour = 'x'\n", "schemes.toml, line 2, colour", "no such key"),
        ("schemes.toml", SCHEMES + "[[scheme", "schemes.toml", "not TOML"),
        ("memberships.csv", "member_scheme,member,group_scheme,group\nfruits,A,fruits,Z\n", "memberships.csv, line 2, group", "not a concept"),
        ("memberships.csv", "member_scheme,member,group_scheme,group,since\nfruits,A,fruits,A-1,1.2.2020\n", "memberships.csv, line 2, since", "not a day"),
        (
            "memberships.csv",
            "member_scheme,member,group_scheme,group,since,until\nfruits,A,fruits,A-1,2020-01-02,2020-01-02\n",
            "memberships.csv, line 2, until",
            "does not come after",
        ),
        ("mappings/m.csv", "source_scheme,source,target_scheme,target,kind\nnuts,A,fruits,A,x\n", "mappings/m.csv, line 2, source_scheme", "no scheme"),
        (
            "mappings/m.csv",
            "source_scheme,source,target_scheme,target,kind\n" + 2 * "fruits,A,fruits,A-1,x\n",
            "mappings/m.csv, line 3",
            "same link stands in line 2",
        ),
    ],
)
def test_wrong_files_are_told_with_file_and_line_and_nothing_is_loaded(small, file, content, place, words):
    (small / "mappings").mkdir()
    (small / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BadFiles) as caught:
        actions.load_concepts(actor=SYSTEM, folder=small)
    assert any(str(problem).startswith(place) and words in problem.text for problem in caught.value.found), [str(problem) for problem in caught.value.found]
    assert not Scheme.objects.exists()


def test_problems_of_all_files_come_together(small):
    (small / "fruits.csv").write_text("code,label_en\nA,Apple\nA,Again\nB B,x\n")
    (small / "schemes.toml").write_text(SCHEMES + SCHEMES.replace("fruits", "nuts"))
    with pytest.raises(BadFiles) as caught:
        actions.load_concepts(actor=SYSTEM, folder=small)
    assert {(problem.file, problem.line) for problem in caught.value.found} == {("fruits.csv", 3), ("fruits.csv", 4), ("nuts.csv", 0)}


@pytest.mark.parametrize(
    "scheme,spelling,code",
    [
        ("action-lines", "C7-4", "C7-4"),
        ("action-lines", " c7-4 ", "C7-4"),
        ("action-lines", "E-HEALTH", "C7-4"),
        ("sdgs", "SDG 3", "3"),
        ("sdgs", "bonne sante et bien-etre", "3"),
        ("countries", "Кения", "KE"),
        ("countries", "كينيا", "KE"),
        ("countries", "cote d’ivoire", "CI"),
        ("sdg-targets", "17.18", "17.18"),
        ("sdg-targets", "target 3.B", "3.b"),
        ("action-lines", "C99", None),
        ("action-lines", "", None),
        ("action-lines", "---", None),
        ("no-scheme", "C1", None),
    ],
)
def test_a_concept_is_found_by_code_label_and_alias_in_any_language(concepts, scheme, spelling, code):
    found = queries.find_concept(scheme, spelling)
    assert (found.code if found else None) == code


def test_a_spelling_of_two_concepts_finds_neither_and_a_code_beats_an_alias(small):
    (small / "fruits.csv").write_text("code,label_en,aliases\nA,Apple,round;B\nB,Berry,round\n")
    actions.load_concepts(actor=SYSTEM, folder=small)
    assert queries.find_concept("fruits", "round") is None
    assert queries.find_concept("fruits", "b").code == "B"


def test_an_index_looks_up_thousands_with_one_query(concepts, django_assert_num_queries):
    with django_assert_num_queries(1):
        index = queries.ConceptIndex("countries")
        assert [index.find(name).code for name in ["Kenya", "肯尼亚", "ken"] * 1000][-1] == "KE"


@given(st.text())
def test_folding_twice_is_folding_once_and_forgets_case(text):
    assert fold(fold(text)) == fold(text)
    assert fold(f" {text}\t") == fold(text)


def test_membership_is_dated(concepts):
    georgia = Concept.objects.get(scheme__code="countries", code="GE")
    europe, cis = (Concept.objects.get(scheme__code="itu-regions", code=code) for code in ("europe", "cis"))
    change = Membership.objects.get(member=georgia, group=europe).since
    before = change.replace(year=change.year - 1)
    assert georgia in queries.members_of(cis, before)
    assert georgia not in queries.members_of(cis, change)
    assert georgia in queries.members_of(europe, change)
    assert queries.codes_by_member("itu-regions", change)["GE"] == {"europe"}
    assert queries.codes_by_member("itu-regions", before)["GE"] == {"cis"}
    assert queries.members_of(cis).count() == 9


def test_the_matrix_reads_both_ways(concepts, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        out = queries.links_from(Concept.objects.get(scheme__code="action-lines", code="C7-4"))
        parts = {link.part.code for link in out if link.part}
    assert parts == {"1.3", "1.4", "1.5", "2.1", "2.2", "3.3", "3.8", "5.6", "5.b", "17.8", "17.19"}
    assert [link.head.code for link in out if link.part is None] == ["3"]
    into = queries.links_to(Concept.objects.get(scheme__code="sdgs", code="3"))
    assert {"C7-4", "C1"} <= {link.source.code for link in into}
    assert len(queries.matrix_links("action-lines", "sdgs")) == 191


def test_leads_stand_before_co_facilitators(concepts):
    kinds = [link.kind for link in queries.facilitators_of(Concept.objects.get(scheme__code="action-lines", code="C8"))]
    assert kinds == ["facilitates-lead", "facilitates-partner"]


def test_a_copy_of_the_data_loads_over_the_first(concepts, tmp_path):
    shutil.copytree(actions.DATA, tmp_path / "data")
    assert actions.load_concepts(actor=SYSTEM, folder=tmp_path / "data").changed == 0
