"""Home, search, about, accessibility: in six languages, light, from nowhere else."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from plenary.ground.search import index

pytestmark = pytest.mark.django_db

LANGUAGES = [("", "en", "ltr"), ("/ar", "ar", "rtl"), ("/zh", "zh", "ltr"), ("/fr", "fr", "ltr"), ("/ru", "ru", "ltr"), ("/es", "es", "ltr")]
PAGES = ["/", "/search/", "/search/?q=health", "/about/", "/accessibility/"]


@pytest.mark.parametrize("prefix,language,direction", LANGUAGES)
@pytest.mark.parametrize("address", PAGES)
def test_every_page_speaks_every_language(process, address, prefix, language, direction):
    response = Client().get(prefix + address)
    page = response.content.decode()
    assert response.status_code == 200
    assert f'<html lang="{language}" dir="{direction}">' in page
    assert response["Content-Language"] == language
    assert page.count("<h1") == 1
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert all(after - before <= 1 for before, after in pairwise(levels)), levels
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    # Links within the site stay in the language, but for the language switch, machines' addresses and files.
    links = re.findall(r'<a (?:class="[^"]*" )?href="(/[^"]*)"(?! lang)', page)
    if prefix:
        assert [link for link in links if not link.startswith((prefix + "/", "/static/"))] == []


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("prefix", ["", "/ar", "/ru"])
def test_a_page_weighs_little_and_asks_nothing_of_others(process, settings, address, prefix):
    page = Client().get(prefix + address).content.decode()
    files = re.findall(r'(?:href|src)="/static/([^"]+)"', page)
    assert any(file.endswith(".css") for file in files)
    bodies = [Path(finders.find(file)).read_bytes() for file in files]
    weight = sum(len(brotli.compress(body, quality=5)) for body in [page.encode(), *bodies])
    assert weight <= 60_000
    asked = re.findall(r'<(?:link|script|img|iframe|source)[^>]+(?:href|src)="([^"]+)"', page)
    elsewhere = [each for each in asked if not each.startswith(("/static/", settings.BASE_URL))]
    assert elsewhere == []
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*src=)", page)


def test_home_shows_what_is_open_and_when_it_closes(process):
    page = Client().get("/").content.decode()
    assert "Submit a project" in page
    assert "2 days left" in page or "3 days left" in page
    assert "Photo contest" not in page
    assert 'href="/calls/2021/prizes/"' in page


def test_home_says_so_when_nothing_is_open(process):
    process["action-lines"].scheme.refresh_from_db()
    from plenary.engines.calls.models import Call

    Call.objects.all().delete()
    page = Client().get("/").content.decode()
    assert "No call is open at the moment" in page
    assert 'href="/calls/"' in page


def test_home_puts_editions_on_a_line_without_the_demo(process):
    page = Client().get("/").content.decode()
    line = page[page.index('id="years"') : page.index("</ol>")]
    assert re.findall(r"<b>([^<]+)</b>", line) == ["2012", "2019", "2020", "2021"]
    assert re.search(r'<li aria-current="date"><a href="/editions/2021/">', line)
    assert "<span>8–12 April 2021</span> <span>Geneva</span>" in line


def test_home_leads_to_action_lines_goals_and_regions(process):
    page = Client().get("/ar/").content.decode()
    assert 'href="/ar/action-lines/C7-4/"' in page
    assert 'class="chip sdg sdg-3" href="/ar/sdgs/3/"' in page
    assert 'href="/ar/regions/africa/"' in page
    assert "الصحة" in page


def test_home_works_on_an_empty_site(db):
    assert Client().get("/").status_code == 200


def test_home_asks_few_queries_however_much_there_is(process, django_assert_max_num_queries):
    from plenary.ground.framework.models import Concept, Edition
    from plenary.ground.framework.text import Text

    Client().get("/")
    with django_assert_max_num_queries(14):
        Client().get("/")
    for number in range(40):
        Edition.objects.create(code=f"e{number}", name=Text.of(f"Edition {number}"))
        Concept.objects.create(scheme=process["sdgs"].scheme, code=f"x{number}", label=Text.of(f"Goal {number}"))
    with django_assert_max_num_queries(14):
        Client().get("/")


def test_search_finds_concepts_editions_calls_and_pages_by_kind(process):
    index.rebuild()
    page = Client().get("/search/?q=health").content.decode()
    assert "<mark>" in page
    assert 'href="/action-lines/C7-4/"' in page
    assert "2 records found" in page
    arabic = Client().get("/ar/search/?q=health").content.decode()
    assert 'href="/ar/action-lines/C7-4/"' in arabic
    forum = Client().get("/search/?q=forum&kind=edition").content.decode()
    assert 'href="/editions/2021/"' in forum
    assert re.search(r'<a href="[^"]*kind=edition[^"]*" aria-current="page">Editions', forum)
    assert 'href="/accessibility/"' in Client().get("/search/?q=accessible").content.decode()
    assert 'href="/calls/2021/prizes/"' in Client().get("/search/?q=submit+project").content.decode()


def test_search_suggests_and_gives_hints(process):
    index.rebuild()
    page = Client().get("/search/?q=heelth").content.decode()
    assert "Did you mean:" in page
    assert 'href="?q=health"' in page
    assert "<mark>health</mark>" in page, "what is spelt alike is found at once"
    assert "What you can try" in Client().get("/search/?q=zzzyyyxxx").content.decode()
    assert "How to search" in Client().get("/search/").content.decode()


@pytest.mark.parametrize(
    "query", ["q=" + "a" * 10_000, "q=%22%22%22", "q=%F0%9F%92%A9", "q=%E2%80%AE", "q=%ff%fe", "q=a&utm_source=x", "q=%0a%0d", "q=%3Cscript%3E"]
)
def test_search_takes_any_words(process, query):
    response = Client().get(f"/search/?{query}")
    assert response.status_code == 200
    assert "<script>" not in response.content.decode().replace('<script src="', "")


@pytest.mark.parametrize("query", ["q=a&kind=nonsense", "q=a&page=0", "q=a&page=99", "q=a&page=x", "q=a&colour=red", "q=a%00b"])
def test_search_refuses_what_cannot_be_asked(process, query):
    response = Client().get(f"/search/?{query}")
    assert response.status_code == 400
    assert response["X-Reference"] in response.content.decode()


def test_concepts_and_editions_that_change_are_followed(process, django_capture_on_commit_callbacks):
    from plenary.ground.audit.events import emit
    from plenary.ground.framework.events import ConceptsLoaded, EditionChanged
    from plenary.ground.framework.models import Edition
    from plenary.ground.framework.text import Text
    from plenary.ground.search import queries, worker

    index.rebuild()
    concept = process["itu-regions"]
    concept.label = Text.of("Renamed region")
    concept.save()
    Edition.objects.filter(code="2020").update(name=Text.of("Renamed forum"))
    with django_capture_on_commit_callbacks(execute=True):
        emit(ConceptsLoaded(actor_id="system", keys=("itu-regions/africa",)))
        emit(EditionChanged(actor_id="system", code="2020"))
    worker.follow_once()
    assert {(hit.kind, hit.key) for hit in queries.search("renamed").hits} == {("concept", "itu-regions/africa"), ("edition", "2020")}


def test_about_names_sources_and_explains_the_marks(process):
    page = Client().get("/about/").content.decode()
    assert "A source" in page
    assert "A licence" in page
    assert '<span class="proof reported">' in page
