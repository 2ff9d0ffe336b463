"""A call as linked data (schema.org), for search engines and other machines.

schema.org has no type for a call; its dates are events, which is what calendars of search engines read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from plenary.engines.calls.instants import day_in
from plenary.engines.calls.models import Call, Phase
from plenary.engines.calls.queries import Step


def of_call(call: Call, steps: Sequence[Step]) -> dict[str, Any]:
    """The call as an event series whose parts are its dated phases."""
    address = f"{settings.BASE_URL}{reverse('calls:call', args=[call.edition.code, call.slug])}"
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "EventSeries",
        "@id": address,
        "url": address,
        "name": str(call.title),
        "organizer": {"@type": "Organization", "name": str(settings.SITE_NAME), "url": settings.BASE_URL},
    }
    if call.purpose:
        data["description"] = str(call.purpose)
    parts = [_part(step, address) for step in steps if step.phase.opens_at or step.phase.closes_at]
    if parts:
        data["subEvent"] = parts
    return data


def _part(step: Step, address: str) -> dict[str, Any]:
    phase = step.phase
    part: dict[str, Any] = {
        "@type": "Event",
        "name": str(phase.title),
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
        "location": {"@type": "VirtualLocation", "url": phase.link or address},
    }
    starts, ends = phase.opens_at or phase.closes_at, phase.closes_at
    if starts is not None:
        part["startDate"] = _written(starts, phase, of_a_day=phase.all_day or (starts == phase.opens_at and phase.opens_on_a_day))
    if ends is not None:
        part["endDate"] = _written(ends, phase, of_a_day=phase.all_day)
    return part


def _written(at: datetime, phase: Phase, *, of_a_day: bool) -> str:
    """The day by the phase's clock where no more is known, else the instant in its zone."""
    return day_in(at, phase.zone).isoformat() if of_a_day else at.astimezone(ZoneInfo(phase.zone)).isoformat(timespec="seconds")
