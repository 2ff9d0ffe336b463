"""Figures about calls: how many phases a call has, and its deadline, which is a day and so is never computed here."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from plenary.engines.calls.models import Phase
from plenary.engines.calls.queries.calls import PUBLIC
from plenary.ground.framework.models import Edition
from plenary.ground.measures.registry import Measure, register


def _phases_of(slug: str) -> Callable[[Edition, str], int | None]:
    def count(edition: Edition, member: str) -> int | None:
        return Phase.objects.filter(PUBLIC, call__edition=edition, call__slug=slug).count() or None

    return count


def _page_of(slug: str) -> Callable[[Edition, str], str]:
    return lambda edition, member: reverse("calls:call", args=[edition.code, slug])


register(
    Measure(
        "prizes.phases",
        _("Phases of the WSIS Prizes"),
        _("Dated phases of the contest's call, from submission to the announcement of the winners."),
        _("phases"),
        _phases_of("prizes"),
        _page_of("prizes"),
    )
)
register(
    Measure(
        "ocp.phases",
        _("Phases of the Open Consultation Process"),
        _("Dated phases of the consultation on the Forum's programme: launch, meetings, deadline and final brief."),
        _("phases"),
        _phases_of("open-consultation"),
        _page_of("open-consultation"),
    )
)
register(
    Measure(
        "prizes.deadline",
        _("Deadline of the WSIS Prizes"),
        _("Last day on which a project can be submitted to the contest."),
        _("date"),
        None,
        _page_of("prizes"),
    )
)
register(
    Measure(
        "stocktaking.deadline",
        _("Deadline of the call for Stocktaking entries"),
        _("Last day on which new or updated entries are taken into the edition's Stocktaking report."),
        _("date"),
        None,
        _page_of("stocktaking"),
    )
)
register(
    Measure(
        "photo.deadline",
        _("Deadline of the photo contest"),
        _("Last day on which photographs can be sent to the contest."),
        _("date"),
        None,
        _page_of("photo-contest"),
    )
)
register(
    Measure(
        "hltf.nominations_deadline",
        _("Deadline for nominating High-Level Track Facilitators"),
        _("Last day on which stakeholder groups can name the facilitators of the High-Level Track."),
        _("date"),
        None,
        _page_of("high-level-track-facilitators"),
    )
)
