"""Reading calls: what is open, to come and closed follows from instants and the clock.

A phase is open from its opening to its closing instant, to the second: at the closing instant it is closed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import F, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from plenary.engines.calls.instants import day_in
from plenary.engines.calls.models import Call, FormVersion, Phase
from plenary.ground.framework.models import Edition

#: Phases in which anybody can take part; the others are the convener's own work, or events.
FOR_ALL = (Phase.Kind.COLLECT, Phase.Kind.VOTE)

#: From here on a deadline is marked as near.
SOON = timedelta(days=7)


#: Of phases: those of calls that the public knows of.
PUBLIC = Q(call__published_at__isnull=False)


def public_calls() -> QuerySet[Call]:
    """The calls that the public knows of; a hidden one is nowhere but at the desk."""
    return Call.objects.exclude(published_at=None)


class Stage(models.TextChoices):
    """Where a phase stands at an instant."""

    COMING = "coming", _("To come")
    OPEN = "open", _("Open")
    ONGOING = "ongoing", _("Open without a closing date")
    CLOSED = "closed", _("Closed")
    UNDATED = "undated", _("No date given")


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A call that can be answered now, with the phase that closes next (``closes_at`` None: ongoing)."""

    call: Call
    phase: Phase
    closes_at: datetime | None
    zone: str
    all_day: bool

    @property
    def is_soon(self) -> bool:
        """Whether it closes within a week."""
        return self.closes_at is not None and self.closes_at - timezone.now() < SOON


@dataclass(frozen=True, slots=True)
class ComingCall:
    """A call that opens later."""

    call: Call
    phase: Phase
    opens_at: datetime
    zone: str
    all_day: bool


@dataclass(frozen=True, slots=True)
class ClosedCall:
    """A call that can no longer be answered. phase: the last that could; running: what goes on behind it now."""

    call: Call
    phase: Phase | None
    running: Phase | None


@dataclass(frozen=True, slots=True)
class Step:
    """A phase on the timeline of its call."""

    phase: Phase
    stage: Stage
    words: str
    is_now: bool
    is_today: bool


def stage_of(phase: Phase, now: datetime | None = None) -> Stage:
    """Where the phase stands."""
    now = now or timezone.now()
    if phase.opens_at is None and phase.closes_at is None:
        return Stage.ONGOING if phase.kind == Phase.Kind.COLLECT else Stage.UNDATED
    if phase.closes_at is not None and now >= phase.closes_at:
        return Stage.CLOSED
    if phase.opens_at is not None and now < phase.opens_at:
        return Stage.COMING
    if phase.closes_at is None:
        # An announcement with one instant is over once it was made; a collection without an end stays open.
        return Stage.ONGOING if phase.kind in FOR_ALL else Stage.CLOSED
    return Stage.OPEN


def words_of(phase: Phase, stage: Stage) -> str:
    """The stage in words that fit the kind of phase: one says of a meeting that it is over, not that it is closed."""
    if phase.kind in FOR_ALL or stage in (Stage.COMING, Stage.UNDATED):
        return str(stage.label)
    return str(_("Under way") if stage in (Stage.OPEN, Stage.ONGOING) else _("Over"))


def _open(now: datetime) -> QuerySet[Phase]:
    return (
        Phase.objects.filter(PUBLIC, Q(opens_at=None) | Q(opens_at__lte=now), Q(closes_at=None) | Q(closes_at__gt=now), kind__in=FOR_ALL)
        .exclude(kind=Phase.Kind.VOTE, opens_at=None, closes_at=None)
        .select_related("call__edition")
        .order_by(F("closes_at").asc(nulls_last=True), F("call__edition__starts_on").desc(nulls_last=True), "call__position", "call__slug", "position")
    )


def open_calls(now: datetime | None = None, edition: Edition | None = None) -> list[OpenCall]:
    """Calls that can be answered now, each once, the soonest deadline first and those without one last.

    An ongoing call that a later edition has under the same name goes on there, and is listed there only.
    """
    phases = _open(now or timezone.now())
    if edition is not None:
        phases = phases.filter(call__edition=edition)
    found: dict[int, OpenCall] = {}
    ongoing: set[str] = set()
    for phase in phases:
        if phase.call_id in found:
            continue
        if phase.closes_at is None:
            if phase.call.slug in ongoing:
                continue
            ongoing.add(phase.call.slug)
        found[phase.call_id] = OpenCall(phase.call, phase, phase.closes_at, phase.zone, phase.all_day)
    return list(found.values())


def coming_calls(now: datetime | None = None, edition: Edition | None = None) -> list[ComingCall]:
    """Calls that cannot be answered yet, the next to open first."""
    now = now or timezone.now()
    answered = _open(now).order_by().values("call")
    phases = Phase.objects.filter(PUBLIC, kind__in=FOR_ALL, opens_at__gt=now).exclude(call__in=answered).select_related("call__edition")
    if edition is not None:
        phases = phases.filter(call__edition=edition)
    found: dict[int, ComingCall] = {}
    for phase in phases.order_by("opens_at", "call__position", "call__slug"):
        if phase.opens_at is not None:
            found.setdefault(phase.call_id, ComingCall(phase.call, phase, phase.opens_at, phase.zone, phase.all_day))
    return list(found.values())


def closed_calls(now: datetime | None = None, edition: Edition | None = None) -> list[ClosedCall]:
    """All other calls, by edition from the latest, and within it in the edition's order."""
    now = now or timezone.now()
    reachable = {each.call.pk for each in open_calls(now)} | {each.call.pk for each in coming_calls(now)}
    calls = public_calls().select_related("edition").prefetch_related("phases")
    if edition is not None:
        calls = calls.filter(edition=edition)
    found = []
    for call in calls.order_by(F("edition__starts_on").desc(nulls_last=True), "edition__code", "position", "slug"):
        if call.pk in reachable:
            continue
        phases = list(call.phases.all())
        last = last_closed(phases)
        running = next((phase for phase in phases if phase.kind not in FOR_ALL and stage_of(phase, now) is Stage.OPEN), None)
        found.append(ClosedCall(call, last, running))
    return found


def last_closed(phases: Iterable[Phase]) -> Phase | None:
    """The phase whose end closed the call to contributors: the last collection, else the last vote."""
    closing = [phase for phase in phases if phase.kind in FOR_ALL and phase.closes_at is not None]
    return max(closing, key=lambda phase: (phase.kind == Phase.Kind.COLLECT, phase.closes_at), default=None)


def coming_meetings(now: datetime | None = None) -> list[Phase]:
    """Meetings of calls that are under way or to come, the next first."""
    now = now or timezone.now()
    return list(
        Phase.objects.filter(PUBLIC, Q(closes_at__gt=now) | Q(closes_at=None, opens_at__gt=now), kind=Phase.Kind.MEETING)
        .select_related("call__edition")
        .order_by("opens_at", "closes_at")
    )


def next_deadline(now: datetime | None = None) -> OpenCall | None:
    """The open call that closes first."""
    return next((each for each in open_calls(now) if each.closes_at is not None), None)


def call_of(edition: str, slug: str) -> Call:
    """One call that the public knows of, with its phases and their changed deadlines.

    Raises: Call.DoesNotExist.
    """
    return with_phases(public_calls()).get(edition__code=edition, slug=slug)


def with_phases(calls: QuerySet[Call]) -> QuerySet[Call]:
    """Calls as their pages show them."""
    phases = Phase.objects.order_by("position", "opens_at").prefetch_related("deadline_changes")
    return calls.select_related("edition").prefetch_related(Prefetch("phases", phases))


def calls_in(scopes: Iterable[str]) -> QuerySet[Call]:
    """The calls that have these scopes (``call:2021/prizes``), hidden ones too; other scopes are passed over."""
    places = [scope.removeprefix("call:").partition("/") for scope in scopes if scope.startswith("call:")]
    if not places:
        return Call.objects.none()
    wanted = reduce(or_, (Q(edition__code=edition, slug=slug) for edition, _slash, slug in places))
    return Call.objects.filter(wanted).select_related("edition")


def form_in_force(call: Call) -> FormVersion | None:
    """The published form with the highest number; None where the call cannot be answered here."""
    return FormVersion.objects.filter(call=call).exclude(published_at=None).order_by("-number").first()


def answerable(call: Call, now: datetime | None = None) -> OpenCall | None:
    """The call as an open one, or None where it cannot be answered now."""
    now = now or timezone.now()
    if not call.is_published:
        return None
    phases = [phase for phase in call.phases.all() if phase.kind in FOR_ALL and stage_of(phase, now) in (Stage.OPEN, Stage.ONGOING)]
    if not phases:
        return None
    phase = min(phases, key=lambda each: (each.closes_at is None, each.closes_at or now))
    return OpenCall(call, phase, phase.closes_at, phase.zone, phase.all_day)


def continued_in(call: Call) -> Call | None:
    """The same ongoing call in a later edition, where this one goes on."""
    later = public_calls().filter(slug=call.slug, edition__starts_on__gt=call.edition.starts_on) if call.edition.starts_on else Call.objects.none()
    return later.filter(phases__kind=Phase.Kind.COLLECT, phases__closes_at=None).select_related("edition").order_by("-edition__starts_on").first()


def timeline(call: Call, now: datetime | None = None) -> list[Step]:
    """The phases of a call in order, each with where it stands."""
    now = now or timezone.now()
    steps = []
    for phase in call.phases.all():
        stage = stage_of(phase, now)
        starts = phase.opens_at or phase.closes_at
        today = starts is not None and phase.kind == Phase.Kind.MEETING and day_in(starts, phase.zone) == day_in(now, phase.zone)
        steps.append(Step(phase, stage, words_of(phase, stage), stage in (Stage.OPEN, Stage.ONGOING), today and stage is not Stage.CLOSED))
    return steps


def dated_phases(now: datetime | None = None) -> list[Phase]:
    """Phases with a date that is not more than a year past, as calendars want them."""
    since = (now or timezone.now()) - timedelta(days=366)
    phases = Phase.objects.filter(PUBLIC, Q(closes_at__gt=since) | Q(closes_at=None, opens_at__gt=since))
    return list(phases.select_related("call__edition").order_by("closes_at", "opens_at", "pk"))
