"""An entry as linked data (schema.org), for search engines and other machines."""

from __future__ import annotations

from typing import Any

from plenary.programmes.stocktaking.models import Entry


def as_linked_data(entry: Entry, address: str) -> dict[str, Any]:
    """The entry as a schema.org project. address: of its page."""
    original = entry.title.best(entry.title.original)
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Project",
        "@id": address,
        "url": address,
        "identifier": entry.number,
        "name": [{"@value": text, "@language": language} for language, text in entry.title.texts.items()] if len(entry.title.texts) > 1 else original.text,
    }
    story = str(entry.summary or entry.description)
    if story:
        data["description"] = story
    if entry.starts_on:
        data["foundingDate"] = entry.starts_on.isoformat()
    if entry.ends_on:
        data["dissolutionDate"] = entry.ends_on.isoformat()
    if entry.website:
        data["sameAs"] = entry.website
    bodies = [{"@type": "Organization", "name": str(link.organisation.name)} for link in entry.organisation_links.all()]
    if bodies:
        data["parentOrganization"] = bodies
    links = list(entry.links.all())
    areas = [{"@type": "Country", "name": str(link.concept.label)} for link in links if link.concept.scheme.code == "countries"]
    if areas:
        data["areaServed"] = areas
    topics = [str(link.concept.label) for link in links if link.concept.scheme.code != "countries"]
    if topics:
        data["knowsAbout"] = topics
    return data
