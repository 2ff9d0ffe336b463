"""The figures of the contests. What is counted are the awards held here; what only reports tell has no count."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plenary.ground.framework.models import Concept, Edition
from plenary.ground.measures.registry import Measure, register
from plenary.programmes.awards.levels import AT_LEAST, Level
from plenary.programmes.awards.models import Contest
from plenary.programmes.awards.queries import Wanted, count_awards

_PROJECTS = _("projects")


def _address(edition: Edition, **query: Any) -> str:
    encoded = urlencode({name: value for name, value in query.items() if value}, doseq=True)
    path = reverse("awards:contest", args=[edition.code])
    return f"{path}?{encoded}" if encoded else path


def _levels(at_least: str) -> list[str]:
    """The levels to ask the list for; none for all of them."""
    return [] if at_least == Level.SUBMITTED else [str(level) for level in AT_LEAST[at_least]]


def _categories(edition: Edition) -> list[tuple[str, Any]]:
    schemes = Contest.objects.filter(edition=edition, categories__isnull=False).values("categories_id")
    narrower = Concept.objects.filter(parent=OuterRef("pk"), scheme=OuterRef("scheme"))
    found = Concept.objects.filter(scheme__in=schemes, retired_on__isnull=True).exclude(Exists(narrower)).order_by("scheme__position", "position", "code")
    return [(concept.code, concept.label) for concept in found]


def _themes(edition: Edition) -> list[tuple[str, Any]]:
    return [(concept.code, concept.label) for concept in Concept.objects.filter(scheme__code="themes", retired_on__isnull=True)]


def _counted(code: str, label: str | Promise, definition: str | Promise, at_least: str) -> None:
    """A figure with its parts by category and by theme."""
    register(
        Measure(
            code=code,
            label=label,
            definition=definition,
            unit=_PROJECTS,
            count=lambda edition, member: count_awards(edition, at_least),
            records=lambda edition, member: _address(edition, level=_levels(at_least)),
        )
    )
    register(
        Measure(
            code=f"{code}.category",
            label=_by_category[code],
            definition=definition,
            unit=_PROJECTS,
            count=lambda edition, member: count_awards(edition, at_least, Wanted(categories=[member])),
            records=lambda edition, member: _address(edition, level=_levels(at_least), category=member),
            dimension="category",
            members=_categories,
        )
    )
    register(
        Measure(
            code=f"{code}.theme",
            label=_by_theme[code],
            definition=definition,
            unit=_PROJECTS,
            count=lambda edition, member: count_awards(edition, at_least, Wanted(themes=[member])),
            records=lambda edition, member: _address(edition, level=_levels(at_least), theme=member),
            dimension="theme",
            members=_themes,
        )
    )


_by_category = {
    "prizes.submitted": _("Prizes: projects submitted, by category"),
    "prizes.nominated": _("Prizes: projects nominated, by category"),
    "prizes.winners": _("Prizes: winners, by category"),
}
_by_theme = {
    "prizes.submitted": _("Prizes: projects submitted, by theme"),
    "prizes.nominated": _("Prizes: projects nominated, by theme"),
    "prizes.winners": _("Prizes: winners, by theme"),
}

_counted(
    "prizes.submitted",
    _("Prizes: projects submitted"),
    _(
        "Projects submitted to the contests of the edition. Counted: the awards at any level on record here, one for each project and category; sources of past "
        "contests are incomplete and name few projects that were not nominated. Reported: what the convener told, before or after review for eligibility."
    ),
    Level.SUBMITTED,
)
_counted(
    "prizes.nominated",
    _("Prizes: projects nominated"),
    _(
        "Projects that the experts chose to stand in the public vote, champions and winners among them. Counted: the awards on record here with the level "
        "nominated, champion, winner or awarded (level not stated); sources of past contests are incomplete. Reported: what the convener told."
    ),
    Level.NOMINATED,
)
_counted(
    "prizes.winners",
    _("Prizes: winners"),
    _(
        "Projects that won their category; special recognitions are not among them. Counted: the awards on record here with the level winner; sources of past "
        "contests are incomplete. Reported: what the convener told."
    ),
    Level.WINNER,
)
register(
    Measure(
        code="prizes.on-record",
        label=_("Prizes: awards on record"),
        definition=_(
            "Awards of the edition's contests that are held here at any level, one for each project and category, each with the source it was taken from."
        ),
        unit=_("awards"),
        count=lambda edition, member: count_awards(edition, Level.SUBMITTED),
        records=lambda edition, member: _address(edition),
    )
)
register(
    Measure(
        code="prizes.champions",
        label=_("Prizes: champions, with winners"),
        definition=_(
            "Projects that came first in the public vote of their category, the later winner among them. Counted: the awards on record here with the level "
            "champion or winner; sources of past contests are incomplete. Reported: what the convener told."
        ),
        unit=_PROJECTS,
        count=lambda edition, member: count_awards(edition, Level.CHAMPION),
        records=lambda edition, member: _address(edition, level=_levels(Level.CHAMPION)),
    )
)
register(
    Measure(
        code="prizes.categories",
        label=_("Prizes: categories"),
        definition=_("Categories of the edition's contests: the concepts of their scheme that have no narrower ones."),
        unit=_("categories"),
        count=lambda edition, member: len(_categories(edition)) or None,
        records=lambda edition, member: reverse("framework:scheme", args=["action-lines"]),
    )
)


def _reported(code: str, label: str | Promise, definition: str | Promise, unit: str | Promise) -> None:
    register(Measure(code=code, label=label, definition=definition, unit=unit))


_reported(
    "prizes.eligible",
    _("Prizes: eligible projects"),
    _("Submitted projects that the review found complete and within the rules, as reported."),
    _PROJECTS,
)
_reported(
    "prizes.nominated_per_category",
    _("Prizes: nominations in each category"),
    _("How many projects may be nominated in each category, by the rules of the edition."),
    _PROJECTS,
)
_reported(
    "prizes.champions_per_category",
    _("Prizes: champions in each category"),
    _("How many projects with the most votes in each category become champions, by the rules of the edition."),
    _PROJECTS,
)
_reported(
    "prizes.champions_other",
    _("Prizes: champions that did not win"),
    _("Champions without the winners, as planned or reported."),
    _PROJECTS,
)
_reported("prizes.votes", _("Prizes: votes cast"), _("Votes cast in the public vote, one for each category in which a person voted, as reported."), _("votes"))
_reported("prizes.voters", _("Prizes: voters"), _("People who took part in the public vote, as reported."), _("people"))
_reported("prizes.vote.opens", _("Prizes: opening of the vote"), _("The day on which the public vote opened, as reported."), _("date"))
_reported("prizes.vote.closes", _("Prizes: end of the vote"), _("The day on which the public vote closed, as reported."), _("date"))
_reported(
    "prizes.vote.all_categories_required",
    _("Prizes: vote in all categories"),
    _("Whether a ballot counted only if it held a vote in every category, by the rules of the edition."),
    _("rule"),
)
_reported(
    "prizes.vote.winner_decided_by",
    _("Prizes: how winners are chosen"),
    _("Who or what decided on the winner among the projects of a category, by the rules of the edition."),
    _("rule"),
)
