"""What the list says of a search: words, remarks, ways of showing, help; and that no string breaks it."""

import json
import re
import time
from urllib.parse import quote, unquote

import pytest

from plenary.ground.framework.text import Text
from plenary.ground.search import index
from plenary.ground.search import queries as search
from plenary.ground.search.queries import Found
from plenary.programmes.stocktaking.tests.making import make_entry
from plenary.programmes.stocktaking.tests.test_list import titles

UNDER_A_SECOND = 1.0


@pytest.fixture
def some(world):
    make_entry(world, "Telemedicine for islands", "action-lines C7-4", "sdgs 3", "countries KE", edition="2020", body="Ministry of Health",
               summary=Text.of("Nurses on remote islands speak with a hospital."), results=Text.of("Ten clinics opened."))  # fmt: skip
    make_entry(world, "Schools online", "action-lines C7", "sdgs 4", "countries QA", "countries UG", edition="2021", summary=Text.of("Lessons for pupils."))
    make_entry(world, "Réseau de santé", "sdgs 3", "countries CH", edition="", text=Text({"fr": "Réseau de santé"}, "fr"))
    return world


def page(client, query, path="/stocktaking/"):
    response = client.get(f"{path}?{query}")
    assert response.status_code == 200, query
    return response.content.decode()


def test_words_are_marked_where_they_were_found(client, some):
    shown = page(client, "q=nurses")
    assert titles(client.get("/stocktaking/?q=nurse")) == ["Telemedicine for islands"]
    assert re.search(r"<mark>Nurses</mark>", shown)


def test_each_part_can_be_searched_by_name(client, some):
    assert titles(client.get("/stocktaking/?q=results:clinic")) == ["Telemedicine for islands"]
    assert titles(client.get("/stocktaking/?q=results:nurses")) == []
    assert titles(client.get("/fr/stocktaking/?q=pays:KE")) == ["Telemedicine for islands"]


def test_a_slip_is_forgiven_and_a_better_word_offered(client, some):
    response = client.get("/stocktaking/?q=telemedecine&sdg=3")
    shown = response.content.decode()
    assert titles(response) == ["Telemedicine for islands"]
    assert "spelt alike" in shown
    offered = re.search(r"Did you mean:.*?href=\"([^\"]*)\"", shown)[1].replace("&amp;", "&")
    assert titles(client.get(f"/stocktaking/{offered}")) == ["Telemedicine for islands"]
    assert "sdg=3" in offered


def test_where_nothing_has_all_words_some_are_enough_and_the_page_says_so(client, some):
    response = client.get("/stocktaking/?q=telemedicine+pupils")
    assert set(titles(response)) == {"Telemedicine for islands", "Schools online"}
    assert "No entry has all of these words." in response.content.decode()


def test_nothing_found_leads_on(client, some):
    shown = page(client, "q=qqqqzzzz&country=KE")
    assert "No entry fits all of this." in shown
    assert "/search/?q=qqqqzzzz" in shown
    assert "/stocktaking/saved/new/?q=qqqqzzzz&amp;country=KE" in shown


@pytest.mark.parametrize("view", ["", "table", "map", "timeline"])
def test_all_ways_of_showing_have_the_same_filters(client, some, view):
    shown = page(client, f"sdg=3&country=KE&country=UG&view={view}")
    assert "1 of 3 entries" in shown
    assert 'value="KE" checked' in shown
    if view:
        assert f'<input type="hidden" name="view" value="{view}">' in shown


def test_the_table_can_be_sorted_by_its_heads(client, some):
    shown = page(client, "view=table")
    heads = re.findall(r"<th scope=\"col\"[^>]*>(.*?)</th>", shown)
    assert len(heads) == 7
    path = re.search(r"href=\"([^\"]*)\"", heads[0])[1].replace("&amp;", "&")
    names = re.findall(r"<th scope=\"row\"[^>]*><a [^>]*>(.*?)</a>", client.get(f"/stocktaking/{path}").content.decode())
    assert [re.sub("<[^>]*>", "", name) for name in names] == ["Réseau de santé", "Schools online", "Telemedicine for islands"]
    assert 'aria-sort="descending"' in shown


def test_each_tile_of_the_map_leads_to_as_many_entries(client, some):
    shown = page(client, "view=map&sdg=3&sdg=4")
    tiles = re.findall(r"<a rel=\"nofollow\" href=\"([^\"]*)\"><b>(\d+)</b> <span>([^<]*)</span>", shown)
    assert {name: int(number) for _path, number, name in tiles} == {"Switzerland": 1, "Kenya": 1, "Qatar": 1, "Uganda": 1}
    for path, number, _name in tiles:
        assert f"{number} of 3 entries" in client.get(f"/stocktaking/{path.replace('&amp;', '&')}").content.decode()
    assert "Arab States" in shown


def test_each_bar_of_the_timeline_leads_to_as_many_entries(client, some):
    shown = page(client, "view=timeline")
    bars = re.findall(r"<a rel=\"nofollow\" href=\"([^\"]*)\"><b>(\d+)</b>.*?<span>(\d+)</span></a>", shown)
    assert [(year, number) for _path, number, year in bars] == [("2020", "1"), ("2021", "1")]
    for path, number, _year in bars:
        assert f"{number} of 3 entries" in client.get(f"/stocktaking/{path.replace('&amp;', '&')}").content.decode()
    assert re.findall(r"<h3>(.*?)</h3>", shown) == ["2021", "2020", "Year not stated"]


def test_long_filters_show_the_most_frequent_and_all_on_demand(client, world):
    from plenary.programmes.stocktaking.facets import Choice, Facet
    from plenary.programmes.stocktaking.filters import Option, find_filter

    choices = [Choice(Option(str(code), f"Country {code}"), code, chosen=code == 1) for code in range(1, 21)]
    facet = Facet(find_filter("country"), choices)
    assert [choice.number for choice in facet.open] == [1, 20, 19, 18, 17, 16, 15, 14]
    assert [choice.number for choice in facet.folded] == list(range(2, 14))
    few = Facet(find_filter("country"), choices[:10])
    assert (few.open, few.folded) == (choices[:10], [])


def test_values_that_nobody_has_do_not_appear(client, some):
    shown = page(client, "")
    assert 'name="country" value="KE"' in shown
    assert 'name="theme"' not in shown
    assert 'name="country" value="QA"' not in page(client, "sdg=3")


def test_while_the_index_is_built_the_newest_entries_are_shown(client, some, monkeypatch):
    monkeypatch.setattr("plenary.programmes.stocktaking.finding.index.find", lambda asked: Found(available=False))
    shown = page(client, "q=nurses&sdg=3&sort=title")
    assert "The search is being prepared" in shown
    assert "Schools online" in shown
    assert "of 3 entries" not in shown
    export = client.get("/stocktaking/?format=csv")
    assert export.status_code == 503
    assert export["Retry-After"]
    assert client.get("/api/v1/entries?q=nurses").status_code == 503


def test_one_that_was_withdrawn_a_moment_ago_is_left_out(client, some, secretary, settings):
    from plenary.programmes.stocktaking import actions
    from plenary.programmes.stocktaking.models import Entry

    assert len(titles(client.get("/stocktaking/"))) == 3
    settings.SEARCH_FOLLOWS_AT_ONCE = False
    actions.withdraw_entry(actor=secretary, entry=Entry.objects.get(number="2021-1"), reason="x")
    assert len(titles(client.get("/stocktaking/?utm_x=1"))) == 2


def test_links_into_combinations_are_not_for_crawlers(client, some):
    shown = page(client, "sdg=3&view=map")
    assert '<meta name="robots" content="noindex, nofollow">' in shown
    for link in re.findall(r"<a [^>]*href=\"\?[^>]*>", shown):
        assert 'rel="nofollow"' in link, link
    rules = client.get("/robots.txt").content.decode()
    assert "Disallow: /*stocktaking/?" in rules


def test_the_help_page_has_examples_that_find_something(client, some):
    shown = page(client, "", "/stocktaking/help/")
    links = re.findall(r"href=\"(/stocktaking/\?q=[^\"]*)\"", shown)
    assert len(links) > 8
    for link in links:
        assert titles(client.get(link.replace("&amp;", "&"))), unquote(link)
    assert client.get("/ar/stocktaking/help/").status_code == 200


def test_the_help_page_of_an_empty_repository_stands(client, world):
    assert "How to search" in page(client, "", "/stocktaking/help/")


def strings():
    import os
    from pathlib import Path

    path = Path(os.environ.get("PLENARY_SAMPLES", "")) / "5-messy" / "blns.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []


@pytest.mark.skipif(not strings(), reason="PLENARY_SAMPLES does not name the folder of samples")
def test_no_string_breaks_a_search(client, some):
    client.get("/stocktaking/?q=warm")
    slow = []
    for text in strings():
        for query in (f"q={quote(text)}", f"q={quote(text)}&view=map", f"sdg={quote(text)}", f"language={quote(text)}"):
            before = time.thread_time()
            status = client.get(f"/stocktaking/?{query}").status_code
            assert status in (200, 400), (status, query)
            if time.thread_time() - before > UNDER_A_SECOND:
                slow.append(query)
    assert slow == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("telemedicine " * 800, "first 500 characters"),
        ('"telemedicine for', "quotation mark is not closed"),
        ("the of and", "nearly every record"),
        ("?!… --", "no letter or digit"),
        ("(((((", "no letter or digit"),
        ("moon:telemedicine", "no field “moon”"),
    ],
)
def test_what_was_not_done_as_typed_is_said(client, some, text, told):
    before = time.thread_time()
    assert told in page(client, f"q={quote(text)}")
    assert time.thread_time() - before < UNDER_A_SECOND


def test_the_index_is_asked_not_the_database(client, some, django_assert_max_num_queries):
    client.get("/stocktaking/?q=islands&sdg=3&utm_x=0")
    with django_assert_max_num_queries(15):
        client.get("/stocktaking/?q=islands&sdg=3&utm_x=1")


def test_the_search_of_the_site_finds_the_same(some):
    assert [hit.key for hit in search.search("telemedicine", "entry").hits] == ["2020-1"]
    assert index.current() is not None
