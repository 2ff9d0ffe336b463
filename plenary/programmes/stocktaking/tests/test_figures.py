"""Measures, API, index and generated records."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plenary.errors import Invalid
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text
from plenary.ground.measures.registry import all_measures, find
from plenary.programmes.stocktaking import actions as entries
from plenary.programmes.stocktaking.asking import unconfirmed
from plenary.programmes.stocktaking.demo import make_demo, make_demo_entries
from plenary.programmes.stocktaking.models import Collection, CollectionEntry, Entry, EntryEdition
from plenary.programmes.stocktaking.search import _documents
from plenary.programmes.stocktaking.tests.making import make_entry


@pytest.fixture
def some(world):
    make_entry(world, "Alpha", "action-lines C1", "sdgs 3", "countries KE", edition="2020", body="Ministry", kind="government")
    make_entry(world, "Beta", "action-lines C7-4", "sdg-targets 3.8", "countries KE", "countries UG", edition="2021", body="Agency", kind="united-nations")
    make_entry(world, "Gamma", "action-lines C7", "action-lines C7-4", edition="2022", body="Agency")
    make_entry(world, "Delta", edition="")
    return world


def figure(code, edition):
    measure, member = find(code)
    return measure.count(edition, member)


def test_figures_are_those_of_the_edition_and_before(some):
    e2020, e2021, e2022 = (some.editions[year] for year in ("2020", "2021", "2022"))
    assert [figure("stocktaking.entries", each) for each in (e2020, e2021, e2022)] == [2, 3, 4]
    assert [figure("stocktaking.new-entries", each) for each in (e2020, e2021, e2022)] == [1, 1, 1]
    assert figure("stocktaking.entries.action-line.C7", e2022) == 2
    assert figure("stocktaking.entries.sdg.3", e2021) == 2
    assert figure("stocktaking.entries.region.africa", e2021) == 2
    assert figure("stocktaking.entries.stakeholder-type.international-organisation", e2021) == 1
    assert figure("stocktaking.organisations", e2022) == 2
    assert figure("stocktaking.countries", e2021) == 2


def test_each_figure_leads_to_a_list_of_as_many_entries(some, client):
    edition = some.editions["2022"]
    checked = 0
    for measure in all_measures():
        if not measure.code.startswith("stocktaking.") or measure.count is None or measure.code in ("stocktaking.organisations", "stocktaking.countries"):
            continue
        for member in [code for code, _label in measure.members(edition)] if measure.members else [""]:
            value = measure.count(edition, member)
            page = client.get(measure.records(edition, member)).content.decode()
            assert f"<h2>{value} of 4 " in page, (measure.code, member)
            checked += 1
    assert checked > 15


def test_reported_codes_are_known():
    for code in ("stocktaking.stakeholders", "stocktaking.report_submissions", "stocktaking.regional_report.africa"):
        assert find(code)[0].count is None


def test_the_api_gives_what_the_page_shows(some, client):
    body = json.loads(client.get("/api/v1/entries?action_line=C7").content)
    assert [item["title"]["texts"]["en"] for item in body["items"]] == ["Beta", "Gamma"]
    assert body["items"][0]["countries"] == ["KE", "UG"]
    one = json.loads(client.get("/api/v1/entries/2021-1").content)
    assert one == body["items"][0]
    first = json.loads(client.get("/api/v1/entries?size=3").content)
    rest = json.loads(client.get(f"/api/v1/entries?size=3&cursor={first['next']}").content)
    assert [item["number"] for item in first["items"] + rest["items"]] == ["2020-1", "2021-1", "2022-1", "entry-1"]
    assert rest["next"] is None


@pytest.mark.parametrize(
    "query", ["action_line=C99", "level=gold", "edition=1888", "size=0", "cursor=!!", "cursor=WzFd1", "year=x", "status=x", "q=%00", "sdg=%00", "until=%00"]
)
def test_the_api_refuses_what_makes_no_sense(some, client, query):
    assert client.get(f"/api/v1/entries?{query}").status_code == 422


def test_the_api_knows_when_nothing_changed(some, client):
    etag = client.get("/api/v1/entries/2021-1")["ETag"]
    assert client.get("/api/v1/entries/2021-1", headers={"If-None-Match": etag}).status_code == 304
    assert client.get("/api/v1/entries/none").status_code == 404
    assert client.get("/api/v1/entries/%00").status_code == 404


def test_the_api_needs_the_same_queries_for_many(world, client):
    for number in range(30):
        make_entry(world, f"Project {number}", "sdgs 3", "countries KE", body=f"Body {number}")
    client.get("/api/v1/entries?size=2")
    counts = []
    for size in (1, 30):
        with CaptureQueriesContext(connection) as asked:
            assert len(json.loads(client.get(f"/api/v1/entries?size={size}").content)["items"]) == size
        counts.append(len(asked))
    assert counts[0] == counts[1] < 12


def test_documents_hold_words_names_and_facets(some):
    document = next(document for document in _documents() if document.key == "2021-1")
    assert document.path == "/stocktaking/2021-1/"
    assert document.facets["country"] == ["KE", "UG"]
    assert document.facets["region"] == ["africa"]
    assert set(document.facets["stakeholder_type"]) == {"united-nations", "international-organisation"}
    assert [str(label) for label in document.fields["country"]] == ["Kenya", "Uganda"]
    assert "Agency" in document.names
    assert document.year == 2021


def test_generated_entries_are_plain_and_made_once(world):
    Collection.objects.create(code="demo-cases", name=Text.of("Made-up cases"))
    Collection.objects.create(code="covid-19", name=Text.of("Real cases"))
    made = make_demo_entries(50, edition=world.editions["2021"])
    assert len(made) == 50
    assert make_demo_entries(50, edition=world.editions["2021"]) == []
    assert len(make_demo_entries(55, edition=world.editions["2021"])) == 5
    entry = Entry.objects.get(source_id="generated-2021-0042")
    assert "0042" in str(entry.title)
    assert all(each.name.texts["en"].startswith("Organisation 0") for each in entry.organisations.all())
    assert len(set(Entry.objects.values_list("concepts", flat=True))) > 8
    assert {each.title.original for each in Entry.objects.all()} == {"en", "fr", "es", "ar", "zh", "ru"}
    assert {name for each in Entry.objects.all() for name in ("results", "challenges", "web_links", "replicability") if getattr(each, name)} == {
        "results", "challenges", "web_links", "replicability",
    }  # fmt: skip
    assert set(CollectionEntry.objects.values_list("collection__code", flat=True)) == {"demo-cases"}  # never a real one
    assert all(link["url"].startswith("https://example.org/") for each in Entry.objects.all() for link in each.web_links)


def test_the_same_seed_gives_the_same_entries(world):
    first = [entries.snapshot(each) for each in make_demo_entries(20, edition=world.editions["2021"])]
    Entry.objects.all().delete()
    again = [entries.snapshot(each) for each in make_demo_entries(20, edition=world.editions["2021"])]
    assert first == again


def test_the_demonstration_shows_all_that_entries_go_through(world):
    make_demo()
    assert not Entry.objects.exists()  # no real edition is filled
    Edition.objects.create(code="demo", name=Text.of("Demonstration"), starts_on="2026-05-01", anchor="2026-01-01")
    make_demo()
    public, gone = Entry.objects.filter(state="public"), Entry.objects.exclude(state="public")
    assert (public.count(), gone.count(), gone.filter(merged_into__isnull=False).count()) == (60, 2, 2)
    assert EntryEdition.objects.filter(how="updated").count() == 5
    assert public.filter(unconfirmed()).exists()
    make_demo()
    assert Entry.objects.count() == 62


def test_generated_entries_need_concepts(db):
    with pytest.raises(Invalid):
        make_demo_entries(1)
