"""Pages of editions and concepts, linked data and API, as a visitor meets them."""

from __future__ import annotations

import json
from datetime import date

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework import actions, queries
from plenary.ground.framework.editions.rows import EditionRow, MilestoneRow
from plenary.ground.framework.models import Concept, Edition, Scheme
from plenary.ground.framework.templatetags.framework import concept as chip
from plenary.ground.framework.text import Text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_cached_pages():
    cache.clear()


@pytest.fixture
def fruits():
    """A small scheme with pages, one below another, and one retired."""
    scheme = Scheme.objects.create(code="fruits", address="fruits", title=Text.of("Fruits"), source="the orchard", licence="free")
    pips = Scheme.objects.create(code="pips", title=Text.of("Pips"))
    apple = Concept.objects.create(scheme=scheme, code="A1", label=Text({"en": "Apple", "ar": "تفاح"}), aliases=["malus"])
    Concept.objects.create(scheme=scheme, code="B2", label=Text.of("Berry"), retired_on=date(2030, 1, 2))
    Concept.objects.create(scheme=pips, code="A1.1", label=Text.of("Pip"), parent=apple)
    return scheme


@pytest.fixture
def editions():
    """Two editions, the first with a milestone; and one of which only the year is known."""
    steps = {"2030": ("2030-05-06", "2030-05-10"), "2031": ("2031-05-12", "2031-05-16")}
    for code, (starts, ends) in steps.items():
        row = EditionRow(code=code, name=Text({"en": f"Forum {code}", "fr": f"Le forum {code}"}), starts=starts, ends=ends)
        actions.put_edition(actor=SYSTEM, edition=Edition(), row=row)
    milestone = MilestoneRow(code="opening", title=Text.of("Grand opening"), starts="2030-05-06T09:30", ends="2030-05-06T11:00", zone="Asia/Bangkok")
    actions.put_milestone(actor=SYSTEM, edition=Edition.objects.get(code="2030"), row=milestone)
    actions.put_edition(actor=SYSTEM, edition=Edition(), row=EditionRow(code="2012", name=Text.of("Forum 2012"), stub=True))


def page(client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, path
    return response.content.decode()


# ---- editions -------------------------------------------------------------------------------------------------------


def test_the_timeline_is_in_the_order_of_time_also_without_dates(client, editions):
    html = page(client, "/editions/")
    places = [html.index(f"/editions/{code}/") for code in ("2012", "2030", "2031")]
    assert places == sorted(places)


def test_an_edition_shows_dates_milestones_and_its_neighbours(client, editions):
    html = page(client, "/editions/2030/")
    assert "Grand opening" in html
    assert "Bangkok" in html
    assert "09:30" in html
    assert 'rel="prev" href="/editions/2012/"' in html
    assert 'rel="next" href="/editions/2031/"' in html
    assert "Le forum 2030" in page(client, "/fr/editions/2030/")


def test_an_edition_under_way_says_so(client, editions):
    with time_machine.travel("2031-05-13T08:00Z"):
        assert "Under way" in page(client, "/editions/2031/")
    assert "Under way" not in page(client, "/editions/2030/")


@pytest.mark.parametrize("day,code", [("2030-01-01", "2030"), ("2030-05-10", "2030"), ("2030-05-11", "2031"), ("2035-01-01", "2031")])
def test_the_current_edition_runs_or_comes_next_or_was_the_last(editions, day, code):
    assert queries.current_edition(date.fromisoformat(day)).code == code


# ---- concepts -------------------------------------------------------------------------------------------------------


def test_a_schemes_page_lists_what_is_in_use(client, fruits):
    html = page(client, "/fruits/")
    assert "/fruits/A1/" in html
    assert "/fruits/B2/" not in html
    assert "the orchard" in html


def test_a_concept_shows_what_stands_below_it_at_an_anchor(client, fruits):
    html = page(client, "/fruits/A1/")
    assert 'id="A1.1"' in html
    assert '<link rel="alternate" type="application/ld+json" href="/fruits/A1.jsonld">' in html


def test_a_retired_concept_stays_readable_and_says_since_when(client, fruits):
    assert "2 January 2030" in page(client, "/fruits/B2/")


@pytest.mark.parametrize(
    "path,to",
    [("/fruits/a1/", "/fruits/A1/"), ("/fruits/MALUS/", "/fruits/A1/"), ("/ar/fruits/apple/", "/ar/fruits/A1/"), ("/fruits/a1.jsonld", "/fruits/A1.jsonld")],
)
def test_other_spellings_lead_to_the_lasting_address(client, fruits, path, to):
    response = client.get(path)
    assert (response.status_code, response["Location"]) == (301, to)


@pytest.mark.parametrize(
    "path,status",
    [
        ("/fruits/C3/", 404),
        ("/fruits/%00/", 404),
        ("/fruits/" + "x" * 5000 + "/", 404),
        ("/vegetables/", 404),
        ("/vegetables/A1/", 404),
        ("/pips/", 404),
        ("/vegetables.jsonld", 404),
        ("/vocabularies/none.jsonld", 404),
        ("/editions/2099/", 404),
        ("/fruits/?x=1", 400),
        ("/editions/?page=zero", 400),
        ("/api/v1/editions/2099", 404),
        ("/api/v1/concepts/fruits/C3", 404),
        ("/api/v1/concepts?scheme=none", 404),
        ("/api/v1/concepts?size=0", 422),
        ("/api/v1/concepts?cursor=x", 422),
        ("/api/v1/concepts?q=%00", 422),
    ],
)
def test_what_does_not_exist_is_never_a_fault_of_ours(client, fruits, path, status):
    page(client, path, status)


def test_the_projects_pages_show_the_matrix_both_ways_within_a_query_budget(client, concepts, django_assert_max_num_queries):
    with django_assert_max_num_queries(25):
        line = page(client, "/action-lines/C7-4/")
    assert '/sdgs/3/#3.8"' in line
    assert "World Health Organization" in line
    assert "Lead facilitator" in line
    with django_assert_max_num_queries(25):
        goal = page(client, "/sdgs/3/")
    assert 'id="3.8"' in goal
    assert "/action-lines/C7-4/" in goal
    assert 'lang="ar" dir="rtl"' in page(client, "/ar/sdgs/3/")
    for path in ("/action-lines/", "/sdgs/", "/regions/", "/vocabularies/"):
        with django_assert_max_num_queries(12):
            page(client, path)


def test_a_regions_page_tells_members_and_those_of_other_times(client, concepts):
    html = page(client, "/regions/cis/")
    assert "Armenia" in html
    assert "Until 1 January 2018" in html


def test_a_chip_of_a_target_leads_to_its_place_on_the_goals_page(concepts, django_assert_num_queries):
    target = Concept.objects.select_related("scheme", "parent__scheme").get(scheme__code="sdg-targets", code="3.8")
    bare = Concept.objects.select_related("scheme").get(scheme__code="sdg-targets", code="3.8")
    with django_assert_num_queries(0):
        assert chip(target)["path"] == "/sdgs/3/#3.8"
        assert chip(bare)["path"] == ""


# ---- linked data ----------------------------------------------------------------------------------------------------


def test_linked_data_has_lasting_ids_in_every_language(client, concepts):
    document = json.loads(page(client, "/ar/action-lines/C7-4.jsonld"))
    base = settings.BASE_URL
    assert document["id"] == f"{base}/action-lines/C7-4/"
    assert document["broader"] == f"{base}/action-lines/C7/"
    assert set(document["prefLabel"]) == {"en", "ar", "zh", "fr", "ru", "es"}
    assert f"{base}/vocabularies/sdg-targets.jsonld#3.8" in document["relatedMatch"]


def test_every_scheme_is_there_as_linked_data_and_its_links_meet(client, concepts):
    base, nodes, links = settings.BASE_URL, {}, set()
    listing = page(client, "/vocabularies/")
    for scheme in Scheme.objects.all():
        path = f"/vocabularies/{scheme.code}.jsonld"
        assert path in listing
        head, *graph = json.loads(page(client, path))["@graph"]
        assert head["type"] == "skos:ConceptScheme"
        assert len(graph) == scheme.concepts.count()
        for node in graph:
            nodes[node["id"]] = node
            for name in ("broader", "broadMatch"):
                links |= {(node["id"], name, node[name])} if name in node else set()
            for name in ("narrower", "narrowMatch", "relatedMatch"):
                links |= {(node["id"], name, other) for other in node.get(name, ())}
    assert len(nodes) == Concept.objects.count()
    assert {other for _one, _name, other in links} <= set(nodes)
    inverse = {"broader": "narrower", "narrower": "broader", "broadMatch": "narrowMatch", "narrowMatch": "broadMatch", "relatedMatch": "relatedMatch"}
    assert all((other, inverse[name], one) in links for one, name, other in links)
    assert json.loads(page(client, "/sdgs.jsonld"))["@graph"][0]["id"] == f"{base}/sdgs/"


# ---- API ------------------------------------------------------------------------------------------------------------


def test_concepts_are_paged_to_the_end_and_found_by_any_spelling(client, concepts):
    seen, path = [], "/api/v1/concepts?scheme=sdg-targets&parent=3&size=5"
    while path:
        answer = json.loads(page(client, path))
        seen += [item["code"] for item in answer["items"]]
        path = f"/api/v1/concepts?scheme=sdg-targets&parent=3&size=5&cursor={answer['next']}" if answer["next"] else ""
    assert seen == list(Concept.objects.filter(scheme__code="sdg-targets", parent__code="3").values_list("code", flat=True))
    assert len(seen) == 13
    assert "C7-4" in [item["code"] for item in json.loads(page(client, "/api/v1/concepts?scheme=action-lines&q=cybersante"))["items"]]


def test_one_concept_comes_with_its_links(client, concepts, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        answer = json.loads(page(client, "/api/v1/concepts/action-lines/C7-4"))
    assert (answer["parent"], answer["parent_scheme"]) == ("C7", "action-lines")
    assert {"3.8"} <= {link["target"] for link in answer["mappings"]}
    assert "facilitates-lead" in {link["kind"] for link in answer["mappings"]}
    country = json.loads(page(client, "/api/v1/concepts/countries/GE"))
    assert {(each["code"], each["until"]) for each in country["groups"] if each["scheme"] == "itu-regions"} >= {("europe", None)}


def test_editions_come_with_their_milestones(client, editions, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        answer = json.loads(page(client, "/api/v1/editions"))
    assert [item["code"] for item in answer["items"]] == ["2012", "2030", "2031"]
    one = json.loads(page(client, "/api/v1/editions/2030"))
    assert one["url"] == f"{settings.BASE_URL}/editions/2030/"
    assert [milestone["starts_at"] for milestone in one["milestones"]] == ["2030-05-06T02:30:00Z"]


def test_the_schemes_are_listed_with_their_sources(client, fruits):
    answer = json.loads(page(client, "/api/v1/concepts/schemes"))
    assert [(scheme["code"], scheme["source"], scheme["concepts"]) for scheme in answer] == [("fruits", "the orchard", 1), ("pips", "", 1)]
