"""When a call can be answered, to the second, and by whom after its close."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from plenary.engines.calls.models import Call, LateCode, Phase, Submission
from plenary.engines.calls.models.submissions import digest
from plenary.engines.calls.queries import SOON, Stage, stage_of

#: So long after the close what was typed before it is still kept as a draft, which cannot be submitted.
GRACE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """Whether a submission can be written and submitted now. closes_at: until when, None for no end. zone: the convener's."""

    is_open: bool
    closes_at: datetime | None = None
    zone: str = ""
    all_day: bool = False
    by_code: bool = False

    @property
    def is_soon(self) -> bool:
        """Whether it closes within a week."""
        return self.closes_at is not None and self.closes_at - timezone.now() < SOON


CLOSED = Window(False)


def window_of(call: Call, now: datetime | None = None) -> Window:
    """The collecting phase that is open now, the one that closes last."""
    now = now or timezone.now()
    if not call.is_published:
        return CLOSED
    found = [phase for phase in call.phases.all() if phase.kind == Phase.Kind.COLLECT and stage_of(phase, now) in (Stage.OPEN, Stage.ONGOING)]
    if not found:
        return CLOSED
    last = max(found, key=lambda phase: (phase.closes_at is None, phase.closes_at or now))
    return Window(True, last.closes_at, last.zone, last.all_day)


def return_ends(submission: Submission) -> datetime | None:
    """Until when one that is returned for changes, or was when it was withdrawn or decided on, must come again."""
    if submission.set_aside is None:
        return submission.editable_until
    until = submission.set_aside.get("until")
    return datetime.fromisoformat(until) if until else None


def window_for(submission: Submission, now: datetime | None = None) -> Window:
    """The window of one submission: that of its call, of its late code, or until it must come back after a return."""
    now = now or timezone.now()
    zone = submission.call.edition.zone
    was_returned = submission.state == Submission.State.WITHDRAWN and submission.set_aside is not None
    if submission.state == Submission.State.RETURNED or was_returned:
        until = return_ends(submission)
        return Window(until is None or now < until, until, zone)
    if submission.state in (Submission.State.ACCEPTED, Submission.State.DECLINED):
        return CLOSED
    own = window_of(submission.call, now)
    if own.is_open:
        return own
    code = submission.late
    if code is not None and code.revoked_at is None and now < code.valid_until:
        return Window(True, code.valid_until, zone, by_code=True)
    return CLOSED


def usable_code(call: Call, secret: str, now: datetime | None = None) -> LateCode | None:
    """The call's code that a word stands for, if it is valid now and has a use left."""
    found = LateCode.objects.filter(call=call, secret=digest(secret.strip().upper())).first()
    return found if found is not None and has_use_left(found, now) else None


def has_use_left(code: LateCode, now: datetime | None = None) -> bool:
    """Whether a code lets another one in now."""
    is_valid = code.revoked_at is None and (now or timezone.now()) < code.valid_until
    return is_valid and code.submissions.filter(deleted_at=None).count() < code.uses


def closed_lately(call: Call, now: datetime | None = None) -> bool:
    """Whether it closed so short a time ago that somebody may still have its form before them."""
    now = now or timezone.now()
    ends = [phase.closes_at for phase in call.phases.all() if phase.kind == Phase.Kind.COLLECT and phase.closes_at is not None]
    return call.is_published and any(end <= now < end + GRACE for end in ends)
