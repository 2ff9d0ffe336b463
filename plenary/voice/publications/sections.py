"""The sections ``publications`` and ``report`` of an edition folder."""

from __future__ import annotations

import re
from typing import Annotated, Literal, cast

from pydantic import AfterValidator, Field, field_validator

from plenary.ground.audit.actors import Actor
from plenary.ground.framework.editions.sections import Row, Section, Slug, TextValue, concept_of, register
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.text import Text
from plenary.ground.measures.registry import UnknownMeasure, find
from plenary.voice.publications import actions
from plenary.voice.publications.models import Publication, ReportPart
from plenary.voice.publications.report.placeholders import placeholders, split_reference


def _web(value: str) -> str:
    if value and not re.match(r"^https?://[^\s<>\"]+$", value):
        raise ValueError(f"{value!r} is not the address of a web page; it must start with https:// or http://")
    return value


Link = Annotated[str, Field(max_length=500), AfterValidator(_web)]


class PublicationRow(Row):
    """A document that the edition published or promises."""

    code: Slug
    title: TextValue
    series: Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9-]{0,59})?$")] = ""
    region: concept_of("itu-regions") = ""  # type: ignore[valid-type]
    link: Link = ""
    position: Annotated[int, Field(ge=0, le=1000)] = 0

    @field_validator("title")
    @classmethod
    def has_title(cls, title: Text) -> Text:
        """A publication is known by its title."""
        if not title:
            raise ValueError("give the title")
        return title


@register
class Publications(Section[PublicationRow]):
    name, file, row = "publications", "publications.toml", PublicationRow

    def read(self, edition: Edition) -> list[PublicationRow]:
        return [
            PublicationRow.model_construct(
                code=each.code,
                title=each.title,
                series=each.series,
                region=each.region.code if each.region else "",
                link=each.link,
                position=each.position,
            )
            for each in Publication.objects.filter(edition=edition).select_related("region").order_by("position", "code")
        ]

    def write(self, edition: Edition, row: PublicationRow, actor: Actor) -> None:
        region = Concept.objects.get(scheme__code="itu-regions", code=row.region) if row.region else None
        actions.put_publication(
            actor=actor, edition=edition, code=row.code, title=row.title, series=row.series, region=region, link=row.link, position=row.position
        )

    def remove(self, edition: Edition, key: str, actor: Actor) -> None:
        for each in Publication.objects.select_related("edition").filter(edition=edition, code=key):
            actions.remove(actor=actor, record_of=each)


def _figure(reference: str) -> str:
    _edition, code = split_reference(reference)
    try:
        measure, member = find(code)
    except UnknownMeasure:
        raise ValueError(f"no room has registered the measure {code!r}") from None
    if measure.dimension and not member:
        raise ValueError(f"{code!r} stands for one figure per {measure.dimension}; add which one, as in {code}.<{measure.dimension}>")
    return reference


Place = Literal["process", "forum", "ungis", "commissions", "agency", "roadmaps", "response", "next", "themes"]


class PartRow(Row):
    """A written part of the edition's progress report."""

    code: Slug
    place: Place
    title: TextValue
    text: TextValue = Text()
    figures: list[Annotated[str, Field(max_length=140), AfterValidator(_figure)]] = []
    link: Link = ""
    position: Annotated[int, Field(ge=0, le=1000)] = 0

    @field_validator("text")
    @classmethod
    def known_placeholders(cls, text: Text) -> Text:
        """Figures named in the text exist."""
        for each in text.texts.values():
            for reference in placeholders(each):
                _figure(reference)
        return text


@register
class Parts(Section[PartRow]):
    name, file, row = "report", "report.toml", PartRow

    def read(self, edition: Edition) -> list[PartRow]:
        return [
            PartRow.model_construct(
                code=each.code, place=cast(Place, each.place), title=each.title, text=each.text, figures=each.figures, link=each.link, position=each.position
            )
            for each in ReportPart.objects.filter(edition=edition).order_by("position", "code")
        ]

    def write(self, edition: Edition, row: PartRow, actor: Actor) -> None:
        actions.put_part(
            actor=actor,
            edition=edition,
            code=row.code,
            place=row.place,
            title=row.title,
            text=row.text,
            figures=row.figures,
            link=row.link,
            position=row.position,
        )

    def remove(self, edition: Edition, key: str, actor: Actor) -> None:
        for each in ReportPart.objects.select_related("edition").filter(edition=edition, code=key):
            actions.remove(actor=actor, record_of=each)
