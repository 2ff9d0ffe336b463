"""What the home page gathers from all rooms."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from plenary.engines.calls.queries import ComingCall, OpenCall, coming_calls, open_calls
from plenary.ground.framework.models import Concept, Edition, Scheme
from plenary.ground.framework.queries import concept_path, concepts_of
from plenary.understanding.insights.queries.figures import Figure, figure_edition, key_figures

MOST_CALLS = 6
MOST_FIGURES = 4
YEARS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Way:
    """A concept that leads into the records. A child stands below its parent, as the parts of an action line do."""

    concept: Concept
    path: str
    is_child: bool


@dataclass(frozen=True, slots=True)
class Year:
    """An edition on the timeline."""

    edition: Edition
    is_now: bool


@dataclass(frozen=True, slots=True)
class Home:
    """Everything that the home page shows, except what rooms add to it."""

    open_calls: list[OpenCall]
    more_open: int
    coming: list[ComingCall]
    figures: list[Figure]
    figures_of: Edition | None
    years: list[Year]
    older: list[Year]
    action_lines: list[Way]
    goals: list[Way]
    regions: list[Way]


def home() -> Home:
    """Gather the home page."""
    calls = open_calls()
    edition = figure_edition()
    years = timeline()
    first = max(0, len(years) - YEARS_SHOWN)
    return Home(
        open_calls=calls[:MOST_CALLS],
        more_open=max(0, len(calls) - MOST_CALLS),
        coming=[] if calls else coming_calls()[:2],
        figures=key_figures(edition, MOST_FIGURES) if edition else [],
        figures_of=edition,
        years=years[first:],
        older=years[:first],
        action_lines=ways("action-lines"),
        goals=ways("sdgs"),
        regions=ways("itu-regions"),
    )


def timeline() -> list[Year]:
    """The editions in their order, with the one that runs, or was the last to begin, marked.

    Editions that count from the day they were loaded (the demo) have no place among the years. Of some old ones no
    day is known; they stand where their code, which is the year, puts them.
    """
    editions = sorted(
        Edition.objects.filter(anchor__isnull=True).defer("summary"),
        key=lambda edition: (str(edition.starts_on.year) if edition.starts_on else edition.code, edition.code),
    )
    today = timezone.now().date()
    begun = [edition for edition in editions if edition.starts_on is not None and edition.starts_on <= today]
    now = begun[-1].pk if begun else None
    return [Year(edition, edition.pk == now) for edition in editions]


def ways(scheme: str) -> list[Way]:
    """The concepts of a scheme that have a page."""
    # Reading the texts of scheme and parent, which nobody sees here, would take half the page's time.
    concepts = concepts_of(scheme).select_related(None).select_related("scheme").only("code", "label", "parent_id", "scheme__code", "scheme__address")
    return [Way(concept, path, concept.parent_id is not None) for concept in concepts if (path := concept_path(concept))]


def sources() -> list[Scheme]:
    """The vocabularies with the sources and licences of their data."""
    return list(Scheme.objects.exclude(source="").order_by("position", "code"))
