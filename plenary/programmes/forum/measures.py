"""Figures about the Forum: counted from the sessions on record, or, as attendance is, known from reports only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from plenary.ground.framework.models import Concept, Edition
from plenary.ground.measures.registry import Measure, register
from plenary.programmes.forum import queries
from plenary.programmes.forum.models import Session, Track

HIGH_LEVEL_POLICY = "high-level-policy-session"


def _programme(**filters: str) -> Callable[[Edition, str], str]:
    """The address of the programme with these filters; ``%s`` stands for the member."""

    def address(edition: Edition, member: str) -> str:
        query = urlencode({name: value.replace("%s", member) for name, value in filters.items()})
        return reverse("forum:programme", args=[edition.code]) + (f"?{query}" if query else "")

    return address


def _count(choose: Callable[[QuerySet[Session], str], QuerySet[Session]]) -> Callable[[Edition, str], int | None]:
    """Counts chosen sessions; None for an edition of which no session is on record, where zero would mislead."""

    def count(edition: Edition, member: str) -> int | None:
        sessions = queries.held(edition)
        number = choose(sessions, member).count()
        return number if number or sessions.exists() else None

    return count


def _concepts(scheme: str) -> Callable[[Edition], list[tuple[str, Any]]]:
    """The concepts of a scheme that stand on their own, in order."""

    def members(edition: Edition) -> list[tuple[str, Any]]:
        return [(concept.code, concept.label) for concept in Concept.objects.filter(scheme__code=scheme, retired_on__isnull=True).order_by("position", "code")]

    return members


def _tracks(edition: Edition) -> list[tuple[str, Any]]:
    return [(track.code, track.title) for track in Track.objects.filter(edition=edition)]


def _special_tracks(edition: Edition, member: str) -> int | None:
    return Track.objects.filter(edition=edition, is_special=True).count() or None


register(
    Measure(
        "forum.sessions",
        _("Sessions"),
        _("Sessions of the Forum on record that were not cancelled, of all types, online and on site."),
        _("sessions"),
        _count(lambda sessions, member: sessions),
        _programme(),
    )
)
register(
    Measure(
        "forum.sessions.track",
        _("Sessions by track"),
        _("Sessions on record that belong to the track."),
        _("sessions"),
        _count(lambda sessions, member: sessions.filter(track__code=member)),
        _programme(track="%s"),
        "track",
        _tracks,
        tally=queries.tally_tracks,
    )
)
register(
    Measure(
        "forum.sessions.action-line",
        _("Sessions by action line"),
        _("Sessions on record whose organisers linked them to the action line or to a part of it; a session may count for several."),
        _("sessions"),
        _count(lambda sessions, member: queries.about(sessions, "action-lines", [member])),
        _programme(action_line="%s"),
        "action-lines",
        _concepts("action-lines"),
        tally=lambda edition: queries.tally_about(edition, "action-lines"),
    )
)
register(
    Measure(
        "forum.sessions.sdg",
        _("Sessions by goal"),
        _("Sessions on record whose organisers linked them to the Sustainable Development Goal or to one of its targets; a session may count for several."),
        _("sessions"),
        _count(lambda sessions, member: queries.about(sessions, "sdgs", [member])),
        _programme(sdg="%s"),
        "sdgs",
        _concepts("sdgs"),
        tally=lambda edition: queries.tally_about(edition, "sdgs"),
    )
)
register(
    Measure(
        "forum.sessions.theme",
        _("Sessions by theme"),
        _("Sessions on record that deal with the theme; a session may count for several."),
        _("sessions"),
        _count(lambda sessions, member: queries.about(sessions, "themes", [member])),
        _programme(theme="%s"),
        "themes",
        _concepts("themes"),
        tally=lambda edition: queries.tally_about(edition, "themes"),
    )
)
register(
    Measure(
        "forum.sessions.high-level-policy",
        _("High-level policy sessions"),
        _("Sessions on record of the type high-level policy session."),
        _("sessions"),
        _count(lambda sessions, member: sessions.filter(kind__code=HIGH_LEVEL_POLICY)),
        _programme(kind=HIGH_LEVEL_POLICY),
    )
)
register(
    Measure(
        "forum.tracks",
        _("Special tracks"),
        _("Special tracks that the edition's programme names; the Forum Track and the High-Level Track do not count."),
        _("tracks"),
        _special_tracks,
        lambda edition, member: reverse("forum:programme", args=[edition.code]) + "#tracks",
    )
)

# ---- known from reports only ----------------------------------------------------------------------------------------
register(Measure("forum.dates", _("Dates of the Forum"), _("First and last day of the Forum as the convener announced them."), _("dates")))
register(Measure("forum.final_week", _("Final week of the Forum"), _("Days of the concluding week of a Forum that is spread over months."), _("dates")))
register(Measure("forum.weeks", _("Length of the Forum"), _("Weeks from the Forum's first to its last day, as the convener stated them."), _("weeks")))
register(
    Measure(
        "forum.attendance.cumulative",
        _("Cumulative attendance"),
        _("Attendances summed over all sessions, as the convener stated them; a person who attends three sessions counts three times."),
        _("attendances"),
    )
)
register(Measure("forum.participants", _("Participants"), _("Persons who took part in the Forum, each counted once, as the source stated them."), _("people")))
register(
    Measure(
        "forum.audience",
        _("Audience"),
        _("People reached by the Forum on site and online, as a partner advertised them; the source does not say how."),
        _("people"),
    )
)
register(
    Measure(
        "forum.countries",
        _("Countries taking part"),
        _("Countries from which somebody took part in the Forum, as the source stated them; how the country of a participant was known is not stated."),
        _("countries"),
    )
)
register(
    Measure(
        "forum.participants.men",
        _("Men among participants"),
        _("Share of men among the participants whose gender the convener knew."),
        _("percent"),
    )
)
register(
    Measure(
        "forum.participants.women",
        _("Women among participants"),
        _("Share of women among the participants whose gender the convener knew."),
        _("percent"),
    )
)
register(
    Measure(
        "forum.participants.region",
        _("Participants by region"),
        _("Share of participants from each ITU administrative region (A to E), as the convener published it."),
        _("percent"),
        dimension="admin-regions",
        members=_concepts("admin-regions"),
    )
)
register(
    Measure(
        "forum.participants.stakeholder-type",
        _("Participants by stakeholder type"),
        _("Share of participants of each stakeholder type, as the convener published it; published shares need not add up to one hundred."),
        _("percent"),
        dimension="stakeholder-types",
        members=_concepts("stakeholder-types"),
    )
)
register(
    Measure(
        "forum.high_level_representatives",
        _("High-level representatives"),
        _("Ministers, heads of agencies and other high-level persons who took part in any session of the Forum, as the convener counted them."),
        _("people"),
    )
)
register(Measure("forum.speakers", _("Speakers"), _("Persons who spoke in any session of the Forum, as the source counted them."), _("people")))
register(
    Measure(
        "forum.high-level-policy.speakers",
        _("Speakers in high-level policy sessions"),
        _("High-level persons who spoke in the high-level policy sessions, as the convener counted them."),
        _("speakers"),
    )
)
register(
    Measure(
        "forum.high-level-policy.participants",
        _("Participants in high-level policy sessions"),
        _("People who attended the high-level policy sessions, as the convener counted them."),
        _("people"),
    )
)
register(
    Measure(
        "forum.high-level-policy.countries",
        _("Countries in high-level policy sessions"),
        _("Countries from which somebody attended the high-level policy sessions, as the convener counted them."),
        _("countries"),
    )
)
register(
    Measure(
        "forum.workshops.theme",
        _("Workshops by theme"),
        _("Workshops of the Forum that dealt with the theme, as the convener counted them; unlike the sessions, other types do not count."),
        _("workshops"),
        dimension="themes",
        members=_concepts("themes"),
    )
)
register(
    Measure(
        "ocp.submissions",
        _("Submissions to the Open Consultation Process"),
        _("Submissions that the convener received in the Open Consultation Process up to the date of the report."),
        _("submissions"),
    )
)
register(
    Measure(
        "ocp.submissions.stakeholder-type",
        _("Submissions to the Open Consultation Process by stakeholder type"),
        _("Share of each stakeholder type among the submissions to the Open Consultation Process, as the convener published it."),
        _("percent"),
        dimension="stakeholder-types",
        members=_concepts("stakeholder-types"),
    )
)
register(
    Measure(
        "hltf.facilitators_shown",
        _("High-Level Track Facilitators shown"),
        _("High-Level Track Facilitators whom the convener presented by name for the edition."),
        _("people"),
    )
)
register(
    Measure("photo.winners", _("Winners of the photo contest"), _("Entries of the photo contest that are awarded, as the call announces them."), _("entries"))
)
register(
    Measure(
        "ungis.side_event",
        _("UNGIS side event"),
        _("Day and hour of the side event that the United Nations Group on the Information Society held at the High-level Political Forum."),
        _("instant"),
    )
)
register(
    Measure(
        "regional_meetings",
        _("Regional meetings"),
        _("Meetings that the UN regional commissions held for the edition, as the convener listed them with date and hosts."),
        _("meetings"),
    )
)

# The hackathon is part of the Forum, so its figures stand here and in no other room.
register(
    Measure(
        "hackathon.participants",
        _("Participants in the hackathon"),
        _("People who took part in the Forum's hackathon, as the convener counted them."),
        _("people"),
    )
)
register(
    Measure(
        "hackathon.countries",
        _("Countries in the hackathon"),
        _("Countries from which somebody took part in the Forum's hackathon, as the convener counted them."),
        _("countries"),
    )
)
