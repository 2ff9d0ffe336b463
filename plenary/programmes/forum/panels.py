"""What this room shows on the pages of others."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import F, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from plenary.ground.audit.actors import may
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.people.access import actor_of
from plenary.ground.people.models import Organisation
from plenary.ground.people.queries import public_where
from plenary.ground.web.panels import Panel, panel
from plenary.programmes.forum import queries
from plenary.programmes.forum.models import Session, Track

_SHOWN = 5
_FILTERS = {scheme: name for name, scheme in queries.SCHEMES.items()}


@panel("concept", position=40)
def sessions_about(concept: Concept, request: HttpRequest) -> Panel | None:
    """Sessions about an action line, a goal or a theme, the latest first, and how many each year had."""
    name = _FILTERS.get(concept.scheme.code)
    if name is None:
        return None
    sessions = queries.about(queries.held(), concept.scheme.code, [concept.code])
    counts = queries.per_edition(sessions)
    if not counts:
        return None
    latest = queries.for_list(sessions).order_by(F("edition__starts_on").desc(nulls_last=True), F("day").desc(nulls_last=True), "number")[:_SHOWN]
    years = [
        {"edition": edition, "count": count, "path": f"{reverse('forum:programme', args=[edition.code])}?{urlencode({name: concept.code})}"}
        for edition, count in counts
    ]
    total = sum(count for _edition, count in counts)
    return Panel(_("Sessions of the Forum"), "forum/parts/concept_panel.html", {"sessions": list(latest), "years": years, "total": total}, anchor="sessions")


@public_where
def organises_sessions() -> Q:
    """Whoever organises a public session is named on its page."""
    return Q(pk__in=Session.organisers.through.objects.filter(session__in=queries.visible().order_by().values("pk")).values("organisation_id"))


@panel("organisation", position=40)
def sessions_of(organisation: Organisation, request: HttpRequest) -> Panel | None:
    """The sessions that an organisation held, the latest first, and how many each year had."""
    sessions = queries.held().filter(organisers=organisation)
    counts = queries.per_edition(sessions)
    if not counts:
        return None
    latest = queries.for_list(sessions).order_by(F("edition__starts_on").desc(nulls_last=True), F("day").desc(nulls_last=True), "number")[:_SHOWN]
    years = [{"edition": edition, "count": count, "path": reverse("forum:programme", args=[edition.code])} for edition, count in counts]
    total = sum(count for _edition, count in counts)
    return Panel(_("Sessions of the Forum"), "forum/parts/concept_panel.html", {"sessions": list(latest), "years": years, "total": total}, anchor="sessions")


@panel("edition", position=40)
def programme_of(edition: Edition, request: HttpRequest) -> Panel | None:
    """The programme of an edition in figures, with its tracks."""
    figures = queries.figures(edition)
    tracks = list(Track.objects.filter(edition=edition))
    if not figures.sessions and not tracks:
        return None
    return Panel(_("Forum"), "forum/parts/edition_panel.html", {"edition": edition, "figures": figures, "tracks": tracks}, anchor="forum")


@panel("forum", position=10)
def facilitators_of(edition: Edition, request: HttpRequest) -> Panel | None:
    """Who moderates the High-Level Track."""
    found = list(queries.facilitators_of(edition))
    return Panel(_("High-Level Track Facilitators"), "forum/parts/facilitators_panel.html", {"facilitators": found}, anchor="facilitators") if found else None


@panel("forum", position=90)
def proposals_of(edition: Edition, request: HttpRequest) -> Panel | None:
    """What is not in the programme yet, for the secretariat."""
    if not may(actor_of(request), "forum.edit", edition):
        return None
    number = queries.proposals(edition).count()
    return Panel(_("Proposals"), "forum/parts/proposals_panel.html", {"edition": edition, "number": number}, anchor="proposals") if number else None
