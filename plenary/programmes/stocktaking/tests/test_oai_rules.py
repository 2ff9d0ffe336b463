"""Every answer has the shape that the schema of OAI-PMH 2.0 gives it: which elements, in which order, with which values."""

from __future__ import annotations

import re

import pytest
from defusedxml import ElementTree
from django.test import Client

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.text import Text
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.harvesting import provider, records
from plenary.programmes.stocktaking.models import Collection
from plenary.programmes.stocktaking.tests.harvesters import OF_OAI, many_entries
from plenary.programmes.stocktaking.tests.making import make_entry

pytestmark = pytest.mark.django_db

SECOND = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
#: By element of the protocol: its children in order, each with how often it may stand ("", "?", "*", "+").
CHILDREN = {
    "OAI-PMH": "responseDate request (error+|Identify|ListMetadataFormats|ListSets|GetRecord|ListIdentifiers|ListRecords)",
    "Identify": "repositoryName baseURL protocolVersion adminEmail+ earliestDatestamp deletedRecord granularity compression* description*",
    "ListMetadataFormats": "metadataFormat+",
    "metadataFormat": "metadataPrefix schema metadataNamespace",
    "ListSets": "set+ resumptionToken?",
    "set": "setSpec setName setDescription*",
    "GetRecord": "record",
    "ListRecords": "record+ resumptionToken?",
    "ListIdentifiers": "header+ resumptionToken?",
    "record": "header metadata? about*",
    "header": "identifier datestamp setSpec*",
}
#: By element: what its text may be.
VALUES = {
    "responseDate": SECOND,
    "datestamp": SECOND,
    "earliestDatestamp": SECOND,
    "protocolVersion": r"2\.0",
    "adminEmail": r"\S+@(\S+\.)+\S+",
    "deletedRecord": "no|persistent|transient",
    "granularity": r"YYYY-MM-DD(Thh:mm:ssZ)?",
    "setSpec": r"([A-Za-z0-9\-_\.!~\*'\(\)])+(:[A-Za-z0-9\-_\.!~\*'\(\)]+)*",
    "metadataPrefix": r"[A-Za-z0-9\-_\.!~\*'\(\)]+",
    "identifier": r"oai:[a-zA-Z][a-zA-Z0-9\-]*(\.[a-zA-Z][a-zA-Z0-9\-]*)+:[a-zA-Z0-9\-_\.!~\*'\(\);/\?:@&=\+$,%]+",
}
ATTRIBUTES = {
    "request": {"verb", "identifier", "metadataPrefix", "from", "until", "set", "resumptionToken"},
    "error": {"code"},
    "header": {"status"},
    "resumptionToken": {"expirationDate", "completeListSize", "cursor"},
}
#: What other schemas speak of; each has exactly one element.
FOREIGN = {"metadata", "description", "setDescription", "about"}


def check(element) -> None:
    """Fails where an element of the protocol has not the shape it must have."""
    name = element.tag.removeprefix(OF_OAI)
    allowed = ATTRIBUTES.get(name, {"{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"} if name == "OAI-PMH" else set())
    assert element.attrib.keys() <= allowed, name
    if name in FOREIGN:
        assert len(element) == 1
        assert not element[0].tag.startswith(OF_OAI)
        return
    told = "".join(f"<{child.tag.removeprefix(OF_OAI)}>" for child in element)
    pattern = re.sub(r"[A-Za-z-]+", lambda found: f"(<{found[0]}>)", CHILDREN.get(name, "")).replace(" ", "")
    assert re.fullmatch(pattern, told), (name, told)
    if name in VALUES:
        assert re.fullmatch(VALUES[name], element.text), (name, element.text)
    if name == "header":
        assert element.get("status") in (None, "deleted")
    for child in element:
        check(child)


def test_every_answer_has_the_shape_of_the_schema(client, world, monkeypatch):
    monkeypatch.setattr(records, "PAGE", 3)
    monkeypatch.setattr(provider, "SETS", 2)
    Collection.objects.create(code="covid-19", name=Text({"en": "COVID-19", "ar": "كوفيد-19"}), summary=Text.of("Cases"))
    entry = make_entry(world, "Bad \x01 signs & <marks>", "action-lines C7-4", "countries KE", body="A\x0bB")
    many_entries(4, concepts=[world.concept("action-lines C1")])
    actions.withdraw_entry(actor=SYSTEM, entry=make_entry(world, "Gone"), reason="A test")
    identifier = provider.identifier_of(entry.number)
    asked = [
        {},
        {"verb": "Identify"},
        {"verb": "Nonsense"},
        {"verb": "ListMetadataFormats"},
        {"verb": "ListMetadataFormats", "identifier": identifier},
        {"verb": "ListSets"},
        {"verb": "GetRecord", "identifier": identifier, "metadataPrefix": "oai_dc"},
        {"verb": "GetRecord", "identifier": identifier, "metadataPrefix": "plenary"},
        {"verb": "GetRecord", "identifier": "oai:a.b:c", "metadataPrefix": "plenary"},
        {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2000-01-01"},
        {"verb": "ListRecords", "metadataPrefix": "plenary", "set": "action-line"},
        {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc", "until": "2100-01-01"},
        {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc", "until": "1999-01-01"},
    ]
    pages = 0
    while asked:
        arguments = asked.pop()
        answer = ElementTree.fromstring(Client().get("/oai", arguments).content)
        assert answer.tag == f"{OF_OAI}OAI-PMH"
        check(answer)
        token = answer.find(f".//{OF_OAI}resumptionToken")
        if token is not None and token.text:
            asked.append({"verb": arguments["verb"], "resumptionToken": token.text})
        pages += 1
    assert pages > 13
