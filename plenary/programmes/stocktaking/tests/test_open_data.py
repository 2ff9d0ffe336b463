"""The page of the open data, its files over HTTP, and how it is described to catalogues and search engines."""

from __future__ import annotations

import json
import re

import pytest
import rdflib
from rdflib import DCTERMS, FOAF, RDF, Graph, Literal, Namespace, URIRef

from plenary.ground.framework.text import Text
from plenary.programmes.stocktaking.dumps import making
from plenary.programmes.stocktaking.dumps.contents import TABLES
from plenary.programmes.stocktaking.models import EntryContact
from plenary.programmes.stocktaking.tests.making import make_entry

pytestmark = pytest.mark.django_db
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA = tmp_path


@pytest.fixture
def made(world):
    entry = make_entry(world, "Telemedicine", "action-lines C7-4", body="Ministry of Health", summary=Text.of("In a few words"))
    EntryContact.objects.create(entry=entry, name="Contact 0001", email="contact0001@example.org")
    return making.make()


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


# ---- the page -------------------------------------------------------------------------------------------------------


def test_the_page_says_so_where_nothing_was_made_yet(client, world):
    page = client.get("/data/").content.decode()
    assert "No files have been made yet." in page
    assert "/oai?verb=Identify" in page
    assert "entries.parquet" not in page


@pytest.mark.parametrize("language", ["", "/ar", "/zh", "/fr", "/ru", "/es"])
def test_the_page_lists_all_files_and_all_fields(client, made, language):
    page = client.get(f"{language}/data/").content.decode()
    for each in made.files:
        assert f'href="/data/latest/{each["path"]}"' in page
        assert client.get(f"/data/latest/{each['path']}").status_code == 200
    for table in TABLES:
        for field in table.fields:
            assert f">{field.name}</code>" in page
    for address in re.findall(r'href="(/(?:data|oai)[^"#]*)"', page):
        assert client.get(address.replace("&amp;", "&")).status_code == 200, address


def test_the_page_names_the_licence_once_there_is_one(client, made, settings):
    assert "has not named a licence" in client.get("/data/").content.decode()
    settings.DATA_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
    page = client.get("/data/").content.decode()
    assert 'rel="license" href="https://creativecommons.org/licenses/by/4.0/"' in page
    assert "has not named a licence" not in page
    identify = client.get("/oai?verb=Identify").content.decode()
    assert 'rightsReference ref="https://creativecommons.org/licenses/by/4.0/"' in identify


def test_search_engines_find_a_dataset(client, made):
    page = client.get("/data/").content.decode()
    data = json.loads(re.search(r'<script[^>]*application/ld\+json"?>(.*?)</script>', page, re.DOTALL)[1])
    assert data["@type"] == "Dataset"
    assert {each["contentUrl"].rsplit("/", 1)[1] for each in data["distribution"]} == {"entries.csv.zip", "entries.jsonl.gz", "entries.parquet"}
    assert all(len(each["sha256"]) == 64 for each in data["distribution"])


# ---- files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("entries.csv.zip", "application/zip"),
        ("entries.jsonl.gz", "application/gzip"),
        ("entries.parquet", "application/vnd.apache.parquet"),
        ("concepts.csv", "text/csv; charset=utf-8"),
        ("organisations.csv", "text/csv; charset=utf-8"),
        ("dictionary.json", "application/json"),
        ("datapackage.json", "application/json"),
        ("SHA256SUMS", "text/plain; charset=utf-8"),
    ],
)
def test_files_are_sent_as_what_they_are_and_only_once(client, made, name, kind):
    response = client.get(f"/data/latest/{name}")
    assert response["Content-Type"] == kind
    assert "Content-Encoding" not in response
    content = body(response)
    assert content == (made.folder / name).read_bytes()
    assert int(response["Content-Length"]) == len(content)
    assert client.get(f"/data/{made.day}/{name}").status_code == 200
    assert client.get(f"/data/latest/{name}", headers={"If-None-Match": response["ETag"]}).status_code == 304
    head = client.head(f"/data/latest/{name}")
    assert (head.status_code, head["ETag"], body(head)) == (200, response["ETag"], b"")


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=10-", 206, slice(10, None)),
        ("bytes=-5", 206, slice(-5, None)),
        ("bytes=5-99999999", 206, slice(5, None)),
        ("bytes=99999999-", 416, None),
        ("bytes=-0", 416, None),
        ("bytes=9-5", 200, slice(None)),
        ("bytes=-", 200, slice(None)),
        ("bytes=0-1,4-5", 200, slice(None)),
        ("lines=0-1", 200, slice(None)),
        ("bytes=" + "9" * 400 + "-", 200, slice(None)),
    ],
)
def test_a_part_of_a_file_can_be_asked_for(client, made, asked, status, part):
    whole = (made.folder / "entries.parquet").read_bytes()
    response = client.get("/data/latest/entries.parquet", headers={"Range": asked})
    assert response.status_code == status
    if part is None:
        assert response["Content-Range"] == f"bytes */{len(whole)}"
    else:
        assert body(response) == whole[part]
        assert int(response["Content-Length"]) == len(whole[part])
        assert response["Accept-Ranges"] == "bytes"


def test_a_part_of_a_file_that_has_changed_is_not_mixed_with_the_old(client, made):
    response = client.get("/data/latest/entries.parquet", headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    assert response.status_code == 200
    assert len(body(response)) == (made.folder / "entries.parquet").stat().st_size


@pytest.mark.parametrize(
    "path",
    [
        "latest/nothing.csv",
        "latest/.lock",
        "latest/..",
        "latest/%2e%2e%2fplenary.sqlite3",
        "1999-01-01/entries.parquet",
        "2026-13-45/entries.parquet",
        ".making-2026-01-01/entries.parquet",
        "..%2f..%2fetc/passwd",
        "latest/entries.parquet/more",
        f"latest/{'x' * 10_000}",
        "latest/%00",
    ],
)
def test_there_is_nothing_else(client, made, path):
    assert client.get(f"/data/{path}").status_code == 404


# ---- for catalogues -------------------------------------------------------------------------------------------------


def catalogue_of(client, address="/data/catalog.jsonld", form="json-ld") -> Graph:
    response = client.get(address)
    assert response.status_code == 200
    return Graph().parse(data=response.content.decode(), format=form)


@pytest.mark.parametrize("is_made", [True, False])
def test_the_catalogue_has_what_dcat_ap_asks_for(client, world, request, is_made):
    """What DCAT-AP 3 says is mandatory, and most of what it recommends."""
    if is_made:
        request.getfixturevalue("made")
    graph = catalogue_of(client)
    (catalogue,) = graph.subjects(RDF.type, rdflib.DCAT.Catalog)
    for needed in (DCTERMS.title, DCTERMS.description, DCTERMS.publisher, rdflib.DCAT.dataset, rdflib.DCAT.service, FOAF.homepage, DCTERMS.language):
        assert list(graph.objects(catalogue, needed)), needed
    assert {each.language for each in graph.objects(catalogue, DCTERMS.title)} == {"en", "ar", "zh", "fr", "ru", "es"}
    (publisher,) = graph.objects(catalogue, DCTERMS.publisher)
    assert (publisher, RDF.type, FOAF.Agent) in graph
    assert list(graph.objects(publisher, FOAF.name))
    for at_most_once in (DCTERMS.publisher, DCTERMS.license, DCTERMS.rights, DCTERMS.issued, DCTERMS.modified, FOAF.homepage, DCTERMS.accrualPeriodicity):
        for subject in set(graph.subjects()):
            assert len(list(graph.objects(subject, at_most_once))) <= 1, (subject, at_most_once)
    for literal in (DCTERMS.title, DCTERMS.description, DCTERMS.identifier, rdflib.DCAT.keyword, FOAF.name):
        assert all(isinstance(value, Literal) for value in graph.objects(None, literal))
    datasets = list(graph.objects(catalogue, rdflib.DCAT.dataset))
    assert len(datasets) == 3
    for dataset in datasets:
        assert (dataset, RDF.type, rdflib.DCAT.Dataset) in graph
        for needed in (
            DCTERMS.title,
            DCTERMS.description,
            DCTERMS.publisher,
            rdflib.DCAT.contactPoint,
            rdflib.DCAT.keyword,
            rdflib.DCAT.theme,
            DCTERMS.accrualPeriodicity,
        ):
            assert list(graph.objects(dataset, needed)), needed
        (contact,) = graph.objects(dataset, rdflib.DCAT.contactPoint)
        assert str(graph.value(contact, VCARD.hasEmail)).startswith("mailto:")
        assert bool(list(graph.objects(dataset, rdflib.DCAT.distribution))) == is_made
    for distribution in graph.subjects(RDF.type, rdflib.DCAT.Distribution):
        for needed in (rdflib.DCAT.accessURL, rdflib.DCAT.downloadURL, rdflib.DCAT.mediaType, DCTERMS.format):
            (value,) = graph.objects(distribution, needed)
            assert isinstance(value, URIRef), needed
        size = graph.value(distribution, rdflib.DCAT.byteSize)
        assert isinstance(size, Literal)
        assert size.toPython() > 0
        checksum = graph.value(distribution, SPDX.checksum)
        assert (checksum, RDF.type, SPDX.Checksum) in graph
        assert graph.value(checksum, SPDX.algorithm) == SPDX.checksumAlgorithm_sha256
    for service in graph.subjects(RDF.type, rdflib.DCAT.DataService):
        for needed in (DCTERMS.title, rdflib.DCAT.endpointURL, rdflib.DCAT.servesDataset):
            assert list(graph.objects(service, needed)), needed


def test_the_catalogue_is_the_same_as_turtle(client, made):
    from rdflib.compare import isomorphic

    assert isomorphic(catalogue_of(client), catalogue_of(client, "/data/catalog.ttl", "turtle"))
    assert client.get("/data/catalog.ttl")["Content-Type"] == "text/turtle; charset=utf-8"
    assert client.get("/data/catalog.jsonld")["Content-Type"] == "application/ld+json"


def test_the_dictionary_is_there_before_any_file(client, db):
    rows = client.get("/data/dictionary.json").json()
    assert {"table": "entries", "field": "results", "kind": "text"}.items() <= next(row for row in rows if row["field"] == "results").items()
    assert client.get("/data/dictionary.csv").content.decode().splitlines()[0].startswith("table,field,kind")
