"""``calls.toml`` of an edition folder: its calls, each with its phases.

``opens`` and ``closes`` are days (``2021-03-08``, to the end of that day by the clock of ``zone``) or instants
(``2021-01-25T23:00``). A phase that closes at an instant may open on a day: from the day's first moment.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Literal

from django.db.models import Prefetch
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from plenary.engines.calls import actions
from plenary.engines.calls.actions import CallValues, ChangeValues, PhaseValues
from plenary.engines.calls.instants import day_in, end_of, start_of
from plenary.engines.calls.models import Call, Phase
from plenary.ground.audit.actors import Actor
from plenary.ground.framework.editions.moments import DayOrMoment, Moment, Zone, from_day, from_instant, to_day, to_instant
from plenary.ground.framework.editions.sections import Row, Section, Slug, TextValue, concept_of, register
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text


def _link(value: str) -> str:
    if value and not re.match(r"https?://[^\s]+$", value):
        raise ValueError("give a web address that starts with https:// or http://")
    return value


Link = Annotated[str, AfterValidator(_link), StringConstraints(max_length=500)]
LanguageTag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


class ChangeRow(Row):
    """A deadline that was moved: when, from and to which instant, and what the public was told."""

    at: Moment
    before: Moment = ""
    after: Moment = ""
    note: TextValue = Text()


class PhaseRow(Row):
    """A phase of a call."""

    code: Slug
    kind: Literal["collect", "meeting", "screen", "vote", "jury", "announce", "publish"]
    title: TextValue
    text: TextValue = Text()
    opens: DayOrMoment = ""
    closes: DayOrMoment = ""
    zone: Zone = "Europe/Zurich"
    link: Link = ""
    agenda: TextValue = Text()
    summary: TextValue = Text()
    recording: Link = ""
    changes: list[ChangeRow] = Field(default_factory=list)

    @property
    def all_day(self) -> bool:
        """Whether only days are given."""
        return bool(self.opens or self.closes) and "T" not in self.opens + self.closes

    @model_validator(mode="after")
    def _one_precision(self) -> PhaseRow:
        if not self.title:
            raise ValueError("the phase has no title")
        opens_at_time, closes_at_time = "T" in self.opens, "T" in self.closes
        if opens_at_time and self.closes and not closes_at_time:
            raise ValueError("closes: give the time of day too, as the opening has one")
        if self.opens and not opens_at_time and closes_at_time:
            self.opens = f"{self.opens}T00:00"  # written the way a dump writes it
        if self.opens and self.closes and self.opens.startswith("today") == self.closes.startswith("today"):
            first, last = self.instants(date(2021, 1, 1))  # any day will do for comparing
            if first is not None and last is not None and last < first:
                raise ValueError("closes: the phase would close before it opens")
        return self

    def instants(self, anchor: date | None) -> tuple[datetime | None, datetime | None]:
        """Opening and closing instant."""
        if not self.all_day:
            return to_instant(self.opens, self.zone, anchor), to_instant(self.closes, self.zone, anchor)
        first, last = to_day(self.opens, anchor), to_day(self.closes, anchor)
        return (start_of(first, self.zone) if first else None), (end_of(last, self.zone) if last else None)


#: How many submissions at most; zero: any number.
Limit = Annotated[int, Field(ge=0, le=1000)]


class IntakeRow(Row):
    """That a decision on a submission makes a record of it."""

    decision: Slug
    intake: Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z-]+$", max_length=60)]


class CallRow(Row):
    """A call with its phases in order."""

    slug: Slug
    title: TextValue
    purpose: TextValue = Text()
    rules: TextValue = Text()
    guidance: TextValue = Text()
    languages: list[LanguageTag] = Field(default_factory=list)
    contact: Annotated[str, StringConstraints(pattern=r"^$|^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)] = ""
    audience: Literal["anyone", "verified", "invited"] = "verified"
    stakeholder_types: list[concept_of("stakeholder-types")] = Field(default_factory=list)  # type: ignore[valid-type]
    per_person: Limit = 0
    per_organisation: Limit = 0
    per_organisation_and_category: Limit = 0
    intakes: list[IntakeRow] = Field(default_factory=list)
    shows_use: bool = False
    position: Annotated[int, Field(ge=0, le=32_000)] = 0
    phases: list[PhaseRow] = Field(default_factory=list)

    @property
    def key(self) -> str:
        return self.slug

    @model_validator(mode="after")
    def _whole(self) -> CallRow:
        if not self.title:
            raise ValueError("the call has no title")
        codes = [phase.code for phase in self.phases]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(f"two phases have the code {twice[0]}")
        return self


@register
class Calls(Section[CallRow]):
    """The calls of an edition."""

    name, file, row = "calls", "calls.toml", CallRow

    def read(self, edition: Edition) -> list[CallRow]:
        phases = Phase.objects.order_by("position", "code").prefetch_related("deadline_changes")
        calls = Call.objects.filter(edition=edition).prefetch_related(Prefetch("phases", phases)).order_by("position", "slug")
        return [_row(call, edition) for call in calls]

    def write(self, edition: Edition, row: CallRow, actor: Actor) -> None:
        actions.put_call(actor=actor, edition=edition, values=_values(row, edition))

    def remove(self, edition: Edition, key: str, actor: Actor) -> None:
        call = Call.objects.select_related("edition").filter(edition=edition, slug=key).first()
        if call is not None:
            actions.remove_call(actor=actor, call=call)


def _values(row: CallRow, edition: Edition) -> CallValues:
    phases = []
    for position, phase in enumerate(row.phases):
        opens_at, closes_at = phase.instants(edition.anchor)
        moved = []
        for change in phase.changes:
            at, before, after = (to_instant(value, phase.zone, edition.anchor) for value in (change.at, change.before, change.after))
            if at is not None:
                moved.append(ChangeValues(at, before, after, change.note))
        phases.append(
            PhaseValues(
                code=phase.code,
                kind=phase.kind,
                title=phase.title,
                text=phase.text,
                opens_at=opens_at,
                closes_at=closes_at,
                all_day=phase.all_day,
                zone=phase.zone,
                link=phase.link,
                agenda=phase.agenda,
                summary=phase.summary,
                recording=phase.recording,
                position=position,
                changes=tuple(moved),
            )
        )
    return CallValues(
        slug=row.slug,
        title=row.title,
        purpose=row.purpose,
        rules=row.rules,
        guidance=row.guidance,
        languages=row.languages,
        contact=row.contact,
        audience=row.audience,
        stakeholder_types=row.stakeholder_types,
        per_person=row.per_person or None,
        per_organisation=row.per_organisation or None,
        per_organisation_and_category=row.per_organisation_and_category or None,
        intakes=[each.model_dump() for each in row.intakes],
        shows_use=row.shows_use,
        position=row.position,
        phases=tuple(phases),
    )


def _row(call: Call, edition: Edition) -> CallRow:
    return CallRow(
        slug=call.slug,
        title=call.title,
        purpose=call.purpose,
        rules=call.rules,
        guidance=call.guidance,
        languages=call.languages,
        contact=call.contact,
        audience=call.audience,
        stakeholder_types=call.stakeholder_types,
        per_person=call.per_person or 0,
        per_organisation=call.per_organisation or 0,
        per_organisation_and_category=call.per_organisation_and_category or 0,
        intakes=[IntakeRow(**each) for each in call.intakes],
        shows_use=call.shows_use,
        position=call.position,
        phases=[_phase_row(phase, edition) for phase in call.phases.all()],
    )


def _phase_row(phase: Phase, edition: Edition) -> PhaseRow:
    def when(instant: datetime | None) -> str:
        if instant is None:
            return ""
        if phase.all_day:
            return from_day(day_in(instant, phase.zone), edition.anchor)
        return from_instant(instant, phase.zone, edition.anchor)

    return PhaseRow.model_validate(
        {
            "code": phase.code,
            "kind": phase.kind,
            "title": phase.title,
            "text": phase.text,
            "opens": when(phase.opens_at),
            "closes": when(phase.closes_at),
            "zone": phase.zone,
            "link": phase.link,
            "agenda": phase.agenda,
            "summary": phase.summary,
            "recording": phase.recording,
            "changes": [
                {
                    "at": from_instant(change.at, phase.zone, edition.anchor),
                    "before": from_instant(change.before, phase.zone, edition.anchor),
                    "after": from_instant(change.after, phase.zone, edition.anchor),
                    "note": change.note,
                }
                for change in sorted(phase.deadline_changes.all(), key=lambda change: change.at)
            ],
        }
    )
