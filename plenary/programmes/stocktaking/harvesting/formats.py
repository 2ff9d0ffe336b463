"""The two forms in which records are given out: simple Dublin Core, and all that is public of an entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import override

from plenary.ground.framework.text import Text
from plenary.programmes.stocktaking.drafts import STORY
from plenary.programmes.stocktaking.dumps.licence import rights
from plenary.programmes.stocktaking.dumps.reading import About, PublicEntry
from plenary.programmes.stocktaking.harvesting.xml import element, language, possible, tag
from plenary.programmes.stocktaking.models import EntryMedia

XSI = "http://www.w3.org/2001/XMLSchema-instance"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
OAI_DC_SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
DC = "http://purl.org/dc/elements/1.1/"
#: Of our own format. It is the same on every site, and ends with the version: what is added later is optional.
PLENARY = "urn:x-plenary:entry:1"
SCHEMA_PATH = "/oai/plenary-1.xsd"
_COUNTRIES = "countries"
#: What was written of concepts for a page, by element and primary key: its records share them.
Written = dict[tuple[str, int], str]


def instant(value: datetime) -> str:
    """An instant as the protocol writes it, to the second."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# ---- Dublin Core ----------------------------------------------------------------------------------------------------


def in_languages(name: str, text: Text) -> str:
    """An element for each language of a text, the original first."""
    order = sorted(text.texts.items(), key=lambda each: each[0] != text.original)
    return "".join(tag(name, words, language(code)) for code, words in order if words)


def head_of_dc() -> dict[str, str]:
    """The attributes of a Dublin Core record's root."""
    return {"xmlns:oai_dc": OAI_DC, "xmlns:dc": DC, "xmlns:xsi": XSI, "xsi:schemaLocation": f"{OAI_DC} {OAI_DC_SCHEMA}"}


def dublin_core(known: PublicEntry, written: Written) -> str:
    """An entry in simple Dublin Core."""
    entry = known.entry
    with override("en"):
        publisher = str(settings.SITE_NAME)
    parts = [
        in_languages("dc:title", entry.title),
        *(_original("dc:creator", each.organisation.name) for each in known.carriers if each.role == "lead"),
        *(_original("dc:contributor", each.organisation.name) for each in known.carriers if each.role != "lead"),
        *(_concept("dc:subject", each, written) for each in known.about if each.concept.scheme.code != _COUNTRIES),
        in_languages("dc:description", entry.summary),
        in_languages("dc:description", entry.description),
        tag("dc:publisher", publisher),
        tag("dc:date", (entry.published_at or entry.created_at).astimezone(UTC).date().isoformat()),
        tag("dc:type", "Project"),
        tag("dc:identifier", known.address),
        tag("dc:identifier", entry.number),
        *(tag("dc:identifier", number) for number in known.other_numbers),
        *(tag("dc:source", entry.source) for _once in range(bool(entry.source))),
        *(tag("dc:language", code) for code in known.languages),
        *(tag("dc:relation", address) for address in _addresses(known)),
        *(_concept("dc:coverage", each, written) for each in known.about if each.concept.scheme.code == _COUNTRIES),
        *_period(entry.starts_on, entry.ends_on),
        *(tag("dc:rights", line) for line in rights()),
    ]
    return element("oai_dc:dc", parts, head_of_dc())


def _original(name: str, text: Text) -> str:
    shown = text.best(text.original)
    return tag(name, shown.text, language(shown.language))


def _concept(name: str, about: About, written: Written) -> str:
    """A concept by its label in every language and by its address."""
    key = name, about.concept.pk
    if key not in written:
        written[key] = in_languages(name, about.concept.label) + tag(name, about.uri)
    return written[key]


def _addresses(known: PublicEntry) -> list[str]:
    """The pages about it elsewhere."""
    entry = known.entry
    links = [str(link.get("url", "")) for link in entry.web_links if isinstance(link, dict)]
    return list(dict.fromkeys(each for each in (entry.website, *links) if each))


def _period(starts: date | None, ends: date | None) -> list[str]:
    """When it ran, in the way of the Dublin Core for periods."""
    if not starts and not ends:
        return []
    told = [f"start={starts.isoformat()};"] if starts else []
    told += [f"end={ends.isoformat()};"] if ends else []
    return [tag("dc:coverage", " ".join([*told, "scheme=W3C-DTF;"]))]


# ---- our own format -------------------------------------------------------------------------------------------------


def _texts(name: str, text: Text) -> str:
    """An element for each language, which says whether it is the original, and whether a machine translated it."""
    order = sorted(text.texts.items(), key=lambda each: each[0] != text.original)
    return "".join(tag(name, words, {**language(code), "by": _by(text, code)}) for code, words in order if words)


def _by(text: Text, code: str) -> str:
    return "machine" if code in text.machine else "author" if code == text.original else "person"


def _uri(address: str) -> str:
    """An address as the schema takes it, whatever somebody typed."""
    return quote(possible(address), safe="!#$%&'()*+,/:;=?@[]~")


def _optional(name: str, value: object) -> str:
    return tag(name, str(value)) if value not in (None, "") else ""


def whole_record(known: PublicEntry, written: Written) -> str:
    """All that is public of an entry, in the order of the schema."""
    entry = known.entry
    kind = known.stakeholder_type
    parts = [
        tag("number", entry.number),
        tag("address", known.address),
        *(tag("otherNumber", number) for number in known.other_numbers),
        *(_texts(name, getattr(entry, name)) for name in STORY),
        _optional("edition", known.edition),
        _optional("year", entry.year),
        _optional("status", entry.status),
        _optional("reach", entry.reach),
        _optional("startsOn", entry.starts_on),
        _optional("endsOn", entry.ends_on),
        element("stakeholderType", _texts("label", kind.label), {"code": kind.code}) if kind else "",
        *(_organisation(each.organisation.pk, each.organisation.name, each.role, each.country) for each in known.carriers),
        *(_about(each, written) for each in known.about),
        *(tag("collection", code) for code in known.collections),
        *(tag("award", badge.label, {"address": f"{settings.BASE_URL}{badge.path}"} if badge.path else None) for badge in known.badges),
        _optional("website", _uri(entry.website)),
        *(_link(link) for link in entry.web_links if isinstance(link, dict) and link.get("url")),
        *(_media(each) for each in known.media),
        *(element("step", "", {"edition": each.edition.code, "how": each.how, "at": instant(each.at)}) for each in known.history),
        _optional("source", entry.source),
        _optional("publishedAt", instant(entry.published_at) if entry.published_at else ""),
        tag("updatedAt", instant(entry.updated_at)),
        _optional("confirmedAt", instant(entry.confirmed_at) if entry.confirmed_at else ""),
        *(tag("rights", line) for line in rights()),
    ]
    schema = f"{PLENARY} {settings.BASE_URL}{SCHEMA_PATH}"
    return element("entry", parts, {"xmlns": PLENARY, "xmlns:xsi": XSI, "xsi:schemaLocation": schema})


def _organisation(key: object, name: Text, role: str, country: str) -> str:
    told = {"id": str(key), "role": role, **({"country": country} if country else {})}
    return element("organisation", _texts("name", name), told)


def _about(about: About, written: Written) -> str:
    key = "label", about.concept.pk
    if key not in written:
        written[key] = _texts("label", about.concept.label)
    told = {"scheme": about.concept.scheme.code, "code": about.concept.code, "uri": about.uri}
    return element("concept", [written[key], _texts("reason", about.reason)], told)


def _link(link: Mapping[str, object]) -> str:
    label = str(link.get("label") or "")
    return tag("link", label, {"address": _uri(str(link["url"]))})


def _media(each: EntryMedia) -> str:
    file = each.file
    told = {"address": _uri(f"{settings.BASE_URL}{file.path}"), "type": file.kind, **({"credit": each.credit} if each.credit else {})}
    return element("media", [_texts("alternative", each.alt), _texts("caption", each.caption)], told)


# ---- both -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Format:
    """A form of records. schema: the address of its XSD."""

    prefix: str
    namespace: str
    schema: Callable[[], str]
    write: Callable[[PublicEntry, Written], str]


FORMATS: Mapping[str, Format] = {
    each.prefix: each
    for each in (
        Format("oai_dc", OAI_DC, lambda: OAI_DC_SCHEMA, dublin_core),
        Format("plenary", PLENARY, lambda: f"{settings.BASE_URL}{SCHEMA_PATH}", whole_record),
    )
}
