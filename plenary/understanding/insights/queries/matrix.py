"""The WSIS-SDG matrix: how action lines and goals are linked, and what is recorded in each cell."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db.models import Case, Count, F, Q, QuerySet, When
from django.db.models.functions import Coalesce

from plenary.ground.framework.models import Concept, Mapping
from plenary.programmes.awards.models import Award
from plenary.programmes.forum.models import Session, SessionConcept
from plenary.programmes.stocktaking.models import Entry, EntryConcept

LINES, GOALS, TARGETS = "action-lines", "sdgs", "sdg-targets"
Layer = Literal["links", "entries", "sessions", "prizes"]
Key = tuple[str, str]  # codes of action line and goal

#: How many shades the counts of a layer are told apart by; plenary.css has heat-0 to heat-5.
SHADES = 5
#: How many awards a cell's page lists by itself.
AWARDS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Cell:
    """A meeting of an action line and a goal."""

    line: Concept
    goal: Concept
    links: int  # 0: the matrix does not link them; a link to the whole goal counts as one, each target as one
    count: int  # in the layer that is shown
    shade: int


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the shown table: what stands at its head, and its cells in the order of the columns."""

    head: Concept
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole table, by action line or by goal."""

    columns: list[Concept]
    lines: list[Line]
    linked: int
    total: int


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a cell: to the goal as a whole or to one target."""

    mapping: Mapping
    target: Concept
    is_whole: bool


@dataclass(frozen=True, slots=True)
class CellDetail:
    """All that one cell holds; the subject of the panels of the slot ``matrix-cell``."""

    line: Concept
    goal: Concept
    links: list[Link] = field(default_factory=list)
    entries: int = 0
    sessions_by_edition: dict[str, int] = field(default_factory=dict)
    prizes: int = 0
    awards: list[Award] = field(default_factory=list)  # the latest of them

    @property
    def sessions(self) -> int:
        """How many sessions, over all editions."""
        return sum(self.sessions_by_edition.values())

    @property
    def more_prizes(self) -> int:
        """How many awards are not among those shown."""
        return self.prizes - len(self.awards)


def _mappings() -> list[tuple[str, str, str]]:
    """(action line, goal, code of what is linked) of the matrix; the goal of a target is its parent."""
    rows = Mapping.objects.filter(source__scheme__code=LINES, target__scheme__code__in=(GOALS, TARGETS)).values_list(
        "source__code", "target__scheme__code", "target__code", "target__parent__code"
    )
    return [(line, code if scheme == GOALS else parent, code) for line, scheme, code, parent in rows if scheme == GOALS or parent]


def linked_cells() -> Counter[Key]:
    """How many links each cell of the matrix has."""
    return Counter((line, goal) for line, goal, _code in _mappings())


def _counted(links: QuerySet[Any], line: str, goal: str, record: str) -> Counter[Key]:
    """Records by cell. line, goal: paths from a link to both concepts. record: what is counted, each once a cell.

    A goal stands for its targets and a line for its parts, as in the filters of the lists that the cells lead to.
    """
    links = links.filter(**{f"{line}__scheme__code": LINES, f"{goal}__scheme__code__in": (GOALS, TARGETS)}).order_by()
    of_goal = Case(When(**{f"{goal}__scheme__code": TARGETS}, then=F(f"{goal}__parent__code")), default=F(f"{goal}__code"))
    own = links.values_list(f"{line}__code", of_goal).annotate(n=Count(record, distinct=True))
    found = Counter({(code, goal_code): n for code, goal_code, n in own})
    families = links.filter(**{f"{line}__in": _families()}).values_list(Coalesce(f"{line}__parent__code", f"{line}__code"), of_goal)
    for code, goal_code, n in families.annotate(n=Count(record, distinct=True)):
        found[(code, goal_code)] = max(n, found[(code, goal_code)])  # a part stands in both, its parent only here in full
    return found


def _families() -> QuerySet[Concept]:
    """The parts of lines that have parts, and those lines."""
    lines = Concept.objects.filter(scheme__code=LINES)
    return lines.filter(Q(parent__isnull=False) | Q(pk__in=lines.filter(parent__isnull=False).values("parent")))


def counts(layer: Layer) -> Counter[Key]:
    """How many public records each cell has, each record once a cell."""
    if layer == "entries":
        return _counted(EntryConcept.objects.filter(entry__state=Entry.State.PUBLIC), "concept", "entry__links__concept", "entry")
    if layer == "sessions":
        return _counted(SessionConcept.objects.filter(session__state=Session.State.PUBLIC), "concept", "session__links__concept", "session")
    if layer == "prizes":
        return _counted(Award.objects.filter(entry__state=Entry.State.PUBLIC), "category", "entry__links__concept", "id")
    return linked_cells()


def _axis(scheme: str) -> list[Concept]:
    return list(Concept.objects.filter(scheme__code=scheme, retired_on__isnull=True).select_related("scheme", "parent__scheme"))


def _shade(count: int, most: int) -> int:
    return 0 if not count else min(SHADES, 1 + (count - 1) * SHADES // most)


def matrix(layer: Layer = "links", *, by_goal: bool = False) -> Matrix:
    """The table with the counts of a layer in its cells.

    A parent (C7) stands in it only where something is recorded under it: the matrix itself links its parts.
    """
    linked, counted = linked_cells(), counts(layer)
    lines, goals = _axis(LINES), _axis(GOALS)
    parents = {line.parent_id for line in lines if line.parent_id}
    used = {line for line, _goal in (*linked, *counted)}
    lines = [line for line in lines if line.pk not in parents or line.code in used]
    most = max(counted.values(), default=1)

    def cell(line: Concept, goal: Concept) -> Cell:
        key = (line.code, goal.code)
        return Cell(line, goal, linked[key], counted[key], _shade(counted[key], most))

    if by_goal:
        table = [Line(goal, [cell(line, goal) for line in lines]) for goal in goals]
    else:
        table = [Line(line, [cell(line, goal) for goal in goals]) for line in lines]
    return Matrix(lines if by_goal else goals, table, sum(1 for key in linked if linked[key]), sum(counted.values()))


def cell_detail(line: Concept, goal: Concept) -> CellDetail:
    """The links of one cell with their rationale, and how many records it has."""
    rows = (
        Mapping.objects.filter(source=line, target__scheme__code__in=(GOALS, TARGETS))
        .filter(Q(target=goal) | Q(target__parent=goal))
        .select_related("target__scheme", "target__parent__scheme")
        .order_by("target__scheme__position", "target__position", "target__code")
    )
    lines, goals = Concept.objects.filter(Q(pk=line.pk) | Q(parent=line)), Concept.objects.filter(Q(pk=goal.pk) | Q(parent=goal))
    of_line, of_goal = EntryConcept.objects.filter(concept__in=lines).values("entry"), EntryConcept.objects.filter(concept__in=goals).values("entry")
    session_of_line, session_of_goal = (SessionConcept.objects.filter(concept__in=each).values("session") for each in (lines, goals))
    sessions = Session.objects.filter(state=Session.State.PUBLIC, pk__in=session_of_line).filter(pk__in=session_of_goal)
    awards = Award.objects.filter(category__in=lines, entry__state=Entry.State.PUBLIC, entry__in=of_goal)
    by_edition = sessions.order_by().values_list("edition__code").annotate(n=Count("pk"))
    return CellDetail(
        line=line,
        goal=goal,
        links=[Link(each, each.target, each.target_id == goal.pk) for each in rows],
        entries=Entry.objects.filter(state=Entry.State.PUBLIC, pk__in=of_line).filter(pk__in=of_goal).count(),
        sessions_by_edition=dict(sorted(by_edition, reverse=True)),
        prizes=awards.count(),
        awards=list(awards.select_related("entry", "contest__edition").order_by("-contest__edition__code", "entry__sort_title", "pk")[:AWARDS_SHOWN]),
    )


def glance() -> dict[str, list[str]]:
    """The matrix at a glance: the codes of the goals that each action line is linked to."""
    found: dict[str, set[str]] = defaultdict(set)
    for line, goal, _code in _mappings():
        found[line].add(goal)
    order = {code: position for position, code in enumerate(Concept.objects.filter(scheme__code=GOALS).values_list("code", flat=True))}
    return {line: sorted(goals, key=lambda code: order.get(code, 999)) for line, goals in found.items()}
