"""Reading for an entry's own pages: all that one shows, what became of a number, and what lies near the entry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from plenary.ground.audit.actors import Actor
from plenary.ground.audit.queries import trail_of
from plenary.ground.framework.models import Concept, Mapping
from plenary.ground.people.models import User
from plenary.ground.search.queries import similar
from plenary.programmes.stocktaking.actions import INDEX_KIND, KIND
from plenary.programmes.stocktaking.asking import is_unconfirmed
from plenary.programmes.stocktaking.drafts import NUMBER
from plenary.programmes.stocktaking.models import CollectionEntry, Entry, EntryEdition, EntryMedia, EntryNumber, EntryOwner
from plenary.programmes.stocktaking.queries import by_numbers, for_list, whole

LINES, GOALS, TARGETS = "action-lines", "sdgs", "sdg-targets"
#: How many entries that were merged one into the other are followed.
_LONGEST_CHAIN = 10


def for_page(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """With all that an entry's page shows; a fixed number of queries."""
    return whole(entries).prefetch_related(
        Prefetch("media", EntryMedia.objects.filter(file__is_public=True, file__deleted_at__isnull=True).select_related("file")),
        Prefetch("places", CollectionEntry.objects.select_related("collection").order_by("collection__position", "collection__code")),
        Prefetch("history", EntryEdition.objects.select_related("edition")),
        "other_numbers",
    )


def owns(actor: Actor, entry: Entry) -> bool:
    """Whether the actor speaks for the entry."""
    return isinstance(actor, User) and EntryOwner.objects.filter(entry=entry, user=actor).exists()


def unconfirmed_since(entry: Entry) -> datetime | None:
    """Since when nobody has said that the entry stands as it is, where its owners were asked and had time to answer."""
    return (entry.confirmed_at or entry.asked_at) if is_unconfirmed(entry) else None


# ---- what became of a number ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gone:
    """An entry that was public and is withdrawn; of it no more is known than that, and since when."""

    number: str
    since: datetime


def instead_of(number: str) -> Entry | Gone | None:
    """What stands for a number that no public entry has: the entry it leads to, or that it was withdrawn; None for anything else."""
    if not NUMBER.match(number):
        return None
    known = Entry.objects.select_related("merged_into")
    entry = known.filter(number=number).first() or known.filter(other_numbers__number=number).first()
    for _step in range(_LONGEST_CHAIN):
        if entry is None or entry.merged_into_id is None:
            break
        entry = known.get(pk=entry.merged_into_id)
    if entry is None or entry.is_public:
        return entry
    if entry.state != Entry.State.WITHDRAWN or entry.published_at is None:
        return None
    told = trail_of(KIND, entry.number).filter(verb="withdrawn").values_list("at", flat=True).first()
    return Gone(number, told or entry.updated_at)


def known_as(number: str) -> Entry | Gone | None:
    """The entry that somebody elsewhere knows by a number: its own, one it had before, or that of the source it was taken from."""
    if not NUMBER.match(number):
        return None
    found = Entry.objects.filter(Q(number=number) | Q(source_id=number) | Q(pk__in=EntryNumber.objects.filter(number=number).values("entry_id")))
    # Its own number says more than one that a source gave.
    best = min(found, key=lambda entry: (entry.number != number, entry.source_id != number, entry.pk), default=None)
    return instead_of(best.number) if best is not None else None


# ---- the matrix -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Crossing:
    """An action line of an entry with one of its goals. linked: whether the matrix of the facilitators links the two.

    targets: those of the entry's own targets under the goal that the matrix links to the line. reasons: those given for goal
    and targets, as texts.
    """

    goal: Concept
    linked: bool = False
    targets: list[Concept] = field(default_factory=list)
    reasons: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LineOfMatrix:
    """An action line of an entry, with all its goals."""

    line: Concept
    crossings: list[Crossing]

    @property
    def linked(self) -> list[Crossing]:
        return [each for each in self.crossings if each.linked]

    @property
    def others(self) -> list[Crossing]:
        return [each for each in self.crossings if not each.linked]


def matrix_of(links: Iterable[Any]) -> list[LineOfMatrix]:
    """Where an entry stands in the matrix: each of its action lines with each of its goals; at most two queries.

    links: with ``concept`` (its scheme and parent loaded) and ``reason``. A target stands for its goal, and a line's parts
    for a line that is only named as a whole.
    """
    lines: list[Concept] = []
    goals: dict[int, Concept] = {}
    targets: list[Concept] = []
    reasons: dict[int, list[Any]] = {}
    for link in links:
        concept, scheme = link.concept, link.concept.scheme.code
        if scheme == LINES:
            lines.append(concept)
        elif scheme in (GOALS, TARGETS):
            goal = concept.parent if scheme == TARGETS else concept
            if goal is None:
                continue
            goals.setdefault(goal.pk, goal)
            if scheme == TARGETS:
                targets.append(concept)
            if link.reason:
                reasons.setdefault(goal.pk, []).append(link.reason)
    if not lines or not goals:
        return []
    wanted = {line.pk for line in lines}
    rows = Mapping.objects.filter(Q(source__in=wanted) | Q(source__parent__in=wanted), source__scheme__code=LINES).filter(
        Q(target__in=goals) | Q(target__parent__in=goals), target__scheme__code__in=(GOALS, TARGETS)
    )
    pairs: set[tuple[int | None, int | None]] = set()
    for source, above, target, goal in rows.values_list("source_id", "source__parent_id", "target_id", "target__parent_id"):
        for line in (source, above):
            if line in wanted:
                pairs |= {(line, target), (line, goal)}
    order = sorted(goals.values(), key=lambda goal: (goal.position, goal.code))
    return [
        LineOfMatrix(
            line,
            [
                Crossing(
                    goal,
                    (line.pk, goal.pk) in pairs,
                    [each for each in targets if each.parent_id == goal.pk and (line.pk, each.pk) in pairs],
                    reasons.get(goal.pk, []),
                )
                for goal in order
            ],
        )
        for line in lines
    ]


# ---- what is like it ------------------------------------------------------------------------------------------------


def entries_like(entry: Entry, limit: int = 6) -> Sequence[Entry]:
    """Public entries whose words and topics are nearest to this one's, the nearest first; none while there is no index."""
    numbers = similar(INDEX_KIND, entry.number, limit=limit)
    found = {each.number: each for each in for_list(by_numbers(numbers))} if numbers else {}
    return [found[number] for number in numbers if number in found]
