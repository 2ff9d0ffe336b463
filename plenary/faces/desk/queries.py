"""What needs doing: read across all rooms for the desk's first page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_tasks_db.models import DBTaskResult

from plenary.engines.calls.models import Call, Phase, Submission
from plenary.engines.calls.queries import FOR_ALL, calls_in
from plenary.engines.calls.rules import READERS
from plenary.ground.audit.actors import Actor, may
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text
from plenary.ground.messages.models import OutboxMessage
from plenary.ground.messages.queries import count_by_state
from plenary.ground.people.models import User
from plenary.ground.search.models import IndexChange
from plenary.programmes.awards.models import Award
from plenary.programmes.forum.models import Session, SessionConcept
from plenary.programmes.stocktaking.models import Entry, EntryConcept
from plenary.programmes.stocktaking.owning import number_waiting

#: Deadlines within so many days stand on the first page.
SOON = timedelta(days=30)
#: The index is behind when a change has waited this long; a change of this moment is on its way.
PATIENCE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Todo:
    """Something that waits for somebody. tone: ``wrong``, ``soon`` or empty."""

    text: str
    path: str
    link: str
    tone: str = ""


def editions_newest_first() -> QuerySet[Edition]:
    """All editions, the latest first, those without dates last."""
    return Edition.objects.order_by(F("starts_on").desc(nulls_last=True), "code")


def running_edition() -> Edition | None:
    """The edition of today: the one that ends next, else the latest that is over; stubs only where nothing else is there."""
    today = timezone.localdate()
    worked_on = Edition.objects.filter(is_stub=False)
    return (
        worked_on.filter(ends_on__gte=today).order_by("ends_on", "code").first()
        or worked_on.exclude(starts_on=None).order_by("-starts_on", "code").first()
        or Edition.objects.order_by(F("starts_on").desc(nulls_last=True), "code").first()
    )


def coming_deadlines(edition: Edition, actor: Actor) -> list[Phase]:
    """Phases of the edition's calls that close within a month, the next first; of hidden calls for those who work on them."""
    now = timezone.now()
    phases = Phase.objects.filter(call__edition=edition, kind__in=FOR_ALL, closes_at__gt=now, closes_at__lte=now + SOON)
    found = phases.select_related("call__edition").order_by("closes_at", "call__position")
    return [phase for phase in found if phase.call.is_published or may(actor, "calls.view_submissions", phase.call)]


def calls_of(user: User) -> list[Call]:
    """The calls for which somebody has a role of their own, the latest edition first."""
    found = calls_in(scope for role, scope in user.roles_held() if role in READERS)
    return list(found.order_by(F("edition__starts_on").desc(nulls_last=True), "edition__code", "position", "slug"))


def failed_tasks() -> QuerySet[DBTaskResult]:
    """Background work that broke off, the latest first."""
    failed: QuerySet[DBTaskResult] = DBTaskResult.objects.failed().order_by("-finished_at")
    return failed


def index_backlog() -> tuple[int, bool]:
    """How many changes the search index has not followed yet, and whether the oldest waits too long."""
    waiting = IndexChange.objects.count()
    late = waiting > 0 and IndexChange.objects.filter(changed_at__lt=timezone.now() - PATIENCE).exists()
    return waiting, late


def todos(edition: Edition | None, actor: Actor) -> list[Todo]:
    """What waits, as far as the actor may do something about it."""
    found: list[Todo] = []
    if may(actor, "outgoing.open"):
        found += _outbox_todos(actor)
    if may(actor, "desk.view_background"):
        found += _background_todos()
    if may(actor, "stocktaking.open_queue"):
        found += _moderation_todos(actor)
    if edition is not None:
        found += _submission_todos(edition, actor)
    if edition is not None and may(actor, "desk.view_records", edition):
        found += _gap_todos(edition)
    return found


def _moderation_todos(actor: Actor) -> list[Todo]:
    waiting = number_waiting(actor)
    if not waiting:
        return []
    text = ngettext("%(n)s request about an entry waits.", "%(n)s requests about entries wait.", waiting) % {"n": waiting}
    return [Todo(text, reverse("desk:moderation"), _("Look at them"), "soon")]


def _outbox_todos(actor: Actor) -> list[Todo]:
    counts = count_by_state(actor)
    path = reverse("desk:outbox")
    found = []
    if failed := counts[OutboxMessage.State.FAILED]:
        text = ngettext("%(n)s message could not be sent.", "%(n)s messages could not be sent.", failed) % {"n": failed}
        found.append(Todo(text, f"{path}?state=failed", _("See why"), "wrong"))
    if held := counts[OutboxMessage.State.HELD]:
        text = ngettext("%(n)s message is held until somebody lets it go.", "%(n)s messages are held until somebody lets them go.", held) % {"n": held}
        found.append(Todo(text, f"{path}?state=held", _("Read and release"), "soon"))
    return found


def _background_todos() -> list[Todo]:
    found = []
    path = reverse("desk:background")
    if failed := failed_tasks().count():
        text = ngettext("%(n)s piece of background work failed.", "%(n)s pieces of background work failed.", failed) % {"n": failed}
        found.append(Todo(text, path, _("See what failed"), "wrong"))
    waiting, late = index_backlog()
    if late:
        text = ngettext("The search does not show %(n)s change yet.", "The search does not show %(n)s changes yet.", waiting) % {"n": waiting}
        found.append(Todo(text, path, _("Look at the search index"), "soon"))
    return found


#: Submissions that nobody has decided on, and returned ones that did not come again in time; for counting those of calls.
WAITING = Q(submissions__state=Submission.State.SUBMITTED, submissions__deleted_at=None)


def calls_with_waiting(edition: Edition) -> QuerySet[Any]:
    """The calls of an edition with how many submissions wait undecided (``waiting``), or are overdue (``overdue``)."""
    overdue = Q(submissions__state=Submission.State.RETURNED, submissions__deleted_at=None, submissions__editable_until__lt=timezone.now())
    counted = Call.objects.filter(edition=edition).annotate(waiting=Count("submissions", filter=WAITING), overdue=Count("submissions", filter=overdue))
    found: QuerySet[Any] = counted.select_related("edition").order_by("position", "slug")
    return found


def _submission_todos(edition: Edition, actor: Actor) -> list[Todo]:
    found = []
    for call in calls_with_waiting(edition):
        if not (call.waiting or call.overdue) or not may(actor, "calls.view_submissions", call):
            continue
        path = reverse("desk:submissions", args=[edition.code, call.slug])
        if waiting := call.waiting:
            text = ngettext("%(call)s: %(n)s submission is undecided.", "%(call)s: %(n)s submissions are undecided.", waiting)
            found.append(Todo(text % {"call": call.title, "n": waiting}, f"{path}?state=submitted", _("Look at them")))
        if overdue := call.overdue:
            text = ngettext(
                "%(call)s: %(n)s returned submission did not come again in time.", "%(call)s: %(n)s returned submissions did not come again in time.", overdue
            )
            found.append(Todo(text % {"call": call.title, "n": overdue}, f"{path}?state=overdue", _("Look at them"), "soon"))
    return found


# ---- records with something missing ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that records should have and some lack. sentence: with the number, in the right plural form."""

    code: str
    title: str | Promise
    records: Callable[[Edition], QuerySet[Any]]
    sentence: Callable[[int], str]
    row: Callable[[Any], tuple[str, Text, str]]  # number, title, address


def _entries_without(scheme: str) -> Callable[[Edition], QuerySet[Any]]:
    def records(edition: Edition) -> QuerySet[Any]:
        linked = EntryConcept.objects.filter(entry=OuterRef("pk"), concept__scheme__code=scheme)
        return Entry.objects.filter(~Exists(linked), edition=edition, state=Entry.State.PUBLIC).order_by("number")

    return records


def _sessions_without(scheme: str) -> Callable[[Edition], QuerySet[Any]]:
    def records(edition: Edition) -> QuerySet[Any]:
        linked = SessionConcept.objects.filter(session=OuterRef("pk"), concept__scheme__code=scheme)
        return Session.objects.filter(~Exists(linked), edition=edition, state=Session.State.PUBLIC).select_related("edition").order_by("number")

    return records


def _awards_without_category(edition: Edition) -> QuerySet[Any]:
    return Award.objects.filter(contest__edition=edition, category=None).select_related("entry").order_by("entry__number")


def _sessions_without_time(edition: Edition) -> QuerySet[Any]:
    return Session.objects.filter(Q(starts_at=None), edition=edition, state=Session.State.PUBLIC).select_related("edition").order_by("number")


def _entry_row(entry: Entry) -> tuple[str, Text, str]:
    return entry.number, entry.title, reverse("stocktaking:entry", args=[entry.number])


def _session_row(session: Session) -> tuple[str, Text, str]:
    return session.number, session.title, reverse("forum:session", args=[session.edition.code, session.number])


GAPS = {
    gap.code: gap
    for gap in (
        Gap(
            "entries-without-action-line",
            gettext_lazy("Entries without an action line"),
            _entries_without("action-lines"),
            lambda n: ngettext("%(n)s entry has no action line.", "%(n)s entries have no action line.", n) % {"n": n},
            _entry_row,
        ),
        Gap(
            "entries-without-country",
            gettext_lazy("Entries without a country"),
            _entries_without("countries"),
            lambda n: ngettext("%(n)s entry has no country.", "%(n)s entries have no country.", n) % {"n": n},
            _entry_row,
        ),
        Gap(
            "awards-without-category",
            gettext_lazy("Awards without a category"),
            _awards_without_category,
            lambda n: ngettext("%(n)s award has no category.", "%(n)s awards have no category.", n) % {"n": n},
            lambda award: _entry_row(award.entry),
        ),
        Gap(
            "sessions-without-action-line",
            gettext_lazy("Sessions without an action line"),
            _sessions_without("action-lines"),
            lambda n: ngettext("%(n)s session has no action line.", "%(n)s sessions have no action line.", n) % {"n": n},
            _session_row,
        ),
        Gap(
            "sessions-without-time",
            gettext_lazy("Sessions without a time"),
            _sessions_without_time,
            lambda n: ngettext("%(n)s session has no time.", "%(n)s sessions have no time.", n) % {"n": n},
            _session_row,
        ),
    )
}


def _gap_todos(edition: Edition) -> list[Todo]:
    found = []
    for gap in GAPS.values():
        if number := gap.records(edition).count():
            found.append(Todo(gap.sentence(number), reverse("desk:gap", args=[edition.code, gap.code]), _("List them")))
    return found


def task_counts() -> list[tuple[str, int]]:
    """How many pieces of background work wait, run, are done and failed."""
    counted = dict(DBTaskResult.objects.order_by().values_list("status").annotate(number=Count("pk")))
    words = {"READY": _("Waiting"), "RUNNING": _("Running"), "SUCCESSFUL": _("Done"), "FAILED": _("Failed")}
    return [(label, counted.get(state, 0)) for state, label in words.items()]
