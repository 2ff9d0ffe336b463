"""How many submissions a call has of what: by state, country, category and day. Each number is that of a list one can open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Min, Q
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from plenary.engines.calls.form.fields import CATEGORY, COUNTRY, schemes_of
from plenary.engines.calls.form.lookups import Lookups, concepts_of
from plenary.engines.calls.form.showing import lines_of
from plenary.engines.calls.models import Submission
from plenary.engines.calls.queries.selection import NONE, Sight
from plenary.engines.calls.queries.submissions import visible_to
from plenary.ground.audit.actors import Actor
from plenary.ground.framework.models import Concept

State = Submission.State


@dataclass(frozen=True, slots=True)
class Tally:
    """So many of one thing. value: as the filter of the list takes it."""

    value: str
    label: Any
    count: int


@dataclass(frozen=True, slots=True)
class States:
    """Submissions by state. all: handed in, whatever became of it. oldest_draft, latest_draft: when they were last written on."""

    all: int
    tallies: list[Tally]
    oldest_draft: datetime | None
    latest_draft: datetime | None

    def count(self, state: str) -> int:
        """How many are in a state."""
        return next((each.count for each in self.tallies if each.value == state), 0)


@dataclass(frozen=True, slots=True)
class Tallies:
    """What was handed in, by country and category, the most first, and by day of the convener's zone."""

    countries: list[Tally]
    categories: list[Tally]
    days: list[Tally]


def states_of(actor: Actor, sight: Sight) -> States:
    """The states with their numbers, those without any left out; one statement."""
    groups = (
        visible_to(actor, sight.call)
        .order_by()
        .values("state", kept=Q(deleted_at=None))
        .annotate(n=Count("pk"), overdue=Count("pk", filter=Q(editable_until__lt=timezone.now())), oldest=Min("saved_at"), latest=Max("saved_at"))
    )
    found: dict[str, int] = dict.fromkeys(("overdue", "discarded", *State.values), 0)
    oldest = latest = None
    for each in groups:
        if not each["kept"]:
            found["discarded"] += each["n"]
            continue
        found[each["state"]] = each["n"]
        if each["state"] == State.RETURNED:
            found["overdue"] = each["overdue"]
        elif each["state"] == State.DRAFT:
            oldest, latest = each["oldest"], each["latest"]
    labels = {
        State.SUBMITTED.value: str(State.SUBMITTED.label),
        State.RETURNED.value: str(State.RETURNED.label),
        "overdue": _("Returned, overdue"),
        State.ACCEPTED.value: str(State.ACCEPTED.label),
        State.DECLINED.value: str(State.DECLINED.label),
        State.WITHDRAWN.value: str(State.WITHDRAWN.label),
        State.DRAFT.value: _("Drafts"),
        "discarded": _("Drafts thrown away"),
    }
    whole = sum(found[state] for state in State.values if state != State.DRAFT)
    tallies = [Tally(state, label, found[state]) for state, label in labels.items() if found[state]]
    return States(whole, tallies, oldest, latest)


def tallies_of(actor: Actor, sight: Sight) -> Tallies:
    """The numbers of what was handed in; four statements."""
    found = visible_to(actor, sight.call).filter(deleted_at=None).exclude(state=State.DRAFT).order_by()
    return Tallies(
        [] if COUNTRY in sight.hidden_roles else _countries(found),
        [] if CATEGORY in sight.hidden_roles else _categories(found, sight),
        _days(found, ZoneInfo(sight.call.edition.zone)),
    )


def _countries(found: Any) -> list[Tally]:
    counted = list(found.values_list("country_id").annotate(n=Count("pk")))
    known = Concept.objects.in_bulk([key for key, _count in counted if key])
    named = [Tally(known[key].code, known[key].label, count) for key, count in counted if key]
    named.sort(key=lambda each: (-each.count, str(each.label)))
    missing = sum(count for key, count in counted if not key)
    return [*named, Tally(NONE, _("Not given"), missing)] if missing and named else named


def _categories(found: Any, sight: Sight) -> list[Tally]:
    counted = sorted(found.values_list("category").annotate(n=Count("pk")), key=lambda pair: (not pair[0], -pair[1], pair[0]))
    if not any(code for code, _count in counted):
        return []
    return [Tally(code or NONE, category_in_words(sight, code) if code else _("Not given"), count) for code, count in counted]


def category_in_words(sight: Sight, code: str) -> str:
    """What a category is called in the call's form."""
    field = sight.role(CATEGORY)
    if field is None:
        return code
    words = lines_of(field, [code] if field.many else code, Lookups(concepts_of(schemes_of(field))))
    return words[0].text if words else code


def _days(found: Any, zone: ZoneInfo) -> list[Tally]:
    counted = found.exclude(submitted_at=None).annotate(day=TruncDate("submitted_at", tzinfo=zone)).values_list("day").annotate(n=Count("pk")).order_by("day")
    return [Tally(day.isoformat(), day, count) for day, count in counted if isinstance(day, date)]
