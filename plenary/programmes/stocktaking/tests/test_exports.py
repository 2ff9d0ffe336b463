"""Any result as a file, as a feed, and through the API: complete, harmless, and without anybody's contact."""

import csv
import io
import json
import zipfile
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from plenary.ground.framework.text import Text
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.exporting import FORMATS, formats
from plenary.programmes.stocktaking.models import Entry, EntryContact
from plenary.programmes.stocktaking.tests.making import make_entry

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def some(world):
    first = make_entry(
        world, "Telemedicine", "action-lines C7-4", "sdgs 3", "sdg-targets 3.8", "countries KE", body="Ministry, of \"Health\"", kind="government",
        text=Text({"en": "Telemedicine", "fr": "Télémédecine"}), status="ongoing", reach="national", results=Text.of("Ten clinics; one\nhospital"),
    )  # fmt: skip
    make_entry(world, '=HYPERLINK("https://evil.example")', "action-lines C1", "countries QA", body="+41 22")
    make_entry(world, "Bad \x0b signs \ufffe", "sdgs 4", website="https://example.org/")
    make_entry(world, "Hidden", "sdgs 3", state=Entry.State.DRAFT)
    EntryContact.objects.create(entry=first, name="Contact Person 0001", email="contact-0001@example.org", phone="+41 22 000 00 01")
    return world


def body(client, query):
    response = client.get(f"/stocktaking/?{query}")
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith('attachment; filename="stocktaking-')
    return response.getvalue()


def table(client, query):
    content = body(client, f"{query}&format=csv")
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_table_has_codes_and_names(client, some):
    row = table(client, "sdg=3")[0]
    assert row["number"] == "2021-1"
    assert row["url"].endswith("/stocktaking/2021-1/")
    assert (row["country_codes"], row["country"]) == ("KE", "Kenya")
    assert (row["region_codes"], row["region"]) == ("africa", "Africa")
    assert (row["action_line_codes"], row["action_line"]) == ("C7-4", "E-health")
    assert (row["sdg_codes"], row["target_codes"]) == ("3", "3.8")
    assert (row["status_codes"], row["status"]) == ("ongoing", "Ongoing")
    assert (row["stakeholder_type_codes"], row["language"]) == ("government", "English")
    assert row["organisations"] == 'Ministry, of "Health"'
    assert row["results"] == "Ten clinics; one\nhospital"
    assert row["year"] == "2021"


def test_texts_and_names_are_in_the_language_of_the_page(client, some):
    response = client.get("/fr/stocktaking/?sdg=3&format=csv")
    row = next(iter(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig")))))
    assert (row["title"], row["original_title"], row["country"]) == ("Télémédecine", "Telemedicine", "Kenya (fr)")


def test_no_cell_is_a_formula_and_no_sign_breaks_a_file(client, some):
    rows = table(client, "")
    assert rows[1]["title"].startswith("'=HYPERLINK")
    assert rows[1]["organisations"] == "'+41 22"
    book = load_workbook(io.BytesIO(body(client, "format=xlsx")), read_only=True)
    values = [value for line in book.active.iter_rows(values_only=True) for value in line]
    assert '\'=HYPERLINK("https://evil.example")' in values
    assert not any(isinstance(value, str) and value.startswith("=") for value in values)
    assert len(list(feed(client).iter(f"{ATOM}entry"))) == 3


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_the_whole_result_and_nobodys_contact(client, some, name):
    content = body(client, f"format={name}")
    if name == "xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"".join(archive.read(part) for part in archive.namelist())
    text = content.decode()
    for number in ("2021-1", "2021-2", "2021-3"):
        assert number in text
    for secret in ("Contact Person", "contact-0001", "000 00 01", "Hidden", "2021-4"):
        assert secret not in text


def test_lines_are_as_the_api_gives_entries(client, some):
    lines = [json.loads(line) for line in body(client, "format=jsonl").decode().splitlines()]
    items = json.loads(client.get("/api/v1/entries").content)["items"]
    assert lines == [{**item, "url": f"{settings.BASE_URL}{item['url']}"} for item in items]


def test_an_export_is_of_the_same_search_as_the_page(client, some):
    assert [row["number"] for row in table(client, "q=telemedicine+OR+hyperlink&sort=title&view=map")] == ["2021-1", "2021-2"]
    assert table(client, "q=qqqqzzzz") == []
    assert client.get("/stocktaking/?format=csv&sdg=99").status_code == 400


def test_an_export_has_no_limit_and_asks_the_database_by_chunks(client, world, monkeypatch):
    for number in range(60):
        make_entry(world, f"Project {number}", "sdgs 3", body=f"Body {number}")
    monkeypatch.setattr("plenary.programmes.stocktaking.finding._CHUNK", 100)
    table(client, "utm_x=0")
    counts = []
    for chunk in (100, 30):
        monkeypatch.setattr("plenary.programmes.stocktaking.finding._CHUNK", chunk)
        with CaptureQueriesContext(connection) as asked:
            assert len(table(client, "")) == 60
        counts.append(len(asked))
    assert counts[1] - counts[0] < 20


def test_a_workbook_that_would_be_too_large_leads_to_the_table(client, some, monkeypatch):
    from dataclasses import replace

    monkeypatch.setitem(formats.FORMATS, "xlsx", replace(FORMATS["xlsx"], most=2))
    response = client.get("/stocktaking/?format=xlsx")
    assert response.status_code == 413
    assert 'href="?format=csv"' in response.content.decode()


def test_strangers_get_fewer_files_than_pages(client, some, settings, visitor):
    from plenary.programmes.stocktaking.views.exports import AT_ONCE, buckets

    settings.RATE_LIMIT = 60
    buckets.clear()
    try:
        statuses = [client.get("/stocktaking/?format=csl").status_code for _turn in range(AT_ONCE + 1)]
        assert statuses == [200] * AT_ONCE + [429]
        assert client.get("/stocktaking/?sdg=3").status_code == 200
        client.force_login(visitor)
        assert client.get("/stocktaking/?format=csl").status_code == 200
    finally:
        buckets.clear()


# ---- feeds ----------------------------------------------------------------------------------------------------------


def feed(client, query="", language=""):
    response = client.get(f"{language}/stocktaking/feed.atom{query}")
    assert response.status_code == 200
    return ElementTree.fromstring(response.content)  # noqa: S314 of our own making


def test_a_feed_has_what_became_public_last_first(client, some):
    now = timezone.now()
    for days, number in enumerate(("2021-2", "2021-1", "2021-3")):
        Entry.objects.filter(number=number).update(published_at=now - timedelta(days=days))
    read = feed(client)
    assert [entry.find(f"{ATOM}id").text.split("/")[-2] for entry in read.iter(f"{ATOM}entry")] == ["2021-2", "2021-1", "2021-3"]
    for name in ("id", "title", "updated", "link"):
        assert read.find(f"{ATOM}{name}") is not None, name
    for entry in read.iter(f"{ATOM}entry"):
        assert all(entry.find(f"{ATOM}{name}") is not None for name in ("id", "title", "updated", "published", "link"))


def test_a_feed_of_a_search_has_that_search(client, some):
    assert [entry.find(f"{ATOM}title").text for entry in feed(client, "?q=telemedicine&sdg=3").iter(f"{ATOM}entry")] == ["Telemedicine"]
    french = next(iter(feed(client, "?sdg=3", "/fr").iter(f"{ATOM}entry")))
    assert french.find(f"{ATOM}title").text == "Télémédecine"
    assert french.find(f"{ATOM}id").text.endswith("/stocktaking/2021-1/")
    assert "/fr/" not in french.find(f"{ATOM}id").text
    assert client.get("/stocktaking/feed.atom?sdg=99").status_code == 400
    assert client.get("/stocktaking/feed.atom?sort=title").status_code == 400


def test_a_reader_that_asks_again_hears_that_nothing_changed(client, some, secretary):
    first = client.get("/stocktaking/feed.atom")
    assert client.get("/stocktaking/feed.atom", headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert first["Last-Modified"]
    actions.withdraw_entry(actor=secretary, entry=Entry.objects.get(number="2021-3"), reason="x")
    assert client.get("/stocktaking/feed.atom", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_the_list_leads_to_its_feed(client, some):
    page = client.get("/stocktaking/?sdg=3&view=table").content.decode()
    assert '<link rel="alternate" type="application/atom+xml" href="/stocktaking/feed.atom?sdg=3"' in page


# ---- the API --------------------------------------------------------------------------------------------------------


def test_the_api_pages_through_a_search_completely(client, world):
    for number in range(23):
        make_entry(world, f"Clinic {number}", "sdgs 3" if number % 2 else "sdgs 4")
    seen, cursor = [], ""
    while cursor is not None:
        answer = json.loads(client.get(f"/api/v1/entries?q=clinic&size=5&cursor={cursor}").content)
        seen += [item["number"] for item in answer["items"]]
        cursor = answer["next"]
        make_entry(world, "Clinic that came meanwhile", edition="2020", state=Entry.State.DRAFT)
    assert seen == [f"2021-{number}" for number in range(1, 24)]
    assert client.get("/api/v1/entries?q=clinic&cursor=WzFd").status_code == 422


def test_the_api_counts_facets_on_demand(client, some):
    answer = json.loads(client.get("/api/v1/entries?country=KE&facets=true").content)
    assert answer["total"] == 1
    assert answer["facets"]["country"] == {"KE": 1, "QA": 1}
    assert answer["facets"]["sdg"] == {"3": 1}
    plain = json.loads(client.get("/api/v1/entries?country=KE").content)
    assert plain["facets"] is None
    assert [item["number"] for item in plain["items"]] == ["2021-1"]


@pytest.mark.parametrize("query", ["year_from=2021&year_to=2021", "language=en", "reach=national&reach=local", "q=health&sdg=3", "until=2021"])
def test_the_api_takes_the_filters_of_the_page(client, some, query):
    numbers = [item["number"] for item in json.loads(client.get(f"/api/v1/entries?{query}").content)["items"]]
    assert numbers == [row["number"] for row in table(client, query)]
