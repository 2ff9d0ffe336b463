"""A generated programme for the demo: plainly made up, with days relative to the day it is made."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.text import Text
from plenary.programmes.forum import actions
from plenary.programmes.forum.importing.data import PersonData, SessionData
from plenary.programmes.forum.models import Session

_TITLES = {"en": "Session", "ar": "جلسة", "zh": "会议", "fr": "Session", "ru": "Заседание", "es": "Sesión"}
_SUMMARY = {
    "en": "Generated for the demonstration.",
    "ar": "أُنشئت لأغراض العرض التوضيحي.",
    "zh": "为演示而生成。",
    "fr": "Générée pour la démonstration.",
    "ru": "Создано для демонстрации.",
    "es": "Generada para la demostración.",
}
_TRACKS = (("Forum Track", False), ("High-Level Track", False), ("ICTs and Older Persons", True), ("ICTs and Youth", True))
_ROOMS = ("Room A", "Room B", "Room C", "Online")
_HOURS = (9, 10, 11, 13, 14, 15, 16)


@transaction.atomic
def make_demo_programme(edition: Edition, sessions: int = 40) -> int:
    """Make the missing ones of ``Session 0001`` and so on; how many were made.

    Three weeks of it are past and the rest is to come; each tenth has no day yet, each twentieth is cancelled.
    """
    anchor = edition.anchor or timezone.localdate()
    pools = {
        scheme: list(Concept.objects.filter(scheme__code=scheme, retired_on__isnull=True, children__isnull=True).order_by("position", "code"))
        for scheme in ("action-lines", "sdgs", "themes", "session-types")
    }
    for position, (title, is_special) in enumerate(_TRACKS, 1):
        actions.put_track(
            actor=SYSTEM, edition=edition, code=title.lower().replace(" ", "-"), title=Text.of(title), is_special=is_special, position=position * 10
        )
    a_day = len(_HOURS) * len(_ROOMS)
    data = []
    for number in range(1, sessions + 1):
        slot = (number - 1) * 7 % max(sessions, a_day)
        day = anchor + timedelta(days=slot // a_day * 2 - 21 + slot % 30)
        starts = datetime.combine(day, time(_HOURS[slot % len(_HOURS)]), ZoneInfo(edition.zone))
        each = SessionData(
            place=f"session {number}",
            source_id=f"demo:{number:04}",
            number=f"{number:04}",
            title=Text({language: f"{word} {number:04}" for language, word in _TITLES.items()}),
            summary=Text(_SUMMARY),
            track=_TRACKS[number % len(_TRACKS)][0],
            room=_ROOMS[slot // len(_HOURS) % len(_ROOMS)],
            hosts=f"Organisation {number % 30 + 1:04}",
            languages=["en", "fr"] if number % 3 else ["ar"],
            people=[PersonData(f"Participant {(number * 3 + part) % 200 + 1:04}", "moderator" if part == 0 else "speaker") for part in range(number % 4)],
        )
        if number % 10:
            each.starts_at, each.ends_at = starts, starts + timedelta(minutes=45)
        for scheme, few in (("action-lines", 2), ("sdgs", 2), ("themes", 1)):
            pool = pools[scheme]
            each.concepts[scheme] = [pool[(number * 5 + step * 7) % len(pool)].code for step in range(few)] if pool else []
        if pools["session-types"]:
            each.kind = pools["session-types"][number % len(pools["session-types"])].code
        data.append(each)
    report = actions.put_sessions(actor=SYSTEM, edition=edition, sessions=data, file="demo")
    if report.added:
        for session in Session.objects.filter(edition=edition, source_id__startswith="demo:", state=Session.State.PUBLIC).select_related("edition"):
            if int(session.number) % 20 == 0:
                actions.change_state(actor=SYSTEM, session=session, state=Session.State.CANCELLED, reason="demo")
    return report.added


def make_demo() -> None:
    """What the start of a demo adds: enough for a programme of some pages."""
    edition = Edition.objects.filter(code="demo").first()
    if edition is not None:
        make_demo_programme(edition, 120)
