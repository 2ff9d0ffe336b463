"""Small programmes that the tests write themselves."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from plenary.ground.framework.models import Concept, Edition, Scheme
from plenary.ground.framework.text import Text


def make_edition(code: str = "2020", zone: str = "Europe/Zurich") -> Edition:
    return Edition.objects.create(code=code, name=Text.of(f"Forum {code}"), starts_on=date(int(code), 6, 22), ends_on=date(int(code), 9, 10), zone=zone)


def make_concepts() -> dict[str, Concept]:
    """A few concepts of each scheme that sessions use; C7 has a part."""
    found = {}
    for scheme, codes in {
        "action-lines": ["C1", "C5", "C7"],
        "sdgs": ["3", "5"],
        "themes": ["covid-19", "youth"],
        "session-types": ["high-level-policy-session", "thematic-workshop"],
    }.items():
        owner = Scheme.objects.create(code=scheme, title=Text.of(scheme), address=scheme)
        for position, code in enumerate(codes):
            label = code.replace("-", " ").capitalize()
            found[code] = Concept.objects.create(scheme=owner, code=code, label=Text.of(label), position=position)
        if scheme == "action-lines":
            found["C7-4"] = Concept.objects.create(scheme=owner, code="C7-4", label=Text.of("E-health"), parent=found["C7"], position=9)
    return found


def event(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "guid": f"0000-{number}",
        "date": "2020-07-01T13:00:00+02:00",
        "start": "13:00",
        "duration": "01:00",
        "room": "Room A",
        "title": f"Session {number:04}",
        "track": "ICTs and Youth",
        "type": "Thematic workshop",
        "language": "en",
        "abstract": "About something.",
        "description": "",
        "persons": [{"id": 1, "public_name": "Participant 0001"}],
        "links": [],
        **more,
    }


def frab_json(folder: Path, *events: dict[str, Any], days: int = 1, **conference: Any) -> Path:
    path = folder / "schedule.json"
    first = {"index": 1, "date": "2020-07-01", "rooms": {"Room A": list(events)}}
    content = {"acronym": "test", "title": "Test", "daysCount": days, "days": [first], "time_zone_name": "Europe/Zurich", **conference}
    path.write_text(json.dumps({"schedule": {"version": "1", "conference": content}}), encoding="utf-8")
    return path


def table(folder: Path, text: str, name: str = "sessions.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
