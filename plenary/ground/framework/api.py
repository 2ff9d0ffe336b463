"""Concepts and editions in the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.conf import settings
from django.db.models import Prefetch, Q
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import translation
from ninja import Query, Router, Schema
from pydantic import Field

from plenary.ground.framework import linked_data, queries
from plenary.ground.framework.models import Concept, Edition, Mapping, Milestone, Scheme
from plenary.ground.framework.spelling import fold
from plenary.ground.framework.text import Text
from plenary.ground.web.api import Listing, Paging, cursor_page

concepts_router = Router(tags=["Concepts"])
editions_router = Router(tags=["Editions"])
routers = [("/concepts", concepts_router), ("/editions", editions_router)]

Code = Annotated[str, Field(max_length=60, pattern=r"^[^\x00]*$")]


class LabelOut(Schema):
    """A text by language, with its original language."""

    original: str = Field(description="Language of the original.", examples=["en"])
    texts: dict[str, str] = Field(description="The text by language.", examples=[{"en": "E-health", "fr": "Cybersanté"}])
    machine: list[str] = Field(default=[], description="Languages whose text a machine translated.")

    @staticmethod
    def of(text: Text) -> dict[str, Any]:
        return {"original": text.original, "texts": {language: each for language, each in text.texts.items() if each}, "machine": sorted(text.machine)}


class SchemeOut(Schema):
    """A concept scheme."""

    code: str = Field(examples=["action-lines"])
    id: str = Field(description="Identifier of the scheme as linked data.")
    title: LabelOut
    description: LabelOut
    source: str
    licence: str
    concepts: int = Field(description="Number of concepts in use.")


class ConceptOut(Schema):
    """A concept of a scheme."""

    scheme: str = Field(examples=["action-lines"])
    code: str = Field(examples=["C7-4"])
    id: str = Field(description="Identifier of the concept as linked data.", examples=["https://example.org/action-lines/C7-4/"])
    label: LabelOut
    definition: LabelOut
    parent: str | None = Field(description="Code of the concept above, if any.", examples=["C7"])
    parent_scheme: str | None = Field(description="Scheme of the concept above: goals for targets.")
    aliases: list[str] = Field(description="Other spellings by which it is found.")
    facts: dict[str, str] = Field(description="What only this scheme knows, for example ISO codes.")
    retired_on: date | None = Field(description="Since when it is no longer in use.")


class MappingOut(Schema):
    """A link from one concept to another, with its reason."""

    source_scheme: str
    source: str
    target_scheme: str
    target: str
    kind: str = Field(examples=["target"])
    since: date | None
    until: date | None = Field(description="The first day on which it no longer held.")
    rationale: LabelOut
    note: str
    reference: str = Field(description="Where this is known from.")


class GroupOut(Schema):
    """That the concept belongs to a group, or a group has it as a member."""

    scheme: str
    code: str
    since: date | None
    until: date | None = Field(description="The first day on which it no longer held.")


class WholeConceptOut(ConceptOut):
    """A concept with everything it is linked to."""

    children: list[str] = Field(description="Codes of the concepts below it, as `scheme/code`.")
    mappings: list[MappingOut] = Field(description="Links that go out from it or come in.")
    groups: list[GroupOut] = Field(description="Groups that it belongs to or belonged to.")
    members: list[GroupOut] = Field(description="Its members, past ones too.")


class MilestoneOut(Schema):
    """A dated step of an edition."""

    code: str = Field(examples=["final-week"])
    title: LabelOut
    text: LabelOut
    starts_at: datetime
    ends_at: datetime | None = Field(description="For whole days: the first instant of the last day.")
    all_day: bool
    zone: str = Field(examples=["Europe/Zurich"])
    link: str


class EditionOut(Schema):
    """A round of the process."""

    code: str = Field(examples=["2021"])
    url: str = Field(description="Its page.")
    name: LabelOut
    summary: LabelOut
    starts_on: date | None = Field(description="Null where the day is not on record.")
    ends_on: date | None
    mode: str = Field(description="`physical`, `virtual`, `hybrid`, or empty where it is not on record.", examples=["virtual"])
    place: LabelOut
    zone: str
    stub: bool = Field(description="Only name and dates are known.")
    generated: bool = Field(description="Made up to try the platform with.")
    website: str
    milestones: list[MilestoneOut]


class ConceptFilter(Schema):
    """Which concepts."""

    scheme: Code = Field(default="", description="Code of a scheme.", examples=["sdg-targets"])
    parent: Code = Field(default="", description="Code of the concept above.", examples=["3"])
    q: str = Field(
        default="", max_length=100, pattern=r"^[^\x00]*$", description="Part of a code, label or alias, in any language; case and accents do not matter."
    )
    retired: bool = Field(default=False, description="Retired concepts too.")


@concepts_router.get("/schemes", response=list[SchemeOut], summary="All concept schemes", operation_id="schemes")
def schemes(request: HttpRequest) -> list[dict[str, Any]]:
    """Every scheme with its source, licence and number of concepts; there are few, so the list has one page."""
    return [
        {
            "code": scheme.code,
            "id": linked_data.scheme_id(scheme),
            "title": LabelOut.of(scheme.title),
            "description": LabelOut.of(scheme.description),
            "source": scheme.source,
            "licence": scheme.licence,
            "concepts": getattr(scheme, "in_use", 0),
        }
        for scheme in queries.schemes_with_counts()
    ]


@concepts_router.get("", response=Listing[ConceptOut], summary="Concepts of one scheme or all", operation_id="concepts")
def concepts(request: HttpRequest, wanted: Query[ConceptFilter], paging: Query[Paging]) -> dict[str, Any]:
    """Concepts in the order of schemes and of their places in them."""
    found = Concept.objects.select_related("scheme", "parent__scheme")
    if wanted.scheme:
        if not Scheme.objects.filter(code=wanted.scheme).exists():
            raise Http404("There is no such scheme.")
        found = found.filter(scheme__code=wanted.scheme)
    if wanted.parent:
        found = found.filter(parent__code=wanted.parent)
    if not wanted.retired:
        found = found.filter(retired_on__isnull=True)
    if wanted.q:
        found = found.filter(pk__in=queries.spelled_like(found, fold(wanted.q)))
    return cursor_page(found, paging, ["scheme__position", "position", "pk"], _concept)


@concepts_router.get("/{scheme}/{code}", response=WholeConceptOut, summary="One concept with its links", operation_id="concept")
def concept(request: HttpRequest, scheme: Code, code: Code) -> dict[str, Any]:
    """The concept of a code, retired ones too."""
    found = Concept.objects.filter(scheme__code=scheme, code=code).select_related("scheme", "parent__scheme").first()
    if found is None:
        raise Http404("There is no such concept.")
    links = Mapping.objects.filter(Q(source=found) | Q(target=found)).select_related("source__scheme", "target__scheme").order_by("pk")
    groups = found.memberships.select_related("group__scheme").order_by("group__scheme__position", "group__position", "since")
    children = found.children.select_related("scheme").order_by("scheme__position", "position")
    return {
        **_concept(found),
        "children": [f"{child.scheme.code}/{child.code}" for child in children],
        "mappings": [_mapping(link) for link in links],
        "groups": [_group(each.group, each.since, each.until) for each in groups],
        "members": [_group(each.member, each.since, each.until) for each in queries.memberships_of(found)],
    }


@editions_router.get("", response=Listing[EditionOut], summary="All editions", operation_id="editions")
def editions(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    """Editions in the order of their codes, which are years."""
    return cursor_page(_editions(), paging, ["code"], _edition)


@editions_router.get("/{code}", response=EditionOut, summary="One edition", operation_id="edition")
def edition(request: HttpRequest, code: Code) -> dict[str, Any]:
    """The edition of a code."""
    found = _editions().filter(code=code).first()
    if found is None:
        raise Http404("There is no such edition.")
    return _edition(found)


def _editions() -> Any:
    return Edition.objects.prefetch_related(Prefetch("milestones", queryset=Milestone.objects.order_by("starts_at", "code")))


def _concept(concept: Concept) -> dict[str, Any]:
    return {
        "scheme": concept.scheme.code,
        "code": concept.code,
        "id": linked_data.concept_id(concept),
        "label": LabelOut.of(concept.label),
        "definition": LabelOut.of(concept.definition),
        "parent": concept.parent.code if concept.parent else None,
        "parent_scheme": concept.parent.scheme.code if concept.parent else None,
        "aliases": concept.aliases,
        "facts": {name: str(value) for name, value in concept.facts.items()},
        "retired_on": concept.retired_on,
    }


def _mapping(link: Mapping) -> dict[str, Any]:
    return {
        "source_scheme": link.source.scheme.code,
        "source": link.source.code,
        "target_scheme": link.target.scheme.code,
        "target": link.target.code,
        "kind": link.kind,
        "since": link.since,
        "until": link.until,
        "rationale": LabelOut.of(link.rationale),
        "note": link.note,
        "reference": link.reference,
    }


def _group(concept: Concept, since: date | None, until: date | None) -> dict[str, Any]:
    return {"scheme": concept.scheme.code, "code": concept.code, "since": since, "until": until}


def _edition(edition: Edition) -> dict[str, Any]:
    with translation.override("en"):
        path = reverse("framework:edition", args=[edition.code])
    return {
        "code": edition.code,
        "url": f"{settings.BASE_URL}{path}",
        "name": LabelOut.of(edition.name),
        "summary": LabelOut.of(edition.summary),
        "starts_on": edition.starts_on,
        "ends_on": edition.ends_on,
        "mode": edition.mode,
        "place": LabelOut.of(edition.place),
        "zone": edition.zone,
        "stub": edition.is_stub,
        "generated": edition.anchor is not None,
        "website": edition.website,
        "milestones": [
            {
                "code": milestone.code,
                "title": LabelOut.of(milestone.title),
                "text": LabelOut.of(milestone.text),
                "starts_at": milestone.starts_at,
                "ends_at": milestone.ends_at,
                "all_day": milestone.all_day,
                "zone": milestone.zone,
                "link": milestone.link,
            }
            for milestone in edition.milestones.all()
        ],
    }
