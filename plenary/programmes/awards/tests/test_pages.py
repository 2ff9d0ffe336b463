"""The pages of contests, what awards add to other pages, API and figures."""

import json
import re

import pytest
from django.test import RequestFactory

from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actors import NOBODY, SYSTEM
from plenary.ground.framework.models import Edition, Scheme
from plenary.ground.framework.text import Text
from plenary.ground.measures.registry import all_measures, find
from plenary.ground.web.panels import panels_for
from plenary.programmes.awards import actions
from plenary.programmes.awards.actions import AwardDraft
from plenary.programmes.awards.models import Award
from plenary.programmes.awards.sections import ContestRow, Contests
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.tests.making import make_entry


def titles(response):
    return re.findall(r"<h3><a href=\"[^\"]*\">([^<]*)", response.content.decode())


def contest_of(world, year="2020"):
    scheme = Scheme.objects.get(code="action-lines")
    return actions.save_contest(actor=SYSTEM, edition=world.editions[year], title=Text.of(f"Prizes {year}"), categories=scheme)


def give(world, contest, entry, level, category=""):
    draft = AwardDraft(entry=entry, level=level, category=world.concept(f"action-lines {category}") if category else None, source="press ; a page")
    return actions.give_award(actor=SYSTEM, contest=contest, draft=draft)


@pytest.fixture
def some(world):
    contest = contest_of(world)
    entries = [make_entry(world, title, *about, edition="2020", body="Ministry") for title, *about in (
        ("Alpha", "countries KE", "themes health"), ("Beta", "countries QA"), ("Gamma", "countries QA"), ("Delta",), ("Epsilon", "countries KE"))]  # fmt: skip
    for entry, level, category in zip(entries, ["nominated", "winner", "champion", "awarded", "submitted"], ["C7-4", "C7-4", "C1", "", "C1"], strict=True):
        give(world, contest, entry, level, category)
    return world


def test_results_stand_by_category_and_level_and_the_unknown_at_the_end(client, some):
    response = client.get("/prizes/2020/")
    assert titles(response) == ["Gamma", "Epsilon", "Beta", "Alpha", "Delta"]
    page = response.content.decode()
    headings = re.findall(r"<section(?: id=\"([^\"]*)\")?>\s*<h2>", page)
    assert headings[:3] == ["C1", "C7-4", ""]
    assert "Category not stated in the source" in page
    assert "press" in page and "for 5 awards" in page
    assert "5 awards on record here" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("level=winner", ["Beta"]),
        ("level=winner&level=champion", ["Gamma", "Beta"]),
        ("category=C7-4", ["Beta", "Alpha"]),
        ("category=C7", ["Beta", "Alpha"]),
        ("category=none", ["Delta"]),
        ("category=none&category=C1", ["Gamma", "Epsilon", "Delta"]),
        ("country=QA", ["Gamma", "Beta"]),
        ("theme=health", ["Alpha"]),
        ("level=winner&country=KE", []),
        ("q=GAM", ["Gamma"]),
        ("q=ministry+beta", ["Beta"]),
    ],
)
def test_filters_narrow_the_results(client, some, query, expected):
    response = client.get(f"/prizes/2020/?{query}")
    assert response.status_code == 200
    assert titles(response) == expected
    assert "noindex" in response.content.decode()


@pytest.mark.parametrize("query", ["level=gold", "category=C99", "country=XX", "page=2", "sort=x", "theme=x", "category=KE"])
def test_what_does_not_exist_is_told(client, some, query):
    assert client.get(f"/prizes/2020/?{query}").status_code == 400


def test_unknown_editions_and_those_without_a_contest_lead_on(client, some):
    assert client.get("/prizes/1888/").status_code == 404
    response = client.get("/prizes/2021/")
    assert response.status_code == 404
    assert 'href="/prizes/2020/"' in response.content.decode()
    assert client.get("/prizes/?page=x").status_code == 400


def test_all_contests_stand_by_year_with_counts(client, some):
    for year in ("2021", "2022"):
        contest_of(some, year)
    page = client.get("/prizes/").content.decode()
    assert re.findall(r'<th scope="row"><a href="/prizes/(\d+)/"', page) == ["2022", "2021", "2020"]
    assert '<a href="/prizes/2020/?level=winner">1</a>' in page
    assert "The source says that the project was honoured" in page


def test_an_empty_site_says_so(client, world):
    assert "No contest is on record yet." in client.get("/prizes/").content.decode()
    contest_of(world)
    assert "No result is on record yet." in client.get("/prizes/2020/").content.decode()


def test_awards_of_hidden_entries_are_absent(client, some):
    before = (client.get("/prizes/2020/?utm_a=1").content.decode().split("<main")[1], client.get("/api/v1/awards").content)
    hidden = make_entry(some, "Hidden", "countries UG", edition="2020", state=Entry.State.WITHDRAWN)
    contest = Award.objects.first().contest
    give(some, contest, hidden, "winner", "C1")
    after = (client.get("/prizes/2020/?utm_a=1").content.decode().split("<main")[1], client.get("/api/v1/awards").content)
    assert after == before
    assert find("prizes.on-record")[0].count(some.editions["2020"], "") == 5


def test_the_number_of_queries_does_not_grow(client, some, django_assert_max_num_queries):
    with django_assert_max_num_queries(24) as few:
        client.get("/prizes/2020/?utm_a=1")
        asked = len(few)
    contest = Award.objects.first().contest
    for number in range(30):
        give(some, contest, make_entry(some, f"More {number}", "countries KE", "sdgs 3", body=f"Body {number}"), "nominated", "C1")
    with django_assert_max_num_queries(asked):
        client.get("/prizes/2020/?utm_a=2")
    with django_assert_max_num_queries(10):
        client.get("/prizes/?utm_a=2")


def test_a_project_shows_its_awards_on_its_page_and_in_lists(client, some):
    beta = Entry.objects.get(sort_title="beta")
    page = client.get(f"/stocktaking/{beta.number}/").content.decode()
    assert '<section id="prizes">' in page
    assert 'href="/prizes/2020/?category=C7-4"' in page
    listed = client.get("/stocktaking/?level=winner").content.decode()
    assert titles(client.get("/stocktaking/?level=winner")) == ["Beta"]
    assert '<a href="/prizes/2020/">Prizes 2020: Winner</a>' in listed
    assert "<small>1</small>" in listed


def test_panels_of_a_category_and_of_an_edition(some):
    request = RequestFactory().get("/")
    panels = {panel.anchor: panel for panel in panels_for("concept", some.concept("action-lines C7"), request)}
    assert panels["prizes"].context["number"] == 2
    assert panels_for("concept", some.concept("sdgs 4"), request) == []
    edition = {panel.anchor: panel for panel in panels_for("edition", some.editions["2020"], request)}
    assert [level for level, _label, _count in edition["prizes"].context["levels"]] == ["winner", "champion", "awarded", "nominated", "submitted"]


def test_an_award_can_be_raised_but_not_in_a_foreign_category(some, visitor):
    alpha = Entry.objects.get(sort_title="alpha")
    contest = Award.objects.first().contest
    give(some, contest, alpha, "champion", "C7-4")
    assert alpha.awards.get().level == "champion"
    draft = AwardDraft(entry=alpha, level="winner", category=some.concept("sdgs 3"))
    with pytest.raises(Invalid):
        actions.give_award(actor=SYSTEM, contest=contest, draft=draft)
    with pytest.raises(Invalid):
        actions.give_award(actor=SYSTEM, contest=contest, draft=AwardDraft(entry=alpha, level="gold"))
    for actor in (NOBODY, visitor):
        with pytest.raises(NotAllowed):
            actions.give_award(actor=actor, contest=contest, draft=AwardDraft(entry=alpha, level="winner"))
    with pytest.raises((Invalid, Conflict)):
        actions.remove_contest(actor=SYSTEM, contest=contest)


def test_figures_count_what_is_on_record(some):
    edition = some.editions["2020"]
    figures = {code: find(code)[0].count(edition, find(code)[1]) for code in (
        "prizes.on-record", "prizes.submitted", "prizes.nominated", "prizes.champions", "prizes.winners", "prizes.categories", "prizes.submitted.category.C7-4",
        "prizes.nominated.theme.health", "prizes.winners.theme.health")}  # fmt: skip
    assert list(figures.values()) == [5, 5, 4, 2, 1, 2, 2, 1, 0]


def test_each_figure_leads_to_as_many_awards(some, client):
    edition = some.editions["2020"]
    checked = 0
    for measure in all_measures():
        if (
            not measure.code.startswith("prizes.")
            or measure.count is None
            or measure.records is None
            or measure.code in ("prizes.categories", "prizes.deadline", "prizes.phases")
        ):
            continue
        for member in [code for code, _label in measure.members(edition)] if measure.members else [""]:
            page = client.get(measure.records(edition, member)).content.decode()
            assert f"<p>{measure.count(edition, member)} of 5 awards</p>" in page, (measure.code, member)
            checked += 1
    assert checked >= 12


def test_codes_that_only_reports_give_are_known():
    for code in ("nominated_per_category", "champions_per_category", "champions_other", "votes", "voters", "eligible", "vote.opens", "vote.closes",
                 "vote.winner_decided_by", "vote.all_categories_required"):  # fmt: skip
        assert find(f"prizes.{code}")[0].count is None


def test_the_api_filters_and_pages(some, client):
    body = json.loads(client.get("/api/v1/awards?category=C7-4&level=winner").content)
    assert [(item["title"], item["category"], item["level"], item["edition"]) for item in body["items"]] == [("Beta", "C7-4", "winner", "2020")]
    assert [item["title"] for item in json.loads(client.get("/api/v1/awards?category=none").content)["items"]] == ["Delta"]
    first = json.loads(client.get("/api/v1/awards?size=2").content)
    assert len(json.loads(client.get(f"/api/v1/awards?size=4&cursor={first['next']}").content)["items"]) == 3
    for query in ("level=gold", "category=C99", "edition=1888", "country=XX", "q=%00", "cursor=x", "category=%00"):
        assert client.get(f"/api/v1/awards?{query}").status_code == 422


def test_contests_go_through_the_editions_folder(world):
    section = Contests()
    row = ContestRow(code="prizes", title={"en": "Prizes", "fr": "Prix"}, rules="One winner.", categories="action-lines")
    section.write(world.editions["2021"], row, SYSTEM)
    assert [each.model_dump() for each in section.read(Edition.objects.get(code="2021"))] == [row.model_dump()]
    section.remove(world.editions["2021"], "prizes", SYSTEM)
    assert section.read(world.editions["2021"]) == []
    with pytest.raises(ValueError, match="title is missing"):
        ContestRow(title="")
