"""Themes: saved searches with a page over the years, every number of which leads to its records."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.actions import DATA
from plenary.ground.framework.concept_files import read_concept_files
from plenary.ground.framework.models import Concept
from plenary.ground.framework.text import Text
from plenary.ground.search import index
from plenary.ground.search.actions import changed
from plenary.ground.search.parse import LONGEST, MOST_TERMS, taken_apart
from plenary.programmes.awards.actions import AwardDraft, give_award, save_contest
from plenary.programmes.forum.models import Session
from plenary.programmes.stocktaking import actions as entries
from plenary.programmes.stocktaking.tests.making import make_entry, make_world
from plenary.understanding.insights.actions import report_figure
from plenary.understanding.insights.queries.themes import REPORTED, Theme, find_theme


@pytest.fixture(autouse=True)
def own_index(settings, tmp_path, monkeypatch):
    settings.SEARCH_INDEX = tmp_path / "index"
    monkeypatch.setattr(index, "_open", None)


@pytest.fixture
def world(db):
    made = make_world()
    concept = made.concept("themes health")
    concept.facts = {"query": '"telemedicine" OR "远程医疗" OR "santé numérique"'}
    concept.save()
    return made


@pytest.fixture
def filled(world):
    """Entries that belong to the theme by its concept and by words in three languages, with prizes, and some that do not."""
    made = [
        make_entry(world, "Clinics", "themes health", edition="2020"),
        make_entry(world, "Telemedicine for islands", edition="2021"),
        make_entry(world, "", text=Text.of("农村远程医疗", "zh"), edition="2021"),
        make_entry(world, "Écoles", summary=Text.of("La santé numérique à l'école.", "fr"), edition=""),
        make_entry(world, "Schools", "themes covid-19", edition="2021"),
    ]
    make_entry(world, "Hidden telemedicine", state="draft")
    contests = {
        year: save_contest(actor=SYSTEM, edition=world.editions[year], code="prizes", title=Text.of("Prizes"), categories=None) for year in ("2020", "2021")
    }
    for entry, year, level in (
        (made[0], "2020", "winner"),
        (made[1], "2021", "nominated"),
        (made[2], "2021", "champion"),
        (made[0], "2021", "submitted"),
        (made[4], "2021", "winner"),
    ):
        give_award(actor=SYSTEM, contest=contests[year], draft=AwardDraft(entry=entry, level=level, category=None, source="a list"))
    for number, (title, state) in enumerate((("Telemedicine today", "public"), ("About something else", "public"), ("Telemedicine, a draft", "draft")), 1):
        Session.objects.create(edition=world.editions["2021"], number=str(number), title=Text.of(title), state=state)
    return made


def shown(page: str) -> dict[str, int]:
    """The numbers of the table over the years, by the address to which each leads."""
    table = page[page.index('id="years"') : page.index("</table>")]
    return {path.replace("&amp;", "&"): int(number) for path, number in re.findall(r'<a href="([^"]+)"[^>]*>(\d+)</a>', table)}


def test_a_theme_holds_what_names_it_and_what_has_its_words(client, filled):
    page = client.get("/themes/health/").content.decode()
    numbers = shown(page)
    entries_of = {"year=2020": 1, "year=2021": 2, "": 4}
    for year, number in entries_of.items():
        assert [n for path, n in numbers.items() if path.startswith("/stocktaking/") and path.endswith(year) and ("year=" in path) == bool(year)] == [number], (
            year
        )
    assert numbers["/themes/health/prizes/?year=2021"] == 3
    assert numbers["/themes/health/prizes/?year=2021&level=nominated"] == 2
    assert numbers["/themes/health/prizes/?year=2021&level=champion"] == 1
    assert numbers["/themes/health/prizes/?year=2020&level=winner"] == 1
    assert numbers["/themes/health/prizes/"] == 4
    assert numbers["/themes/health/sessions/"] == numbers["/themes/health/sessions/?year=2021"] == 1
    assert "Schools" not in page and "Hidden" not in page and "something else" not in page
    assert "Telemedicine today" in page and "Clinics" in page


def test_every_number_of_a_theme_leads_to_as_many_records(client, filled):
    numbers = shown(client.get("/themes/health/").content.decode())
    assert len(numbers) > 12
    for path, number in numbers.items():
        page = client.get(path).content.decode()
        said = re.search(r"(\d+) (?:result|session)s? on record\.|<h2[^>]*>(\d+) of \d+ ", page)
        assert said is not None, path
        assert int(said[1] or said[2]) == number, path


def test_what_sources_report_stands_beside_what_is_counted(client, filled, world):
    report_figure(actor=SYSTEM, edition=world.editions["2020"], measure="prizes.nominated.theme.health", source="A deck", value=Decimal(6), position=1)
    report_figure(actor=SYSTEM, edition=world.editions["2020"], measure="prizes.nominated.theme.covid-19", source="Another deck", value=Decimal(7), position=2)
    page = client.get("/themes/health/").content.decode()
    reported = page[page.index('id="reported"') :]
    assert "A deck" in reported and ">6<" in reported and "Another deck" not in page
    assert "/measures/prizes.nominated.theme.health/" in reported
    from plenary.ground.measures.registry import find

    assert [find(f"{code}.health")[1] for code in REPORTED] == ["health"] * len(REPORTED)


def test_a_theme_follows_its_records(client, filled):
    entries.withdraw_entry(actor=SYSTEM, entry=filled[1], reason="asked")
    assert shown(client.get("/themes/health/").content.decode())["/themes/health/prizes/?year=2021"] == 2


def test_the_list_counts_each_theme(client, filled):
    page = client.get("/themes/").content.decode()
    covid, health = page.index("/themes/covid-19/"), page.index("/themes/health/")
    assert covid < health
    assert "1 project" in page[covid:health] and "4 projects" in page[health:] and "1 session" in page[health:]


def test_a_theme_without_a_query_is_found_by_its_names(world):
    concept = world.concept("themes covid-19")
    assert Theme(concept).words == '"COVID-19" OR "COVID-19 (fr)"'
    assert Theme(concept).query.startswith("theme:covid-19 OR ")


def test_an_empty_theme_says_so(client, world):
    page = client.get("/themes/health/").content.decode()
    assert "Nothing is on record about this theme yet." in page
    assert client.get("/themes/health/prizes/").status_code == client.get("/themes/health/sessions/?year=1999").status_code == 200


@pytest.mark.parametrize("path", ["none/", "%00/", "none/prizes/", "health%00/sessions/", "x" * 200 + "/", "%27--/"])
def test_what_is_no_theme_is_not_found(client, world, path):
    assert client.get(f"/themes/{path}").status_code == 404


@pytest.mark.parametrize("query", ["year=0", "year=x", "level=gold", "page=9", "what=1", "year=99999999999999999999"])
def test_what_cannot_be_asked_is_refused(client, world, query):
    assert client.get(f"/themes/health/prizes/?{query}").status_code == 400


def test_other_spellings_lead_to_the_theme(client, world):
    Concept.objects.filter(pk=world.concept("themes health").pk).update(aliases=["e-health"])
    for spelling in ("Health", "e-health"):
        assert client.get(f"/fr/themes/{spelling}/")["Location"] == "/fr/themes/health/"
    assert client.get("/themes/health.jsonld").status_code == 200


def test_a_theme_asks_as_much_of_the_database_for_many_records(client, world):
    contest = save_contest(actor=SYSTEM, edition=world.editions["2021"], code="prizes", title=Text.of("Prizes"), categories=None)
    counts = []
    for number in (6, 30):
        for each in range(number):
            entry = make_entry(world, f"Telemedicine {number} {each}", "sdgs 3", body=f"Body {each}")
            give_award(actor=SYSTEM, contest=contest, draft=AwardDraft(entry=entry, level="winner", category=None, source="a list"))
            session = Session.objects.create(edition=world.editions["2021"], number=f"{number}-{each}", title=Text.of("Telemedicine"), state="public")
            changed("session", str(session))
        client.get("/themes/health/")
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/themes/health/?utm_source=x").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] < 40


def test_the_queries_of_the_data_are_ones_that_the_search_takes_whole():
    scheme = read_concept_files(DATA).schemes["themes"]
    for concept in scheme.concepts.values():
        theme = Theme(Concept(code=concept.code, label=concept.label, facts=concept.facts))
        asked = taken_apart(theme.words)
        assert len(theme.query) < LONGEST and len(asked.terms) < MOST_TERMS and not asked.notes, concept.code
        assert len(asked.groups) == 1 and concept.facts["query"].count('"') % 2 == 0, concept.code


def test_find_theme(world):
    assert find_theme("health").code == "health"
    assert find_theme("x\x00") is find_theme("none") is None
