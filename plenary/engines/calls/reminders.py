"""Who is reminded of what they have not handed in: once for each deadline, and anew when the deadline moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from plenary.engines.calls.mails import ABOUT, mail, recipients
from plenary.engines.calls.models import Phase, Submission
from plenary.engines.calls.windows import window_for
from plenary.ground.audit.models import TrailRecord

State = Submission.State
#: How long before a deadline is reminded of it.
BEFORE = timedelta(days=3)
#: For so long after it was begun or returned, or after another reminder, nobody is reminded; nor while they are still writing.
QUIET, WRITING = timedelta(hours=12), timedelta(hours=1)


@dataclass(slots=True)
class Reminder:
    """What one person has not handed in to a call, and must by one instant."""

    address: str
    language: str
    submissions: list[Submission] = field(default_factory=list)

    @property
    def template(self) -> str:
        """The mail that fits: of changes and of what was returned, where there is nothing else."""
        states = {each.state for each in self.submissions}
        return {State.RETURNED.value: "calls-reminder-returned", State.SUBMITTED.value: "calls-reminder-changes"}.get(
            states.pop() if len(states) == 1 else "", "calls-reminder"
        )

    def send(self) -> int:
        """Write it; how many mails."""
        first, *others = self.submissions
        return len(mail(self.template, first, to=self.address, language=self.language, also=others))


def take_due(now: datetime | None = None) -> list[Reminder]:
    """The reminders that are due. They are noted as sent first: should the worker die in between, nobody is reminded twice."""
    now = now or timezone.now()
    found: dict[tuple[int, datetime, str], Reminder] = {}
    told: dict[tuple[int, datetime], set[str]] = {}
    for submission, deadline in _due(now):
        place = (submission.call_id, deadline)
        if place not in told:
            told[place] = _told(*place)
        noted = Submission.objects.filter(pk=submission.pk).exclude(reminded_of=deadline)
        if not noted.update(reminded_at=now, reminded_of=deadline):
            continue
        for address, language in recipients(submission):
            if address.casefold() not in told[place]:
                found.setdefault((*place, address.casefold()), Reminder(address, language)).submissions.append(submission)
    return list(found.values())


def _due(now: datetime) -> Iterator[tuple[Submission, datetime]]:
    soon = now + BEFORE
    closing = Phase.objects.filter(kind=Phase.Kind.COLLECT, closes_at__gt=now, closes_at__lte=soon).values("call")
    quiet = Q(state=State.DRAFT, created_at__lt=now - QUIET) | Q(state=State.SUBMITTED, draft__isnull=False, saved_at__lt=now - WRITING)
    by_code = Q(late__valid_until__gt=now, late__valid_until__lte=soon)
    wanted = quiet & (Q(call__in=closing) | by_code) | Q(state=State.RETURNED, editable_until__gt=now, editable_until__lte=soon)
    candidates = Submission.objects.filter(wanted, deleted_at=None).exclude(reminded_at__gte=now - QUIET).order_by("created_at", "pk")
    for submission in candidates.select_related("call__edition", "form", "owner", "late").prefetch_related("members", "call__phases").iterator(200):
        window = window_for(submission, now)
        deadline = window.closes_at
        if not window.is_open or deadline is None or deadline > soon or deadline == submission.reminded_of:
            continue
        if submission.state == State.RETURNED and _was_returned_since(submission, now - QUIET):
            continue
        yield submission, deadline


def _told(call: int, deadline: datetime) -> set[str]:
    """The addresses that were reminded of this deadline of the call before."""
    before = Submission.objects.filter(call=call, reminded_of=deadline).select_related("owner").prefetch_related("members")
    return {address.casefold() for each in before for address, _language in recipients(each)}


def _was_returned_since(submission: Submission, instant: datetime) -> bool:
    return TrailRecord.objects.filter(kind=ABOUT, key=str(submission.pk), verb="returned", at__gte=instant).exists()


def unfinished(now: datetime | None = None) -> QuerySet[Submission]:
    """Of what somebody may have to be reminded yet: also of what was handed in, while it can be changed."""
    now = now or timezone.now()
    coming = Phase.objects.filter(kind=Phase.Kind.COLLECT, closes_at__gt=now).values("call")
    changeable = Q(state=State.SUBMITTED) & (Q(call__in=coming) | Q(late__valid_until__gt=now))
    return Submission.objects.filter(Q(state=State.DRAFT) | changeable | Q(state=State.RETURNED, editable_until__gt=now), deleted_at=None)
