from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from plenary.engines.calls.models import Call, Phase
from plenary.ground.framework.models import Concept, Edition, Scheme
from plenary.ground.framework.text import Text
from plenary.ground.search import index


@pytest.fixture(autouse=True)
def own_index(settings, tmp_path, monkeypatch):
    settings.SEARCH_INDEX = tmp_path / "index"
    monkeypatch.setattr(index, "_open", None)


@pytest.fixture
def process(db):
    """A small process: three editions, two calls, an action line, a goal, a region."""
    made = {}
    for code, address, label in (("action-lines", "action-lines", "E-health"), ("sdgs", "sdgs", "Good health"), ("itu-regions", "regions", "Africa")):
        scheme = Scheme.objects.create(code=code, address=address, title=Text.of(code), source="A source", licence="A licence")
        made[code] = Concept.objects.create(
            scheme=scheme, code={"action-lines": "C7-4", "sdgs": "3", "itu-regions": "africa"}[code], label=Text({"en": label, "ar": "الصحة"})
        )
    for year in (2019, 2020, 2021):
        Edition.objects.create(code=str(year), name=Text.of(f"Forum {year}"), starts_on=date(year, 4, 8), ends_on=date(year, 4, 12), place=Text.of("Geneva"))
    Edition.objects.create(code="2012", name=Text.of("Forum 2012"), is_stub=True)
    Edition.objects.create(code="demo", name=Text.of("Demonstration"), starts_on=date(2026, 1, 1), anchor=date(2026, 1, 1))
    edition = Edition.objects.get(code="2021")
    now = timezone.now()
    for slug, title, closes in (("prizes", "Submit a project", timezone.timedelta(days=3)), ("photos", "Photo contest", timezone.timedelta(days=-3))):
        call = Call.objects.create(edition=edition, slug=slug, title=Text.of(title), purpose=Text.of("What it is for"))
        Phase.objects.create(
            call=call, code="submit", kind="collect", title=Text.of("Submission"), opens_at=now - timezone.timedelta(days=9), closes_at=now + closes
        )
    return made
