"""``calls.toml`` of an edition folder: its calls, each with its phases; and ``forms.toml``, the form that each asks with.

``opens`` and ``closes`` are days (``2021-03-08``, to the end of that day by the clock of ``zone``) or instants
(``2021-01-25T23:00``). A phase that closes at an instant may open on a day: from the day's first moment.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.db.models import Prefetch
from pydantic import (
    AfterValidator,
    Field,
    ModelWrapValidatorHandler,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails

from plenary.engines.calls import actions, intakes
from plenary.engines.calls.actions import CallValues, ChangeValues, PhaseValues
from plenary.engines.calls.form.definition import Definition, FormPart
from plenary.engines.calls.form.fields import CATEGORY, KINDS, ORGANISATION, schemes_of
from plenary.engines.calls.instants import day_in, end_of, start_of
from plenary.engines.calls.models import Call, FormVersion, Phase
from plenary.errors import Conflict
from plenary.ground.audit.actors import Actor
from plenary.ground.framework.editions.moments import DayOrMoment, Moment, Zone, from_day, from_instant, to_day, to_instant
from plenary.ground.framework.editions.sections import Row, Section, Slug, TextValue, concept_of, register
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text
from plenary.rooms import rooms


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

    decision: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    intake: Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z-]+$", max_length=60)]

    @field_validator("decision")
    @classmethod
    def _accepts(cls, decision: str) -> str:
        if decision == "declined":
            raise ValueError("'declined' is the decision by which nothing goes on; choose another word")
        return decision

    @field_validator("intake")
    @classmethod
    def _known(cls, code: str, info: ValidationInfo) -> str:
        """Whether a room takes that in, asked when files are loaded. A room without any intake is still to get its own."""
        if "concepts" not in (info.context or {}):
            return code
        known = [each.code for each in intakes.intakes()]
        room = code.partition(".")[0]
        waits = any(each.label == room for each in rooms()) and not any(each.startswith(f"{room}.") for each in known)
        if code not in known and not waits:
            raise ValueError(f"nothing here makes records of the kind {code!r}{_meant(code, known)}")
        return code


def _meant(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, 1)
    return f"; is {near[0]} meant?" if near else ""


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
    published: bool = True  # false: hidden from the public until somebody publishes it at the desk
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
        if len({(each.decision, each.intake) for each in self.intakes}) < len(self.intakes):
            raise ValueError("intakes: the same intake is named twice for one decision")
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
        if call is None:
            return
        if call.forms.exists():  # that of the file is gone by now; this one was made or edited at the desk
            raise Conflict(f"the call {key} has a form of its own")
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
        published=row.published,
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
        published=call.is_published,
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


# ---- forms ----------------------------------------------------------------------------------------------------------


class FormRow(Row):
    """The form that a call asks with; ``docs/forms.md`` tells what fields there are."""

    call: Slug
    parts: Annotated[tuple[FormPart, ...], Field(min_length=1, max_length=30)]

    @property
    def key(self) -> str:
        return self.call

    @property
    def definition(self) -> Definition:
        """The form itself."""
        return Definition(parts=self.parts)

    @model_validator(mode="wrap")
    @classmethod
    def _whole(cls, data: Any, handler: ModelWrapValidatorHandler[FormRow], info: ValidationInfo) -> FormRow:
        try:
            row = handler(data)
            form, known = row.definition, (info.context or {}).get("concepts")
            if known is not None:
                _check_schemes(form, known)
            return row
        except ValidationError as error:
            found = error.errors(include_url=False)
            # A list whose only item is wrong is called too short besides.
            around = {each["loc"][:length] for each in found for length in range(len(each["loc"]))}
            told = [each for each in found if each["type"] != "too_short" or each["loc"] not in around]
            raise ValidationError.from_exception_data("FormRow", [_placed(each) for each in told]) from None


def _check_schemes(form: Definition, known: Mapping[str, Any]) -> None:
    """Raises: ValidationError at each field whose answers come from a scheme that is not there."""
    problems: list[InitErrorDetails] = []
    for i, part in enumerate(form.parts):
        for j, field in enumerate(part.fields):
            for scheme in schemes_of(field):
                if scheme not in known:
                    name = next((name for name in ("scheme", "schemes") if name in type(field).model_fields), "kind")
                    problems.append(_problem(("parts", i, "fields", j, name), f"there is no scheme {scheme!r}{_meant(scheme, list(known))}"))
    if problems:
        raise ValidationError.from_exception_data("FormRow", problems)


def _problem(place: tuple[int | str, ...], sentence: str) -> InitErrorDetails:
    return {"type": "value_error", "loc": place, "input": None, "ctx": {"error": ValueError(sentence)}}


def _placed(found: Any) -> InitErrorDetails:
    """A problem at the place where the file has it: without the kind of field that pydantic puts between, and in words."""
    place, kind, context = found["loc"], found["type"], found.get("ctx") or {}
    if kind == "union_tag_not_found":
        return {"type": "missing", "loc": (*place, "kind"), "input": None}
    if kind == "union_tag_invalid":
        return _problem((*place, "kind"), f"there is no such kind of field{_meant(str(context['tag']), list(KINDS))}")
    if len(place) > 4 and place[2] == "fields" and place[4] in KINDS:
        place = (*place[:4], *place[5:])
    if kind == "string_pattern_mismatch" and place[-1:] == ("code",) and len(place) == 5:
        return _problem(place, "is not the code of a field: small letters, digits and underscores, a letter first")
    return {"type": kind, "loc": place, "input": found["input"], "ctx": context}


@register
class Forms(Section[FormRow]):
    """The forms in force of an edition's calls. One edited at the desk stays, as a whole: half of each makes no form."""

    name, file, row = "forms", "forms.toml", FormRow

    def check(self, rows: Sequence[FormRow], folder: Mapping[str, Sequence[Row]]) -> Iterable[tuple[int, str, str]]:
        calls = {row.slug: row for row in folder.get("calls", ()) if isinstance(row, CallRow)}
        for index, row in enumerate(rows):
            call = calls.get(row.call)
            if call is None:
                yield index, "call", f"there is no call {row.call} in calls.toml{_meant(row.call, list(calls))}"
                continue
            needed = [CATEGORY, ORGANISATION] if call.per_organisation_and_category else [ORGANISATION] if call.per_organisation else []
            for role in needed:
                if role not in row.definition.by_role:
                    yield index, "parts", f"the call limits submissions by organisation, so a field of its form must become {role}"

    def read(self, edition: Edition) -> list[FormRow]:
        found: dict[str, FormRow] = {}
        versions = FormVersion.objects.filter(call__edition=edition).exclude(published_at=None).select_related("call")
        for version in versions.order_by("call__position", "call__slug", "-number"):
            if version.call.slug not in found:
                found[version.call.slug] = FormRow(call=version.call.slug, parts=version.form.parts)
        return list(found.values())

    def write(self, edition: Edition, row: FormRow, actor: Actor) -> None:
        call = Call.objects.select_related("edition").filter(edition=edition, slug=row.call).first()
        if call is not None:  # deleted at the desk, it stays so, and needs no form
            actions.put_form(actor=actor, call=call, definition=row.definition)

    def remove(self, edition: Edition, key: str, actor: Actor) -> None:
        call = Call.objects.select_related("edition").filter(edition=edition, slug=key).first()
        if call is not None:
            actions.remove_form(actor=actor, call=call)
