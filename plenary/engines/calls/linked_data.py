"""A call as linked data (schema.org), for search engines and other machines.

schema.org has no type for a call; its dates are events, which is what calendars of search engines read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse

from plenary.engines.calls.models import Call
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
    starts, ends = phase.opens_at or phase.closes_at, phase.closes_at
    part: dict[str, Any] = {
        "@type": "Event",
        "name": str(phase.title),
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
        "location": {"@type": "VirtualLocation", "url": phase.link or address},
    }
    if starts is not None:
        part["startDate"] = starts.isoformat()
    if ends is not None:
        part["endDate"] = ends.isoformat()
    return part
