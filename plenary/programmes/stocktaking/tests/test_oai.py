"""OAI-PMH: all verbs, all errors, sets, deleted records, resumption, and what harvesters may rely on."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from defusedxml import ElementTree
from django.db import connection
from django.test import Client
from django.utils import timezone

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.text import Text
from plenary.ground.people.actions import ensure_organisation
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.actions import current_draft
from plenary.programmes.stocktaking.drafts import LinkDraft, WebLink
from plenary.programmes.stocktaking.harvesting import provider, records
from plenary.programmes.stocktaking.harvesting.actions import touch_entries
from plenary.programmes.stocktaking.models import Collection, CollectionEntry, Entry, EntryContact, EntryNumber
from plenary.programmes.stocktaking.queries import Badge
from plenary.programmes.stocktaking.tests.harvesters import LANGUAGE, NAMES, OF_OAI, ask, error_of, follow, many_entries, numbers_in
from plenary.programmes.stocktaking.tests.making import make_entry

pytestmark = pytest.mark.django_db
SCHEMA = Path(provider.__file__).with_name("plenary-1.xsd")


def identifier(number: str) -> str:
    return provider.identifier_of(number)


@pytest.fixture
def covid(db) -> Collection:
    return Collection.objects.create(code="covid-19", name=Text({"en": "COVID-19", "fr": "COVID-19 (fr)"}), summary=Text.of("Cases"))


@pytest.fixture
def story(world, covid) -> Entry:
    """An entry with something in every field."""
    entry = make_entry(
        world,
        "Telemedicine",
        "action-lines C7-4",
        "sdgs 3",
        "countries KE",
        "themes health",
        body="Ministry of Health",
        kind="government",
        text=Text({"fr": "Télémédecine", "en": "Telemedicine", "es": "Telemedicina"}, "fr", frozenset({"es"})),
        summary=Text.of("Doctors < nurses & \x0bpatients"),
        results=Text.of("12 islands"),
        status="ongoing",
        reach="national",
        starts_on=datetime(2019, 1, 1).date(),
        ends_on=datetime(2020, 12, 31).date(),
        website="https://example.org/ä?q=1&b=2",
        web_links=(WebLink("https://example.org/more", "More"),),
        source="A source",
    )
    CollectionEntry.objects.create(entry=entry, collection=covid)
    EntryNumber.objects.create(entry=entry, number="1400000001")
    EntryContact.objects.create(entry=entry, name="Contact 0001", email="contact0001@example.org", phone="+41 00 000 00 01")
    return entry


# ---- the verbs ------------------------------------------------------------------------------------------------------


def test_identify_tells_all_that_the_protocol_asks_for(client, story, settings):
    answer = ask(client, verb="Identify")
    told = {each.tag.removeprefix(OF_OAI): each.text for each in answer.find("o:Identify", NAMES)}
    assert told["baseURL"] == f"{settings.BASE_URL}/oai"
    assert told["protocolVersion"] == "2.0"
    assert told["deletedRecord"] == "persistent"
    assert told["granularity"] == "YYYY-MM-DDThh:mm:ssZ"
    assert told["earliestDatestamp"] == story.updated_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert "@" in told["adminEmail"]
    assert "." in told["adminEmail"].split("@")[1]
    order = [each.tag.removeprefix(OF_OAI) for each in answer.find("o:Identify", NAMES)]
    assert order[:7] == ["repositoryName", "baseURL", "protocolVersion", "adminEmail", "earliestDatestamp", "deletedRecord", "granularity"]
    sample = answer.findtext(".//{http://www.openarchives.org/OAI/2.0/oai-identifier}sampleIdentifier")
    assert sample.startswith("oai:")
    manifest = answer.find(".//{http://www.openarchives.org/OAI/2.0/rights/}rightsManifest")
    assert manifest.get("appliesTo") == "http://www.openarchives.org/OAI/2.0/entity#metadata"


def test_identifiers_carry_the_name_of_the_site(settings):
    settings.BASE_URL = "https://stocktaking.example.org"
    assert identifier("2021-1") == "oai:stocktaking.example.org:2021-1"
    settings.BASE_URL = "http://127.0.0.1:8000"
    assert identifier("2021-1") == "oai:plenary.invalid:2021-1"


def test_a_record_in_dublin_core(client, story, settings):
    answer = ask(client, verb="GetRecord", identifier=identifier(story.number), metadataPrefix="oai_dc")
    record = answer.find(".//oai_dc:dc", NAMES)

    def values(name):
        return [each.text for each in record.iterfind(f"dc:{name}", NAMES)]

    assert [(each.get(LANGUAGE), each.text) for each in record.iterfind("dc:title", NAMES)][:1] == [("fr", "Télémédecine")]
    assert set(values("title")) == {"Télémédecine", "Telemedicine", "Telemedicina"}
    assert values("creator") == ["Ministry of Health"]
    assert {"E-health", "E-health (fr)", f"{settings.BASE_URL}/action-lines/C7-4/", f"{settings.BASE_URL}/sdgs/3/"} <= set(values("subject"))
    assert values("description") == ["Doctors < nurses & patients"]
    assert values("identifier") == [f"{settings.BASE_URL}/stocktaking/{story.number}/", story.number, "1400000001"]
    assert values("language") == ["fr", "en"], "what a machine translated is no language of the record"
    assert values("relation") == ["https://example.org/ä?q=1&b=2", "https://example.org/more"]
    assert {"Kenya", f"{settings.BASE_URL}/countries/KE/", "start=2019-01-01; end=2020-12-31; scheme=W3C-DTF;"} <= set(values("coverage"))
    assert values("source") == ["A source"]
    assert values("rights")
    assert values("publisher") == ["WSIS Process"]


def test_a_record_in_the_richer_format_holds_everything_and_fits_its_schema(client, story, settings, monkeypatch):
    from lxml import etree

    monkeypatch.setattr(
        "plenary.programmes.stocktaking.dumps.reading.badges_for",
        lambda entries: {each.pk: [Badge("Prizes 2021: Winner", "/prizes/2021/")] for each in entries},
    )
    answer = ask(client, verb="GetRecord", identifier=identifier(story.number), metadataPrefix="plenary")
    entry = answer.find(".//p:entry", NAMES)
    assert [(each.get(LANGUAGE), each.get("by")) for each in entry.iterfind("p:title", NAMES)] == [("fr", "author"), ("en", "person"), ("es", "machine")]
    assert entry.findtext("p:results", namespaces=NAMES) == "12 islands"
    assert entry.find("p:organisation", NAMES).get("role") == "lead"
    assert {(each.get("scheme"), each.get("code")) for each in entry.iterfind("p:concept", NAMES)} >= {("action-lines", "C7-4"), ("countries", "KE")}
    assert entry.findtext("p:collection", namespaces=NAMES) == "covid-19"
    assert entry.findtext("p:award", namespaces=NAMES) == "Prizes 2021: Winner"
    assert entry.find("p:step", NAMES).get("how") == "added"
    served = client.get("/oai/plenary-1.xsd")
    assert served["Content-Type"].startswith("application/xml")
    assert f"{settings.BASE_URL}/oai/plenary-1.xsd" in entry.get("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation")
    etree.XMLSchema(etree.fromstring(served.content)).assertValid(etree.fromstring(ElementTree.tostring(entry)))


def test_contacts_are_in_no_format(client, story):
    for prefix in ("oai_dc", "plenary"):
        body = client.get("/oai", {"verb": "ListRecords", "metadataPrefix": prefix}).content.decode()
        assert story.number in body
        assert "contact0001@example.org" not in body
        assert "Contact 0001" not in body
        assert "+41 00 000 00 01" not in body


def test_formats_of_the_repository_of_a_record_and_of_a_deleted_one(client, story):
    prefixes = [each.text for each in ask(client, verb="ListMetadataFormats").iterfind(".//o:metadataPrefix", NAMES)]
    assert prefixes == ["oai_dc", "plenary"]
    assert not error_of(ask(client, verb="ListMetadataFormats", identifier=identifier(story.number)))
    actions.withdraw_entry(actor=SYSTEM, entry=story, reason="A test")
    assert error_of(ask(client, verb="ListMetadataFormats", identifier=identifier(story.number))) == "noMetadataFormats"


def test_sets_are_collections_and_action_lines_with_what_is_below_them(client, story, monkeypatch):
    sets = {each.findtext("o:setSpec", namespaces=NAMES): each for each in ask(client, verb="ListSets").iterfind(".//o:set", NAMES)}
    assert list(sets) == ["collection", "collection:covid-19", "action-line", "action-line:C1", "action-line:C7", "action-line:C7:C7-4"]
    assert sets["collection:covid-19"].findtext("o:setName", namespaces=NAMES) == "COVID-19"
    assert sets["collection:covid-19"].findtext(".//dc:description", namespaces=NAMES) == "Cases"
    monkeypatch.setattr(provider, "SETS", 4)
    pages = list(follow(client, "ListSets"))
    assert len(pages) == 2
    assert [each.text for page in pages for each in page.iterfind(".//o:setSpec", NAMES)] == list(sets)
    last = pages[-1].find(".//o:resumptionToken", NAMES)
    assert (last.text, last.get("cursor"), last.get("completeListSize")) == (None, "4", "6")


def test_a_set_holds_what_is_in_the_sets_below_it(client, world, story):
    other = make_entry(world, "Ministries online", "action-lines C1")
    plain = make_entry(world, "Neither")

    def of(spec):
        answer = ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc", set=spec)
        return error_of(answer) or set(numbers_in(answer))

    assert of("action-line") == {story.number, other.number}
    assert of("action-line:C7") == of("action-line:C7:C7-4") == of("collection") == of("collection:covid-19") == {story.number}
    assert of("action-line:C1") == {other.number}
    assert of("action-line:C99") == of("nothing") == "noRecordsMatch"
    assert plain.number in numbers_in(ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc"))
    header = ask(client, verb="GetRecord", identifier=identifier(story.number), metadataPrefix="oai_dc").find(".//o:header", NAMES)
    assert [each.text for each in header.iterfind("o:setSpec", NAMES)] == ["collection:covid-19", "action-line:C7:C7-4"]


def test_without_sets_there_is_no_hierarchy(client, db):
    assert error_of(ask(client, verb="ListSets")) == "noSetHierarchy"
    assert error_of(ask(client, verb="ListRecords", metadataPrefix="oai_dc", set="a")) == "noSetHierarchy"


def test_post_is_another_way_to_ask(client, story):
    by_post = Client(enforce_csrf_checks=True).post("/oai", {"verb": "GetRecord", "identifier": identifier(story.number), "metadataPrefix": "oai_dc"})
    assert by_post.status_code == 200
    assert numbers_in(ElementTree.fromstring(by_post.content)) == [story.number]
    assert client.put("/oai").status_code == 405
    assert client.head("/oai", {"verb": "Identify"}).status_code == 200


# ---- errors ---------------------------------------------------------------------------------------------------------

LONG = "x" * 10_000


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "badVerb"),
        ("verb=", "badVerb"),
        ("verb=Nonsense", "badVerb"),
        (f"verb={LONG}", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify&colour=blue", "badArgument"),
        (f"verb=Identify&{LONG}=1", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&resumptionToken=x", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc", "badArgument"),
        ("verb=GetRecord&identifier=oai:x:1", "badArgument"),
        (f"verb=GetRecord&metadataPrefix=oai_dc&identifier={LONG}", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=%00", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=%ff", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=yesterday", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2021-02-30", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2021-02-03T10:00Z", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2021-02-03&until=2021-02-03T10:00:00Z", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2022-01-01&until=2021-01-01", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=a:", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=a%20b", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc21", "cannotDisseminateFormat"),
        ("verb=GetRecord&metadataPrefix=marc21&identifier=oai:x:1", "cannotDisseminateFormat"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:x:1", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:plenary.invalid:no-such-entry", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:plenary.invalid:../../etc", "idDoesNotExist"),
        ("verb=ListMetadataFormats&identifier=https://example.org/", "idDoesNotExist"),
        ("verb=ListRecords&metadataPrefix=oai_dc&until=1990-01-01", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=9999-12-31", "noRecordsMatch"),
        ("verb=ListRecords&resumptionToken=nonsense", "badResumptionToken"),
        ("verb=ListSets&resumptionToken=nonsense", "badResumptionToken"),
    ],
)
def test_each_mistake_is_told_by_its_code(client, world, query, code):
    make_entry(world)
    response = client.get(f"/oai?{query}")
    assert response.status_code == 200
    assert len(response.content) < 3000, "the answer repeats nothing that is long"
    answer = ElementTree.fromstring(response.content)
    assert error_of(answer) == code
    assert (not answer.find("o:request", NAMES).attrib) == (code in ("badVerb", "badArgument"))


def test_until_the_end_of_time_is_no_mistake(client, world):
    entry = make_entry(world)
    for until in ("9999-12-31", "9999-12-31T23:59:59Z", "9998-12-31"):
        since = {} if len(until) > 10 else {"from_": "0001-01-01"}
        assert numbers_in(ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc", until=until, **since)) == [entry.number]


def test_messy_strings_are_answered_by_the_protocol(client, world, samples):
    import json

    make_entry(world)
    for text in json.loads((samples / "5-messy" / "blns.json").read_text("utf-8")):
        for arguments in (
            {"verb": text},
            {"verb": "GetRecord", "identifier": text, "metadataPrefix": "oai_dc"},
            {"verb": "ListRecords", "metadataPrefix": text},
            {"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": text, "from": text},
            {"verb": "ListRecords", "resumptionToken": text},
        ):
            response = client.get("/oai", arguments)
            assert response.status_code == 200, arguments
            assert error_of(ElementTree.fromstring(response.content)), arguments


def test_tokens_are_for_the_list_that_gave_them_out(client, world, monkeypatch):
    many_entries(3)
    monkeypatch.setattr(records, "PAGE", 2)
    token = ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc").findtext(".//o:resumptionToken", namespaces=NAMES)
    assert error_of(ask(client, verb="ListRecords", resumptionToken=token)) == "badResumptionToken"
    assert error_of(ask(client, verb="ListIdentifiers", resumptionToken=token[:-1] + ("a" if token[-1] != "a" else "b"))) == "badResumptionToken"
    again = [numbers_in(ask(client, verb="ListIdentifiers", resumptionToken=token)) for _twice in range(2)]
    assert again[0] == again[1]
    assert len(again[0]) == 1


def test_too_many_requests_are_asked_to_wait_as_the_protocol_has_it(client, settings):
    from plenary.ground.web.limits import buckets

    settings.RATE_LIMIT = 2
    buckets.clear()
    try:
        answers = [client.get("/oai?verb=Identify") for _each in range(3)]
    finally:
        buckets.clear()
    assert [each.status_code for each in answers] == [200, 200, 503]
    assert int(answers[-1]["Retry-After"]) > 0


# ---- what is a record -----------------------------------------------------------------------------------------------


def test_withdrawn_entries_are_deleted_records_and_drafts_are_none(client, world, story):
    draft = make_entry(world, "Draft", state=Entry.State.DRAFT)
    never = make_entry(world, "Never public", state=Entry.State.DRAFT)
    actions.withdraw_entry(actor=SYSTEM, entry=never, reason="A test")
    actions.withdraw_entry(actor=SYSTEM, entry=story, reason="A test")
    answer = ask(client, verb="ListRecords", metadataPrefix="oai_dc")
    assert numbers_in(answer) == [story.number]
    record = answer.find(".//o:record", NAMES)
    assert record.find("o:header", NAMES).get("status") == "deleted"
    assert record.find("o:metadata", NAMES) is None
    assert [each.text for each in record.iterfind(".//o:setSpec", NAMES)] == ["collection:covid-19", "action-line:C7:C7-4"], "harvesters of a set hear of it"
    assert ask(client, verb="GetRecord", identifier=identifier(story.number), metadataPrefix="plenary").find(".//o:header", NAMES).get("status") == "deleted"
    for hidden in (draft, never):
        assert error_of(ask(client, verb="GetRecord", identifier=identifier(hidden.number), metadataPrefix="oai_dc")) == "idDoesNotExist"
    actions.restore_entry(actor=SYSTEM, entry=story)
    assert ask(client, verb="GetRecord", identifier=identifier(story.number), metadataPrefix="oai_dc").find(".//o:header", NAMES).get("status") is None


def test_a_changed_entry_has_a_new_datestamp_also_when_it_leaves_a_set(client, world):
    with time_machine.travel(datetime(2026, 1, 1, 12, tzinfo=UTC), tick=False):
        entry = make_entry(world, "Moves on", "action-lines C7")
        make_entry(world, "Stays")
    with time_machine.travel(datetime(2026, 2, 1, 12, tzinfo=UTC), tick=False):
        from dataclasses import replace

        draft = replace(current_draft(entry), links=(LinkDraft(world.concept("action-lines C1")),))
        actions.edit_entry(actor=SYSTEM, entry=entry, draft=draft)
    answer = ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc", from_="2026-01-15")
    assert numbers_in(answer) == [entry.number]
    assert answer.findtext(".//o:datestamp", namespaces=NAMES) == "2026-02-01T12:00:00Z"
    assert [each.text for each in answer.iterfind(".//o:setSpec", NAMES)] == ["action-line:C1"]
    assert error_of(ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc", set="action-line:C7")) == "noRecordsMatch"


def test_datestamps_are_asked_for_by_day_and_by_second_ends_included(client, world):
    with time_machine.travel(datetime(2026, 1, 1, 12, 0, 0, 600_000, tzinfo=UTC), tick=False):
        entry = make_entry(world)

    def asked(**window):
        return numbers_in(ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc", **window))

    assert asked(from_="2026-01-01T12:00:00Z", until="2026-01-01T12:00:00Z") == [entry.number]
    assert asked(from_="2026-01-01", until="2026-01-01") == [entry.number]
    assert asked(from_="2026-01-01T12:00:01Z") == []
    assert asked(until="2026-01-01T11:59:59Z") == []
    assert asked(from_="2026-01-02") == []


def test_what_changes_elsewhere_can_give_entries_a_new_datestamp(client, world):
    with time_machine.travel(datetime(2026, 1, 1, 12, tzinfo=UTC), tick=False):
        entry = make_entry(world)
        make_entry(world, "Another")
    assert touch_entries(entry.number, "no-such-entry") == 1
    assert numbers_in(ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc", from_="2026-01-02")) == [entry.number]


# ---- resumption -----------------------------------------------------------------------------------------------------


def test_resumption_gives_each_record_once_also_of_thousands_of_one_instant(client, world, monkeypatch):
    monkeypatch.setattr(records, "PAGE", 50)
    many_entries(230, at_once=200, concepts=[world.concept("action-lines C1"), world.concept("action-lines C7-4")])
    for arguments in ({}, {"set": "action-line"}, {"from_": "2000-01-01"}):
        pages = list(follow(client, "ListIdentifiers", metadataPrefix="oai_dc", **arguments))
        found = [number for page in pages for number in numbers_in(page)]
        assert len(found) == len(set(found)) == 230
        tokens = [page.find(".//o:resumptionToken", NAMES) for page in pages]
        assert [each.get("cursor") for each in tokens] == ["0", "50", "100", "150", "200"]
        assert {each.get("completeListSize") for each in tokens} == {"230"}
        assert tokens[-1].text is None
    assert ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc", until="1999-01-01").find(".//o:resumptionToken", NAMES) is None


def test_a_page_costs_the_same_whatever_it_holds(client, world, monkeypatch, django_assert_max_num_queries):
    many_entries(120, concepts=[world.concept("action-lines C1"), world.concept("sdgs 3"), world.concept("countries KE")])
    with django_assert_max_num_queries(22):
        pages = ask(client, verb="ListRecords", metadataPrefix="plenary")
    assert len(numbers_in(pages)) == 120


def test_while_entries_change_none_is_lost(client, world, monkeypatch):
    """Changed ones move to the end of the list and come again; new ones come; withdrawn ones come as deleted."""
    monkeypatch.setattr(records, "PAGE", 10)
    many_entries(60)
    seen: dict[str, bool] = {}
    for pages, page in enumerate(follow(client, "ListRecords", metadataPrefix="oai_dc"), 1):
        for header in page.iterfind(".//o:header", NAMES):
            seen[header.findtext("o:identifier", namespaces=NAMES).rsplit(":", 1)[-1]] = header.get("status") == "deleted"
        if pages < 6:
            touch_entries(f"many-{pages}", f"many-{59 - pages}")
            actions.withdraw_entry(actor=SYSTEM, entry=Entry.objects.get(number=f"many-{pages * 7}"), reason="A test")
            make_entry(world, f"New {pages}")
    public = set(Entry.objects.filter(state=Entry.State.PUBLIC).values_list("number", flat=True))
    assert {number for number, deleted in seen.items() if not deleted} == public
    assert len(public) == 60


def test_a_list_that_empties_meanwhile_still_ends_properly(client, world, monkeypatch):
    monkeypatch.setattr(records, "PAGE", 3)
    many_entries(5)
    first = ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc", until=(timezone.now() - timedelta(days=1)).strftime("%Y-%m-%d"))
    touch_entries(*(f"many-{each}" for each in range(3, 5)))
    rest = ask(client, verb="ListIdentifiers", resumptionToken=first.findtext(".//o:resumptionToken", namespaces=NAMES))
    assert not error_of(rest)
    assert numbers_in(rest) == numbers_in(first)[-1:]
    assert rest.find(".//o:resumptionToken", NAMES).text is None


# ---- changes that come to light late --------------------------------------------------------------------------------


def test_lists_are_dated_back_so_that_asking_from_there_loses_nothing(client, world):
    make_entry(world)
    answer = ask(client, verb="ListRecords", metadataPrefix="oai_dc")
    dated = datetime.fromisoformat(answer.findtext("o:responseDate", namespaces=NAMES))
    assert timezone.now() - dated >= records.SETTLED - timedelta(seconds=1)
    plain = datetime.fromisoformat(ask(client, verb="Identify").findtext("o:responseDate", namespaces=NAMES))
    assert timezone.now() - plain < timedelta(seconds=30)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL tells when a transaction began")
@pytest.mark.django_db(transaction=True)
def test_a_long_import_holds_the_date_back_on_postgresql(client, world):
    import threading

    from django.db import connections, transaction

    begun, go_on = threading.Event(), threading.Event()

    def imports():
        try:
            with transaction.atomic():
                many_entries(1, prefix="late")
                Entry.objects.filter(number="late-0").update(updated_at=timezone.now())
                begun.set()
                go_on.wait(20)
        finally:
            connections.close_all()

    writer = threading.Thread(target=imports)
    writer.start()
    try:
        assert begun.wait(20)
        later = timezone.now() + timedelta(minutes=10)
        with time_machine.travel(later, tick=False):
            assert records.horizon() < timezone.now() - timedelta(minutes=9), "it began ten minutes ago and is not over"
    finally:
        go_on.set()
        writer.join()
    with time_machine.travel(later, tick=False):
        assert records.horizon() == timezone.now() - records.SETTLED


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite tells only that somebody writes")
def test_a_writer_holds_the_date_back_on_sqlite(tmp_path, monkeypatch):
    path = tmp_path / "busy.sqlite3"
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("CREATE TABLE t (a)")
    of_a_site = SimpleNamespace(vendor="sqlite", settings_dict={"NAME": path}, is_in_memory_db=lambda: False, in_atomic_block=False)
    monkeypatch.setattr(records, "connection", of_a_site)
    with time_machine.travel(timezone.now(), tick=False):
        assert records.horizon() == timezone.now() - records.SETTLED
        writer.execute("BEGIN IMMEDIATE")
        assert records.horizon() == timezone.now() - records.LONGEST
        writer.execute("COMMIT")
        assert records.horizon() == timezone.now() - records.SETTLED
    writer.close()


def test_organisations_are_told_with_their_roles(client, world, story):
    partner = ensure_organisation(actor=SYSTEM, name="Partner 0001", country=world.concept("countries CH"))
    story.organisation_links.create(organisation=partner, role="partner", position=1)
    answer = ask(client, verb="GetRecord", identifier=identifier(story.number), metadataPrefix="oai_dc")
    assert [each.text for each in answer.iterfind(".//dc:contributor", NAMES)] == ["Partner 0001"]
    answer = ask(client, verb="GetRecord", identifier=identifier(story.number), metadataPrefix="plenary")
    assert [(each.get("role"), each.get("country")) for each in answer.iterfind(".//p:organisation", NAMES)] == [("lead", None), ("partner", "CH")]
