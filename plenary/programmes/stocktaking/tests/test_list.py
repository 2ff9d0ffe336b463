"""The list with its filters and counts."""

import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plenary.ground.framework.models import Membership
from plenary.ground.framework.text import Text
from plenary.ground.search import actions as search
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.filters import Selection, filters
from plenary.programmes.stocktaking.finding import listed
from plenary.programmes.stocktaking.models import Collection, Entry
from plenary.programmes.stocktaking.queries import public_entries, select
from plenary.programmes.stocktaking.tests.making import make_entry

BUDGET = 30
EVERYTHING = Selection()


def titles(response):
    found = re.findall(r"<h3><a href=\"[^\"]*\"[^>]*>(.*?)</a>", response.content.decode())
    return [re.sub(r"<[^>]*>", "", each) for each in found]


def counts(selection=EVERYTHING, text=""):
    """By filter and value the numbers that the page shows."""
    return {facet.filter.name: {choice.option.code: choice.number for choice in facet.choices} for facet in listed(selection, text).facets}


@pytest.fixture
def some(world):
    Collection.objects.create(code="covid-19", name=Text.of("COVID-19"))
    make_entry(world, "Alpha", "action-lines C1", "sdgs 3", "countries KE", edition="2020", body="Ministry of Health", kind="government", status="ongoing")
    make_entry(world, "Beta", "action-lines C7-4", "sdg-targets 3.8", "countries KE", "countries UG", edition="2021", kind="united-nations")
    make_entry(world, "Gamma", "action-lines C7", "action-lines C7-4", "sdgs 4", "countries QA", "themes health", edition="2021")
    make_entry(world, "Delta", edition="", text=Text({"fr": "Delta"}, "fr"), collections=("covid-19",))
    return world


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Gamma", "Beta", "Alpha", "Delta"]),
        ("sort=newest", ["Gamma", "Beta", "Alpha", "Delta"]),
        ("sort=oldest", ["Alpha", "Beta", "Gamma", "Delta"]),
        ("sort=published", ["Delta", "Gamma", "Beta", "Alpha"]),
        ("sort=title", ["Alpha", "Beta", "Delta", "Gamma"]),
        ("action_line=C1", ["Alpha"]),
        ("action_line=C7", ["Gamma", "Beta"]),
        ("action_line=C7-4&action_line=C1", ["Gamma", "Beta", "Alpha"]),
        ("action_line=C7-4&sdg=3", ["Beta"]),
        ("sdg=3", ["Beta", "Alpha"]),
        ("target=3.8", ["Beta"]),
        ("country=KE", ["Beta", "Alpha"]),
        ("region=africa", ["Beta", "Alpha"]),
        ("region=africa&region=arab-states", ["Gamma", "Beta", "Alpha"]),
        ("stakeholder_type=international-organisation", ["Beta"]),
        ("year=2021", ["Gamma", "Beta"]),
        ("year=1999", []),
        ("status=ongoing", ["Alpha"]),
        ("theme=health", ["Gamma"]),
        ("edition=2020", ["Alpha"]),
        ("until=2020", ["Alpha", "Delta"]),
        ("year_from=2021", ["Gamma", "Beta"]),
        ("year_to=2020", ["Alpha"]),
        ("year_from=2020&year_to=2020&sdg=3", ["Alpha"]),
        ("reach=global", []),
        ("language=en&theme=health", ["Gamma"]),
        ("edition=2020&until=2021", ["Alpha"]),
        ("edition=2021&until=2020", []),
        ("q=alph", ["Alpha"]),
        ("q=alpha+OR+beta&sort=title", ["Alpha", "Beta"]),
        ("q=-alpha&sdg=3", ["Beta"]),
        ("q=country:KE&sort=title", ["Alpha", "Beta"]),
        ("q=organisation:ministry", ["Alpha"]),
        ("q=HEALTH+ministry", ["Alpha"]),
        ("q=2021-1", ["Beta"]),
        ("q=nothing+of+the+kind", []),
        ("utm_source=x", ["Gamma", "Beta", "Alpha", "Delta"]),
    ],
)
def test_filters_narrow_the_list(client, some, query, expected):
    response = client.get(f"/stocktaking/?{query}")
    assert response.status_code == 200
    assert titles(response) == expected


@pytest.mark.parametrize("query", ["action_line=C99", "sdg=18", "country=XX", "region=moon", "year=soon", "status=asleep", "sort=random", "colour=red", "page=0", "page=99",
                                   "page=x", "level=gold", "collection=nothing", "language=%22", "reach=far", "view=cube", "format=pdf", "year_from=x", "edition=1888", "until=x", "organisation=1", "organisation=00000000-0000-0000-0000-000000000000", "q=%00"])  # fmt: skip
def test_what_does_not_exist_is_told_with_a_way_on(client, some, query):
    response = client.get(f"/stocktaking/?{query}")
    assert response.status_code == 400
    assert 'href="/stocktaking/"' in response.content.decode()


def test_an_empty_list_says_what_to_do(client, world):
    assert "Entries will be listed here" in client.get("/stocktaking/").content.decode()
    make_entry(world)
    page = client.get("/stocktaking/?theme=health").content.decode()
    assert "No entry fits all of this." in page
    assert '<meta name="robots" content="noindex, nofollow">' in page


def test_filters_in_use_can_be_taken_away_one_by_one(client, some):
    page = client.get("/stocktaking/?sdg=3&sdg=4&country=KE").content.decode()
    assert 'href="?sdg=4&amp;country=KE"' in page
    assert 'href="?sdg=3&amp;sdg=4"' in page
    assert re.search(r'name="country" value="KE" checked', page)


def test_only_the_bare_list_is_for_search_engines(client, some):
    assert "noindex" not in client.get("/stocktaking/").content.decode()
    for query in ("sdg=3", "q=x", "sort=title", "view=map"):
        assert "noindex" in client.get(f"/stocktaking/?{query}").content.decode()


def test_counts_stand_right_after_every_change(some, secretary):
    def africa():
        return counts()["region"]["africa"]

    assert africa() == 2  # one of them from two countries of the region
    entry = make_entry(some, "Epsilon", "countries UG")
    assert africa() == 3
    actions.withdraw_entry(actor=secretary, entry=entry, reason="x")
    assert africa() == 2


def test_regions_are_those_of_today(some, client):
    Membership.objects.filter(member=some.concept("countries KE")).update(until="2020-01-01")
    search.changed("entry", *Entry.objects.values_list("number", flat=True))
    assert titles(client.get("/stocktaking/?region=africa")) == ["Beta"]


names = {
    "action_line": ["C1", "C7", "C7-4"], "sdg": ["3", "4"], "target": ["3.8"], "country": ["KE", "UG", "QA"], "region": ["africa", "arab-states"],
    "theme": ["health", "covid-19"], "stakeholder_type": ["government", "united-nations", "international-organisation"], "year": ["2020", "2021"],
    "status": ["ongoing", "planned"], "language": ["en", "fr"], "collection": ["covid-19"],
}  # fmt: skip
selections = st.builds(
    Selection,
    values=st.fixed_dictionaries({}, optional={name: st.lists(st.sampled_from(codes), min_size=1, max_size=2, unique=True) for name, codes in names.items()}),
    until=st.sampled_from(["", "2020", "2022"]),
    edition=st.sampled_from(["", "", "2021"]),
    since_year=st.sampled_from([None, None, 2021]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(selection=selections)
def test_index_and_database_agree_on_every_filter_and_value(some, selection):
    for name, found in counts(selection).items():
        own = {"since_year": None, "until_year": None} if name == "year" else {}
        for code, number in found.items():
            behind = select(public_entries(), replace(selection, values={**selection.values, name: [code]}, **own))
            assert number == behind.count(), (name, code)
    assert listed(selection).found.total == select(public_entries(), selection).count()


def test_every_value_in_the_data_is_counted(some):
    """Nothing of what the database knows is missing in the index, and nothing else is in it."""
    known = {each.name: Counter(code for code, _key in set(each.pairs())) for each in filters() if each.shown}
    assert {name: dict(found) for name, found in known.items()} == {name: found for name, found in counts().items() if name in known}
    assert {"C1", "C7", "C7-4"} == set(known["action_line"])


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(selection=selections, text=st.sampled_from(["a*", "ministry", "alpha OR gamma", "-beta"]))
def test_each_count_is_the_length_of_the_list_behind_it(some, selection, text):
    before = listed(selection, text)
    if before.found.relaxed or before.found.fuzzy:
        return  # what words stand for then depends on the other filters
    for facet in before.facets:
        for choice in facet.choices:
            if choice.number:
                own = {"since_year": None, "until_year": None} if facet.filter.name == "year" else {}
                behind = listed(replace(selection, values={**selection.values, facet.filter.name: [choice.option.code]}, **own), text)
                assert choice.number == behind.found.total, (facet.filter.name, choice.option.code)


def test_the_number_of_queries_does_not_grow_with_the_entries(client, world, django_assert_max_num_queries):
    for number in range(3):
        make_entry(world, f"Project {number}", "action-lines C1", "sdgs 3", "countries KE", body=f"Body {number}", kind="government")
    client.get("/stocktaking/?utm_x=0")
    with django_assert_max_num_queries(BUDGET) as few:
        client.get("/stocktaking/?utm_x=1")
        asked = len(few)
    for number in range(3, 40):
        make_entry(world, f"Project {number}", "action-lines C1", "sdgs 3", "sdgs 4", "countries KE", "countries QA", body=f"Body {number}", kind="government")
    client.get("/stocktaking/?utm_x=2")
    with django_assert_max_num_queries(asked):
        client.get("/stocktaking/?utm_x=3")


def test_pages_of_25(client, world):
    for number in range(30):
        make_entry(world, f"Project {number:02d}")
    assert len(titles(client.get("/stocktaking/"))) == 25
    assert titles(client.get("/stocktaking/?page=2")) == [f"Project {number:02d}" for number in range(4, -1, -1)]


def test_titles_in_another_language_are_marked(client, world):
    make_entry(world, text=Text({"ar": "الصحة"}, "ar"))
    assert '<span lang="ar" dir="rtl">الصحة</span>' in client.get("/stocktaking/").content.decode()
    assert '<span lang="ar"' not in client.get("/ar/stocktaking/").content.decode()


def test_every_filter_has_a_place_in_the_query(world):
    from plenary.programmes.stocktaking.listing import EntryQuery

    assert {each.name for each in filters()} <= set(EntryQuery.model_fields)
