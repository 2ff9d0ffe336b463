"""The answers of the OAI-PMH 2.0 provider."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from plenary.programmes.stocktaking.drafts import NUMBER
from plenary.programmes.stocktaking.dumps.licence import licence, statement
from plenary.programmes.stocktaking.dumps.reading import Concepts, in_full
from plenary.programmes.stocktaking.harvesting import records
from plenary.programmes.stocktaking.harvesting.arguments import (
    Query,
    Refusal,
    Token,
    read_position,
    read_query,
    read_token,
    window_of,
    write_position,
)
from plenary.programmes.stocktaking.harvesting.formats import FORMATS, XSI, Format, Written, head_of_dc, in_languages, instant
from plenary.programmes.stocktaking.harvesting.sets import Set, Sets
from plenary.programmes.stocktaking.harvesting.xml import element, tag
from plenary.programmes.stocktaking.models import Entry

PATH = "/oai"
OAI = "http://www.openarchives.org/OAI/2.0/"
IDENTIFIERS = "http://www.openarchives.org/OAI/2.0/oai-identifier"
RIGHTS = "http://www.openarchives.org/OAI/2.0/rights/"
#: Sets on a page.
SETS = 100
_HOST = re.compile(r"^[a-zA-Z][a-zA-Z0-9-]*(\.[a-zA-Z][a-zA-Z0-9-]*)+$")
_ADDRESS = re.compile(r"^\S+@(\S+\.)+\S+$")


def answer(arguments: Sequence[tuple[str, Sequence[str]]]) -> str:
    """The whole document that answers a request with these arguments."""
    at = timezone.now()
    query: Query | None = None
    try:
        query = read_query(arguments)
        if query.verb in ("ListRecords", "ListIdentifiers"):
            at = records.horizon()
        content = _ANSWERS[query.verb](query)
    except Refusal as refusal:
        # Of arguments that make no sense, none is repeated in the answer.
        told = query.given if query is not None and refusal.code not in ("badVerb", "badArgument") else {}
        return _document(at, told, tag("error", str(refusal), {"code": refusal.code}))
    return _document(at, query.given, element(query.verb, content))


def _document(at: datetime, told: Mapping[str, str], content: str) -> str:
    head = {"xmlns": OAI, "xmlns:xsi": XSI, "xsi:schemaLocation": f"{OAI} {OAI}OAI-PMH.xsd"}
    request = tag("request", f"{settings.BASE_URL}{PATH}", told)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + element("OAI-PMH", [tag("responseDate", instant(at)), request, content], head)


# ---- identifiers ----------------------------------------------------------------------------------------------------


def repository() -> str:
    """The name under which identifiers stand: that of the site's host, or one that belongs to nobody where it has no such name."""
    host = urlsplit(settings.BASE_URL).hostname or ""
    return host if _HOST.match(host) else "plenary.invalid"


def identifier_of(number: str) -> str:
    """The identifier of an entry's record."""
    return f"oai:{repository()}:{number}"


def _found(identifier: str) -> Entry:
    """The record of that identifier. Raises: Refusal."""
    start = f"oai:{repository()}:"
    number = identifier.removeprefix(start)
    entry = records.records().select_related("edition").filter(number=number).first() if identifier.startswith(start) and NUMBER.match(number) else None
    if entry is None:
        raise Refusal("idDoesNotExist", "There is no record with this identifier.")
    return entry


def _format(prefix: str) -> Format:
    found = FORMATS.get(prefix)
    if found is None:
        raise Refusal("cannotDisseminateFormat", "Records are given out as " + " and ".join(FORMATS) + ".")
    return found


# ---- the verbs ------------------------------------------------------------------------------------------------------


def _identify(query: Query) -> str:
    sender = settings.DEFAULT_FROM_EMAIL
    address = sender[sender.find("<") + 1 :].rstrip(">").strip()
    with override("en"):
        name = str(settings.SITE_NAME)
    return "".join(
        (
            tag("repositoryName", f"{name}: Stocktaking"),
            tag("baseURL", f"{settings.BASE_URL}{PATH}"),
            tag("protocolVersion", "2.0"),
            tag("adminEmail", address if _ADDRESS.match(address) else f"{address}.invalid"),
            tag("earliestDatestamp", instant(records.earliest() or timezone.now())),
            tag("deletedRecord", "persistent"),
            tag("granularity", "YYYY-MM-DDThh:mm:ssZ"),
            tag("compression", "gzip"),
            element("description", _scheme_of_identifiers()),
            element("description", _rights_manifest()),
        )
    )


def _scheme_of_identifiers() -> str:
    return element(
        "oai-identifier",
        (
            tag("scheme", "oai"),
            tag("repositoryIdentifier", repository()),
            tag("delimiter", ":"),
            tag("sampleIdentifier", identifier_of("2021-1")),
        ),
        {"xmlns": IDENTIFIERS, "xmlns:xsi": XSI, "xsi:schemaLocation": f"{IDENTIFIERS} {IDENTIFIERS}.xsd"},
    )


def _rights_manifest() -> str:
    """Under which terms the metadata may be used: the licence, or in words that none was named."""
    if licence():
        said = element("rightsReference", "", {"ref": licence()})
    else:
        said = element("rightsDefinition", element("oai_dc:dc", tag("dc:rights", statement()), head_of_dc()))
    return element(
        "rightsManifest",
        element("rights", said),
        {
            "xmlns": RIGHTS,
            "xmlns:xsi": XSI,
            "xsi:schemaLocation": f"{RIGHTS} {OAI}rightsManifest.xsd",
            "appliesTo": f"{OAI}entity#metadata",
        },
    )


def _list_metadata_formats(query: Query) -> str:
    if query["identifier"] and records.is_deleted(_found(query["identifier"])):
        raise Refusal("noMetadataFormats", "The record is deleted; there is no more than its header.")
    return "".join(
        element("metadataFormat", (tag("metadataPrefix", each.prefix), tag("schema", each.schema()), tag("metadataNamespace", each.namespace)))
        for each in FORMATS.values()
    )


def _list_sets(query: Query) -> str:
    found = Sets().all()
    if not found:
        raise Refusal("noSetHierarchy", "The repository has no sets.")
    start = read_position(query["resumptionToken"]) if query["resumptionToken"] else 0
    if not 0 <= start < len(found):
        raise Refusal("badResumptionToken", "The sets have changed meanwhile. Begin the list again.")
    end = start + SETS
    more = write_position(end) if end < len(found) else ""
    return "".join(map(_set, found[start:end])) + _resumption(more, start, len(found), is_part=bool(start or more))


def _set(each: Set) -> str:
    described = ""
    if each.about or len(each.name.texts) > 1:
        told = element("oai_dc:dc", (in_languages("dc:title", each.name), in_languages("dc:description", each.about)), head_of_dc())
        described = element("setDescription", told)
    return element("set", (tag("setSpec", each.spec), tag("setName", each.name.best("en").text or each.spec), described))


def _get_record(query: Query) -> str:
    form = _format(query["metadataPrefix"])
    return _records([_found(query["identifier"])], form, Sets())


def _list_records(query: Query) -> str:
    return _listed(query, lambda entries, form, sets: _records(entries, form, sets))


def _list_identifiers(query: Query) -> str:
    return _listed(query, lambda entries, _form, sets: "".join(_headers(entries, sets).values()))


_ANSWERS: Mapping[str, Callable[[Query], str]] = {
    "Identify": _identify,
    "ListMetadataFormats": _list_metadata_formats,
    "ListSets": _list_sets,
    "GetRecord": _get_record,
    "ListRecords": _list_records,
    "ListIdentifiers": _list_identifiers,
}


# ---- lists ----------------------------------------------------------------------------------------------------------


def _listed(query: Query, write: Callable[[list[Entry], Format, Sets], str]) -> str:
    token = read_token(query["resumptionToken"], query.verb) if query["resumptionToken"] else None
    form = _format(token.prefix if token else query["metadataPrefix"])
    window = token.window if token else window_of(query)
    sets = Sets()
    if window.of and not len(sets):
        raise Refusal("noSetHierarchy", "The repository has no sets.")
    found = records.within(window, sets)
    rows, place = records.following(found.select_related("edition"), token.after if token else None, records.PAGE)
    if not rows and token is None:
        raise Refusal("noRecordsMatch", "No record has such a datestamp and is in such a set.")
    if not rows and token is not None:  # the last ones have left the window meanwhile; a page must not be empty, so its predecessor's last stands again
        rows = list(records.records().select_related("edition").filter(pk=token.after.key))
    done = token.done if token else 0
    total = token.total if token else found.count() if place else len(rows)
    if place is None:
        following = ""
        total = max(total, done + len(rows))
    else:
        following = (token.moved(place, len(rows)) if token else Token(query.verb, form.prefix, window, place, len(rows), total)).write()
    return write(rows, form, sets) + _resumption(following, done, total, is_part=token is not None or place is not None)


def _resumption(token: str, cursor: int, total: int, *, is_part: bool) -> str:
    """How the list goes on; at the end of one that came in parts, that it does not."""
    return tag("resumptionToken", token, {"completeListSize": str(total), "cursor": str(cursor)}) if is_part else ""


def _headers(entries: list[Entry], sets: Sets) -> dict[int, str]:
    """The headers of records by primary key."""
    specs = records.set_specs(entries, sets)
    return {
        entry.pk: element(
            "header",
            (
                tag("identifier", identifier_of(entry.number)),
                tag("datestamp", instant(entry.updated_at)),
                *(tag("setSpec", spec) for spec in specs[entry.pk]),
            ),
            {"status": "deleted"} if records.is_deleted(entry) else None,
        )
        for entry in entries
    }


def _records(entries: list[Entry], form: Format, sets: Sets) -> str:
    headers = _headers(entries, sets)
    written: Written = {}
    shown = {known.entry.pk: known for known in in_full([entry for entry in entries if not records.is_deleted(entry)], Concepts())}
    return "".join(
        element("record", (headers[entry.pk], element("metadata", form.write(shown[entry.pk], written)) if entry.pk in shown else "")) for entry in entries
    )
