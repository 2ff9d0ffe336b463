"""Changing calls: all that loading an edition and the secretariat do to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from plenary.engines.calls.events import CallChanged, DeadlineMoved
from plenary.engines.calls.instants import day_in, end_of
from plenary.engines.calls.models import Call, DeadlineChange, Phase
from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actions import changes, record
from plenary.ground.audit.actors import Actor, require
from plenary.ground.audit.events import emit
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text
from plenary.ground.search.actions import changed

CALL_FIELDS = (
    "title", "purpose", "rules", "guidance", "languages", "contact", "audience", "stakeholder_types", "per_person", "per_organisation",
    "per_organisation_and_category", "intakes", "shows_use", "position",
)  # fmt: skip
PHASE_FIELDS = ("kind", "title", "text", "opens_at", "closes_at", "all_day", "zone", "link", "agenda", "summary", "recording", "position")
EMPTY = Text()


@dataclass(frozen=True, slots=True)
class ChangeValues:
    """A change of a deadline as a data file tells it."""

    at: datetime
    before: datetime | None
    after: datetime | None
    note: Text


@dataclass(frozen=True, slots=True)
class PhaseValues:
    """All of a phase."""

    code: str
    kind: str
    title: Text
    text: Text = EMPTY
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    all_day: bool = False
    zone: str = "Europe/Zurich"
    link: str = ""
    agenda: Text = EMPTY
    summary: Text = EMPTY
    recording: str = ""
    position: int = 0
    changes: tuple[ChangeValues, ...] = ()


@dataclass(frozen=True, slots=True)
class CallValues:
    """All of a call."""

    slug: str
    title: Text
    purpose: Text = EMPTY
    rules: Text = EMPTY
    guidance: Text = EMPTY
    languages: list[str] = field(default_factory=list)
    contact: str = ""
    audience: str = Call.Audience.VERIFIED
    stakeholder_types: list[str] = field(default_factory=list)
    per_person: int | None = None
    per_organisation: int | None = None
    per_organisation_and_category: int | None = None
    intakes: list[dict[str, str]] = field(default_factory=list)
    shows_use: bool = False
    position: int = 0
    phases: tuple[PhaseValues, ...] = ()


def _json(value: Any) -> Any:
    if isinstance(value, Text):
        return value.to_plain()
    return value.isoformat() if isinstance(value, datetime) else value


def _snapshot(thing: Call | Phase, fields: tuple[str, ...]) -> dict[str, Any]:
    return {name: _json(getattr(thing, name)) for name in fields}


def _snapshot_all(call: Call) -> dict[str, Any]:
    phases = {phase.code: _snapshot(phase, PHASE_FIELDS) for phase in call.phases.all()}
    return {**_snapshot(call, CALL_FIELDS), "phases": phases}


def _tell(actor: Actor, call: Call, verb: str, before: dict[str, Any] | None, after: dict[str, Any] | None, reason: str = "") -> None:
    key = str(call)
    record(actor=actor, verb=verb, kind="calls.call", key=key, before=before, after=after, reason=reason)
    changed("call", key)
    emit(CallChanged(actor_id=actor.trail_id, call=key))


@transaction.atomic
def put_call(*, actor: Actor, edition: Edition, values: CallValues) -> Call:
    """Make the edition's call of that slug be exactly as given, phases included; nothing happens where it already is."""
    call = Call.objects.filter(edition=edition, slug=values.slug).first()
    is_new = call is None
    call = call or Call(edition=edition, slug=values.slug)
    require(actor, "calls.edit", call)
    before = None if is_new else _snapshot_all(call)
    for name in CALL_FIELDS:
        setattr(call, name, getattr(values, name))
    call.save()
    call.phases.exclude(code__in=[phase.code for phase in values.phases]).delete()
    for given in values.phases:
        phase, _made = Phase.objects.update_or_create(call=call, code=given.code, defaults={name: getattr(given, name) for name in PHASE_FIELDS})
        told = {(change.at, change.before, change.after) for change in phase.deadline_changes.all()}
        if told != {(change.at, change.before, change.after) for change in given.changes}:
            phase.deadline_changes.all().delete()
            DeadlineChange.objects.bulk_create(
                DeadlineChange(phase=phase, at=change.at, before=change.before, after=change.after, note=change.note) for change in given.changes
            )
    call = Call.objects.select_related("edition").get(pk=call.pk)
    after = _snapshot_all(call)
    if before != after:
        _tell(actor, call, "added" if is_new else "changed", *(changes(before, after) if before else (None, after)))
    return call


@transaction.atomic
def remove_call(*, actor: Actor, call: Call, reason: str = "") -> None:
    """Delete a call with its phases; what it was stays in the trail. Raises: Conflict where somebody has answered it."""
    require(actor, "calls.edit", call)
    if call.submissions.exists():
        raise Conflict(_("This call has submissions. Close it instead; what was submitted must stay."))
    call.forms.all().delete()
    before = _snapshot_all(call)
    key = str(call)
    call.delete()
    record(actor=actor, verb="removed", kind="calls.call", key=key, before=before, reason=reason)
    changed("call", key)
    emit(CallChanged(actor_id=actor.trail_id, call=key))


@transaction.atomic
def edit_call(*, actor: Actor, call: Call, values: dict[str, Any], reason: str = "") -> Call:
    """Change some fields of a call.

    Raises: Invalid where a field cannot be changed or its value does not hold.
    """
    require(actor, "calls.edit", call)
    call = Call.objects.select_for_update().select_related("edition").get(pk=call.pk)
    before = _snapshot(call, CALL_FIELDS)
    _assign(call, values, CALL_FIELDS)
    after = _snapshot(call, CALL_FIELDS)
    if before != after:
        call.save()
        _tell(actor, call, "changed", *changes(before, after), reason=reason)
    return call


@transaction.atomic
def add_phase(*, actor: Actor, call: Call, code: str, kind: str, title: Text, **values: Any) -> Phase:
    """Add a phase at the end of a call. Raises: Invalid where the code is taken or a value does not hold."""
    require(actor, "calls.edit", call)
    if call.phases.filter(code=code).exists():
        raise Invalid({"code": [_("Another phase of this call has that code.")]})
    last = call.phases.order_by("-position").values_list("position", flat=True).first()
    phase = Phase(call=call, code=code, position=(last or 0) + 1 if last is not None else 0, zone=call.edition.zone)
    _assign(phase, {"kind": kind, "title": title, **values}, PHASE_FIELDS)
    _check_instants(phase)
    phase.save()
    _tell(actor, call, "added phase", None, {"phase": phase.code, **_snapshot(phase, PHASE_FIELDS)})
    return phase


@transaction.atomic
def edit_phase(*, actor: Actor, phase: Phase, values: dict[str, Any], reason: str = "") -> Phase:
    """Change some fields of a phase, but not a deadline that the public knows: that is moved by ``extend_deadline``.

    Raises: Invalid where a field cannot be changed or its value does not hold.
    """
    require(actor, "calls.edit", phase.call)
    phase = Phase.objects.select_for_update().select_related("call__edition").get(pk=phase.pk)
    before = _snapshot(phase, PHASE_FIELDS)
    if "closes_at" in values and phase.closes_at is not None and values["closes_at"] != phase.closes_at:
        raise Invalid({"closes_at": [_("Move a deadline with a note, so that the public can read why.")]})
    _assign(phase, values, PHASE_FIELDS)
    _check_instants(phase)
    after = _snapshot(phase, PHASE_FIELDS)
    if before != after:
        phase.save()
        _tell(actor, phase.call, "changed phase", *changes(before, after), reason=reason)
    return phase


@transaction.atomic
def extend_deadline(*, actor: Actor, phase: Phase, closes_at: datetime, note: Text, all_day: bool | None = None) -> DeadlineChange:
    """Move the closing instant of a phase and tell the public why.

    closes_at: the new instant; where only the day counts (all_day, by default as the phase was), any instant of that day
    in the phase's zone. A call that has closed may be opened again by a later deadline.
    Raises: Invalid without a note, or where the phase would close before it opens; Conflict where nothing changes.
    """
    require(actor, "calls.edit", phase.call)
    phase = Phase.objects.select_for_update().select_related("call__edition").get(pk=phase.pk)
    if not note:
        raise Invalid({"note": [_("Say why the deadline moves; everybody can read it on the page of the call.")]})
    if timezone.is_naive(closes_at):
        closes_at = closes_at.replace(tzinfo=ZoneInfo(phase.zone))
    before, before_all_day = phase.closes_at, phase.all_day
    phase.all_day = phase.all_day if all_day is None else all_day
    phase.closes_at = end_of(day_in(closes_at, phase.zone), phase.zone) if phase.all_day else closes_at
    if phase.closes_at == before:
        raise Conflict(_("The deadline is already at that instant."))
    _check_instants(phase)
    phase.save(update_fields=["closes_at", "all_day"])
    change = DeadlineChange.objects.create(phase=phase, at=timezone.now(), before=before, after=phase.closes_at, note=note)
    told_before = {"phase": phase.code, "closes_at": _json(before), "all_day": before_all_day}
    told_after = {"phase": phase.code, "closes_at": _json(phase.closes_at), "all_day": phase.all_day}
    key = str(phase.call)
    record(actor=actor, verb="moved deadline", kind="calls.call", key=key, before=told_before, after=told_after, reason=str(note))
    changed("call", key)
    emit(DeadlineMoved(actor_id=actor.trail_id, call=key, phase=phase.code, before=before, after=phase.closes_at))
    return change


def _assign(thing: Call | Phase, values: dict[str, Any], fields: tuple[str, ...]) -> None:
    unknown = sorted(set(values) - set(fields))
    if unknown:
        raise Invalid({name: [_("This cannot be changed.")] for name in unknown})
    for name, value in values.items():
        setattr(thing, name, value)
    if not thing.title:
        raise Invalid({"title": [_("Give a title.")]})
    if isinstance(thing, Phase):
        for name in ("link", "recording"):
            address = getattr(thing, name)
            if address and not address.startswith(("https://", "http://")):
                raise Invalid({name: [_("Give a web address that starts with https://.")]})
    if isinstance(thing, Phase) and thing.kind not in Phase.Kind.values:
        raise Invalid({"kind": [_("There is no such kind of phase.")]})


def _check_instants(phase: Phase) -> None:
    if phase.opens_at and phase.closes_at and phase.closes_at < phase.opens_at:
        raise Invalid({"closes_at": [_("The phase would close before it opens.")]})
