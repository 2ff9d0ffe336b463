"""The open data described for catalogues (DCAT, as DCAT-AP 3 has it) and for search engines (schema.org)."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from plenary.programmes.stocktaking.dumps.contents import CONCEPTS, ENTRIES, ORGANISATIONS, TABLES
from plenary.programmes.stocktaking.dumps.licence import licence, statement
from plenary.programmes.stocktaking.dumps.places import Day
from plenary.programmes.stocktaking.dumps.tables import Table

_AUTHORITY = "http://publications.europa.eu/resource/authority"
_IANA = "http://www.iana.org/assignments/media-types"
_LANGUAGES = ("ENG", "ARA", "ZHO", "FRA", "RUS", "SPA")
#: By the ending of a file: its format in the European list of file types, its media type, and how it is packed.
_FORMS = {
    ".csv.zip": ("CSV", "text/csv", {"packageFormat": f"{_IANA}/application/zip"}),
    ".jsonl.gz": ("JSON", "application/json", {"compressFormat": f"{_IANA}/application/gzip"}),
    ".parquet": ("PARQUET", "application/vnd.apache.parquet", {}),
    ".csv": ("CSV", "text/csv", {}),
}
_CONTEXT: dict[str, Any] = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "id": "@id",
    "type": "@type",
    "title": {"@id": "dct:title", "@container": "@language"},
    "description": {"@id": "dct:description", "@container": "@language"},
    "keyword": {"@id": "dcat:keyword", "@container": "@language"},
    "publisher": {"@id": "dct:publisher", "@type": "@id"},
    "name": {"@id": "foaf:name", "@container": "@language"},
    "homepage": {"@id": "foaf:homepage", "@type": "@id"},
    "page": {"@id": "foaf:page", "@type": "@id"},
    "language": {"@id": "dct:language", "@type": "@id"},
    "license": {"@id": "dct:license", "@type": "@id"},
    "rights": "dct:rights",
    "label": {"@id": "rdfs:label", "@language": "en"},
    "identifier": {"@id": "dct:identifier"},
    "issued": {"@id": "dct:issued", "@type": "xsd:dateTime"},
    "modified": {"@id": "dct:modified", "@type": "xsd:dateTime"},
    "frequency": {"@id": "dct:accrualPeriodicity", "@type": "@id"},
    "theme": {"@id": "dcat:theme", "@type": "@id"},
    "contactPoint": "dcat:contactPoint",
    "hasEmail": {"@id": "vcard:hasEmail", "@type": "@id"},
    "fn": "vcard:fn",
    "dataset": "dcat:dataset",
    "service": "dcat:service",
    "servesDataset": {"@id": "dcat:servesDataset", "@type": "@id"},
    "endpointURL": {"@id": "dcat:endpointURL", "@type": "@id"},
    "endpointDescription": {"@id": "dcat:endpointDescription", "@type": "@id"},
    "conformsTo": {"@id": "dct:conformsTo", "@type": "@id"},
    "distribution": "dcat:distribution",
    "accessURL": {"@id": "dcat:accessURL", "@type": "@id"},
    "downloadURL": {"@id": "dcat:downloadURL", "@type": "@id"},
    "format": {"@id": "dct:format", "@type": "@id"},
    "mediaType": {"@id": "dcat:mediaType", "@type": "@id"},
    "compressFormat": {"@id": "dcat:compressFormat", "@type": "@id"},
    "packageFormat": {"@id": "dcat:packageFormat", "@type": "@id"},
    "byteSize": {"@id": "dcat:byteSize", "@type": "xsd:nonNegativeInteger"},
    "checksum": "spdx:checksum",
    "algorithm": {"@id": "spdx:algorithm", "@type": "@id"},
    "checksumValue": {"@id": "spdx:checksumValue", "@type": "xsd:hexBinary"},
}


def _told(words: str | Promise) -> dict[str, str]:
    """Words of the interface in all its languages."""
    found = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found[code.split("-")[0]] = str(words)
    return found


def _address(path: str) -> str:
    return f"{settings.BASE_URL}{path}"


def _contact() -> str:
    sender = settings.DEFAULT_FROM_EMAIL
    return str(sender[sender.find("<") + 1 :].rstrip(">").strip())


def _terms() -> dict[str, Any]:
    terms: dict[str, Any] = {"rights": {"type": "dct:RightsStatement", "label": statement()}}
    return {**terms, "license": licence()} if licence() else terms


def described(newest: Day | None) -> dict[str, Any]:
    """The catalogue as JSON-LD. Its context stands in it, so that reading it needs nothing from elsewhere."""
    page = _address("/data/")
    publisher = {"id": _publisher(), "type": "foaf:Agent", "name": _told(settings.SITE_NAME), "homepage": _address("/")}
    catalogue: dict[str, Any] = {
        "@context": _CONTEXT,
        "id": _address("/data/catalog.jsonld"),
        "type": "dcat:Catalog",
        "title": _told(_("Open data of the Stocktaking")),
        "description": _told(_("All public entries of the Stocktaking as files, made anew every night, and the addresses from which programs can read them.")),
        "publisher": publisher,
        "homepage": page,
        "language": [f"{_AUTHORITY}/language/{code}" for code in _LANGUAGES],
        **_terms(),
        "dataset": [_dataset(table, newest) for table in TABLES],
        "service": [
            {
                "id": _address("/data/#oai"),
                "type": "dcat:DataService",
                "title": _told(_("Harvesting by OAI-PMH 2.0")),
                "endpointURL": _address("/oai"),
                "endpointDescription": _address("/oai?verb=Identify"),
                "conformsTo": "http://www.openarchives.org/OAI/openarchivesprotocol.html",
                "servesDataset": [_dataset_id(ENTRIES)],
                **_terms(),
            },
            {
                "id": _address("/data/#api"),
                "type": "dcat:DataService",
                "title": _told(_("Programming interface")),
                "endpointURL": _address("/api/v1/"),
                "endpointDescription": _address("/api/v1/openapi.json"),
                "servesDataset": [_dataset_id(table) for table in (ENTRIES, CONCEPTS, ORGANISATIONS)],
                **_terms(),
            },
        ],
    }
    if newest:
        catalogue["modified"] = newest.made_at
    return catalogue


def _dataset_id(table: Table) -> str:
    return _address(f"/data/#{table.name}")


def _publisher() -> str:
    return _address("/#publisher")


def _dataset(table: Table, newest: Day | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": _dataset_id(table),
        "type": "dcat:Dataset",
        "title": _told(table.title),
        "description": _told(table.description),
        "identifier": _dataset_id(table),
        "publisher": _publisher(),
        "contactPoint": {"type": "vcard:Organization", "fn": _told(settings.SITE_NAME)["en"], "hasEmail": f"mailto:{_contact()}"},
        "keyword": _told(_("information and communication technology")),
        "theme": [f"{_AUTHORITY}/data-theme/TECH"],
        "frequency": f"{_AUTHORITY}/frequency/DAILY",
        "language": [f"{_AUTHORITY}/language/{code}" for code in _LANGUAGES],
        "page": _address("/data/"),
        "distribution": [] if newest is None else [_distribution(each) for each in newest.files if str(each["path"]).split(".")[0] == table.name],
    }
    if newest:
        found["modified"] = newest.made_at
    return found


def _distribution(file: dict[str, Any]) -> dict[str, Any]:
    path = str(file["path"])
    ending = next(each for each in _FORMS if path.endswith(each))
    form, media, packing = _FORMS[ending]
    address = _address(f"/data/latest/{path}")
    return {
        "id": address,
        "type": "dcat:Distribution",
        "title": {"en": path},
        "accessURL": _address("/data/"),
        "downloadURL": address,
        "format": f"{_AUTHORITY}/file-type/{form}",
        "mediaType": f"{_IANA}/{media}",
        **packing,
        "byteSize": str(file["bytes"]),
        "checksum": {
            "type": "spdx:Checksum",
            "algorithm": "http://spdx.org/rdf/terms#checksumAlgorithm_sha256",
            "checksumValue": str(file["hash"]).removeprefix("sha256:"),
        },
        **_terms(),
    }


def as_turtle(document: dict[str, Any]) -> str:
    """The same as Turtle."""
    from rdflib import Graph

    return str(Graph().parse(data=json.dumps(document), format="json-ld").serialize(format="turtle"))


def for_search_engines(newest: Day | None) -> dict[str, Any]:
    """The entries as a schema.org dataset, in the language of the page."""
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": _dataset_id(ENTRIES),
        "url": _address("/data/"),
        "name": str(_("Open data of the Stocktaking")),
        "description": str(_("All public entries of the Stocktaking as files, made anew every night, and the addresses from which programs can read them.")),
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": str(settings.SITE_NAME), "url": _address("/")},
        "includedInDataCatalog": {"@type": "DataCatalog", "url": _address("/data/catalog.jsonld")},
        "inLanguage": [code.split("-")[0] for code, _name in settings.LANGUAGES],
        "usageInfo": _address("/data/#terms"),
    }
    if licence():
        found["license"] = licence()
    if newest:
        found["dateModified"] = newest.made_at
        found["distribution"] = [
            {
                "@type": "DataDownload",
                "name": each["path"],
                "encodingFormat": each["mediatype"].split(";")[0],
                "contentUrl": _address(f"/data/latest/{each['path']}"),
                "contentSize": str(each["bytes"]),
                "sha256": str(each["hash"]).removeprefix("sha256:"),
            }
            for each in newest.files
            if str(each["path"]).startswith("entries.")
        ]
    return found
