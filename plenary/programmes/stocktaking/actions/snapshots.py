"""The whole entry as one value: for its versions, for changes that wait, for editing."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.text import Text
from plenary.ground.people.models import Organisation
from plenary.programmes.stocktaking.drafts import STORY, EntryDraft, LinkDraft, MediaDraft, OrganisationDraft, WebLink
from plenary.programmes.stocktaking.models import Entry


def snapshot(entry: Entry) -> dict[str, Any]:
    """The whole entry with links, organisations and texts, as JSON. Its contact is not part of it."""
    links = entry.links.select_related("concept__scheme").order_by("concept__scheme__position", "concept__position", "concept__code")
    bodies = entry.organisation_links.select_related("organisation__country").order_by("position", "id")
    return {
        "number": entry.number,
        "state": entry.state,
        "edition": entry.edition.code if entry.edition else None,
        **{name: getattr(entry, name).to_json() for name in STORY},
        "stakeholder_type": entry.stakeholder_type.code if entry.stakeholder_type else None,
        "reach": entry.reach,
        "status": entry.status,
        "starts_on": entry.starts_on.isoformat() if entry.starts_on else None,
        "ends_on": entry.ends_on.isoformat() if entry.ends_on else None,
        "year": entry.year,
        "website": entry.website,
        "web_links": list(entry.web_links),
        "source": entry.source,
        "source_id": entry.source_id,
        "concepts": [[link.concept.scheme.code, link.concept.code, link.reason.to_json()] for link in links],
        "organisations": [_body(str(link.organisation_id), _original(link.organisation.name), link.role, link.organisation.country) for link in bodies],
        "media": [
            {"file": str(each.file_id), "alt": each.alt.to_json(), "caption": each.caption.to_json(), "credit": each.credit} for each in entry.media.all()
        ],
        "collections": sorted(entry.places.values_list("collection__code", flat=True)),
    }


def snapshot_of(draft: EntryDraft, entry: Entry) -> dict[str, Any]:
    """What the snapshot of the entry would be once it is as the draft says; organisations that are not known have no key."""
    known = {(_original(link.organisation.name), link.organisation.country): str(link.organisation_id) for link in
             entry.organisation_links.select_related("organisation__country__scheme")}  # fmt: skip
    links = sorted(draft.links, key=lambda link: (link.concept.scheme.position, link.concept.position, link.concept.code))
    return {
        "number": entry.number,
        "state": entry.state,
        "edition": draft.edition.code if draft.edition else None,
        **{name: getattr(draft, name).to_json() for name in STORY},
        "stakeholder_type": draft.stakeholder_type.code if draft.stakeholder_type else None,
        "reach": draft.reach,
        "status": draft.status,
        "starts_on": draft.starts_on.isoformat() if draft.starts_on else None,
        "ends_on": draft.ends_on.isoformat() if draft.ends_on else None,
        "year": draft.year,
        "website": draft.website,
        "web_links": [{"url": link.url, "label": link.label} for link in draft.web_links],
        "source": draft.source,
        "source_id": draft.source_id,
        "concepts": [[link.concept.scheme.code, link.concept.code, link.reason.to_json()] for link in links],
        "organisations": [_body(known.get((body.name, body.country), ""), body.name, body.role, body.country) for body in draft.organisations],
        "media": [{"file": each.file, "alt": each.alt.to_json(), "caption": each.caption.to_json(), "credit": each.credit} for each in draft.media],
        "collections": sorted(draft.collections),
    }


def _body(key: str, name: str, role: str, country: Concept | None) -> list[str]:
    return [key, name, role, country.code if country else ""]


def _original(text: Text) -> str:
    return str(text.best(text.original).text)


def draft_of(taken: dict[str, Any]) -> EntryDraft:
    """The draft that makes an entry be as in a snapshot; concepts and organisations that are gone are left out.

    Snapshots of earlier days lack what came later: it counts as empty.
    """
    wanted: dict[str, list[str]] = defaultdict(list)
    for scheme, code, _reason in taken["concepts"]:
        wanted[scheme].append(code)
    if taken["stakeholder_type"]:
        wanted["stakeholder-types"].append(taken["stakeholder_type"])
    bodies = [(*body, "lead", "")[:4] if len(body) < 3 else tuple(body) for body in taken["organisations"]]
    wanted["countries"] += [country for _key, _name, _role, country in bodies if country]
    concepts = {
        (concept.scheme.code, concept.code): concept
        for scheme, codes in wanted.items()
        for concept in Concept.objects.filter(scheme__code=scheme, code__in=codes).select_related("scheme")
    }
    stored = Organisation.objects.select_related("country", "stakeholder_type").in_bulk([key for key, *_rest in bodies if key])
    by_key = {str(key): body for key, body in stored.items()}
    return EntryDraft(
        number=taken["number"],
        edition=Edition.objects.filter(code=taken["edition"]).first() if taken["edition"] else None,
        **{name: Text.from_json(taken.get(name)) for name in STORY},
        stakeholder_type=concepts.get(("stakeholder-types", taken["stakeholder_type"])),
        reach=taken["reach"],
        status=taken["status"],
        starts_on=datetime.fromisoformat(taken["starts_on"]).date() if taken["starts_on"] else None,
        ends_on=datetime.fromisoformat(taken["ends_on"]).date() if taken["ends_on"] else None,
        year=taken["year"],
        website=taken["website"],
        web_links=tuple(WebLink(link["url"], link["label"]) for link in taken.get("web_links", ())),
        source=taken["source"],
        source_id=taken["source_id"],
        links=tuple(LinkDraft(concepts[scheme, code], Text.from_json(reason)) for scheme, code, reason in taken["concepts"] if (scheme, code) in concepts),
        organisations=tuple(
            OrganisationDraft(
                name,
                by_key[key].country if key in by_key else concepts.get(("countries", country)),
                by_key[key].stakeholder_type if key in by_key else None,
                role,
            )
            for key, name, role, country in bodies
        ),
        media=tuple(MediaDraft(each["file"], Text.from_json(each["alt"]), Text.from_json(each["caption"]), each["credit"]) for each in taken.get("media", ())),
        collections=tuple(taken.get("collections", ())),
    )


def current_draft(entry: Entry) -> EntryDraft:
    """The entry as a draft, to be changed with ``dataclasses.replace``."""
    return draft_of(snapshot(entry))
