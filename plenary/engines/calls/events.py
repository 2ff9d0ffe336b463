"""What this room tells the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from plenary.ground.audit.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CallChanged(Event):
    """A call or one of its phases was made, changed or removed. call: ``2021/prizes``."""

    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineMoved(CallChanged):
    """A phase closes at another instant than before."""

    phase: str
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionChanged(Event):
    """Something happened to a submission. verb: as in the trail. call: ``2021/prizes``."""

    call: str
    submission: str
    verb: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionReceived(SubmissionChanged):
    """It was submitted, for the first time or anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportToBeTold(Event):
    """Focal points and people named are to be told of what was imported to a call: the numbers from first to last."""

    call: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionDecided(SubmissionChanged):
    """A decision was made. decision: its code."""

    decision: str
