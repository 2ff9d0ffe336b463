"""The trail: who did what, when and why, over the whole site."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from pydantic import Field

from plenary.faces.desk import trails
from plenary.faces.desk.access import DeskRequest, desk_page
from plenary.faces.desk.shell import show
from plenary.ground.audit.models import TrailRecord
from plenary.ground.audit.words import verb_in_words
from plenary.ground.people.models import User
from plenary.ground.web.query import Query, page_of, read_query

SIZE = 50


class TrailQuery(Query):
    kind: str = Field("", max_length=64)
    verb: str = Field("", max_length=64)
    actor: str = Field("", max_length=64)
    key: str = Field("", max_length=200)
    day: date | None = None
    until: date | None = None


@desk_page("audit.view_trail")
def trail(request: DeskRequest) -> HttpResponse:
    """All records, newest first, filtered."""
    asked = read_query(request, TrailQuery)
    found = trails.records()
    for name in ("kind", "verb", "actor", "key"):
        if value := getattr(asked, name):
            found = found.filter(**{"actor_id" if name == "actor" else name: value})
    zone = ZoneInfo(settings.CONVENER_ZONE)
    if asked.day:
        found = found.filter(at__gte=datetime.combine(asked.day, time.min, zone))
    if asked.until and asked.until < date.max:
        found = found.filter(at__lt=datetime.combine(asked.until + timedelta(days=1), time.min, zone))
    page = page_of(found, asked.page, SIZE)
    return show(
        request,
        "desk/trail.html",
        crumbs=[(_("Trail"), "")],
        page=page,
        lines=trails.in_words(page.object_list, request.user),
        asked=asked,
        kinds=sorted(((kind, trails.kind_in_words(kind)) for kind in _distinct("kind")), key=lambda pair: pair[1]),
        verbs=sorted(((verb, verb_in_words(verb)) for verb in _distinct("verb")), key=lambda pair: pair[1]),
        actors=_actors(),
    )


def _distinct(column: str) -> list[str]:
    return list(TrailRecord.objects.order_by().values_list(column, flat=True).distinct())


def _actors() -> list[tuple[str, str]]:
    """Those who have a name here; a few hundred staff at most, since contributors act through their submissions."""
    ids = _distinct("actor_id")[:1000]
    named = [(user.trail_id, str(user)) for user in User.objects.filter(trail_id__in=ids[:900]).select_related("person")]
    system = [("system", _("The platform itself"))] if "system" in ids else []
    return system + sorted(named, key=lambda pair: pair[1])
