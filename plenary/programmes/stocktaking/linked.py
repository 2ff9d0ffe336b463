"""An entry and an organisation as linked data (schema.org), and what the headers of an entry's page tell machines."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override

from plenary.ground.framework.linked_data import concept_id
from plenary.ground.framework.text import Text
from plenary.ground.people.models import Organisation
from plenary.programmes.stocktaking.models import Entry, EntryOrganisation
from plenary.programmes.stocktaking.queries import badges_for
from plenary.programmes.stocktaking.wording import HEADINGS

_ROLES = {EntryOrganisation.Role.LEAD: "parentOrganization", EntryOrganisation.Role.PARTNER: "member", EntryOrganisation.Role.FUNDER: "funder"}
_PLACES = frozenset({"countries", "itu-regions"})


def address_of(view: str, *args: Any) -> str:
    """The lasting address of a page: in English, with the name of the site; empty where there is no such page."""
    with override("en"):
        try:
            return f"{settings.BASE_URL}{reverse(view, args=args)}"
        except NoReverseMatch:
            return ""


def as_linked_data(entry: Entry, address: str) -> dict[str, Any]:
    """The entry as a schema.org project. address: of its page. Its links and organisations should be loaded with it."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Project",
        "@id": address,
        "url": address,
        "identifier": [entry.number, *(each.number for each in entry.other_numbers.all())] if _is_loaded(entry, "other_numbers") else entry.number,
        "name": _by_language(entry.title),
        "description": _story(entry),
    }
    if entry.summary:
        data["disambiguatingDescription"] = _by_language(entry.summary)
    if entry.starts_on:
        data["foundingDate"] = entry.starts_on.isoformat()
    if entry.ends_on:
        data["dissolutionDate"] = entry.ends_on.isoformat()
    same = list(dict.fromkeys(filter(None, (entry.website, *(link.get("url", "") for link in entry.web_links)))))
    if same:
        data["sameAs"] = same[0] if len(same) == 1 else same
    for link in entry.organisation_links.all():
        data.setdefault(_ROLES.get(EntryOrganisation.Role(link.role), "member"), []).append(_body(link.organisation))
    links = [link.concept for link in entry.links.all()]
    places = [_place(concept) for concept in links if concept.scheme.code in _PLACES]
    if places:
        data["areaServed"] = places
    topics = [concept for concept in links if concept.scheme.code not in _PLACES]
    if topics:
        data["knowsAbout"] = [
            {"@type": "DefinedTerm", "@id": concept_id(each), "name": str(each.label), "termCode": each.code} if each.scheme.address else str(each.label)
            for each in topics
        ]
    awards = [badge.label for badge in badges_for([entry]).get(entry.pk, [])]
    if awards:
        data["award"] = awards
    pictures = (
        [f"{settings.BASE_URL}{each.file.path}" for each in entry.media.all() if each.file.kind.startswith("image/")] if _is_loaded(entry, "media") else []
    )
    if pictures:
        data["image"] = pictures
    data["subjectOf"] = _page(entry, address, [str(each.label) for each in topics], places)
    return {name: value for name, value in data.items() if value}


def _page(entry: Entry, address: str, keywords: list[str], places: list[dict[str, Any]]) -> dict[str, Any]:
    """The record itself: when it was made and changed belongs to it, not to the project."""
    page: dict[str, Any] = {
        "@type": "WebPage",
        "@id": f"{address}#record",
        "url": address,
        "datePublished": (entry.published_at or entry.created_at).date().isoformat(),
        "dateModified": entry.updated_at.date().isoformat(),
        "inLanguage": sorted({language for text in (entry.title, entry.summary, entry.description) for language in text.texts}),
        "keywords": keywords,
        "spatialCoverage": places,
        "temporalCoverage": f"{entry.starts_on or '..'}/{entry.ends_on or '..'}" if entry.starts_on or entry.ends_on else "",
        "isPartOf": {"@type": "DataCatalog", "name": str(settings.SITE_NAME), "url": address_of("stocktaking:list")},
        "encoding": [
            {"@type": "MediaObject", "encodingFormat": kind, "contentUrl": path}
            for kind, path in (
                ("application/json", address_of("api:entry", entry.number)),
                ("application/x-bibtex", address_of("stocktaking:cite_bib", entry.number)),
            )
            if path
        ],
    }
    return {name: value for name, value in page.items() if value}


def _story(entry: Entry) -> str:
    """Summary or description, then the other parts under their headings, in the reader's language."""
    parts = [str(entry.description or entry.summary)]
    parts += [f"{heading}: {text}" for name, heading in HEADINGS.items() if name != "description" and (text := str(getattr(entry, name)))]
    return "\n\n".join(filter(None, parts))


def _by_language(text: Text) -> Any:
    if len(text.texts) > 1:
        return [{"@value": each, "@language": language} for language, each in text.texts.items()]
    return str(text.best(text.original).text)


def _body(organisation: Organisation) -> dict[str, Any]:
    body: dict[str, Any] = {"@type": "Organization", "name": str(organisation.name), "@id": address_of("organisations:organisation", organisation.pk)}
    if organisation.website:
        body["url"] = organisation.website
    return {name: value for name, value in body.items() if value}


def _place(concept: Any) -> dict[str, Any]:
    if concept.scheme.code != "countries":
        return {"@type": "Place", "name": str(concept.label)}
    return {"@type": "Country", "name": str(concept.label), "identifier": concept.code}


def _is_loaded(entry: Entry, name: str) -> bool:
    return name in getattr(entry, "_prefetched_objects_cache", {})


def organisation_data(organisation: Organisation, address: str) -> dict[str, Any]:
    """An organisation as a schema.org organisation. address: of its page."""
    data: dict[str, Any] = {"@context": "https://schema.org", "@type": "Organization", "@id": address, "url": address, "name": _by_language(organisation.name)}
    if organisation.website:
        data["sameAs"] = organisation.website
    if organisation.country:
        data["address"] = {"@type": "PostalAddress", "addressCountry": organisation.country.code}
    return data


def link_header(entry: Entry) -> str:
    """Where machines find the record, after "FAIR Signposting" (signposting.org): what to cite, what describes it, what it is."""
    parts = [
        (address_of("stocktaking:entry", entry.number), "cite-as", ""),
        ("https://schema.org/Project", "type", ""),
        ("https://schema.org/AboutPage", "type", ""),
        (address_of("stocktaking:cite_bib", entry.number), "describedby", "application/x-bibtex"),
        (address_of("stocktaking:cite_ris", entry.number), "describedby", "application/x-research-info-systems"),
        (address_of("stocktaking:cite_csl", entry.number), "describedby", "application/vnd.citationstyles.csl+json"),
        (address_of("api:entry", entry.number), "describedby", "application/json"),
    ]
    return ", ".join(f'<{target}>; rel="{relation}"' + (f'; type="{kind}"' if kind else "") for target, relation, kind in parts if target)
