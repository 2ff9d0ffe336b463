"""A small world of concepts and editions that the tests of entries and awards live in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.models import Concept, Edition, Membership, Scheme
from plenary.ground.framework.text import Text
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.drafts import EntryDraft, LinkDraft, OrganisationDraft
from plenary.programmes.stocktaking.models import Entry

SCHEMES = {
    "action-lines": ("action-lines", [("C1", "Governments", "", ["Action line 1"]), ("C7", "ICT applications", "", []), ("C7-4", "E-health", "C7", ["eHealth"])]),
    "sub-themes": ("", [("C1.partnerships", "Partnerships", "action-lines C1", [])]),
    "sdgs": ("sdgs", [("3", "Good health", "", ["SDG 3"]), ("4", "Quality education", "", [])]),
    "sdg-targets": ("", [("3.8", "Health coverage", "sdgs 3", [])]),
    "itu-regions": ("regions", [("africa", "Africa", "", []), ("arab-states", "Arab States", "", []), ("europe", "Europe", "", [])]),
    "countries": ("countries", [("CH", "Switzerland", "", []), ("KE", "Kenya", "", []), ("QA", "Qatar", "", []), ("UG", "Uganda", "", [])]),
    "stakeholder-types": ("", [("government", "Government", "", []), ("international-organisation", "International", "", []),
                               ("united-nations", "United Nations", "international-organisation", ["UN"])]),
    "themes": ("themes", [("covid-19", "COVID-19", "", []), ("health", "Health", "", [])]),
}  # fmt: skip
REGIONS = {"CH": "europe", "KE": "africa", "UG": "africa", "QA": "arab-states"}
ISO3 = {"CH": "CHE", "KE": "KEN", "QA": "QAT", "UG": "UGA"}
CATEGORIES = {"C1": "1", "C7-4": "10"}


@dataclass
class World(SimpleNamespace):
    """Concepts by ``scheme code``, editions by code."""

    concepts: dict[str, Concept]
    editions: dict[str, Edition]

    def concept(self, name: str) -> Concept:
        return self.concepts[name]


def make_world() -> World:
    concepts: dict[str, Concept] = {}
    for position, (code, (address, rows)) in enumerate(SCHEMES.items()):
        scheme = Scheme.objects.create(code=code, title=Text.of(code), address=address, position=position)
        for place, (concept, label, parent, aliases) in enumerate(rows):
            above = concepts.get(parent if " " in parent else f"{code} {parent}") if parent else None
            facts = {"iso3": ISO3[concept]} if code == "countries" else {"prize_category": CATEGORIES.get(concept, "")}
            concepts[f"{code} {concept}"] = Concept.objects.create(
                scheme=scheme,
                code=concept,
                label=Text({"en": label, "fr": f"{label} (fr)"}),
                parent=above,
                aliases=[*aliases, ISO3[concept]] if code == "countries" else aliases,
                position=place,
                facts=facts,
            )
    for country, region in REGIONS.items():
        Membership.objects.create(member=concepts[f"countries {country}"], group=concepts[f"itu-regions {region}"])
    editions = {
        year: Edition.objects.create(code=year, name=Text.of(f"Forum {year}"), starts_on=date(int(year), 5, 17) if year != "2022" else None)
        for year in ("2020", "2021", "2022")
    }
    return World(concepts=concepts, editions=editions)


def make_entry(world: World, title: str = "Telemedicine", *about: str, body: str = "", kind: str = "", edition: str = "2021", **more: object) -> Entry:
    """A public entry; about: names of concepts such as ``sdgs 3``; body: its organisation."""
    links = tuple(LinkDraft(world.concept(name)) for name in about)
    state = str(more.pop("state", Entry.State.PUBLIC))
    draft = EntryDraft(
        title=more.pop("text", None) or Text.of(title),
        edition=world.editions.get(edition),
        year=int(edition) if edition else None,
        links=links,
        organisations=(OrganisationDraft(body),) if body else (),
        stakeholder_type=world.concept(f"stakeholder-types {kind}") if kind else None,
        **more,
    )
    return actions.create_entry(actor=SYSTEM, draft=draft, state=state)
