"""Changing calls: all that loading an edition and the secretariat do to them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from plenary.engines.calls import intakes
from plenary.engines.calls.events import CallChanged, DeadlineMoved
from plenary.engines.calls.instants import day_in, end_of
from plenary.engines.calls.models import Call, DeadlineChange, Phase
from plenary.engines.calls.queries.readiness import lacks_of
from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actions import changes, record
from plenary.ground.audit.actors import Actor, require
from plenary.ground.audit.events import emit
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.text import Text
from plenary.ground.people.addresses import is_mail_address
from plenary.ground.search.actions import changed

CALL_FIELDS = (
    "title", "purpose", "rules", "guidance", "languages", "contact", "audience", "stakeholder_types", "per_person", "per_organisation",
    "per_organisation_and_category", "intakes", "shows_use", "position",
)  # fmt: skip
PHASE_FIELDS = ("kind", "title", "text", "opens_at", "closes_at", "all_day", "zone", "link", "agenda", "summary", "recording", "position")
EMPTY = Text()
#: The highest limit that can be set; the same as in data files.
MOST_ALLOWED = 1000
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_DECISION = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
#: Addresses at the desk that no call can have.
_TAKEN = ("new",)


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
    published: bool = True
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
    return {**_snapshot(call, CALL_FIELDS), "published": call.is_published, "phases": phases}


def _tell(actor: Actor, call: Call, verb: str, before: dict[str, Any] | None, after: dict[str, Any] | None, reason: str = "") -> None:
    key = str(call)
    record(actor=actor, verb=verb, kind="calls.call", key=key, before=before, after=after, reason=reason)
    changed("call", key)
    emit(CallChanged(actor_id=actor.trail_id, call=key))


@transaction.atomic
def put_call(*, actor: Actor, edition: Edition, values: CallValues) -> Call:
    """Make the edition's call of that slug be exactly as given, phases included; nothing happens where it already is.

    Raises: Conflict where it would be hidden though somebody has answered it.
    """
    call = Call.objects.filter(edition=edition, slug=values.slug).first()
    is_new = call is None
    call = call or Call(edition=edition, slug=values.slug)
    require(actor, "calls.edit", call)
    before = None if is_new else _snapshot_all(call)
    for name in CALL_FIELDS:
        setattr(call, name, getattr(values, name))
    if values.published != call.is_published:
        if not values.published and not is_new:
            _require_unanswered(call)
        call.published_at = timezone.now() if values.published else None
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
def create_call(*, actor: Actor, edition: Edition, values: CallValues) -> Call:
    """Make a new call in an edition, behind those it has; only the desk knows of it until it is published (``publish_call``).

    Raises: Invalid where the slug is taken or a value does not hold; NotAllowed.
    """
    call = Call(edition=edition, slug=values.slug, published_at=None)
    require(actor, "calls.edit", call)
    if not _SLUG.fullmatch(values.slug) or values.slug in _TAKEN:
        raise Invalid({"slug": [_("Use small letters, digits and hyphens, such as “photo-contest”.")]})
    if Call.objects.filter(edition=edition, slug=values.slug).exists():
        raise Invalid({"slug": [_("Another call of this edition has that address.")]})
    _assign(call, {name: getattr(values, name) for name in CALL_FIELDS if name != "position"}, CALL_FIELDS)
    _check_call(call)
    last = Call.objects.filter(edition=edition).order_by("-position").values_list("position", flat=True).first()
    call.position = values.position or (last or 0) + 10
    call.save()
    for position, given in enumerate(values.phases):
        phase = Phase(call=call, code=given.code, position=position)
        _assign(phase, {name: getattr(given, name) for name in PHASE_FIELDS if name != "position"}, PHASE_FIELDS)
        _check_instants(phase)
        phase.save()
    _tell(actor, call, "added", None, _snapshot_all(call))
    return call


@transaction.atomic
def publish_call(*, actor: Actor, call: Call) -> Call:
    """Let everybody know of a call. Raises: Conflict where that is done, or where nobody could answer it."""
    require(actor, "calls.edit", call)
    call = Call.objects.select_for_update(of=("self",)).select_related("edition").get(pk=call.pk)
    if call.is_published:
        raise Conflict(_("This call is published already."))
    if blocking := [each for each in lacks_of(call) if each.blocks]:
        raise Conflict(" ".join(each.sentence for each in blocking))
    call.published_at = timezone.now()
    call.save(update_fields=["published_at"])
    _tell(actor, call, "published", {"published": False}, {"published": True})
    return call


@transaction.atomic
def hide_call(*, actor: Actor, call: Call) -> Call:
    """Hide a published call again. Raises: Conflict where it is hidden, or somebody has begun to answer it."""
    require(actor, "calls.edit", call)
    # Whoever begins a draft holds the call until it is written, and whoever comes later finds it hidden.
    call = Call.objects.select_for_update(of=("self",)).select_related("edition").get(pk=call.pk)
    if not call.is_published:
        raise Conflict(_("This call is hidden already."))
    _require_unanswered(call)
    call.published_at = None
    call.save(update_fields=["published_at"])
    _tell(actor, call, "hidden", {"published": True}, {"published": False})
    return call


def _require_unanswered(call: Call) -> None:
    if call.submissions.exists():
        raise Conflict(_("Somebody has begun to answer this call. It cannot be hidden any more; close it by its deadline instead."))


@transaction.atomic
def edit_call(*, actor: Actor, call: Call, values: dict[str, Any], reason: str = "") -> Call:
    """Change some fields of a call.

    Raises: Invalid where a field cannot be changed or its value does not hold.
    """
    require(actor, "calls.edit", call)
    call = Call.objects.select_for_update().select_related("edition").get(pk=call.pk)
    before = _snapshot(call, CALL_FIELDS)
    if "intakes" in values and values["intakes"] != call.intakes:
        require(actor, "calls.choose_intakes", call)
    _assign(call, values, CALL_FIELDS)
    _check_call(call, before)
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
def remove_phase(*, actor: Actor, phase: Phase, reason: str = "") -> None:
    """Take a phase out of its call; what it was stays in the trail.

    Raises: Conflict where it is the call's only time for submissions and there are some.
    """
    call = phase.call
    require(actor, "calls.edit", call)
    is_last = phase.kind == Phase.Kind.COLLECT and not call.phases.filter(kind=Phase.Kind.COLLECT).exclude(pk=phase.pk).exists()
    if is_last and call.submissions.exists():
        raise Conflict(_("This call has submissions. The phase in which they came must stay."))
    before = {"phase": phase.code, **_snapshot(phase, PHASE_FIELDS)}
    phase.delete()
    _tell(actor, call, "removed phase", before, None, reason=reason)


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


def _check_call(call: Call, before: dict[str, Any] | None = None) -> None:
    """Raises: Invalid with what does not hold of a call. before: what it was; an intake or type it had already may stay."""
    before = before or {}
    problems: dict[str, list[str]] = {}
    if call.audience not in Call.Audience.values:
        problems["audience"] = [_("There is no such circle of contributors.")]
    if any(not _LANGUAGE.fullmatch(str(each)) for each in call.languages):
        problems["languages"] = [_("Give languages by their codes, such as “en”.")]
    if call.contact and not is_mail_address(call.contact):
        problems["contact"] = [_("This is not an e-mail address.")]
    for name in ("per_person", "per_organisation", "per_organisation_and_category"):
        limit = getattr(call, name)
        if limit is not None and not 1 <= limit <= MOST_ALLOWED:
            problems[name] = [_("A limit is between 1 and 1,000; leave it empty for none.")]
    wanted = set(call.stakeholder_types) - set(before.get("stakeholder_types", ()))
    known = set(Concept.objects.filter(scheme__code="stakeholder-types", code__in=wanted).values_list("code", flat=True)) if wanted else set()
    if wanted - known:
        problems["stakeholder_types"] = [_("There is no type of stakeholder “%(code)s”.") % {"code": sorted(wanted - known)[0]}]
    if sentences := _problems_of_intakes(call.intakes, {each["intake"] for each in before.get("intakes", ())}):
        problems["intakes"] = sentences
    if problems:
        raise Invalid(problems)


def _problems_of_intakes(rows: list[dict[str, str]], had: set[str]) -> list[str]:
    found = []
    for row in rows:
        if not _DECISION.fullmatch(row["decision"]) or row["decision"] == "declined":
            found.append(_("“%(code)s” cannot be the name of a decision: use small letters, digits and hyphens.") % {"code": row["decision"][:40]})
        if row["intake"] not in had and intakes.find(row["intake"]) is None:
            found.append(_("Nothing here makes records of the kind “%(code)s”.") % {"code": row["intake"][:60]})
    if len({(row["decision"], row["intake"]) for row in rows}) < len(rows):
        found.append(_("A decision makes each kind of record once."))
    return found
