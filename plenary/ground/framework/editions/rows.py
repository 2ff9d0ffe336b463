"""An edition and its milestones as data files write them, and as the database reads."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from plenary.ground.framework.editions.moments import Day, DayOrMoment, Zone, from_day, from_instant, to_day, to_instant
from plenary.ground.framework.editions.sections import Row, Slug, TextValue
from plenary.ground.framework.models import Edition, Milestone
from plenary.ground.framework.text import Text


def _web(value: str) -> str:
    try:
        if value:
            URLValidator(schemes=["http", "https"])(value)
    except ValidationError as error:
        raise ValueError("is not a web address; it starts with https:// or http://") from error
    return value


def _email(value: str) -> str:
    try:
        if value:
            EmailValidator()(value)
    except ValidationError as error:
        raise ValueError("is not an e-mail address") from error
    return value


def _some(value: Text) -> Text:
    if not value:
        raise ValueError("is empty")
    return value


def _comparable(first: str, second: str) -> bool:
    """A relative and an absolute date can only be compared once the day is known from which the one counts."""
    return first.startswith("today") == second.startswith("today")


WebAddress = Annotated[str, Field(max_length=500), AfterValidator(_web)]
ShortWebAddress = Annotated[str, Field(max_length=200), AfterValidator(_web)]
EmailAddress = Annotated[str, Field(max_length=254), AfterValidator(_email)]
SomeText = Annotated[TextValue, AfterValidator(_some)]
EditionCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,29}$")]


class EditionRow(Row):
    """The table ``[edition]`` of edition.toml."""

    code: EditionCode
    name: SomeText
    summary: TextValue = Text()
    starts: Day = ""
    ends: Day = ""
    mode: Literal["", "physical", "virtual", "hybrid"] = ""
    place: TextValue = Text()
    zone: Zone = "Europe/Zurich"
    stub: bool = False
    relative: bool = False
    contact: EmailAddress = ""
    website: ShortWebAddress = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        starts, ends = to_day(self.starts, None), to_day(self.ends, None)
        if starts and ends and ends < starts and _comparable(self.starts, self.ends):
            raise ValueError("the edition ends before it starts")
        return self


class MilestoneRow(Row):
    """A table ``[[milestones]]`` of milestones.toml. starts, ends: both days (whole days), or both instants."""

    code: Slug
    title: SomeText
    text: TextValue = Text()
    starts: Annotated[DayOrMoment, Field(min_length=1)]
    ends: DayOrMoment = ""
    zone: Zone = "Europe/Zurich"
    link: WebAddress = ""

    @property
    def all_day(self) -> bool:
        return "T" not in self.starts

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends and ("T" in self.starts) != ("T" in self.ends):
            raise ValueError("`starts` and `ends` must both be days, or both have a time of day")
        starts, ends = to_instant(self.starts, self.zone, None), to_instant(self.ends, self.zone, None)
        if starts and ends and ends < starts and _comparable(self.starts, self.ends):
            raise ValueError("the milestone ends before it starts")
        return self


def edition_row(edition: Edition, *, absolute: bool = False) -> EditionRow:
    """The edition as its file would write it now. absolute: with the dates of the calendar also where it has an anchor."""
    anchor = None if absolute else edition.anchor
    return EditionRow.model_construct(
        code=edition.code,
        name=edition.name,
        summary=edition.summary,
        starts=from_day(edition.starts_on, anchor),
        ends=from_day(edition.ends_on, anchor),
        mode=edition.mode,  # type: ignore[arg-type]  # the model's choices are the same
        place=edition.place,
        zone=edition.zone,
        stub=edition.is_stub,
        relative=edition.anchor is not None,
        contact=edition.contact,
        website=edition.website,
    )


def milestone_row(milestone: Milestone, anchor: date | None) -> MilestoneRow:
    """The milestone as its file would write it now."""

    def written(value: datetime | None) -> str:
        moment = from_instant(value, milestone.zone, anchor)
        return moment.split("T")[0] if milestone.all_day else moment

    return MilestoneRow.model_construct(
        code=milestone.code,
        title=milestone.title,
        text=milestone.text,
        starts=written(milestone.starts_at),
        ends=written(milestone.ends_at),
        zone=milestone.zone,
        link=milestone.link,
    )
