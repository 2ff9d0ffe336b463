"""Themes: what is about a subject in all that is recorded, over the years.

A theme is a concept of the scheme ``themes`` with a saved query. Its query stands in the data of the concept (``x_query`` in
``themes.csv``): phrases in the languages of the records, any of which may stand in a record. A record that names the theme
itself belongs to it too. What a theme holds follows the records and the index; nobody sorts them by hand.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.urls import reverse

from plenary.ground.framework.models import Concept, Edition
from plenary.ground.search.queries import Found, Search, find, keys, matching_keys
from plenary.programmes.awards.levels import AT_LEAST, Level
from plenary.programmes.awards.models import Award
from plenary.programmes.awards.queries import public_awards
from plenary.programmes.forum.models import Session
from plenary.programmes.forum.queries import about, held
from plenary.programmes.forum.queries import for_list as sessions_for_list
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.queries import by_numbers, for_list, year_of
from plenary.understanding.insights.models import ReportedFigure

SCHEME = "themes"
SHOWN = 5
#: Sessions that the index is asked for; programmes are far smaller.
_MOST_SESSIONS = 10_000
#: How far a project came, as the columns of a table; each holds the further ones too.
STEPS = (Level.SUBMITTED, Level.NOMINATED, Level.CHAMPION, Level.WINNER)
#: What sources report of themes.
REPORTED = ("prizes.submitted.theme", "prizes.nominated.theme", "prizes.winners.theme", "stocktaking.entries.theme", "forum.sessions.theme")


@dataclass(frozen=True)
class Theme:
    """A theme with what belongs to it; each part is asked for once, when it is first needed."""

    concept: Concept

    @property
    def code(self) -> str:
        return self.concept.code

    @cached_property
    def words(self) -> str:
        """The phrases of its query; where its data give none, its names."""
        given = str(self.concept.facts.get("query", "")).strip()
        return given or " OR ".join(f'"{label}"' for label in dict.fromkeys(self.concept.label.texts.values()) if '"' not in label)

    @cached_property
    def query(self) -> str:
        """What one types into the list of entries to find its entries."""
        return f"theme:{self.code} OR {self.words}" if self.words else f"theme:{self.code}"

    def entries_path(self, **more: object) -> str:
        """The address of the list of its entries."""
        return f"{reverse('stocktaking:list')}?{urlencode({'q': self.query, **more})}"

    # ---- entries ----

    @cached_property
    def found(self) -> Found:
        """Its newest entries, how many there are, and how many of each year."""
        return find(Search(self.query, "entry", count=("year",), sort="newest", size=SHOWN))

    @cached_property
    def newest(self) -> list[Entry]:
        entries = {entry.number: entry for entry in for_list(by_numbers([hit.key for hit in self.found.hits]))}
        return [entries[hit.key] for hit in self.found.hits if hit.key in entries]

    @cached_property
    def entries_by_year(self) -> dict[int, int]:
        return {int(year): number for year, number in self.found.counts.get("year", {}).items() if number and str(year).isdecimal()}

    @cached_property
    def _entries(self) -> frozenset[int]:
        return frozenset(serial for serial, _key in keys(Search(self.query, "entry")))

    # ---- prizes ----

    @cached_property
    def awards(self) -> dict[int, tuple[str, str]]:
        """Edition and level of each award that one of its entries received, by key; awards are few enough to be looked through."""
        rows = public_awards().order_by().values_list("pk", "entry_id", "contest__edition__code", "level")
        return {key: (edition, level) for key, entry, edition, level in rows.iterator(chunk_size=5000) if entry in self._entries}

    def awards_at(self, step: str, edition: str = "") -> list[int]:
        """The keys of the awards of those who came so far or further."""
        return [key for key, (of, level) in self.awards.items() if level in AT_LEAST[step] and edition in ("", of)]

    # ---- sessions ----

    @cached_property
    def sessions(self) -> dict[int, str]:
        """The edition of each of its sessions, by key."""
        named = about(held(), SCHEME, [self.code]).order_by().values_list("pk", "edition__code")
        found = dict(named)
        wanted = set(matching_keys(self.words, "session", limit=_MOST_SESSIONS)) if self.words else set()
        if wanted:
            numbers = {key.partition("/")[2] for key in wanted}
            rows = held().filter(edition__code__in={key.partition("/")[0] for key in wanted}).order_by().values_list("pk", "edition__code", "number")
            found.update({key: edition for key, edition, number in rows if number in numbers and f"{edition}/{number}" in wanted})
        return found


def _concepts() -> QuerySet[Concept]:
    return Concept.objects.filter(scheme__code=SCHEME, retired_on__isnull=True).select_related("scheme").order_by("position", "code")


def find_theme(code: str) -> Theme | None:
    """The theme of that code; retired ones stay readable."""
    if "\x00" in code or len(code) > 60:
        return None
    concept = Concept.objects.filter(scheme__code=SCHEME, code=code).select_related("scheme").first()
    return Theme(concept) if concept is not None else None


@dataclass(frozen=True, slots=True)
class Line:
    """A theme in the list of all, with how much belongs to it."""

    theme: Theme
    entries: int
    sessions: int


def theme_lines() -> list[Line]:
    """All themes. Each asks the index for its entries and its sessions; the number of queries depends on the themes alone."""
    themes = [Theme(concept) for concept in _concepts()]
    named: dict[str, set[str]] = defaultdict(set)
    links = held().filter(links__concept__scheme__code=SCHEME).order_by().values_list("links__concept__code", "edition__code", "number")
    for code, edition, number in links:
        named[code].add(f"{edition}/{number}")
    lines = []
    for theme in themes:
        entries = find(Search(theme.query, "entry", size=1)).total
        sessions = named[theme.code] | (set(matching_keys(theme.words, "session", limit=_MOST_SESSIONS)) if theme.words else set())
        lines.append(Line(theme, entries, len(sessions)))
    return lines


# ---- over the years -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Year:
    """What a year has of a theme. steps: awards by how far they came at least."""

    year: int
    entries: int = 0
    steps: dict[str, int] = field(default_factory=dict)
    sessions: int = 0


def years_of(theme: Theme) -> list[Year]:
    """All years in which anything is recorded of a theme, the latest first. Prizes and sessions stand in the year of their edition."""
    years = {edition.code: year_of(edition) for edition in Edition.objects.all()}
    found: dict[int, Year] = {}

    def year_for(code: str) -> Year | None:
        number = years.get(code, 0)
        return found.setdefault(number, Year(number)) if number else None

    for year, number in theme.entries_by_year.items():
        found.setdefault(year, Year(year)).entries = number
    for edition, level in theme.awards.values():
        line = year_for(edition)
        for step in STEPS if line is not None else ():
            if line is not None and level in AT_LEAST[step]:
                line.steps[step] = line.steps.get(step, 0) + 1
    for edition, number in Counter(theme.sessions.values()).items():
        line = year_for(edition)
        if line is not None:
            line.sessions += number
    return sorted(found.values(), key=lambda line: -line.year)


# ---- lists ----------------------------------------------------------------------------------------------------------


def awards_of(theme: Theme, step: str = Level.SUBMITTED, year: int | None = None) -> QuerySet[Award]:
    """The awards of its entries at this level or further; year: of the contest's edition."""
    chosen = theme.awards_at(step)
    if year is not None:
        codes = codes_of(year, {edition for edition, _level in theme.awards.values()})
        chosen = [key for key in chosen if theme.awards[key][0] in codes]
    awards = Award.objects.filter(pk__in=chosen).select_related("contest__edition", "category__scheme", "entry")
    return awards.order_by(F("contest__edition__starts_on").desc(nulls_last=True), "contest__code", "category__position", "entry__sort_title", "pk")


def sessions_of(theme: Theme, year: int | None = None) -> QuerySet[Session]:
    """Its sessions, the latest first; year: of the edition."""
    codes = codes_of(year, set(theme.sessions.values())) if year is not None else set(theme.sessions.values())
    chosen = [key for key, edition in theme.sessions.items() if edition in codes]
    sessions = sessions_for_list(Session.objects.filter(pk__in=chosen))
    return sessions.order_by(F("edition__starts_on").desc(nulls_last=True), F("day").desc(nulls_last=True), "number")


def codes_of(year: int, among: Iterable[str]) -> set[str]:
    """Those of the editions that stand for a year."""
    return {edition.code for edition in Edition.objects.filter(code__in=list(among)) if year_of(edition) == year}


def reported_of(theme: Theme) -> Sequence[ReportedFigure]:
    """What sources tell of a theme in figures, the latest edition first."""
    codes = [f"{measure}.{theme.code}" for measure in REPORTED]
    return list(ReportedFigure.objects.filter(measure__in=codes).select_related("edition").order_by("-edition__starts_on", "position", "id"))
