"""Calls in edition folders."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from plenary.engines.calls.models import Call, Phase
from plenary.engines.calls.sections import CallRow, Calls, PhaseRow
from plenary.engines.calls.tests.test_stages import geneva, make_edition
from plenary.ground.audit.actors import SYSTEM

FOLDERS = sorted(path for path in (settings.ROOT / "editions").glob("*/calls.toml"))
CALL = {"slug": "prizes", "title": "Prizes"}
PHASE = {"code": "submission", "kind": "collect", "title": "Submission"}


def rows_of(path: Path) -> list[CallRow]:
    return [CallRow.model_validate(row) for row in tomllib.loads(path.read_text(encoding="utf-8"))["calls"]]


@pytest.mark.django_db
@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.parent.name)
def test_what_is_loaded_is_what_is_dumped(path):
    edition = make_edition(path.parent.name)
    if path.parent.name == "demo":
        edition.anchor = date(2026, 7, 6)
        edition.save()
    section, rows = Calls(), rows_of(path)
    for row in rows:
        section.write(edition, row, SYSTEM)
    assert section.read(edition) == sorted(rows, key=lambda row: (row.position, row.slug))


@pytest.mark.django_db
def test_the_calls_of_2021_are_those_of_the_deck():
    edition = make_edition()
    for row in rows_of(settings.ROOT / "editions" / "wsis-2021" / "calls.toml"):
        Calls().write(edition, row, SYSTEM)
    phases = {(phase.call.slug, phase.code): phase for phase in Phase.objects.select_related("call")}
    submission = phases["prizes", "submission"]
    assert (submission.opens_at, submission.closes_at, submission.all_day) == (geneva(2020, 11, 5), geneva(2021, 1, 25, 23), False)
    assert phases["prizes", "vote"].closes_at == geneva(2021, 3, 31, 23)
    assert sum(1 for slug, _code in phases if slug == "prizes") == 5
    assert sum(1 for slug, _code in phases if slug == "open-consultation") == 5
    for slug, code, day in (
        ("open-consultation", "submissions", date(2021, 3, 8)),
        ("high-level-track-facilitators", "nominations", date(2021, 3, 8)),
        ("photo-contest", "submission", date(2021, 3, 8)),
        ("stocktaking", "submission", date(2021, 1, 25)),
        ("stocktaking-update", "submission", date(2021, 1, 25)),
        ("open-consultation-workshops", "submissions", date(2021, 3, 8)),
        ("open-consultation-exhibition", "submissions", date(2021, 3, 8)),
        ("open-consultation-speakers", "submissions", date(2021, 3, 8)),
        ("open-consultation", "final-brief", date(2021, 4, 19)),
    ):
        assert phases[slug, code].all_day
        assert phases[slug, code].last_day == day
    second = phases["open-consultation", "second-meeting"]
    assert (second.opens_at, second.closes_at) == (geneva(2021, 2, 1, 14), geneva(2021, 2, 1, 15))
    assert phases["covid-19-repository", "submission"].closes_at is None
    assert phases["hackathon", "hackathon"].opens_at is None, "the deck gives no dates"
    assert Call.objects.get(slug="prizes").decisions == ["eligible", "nominated"]


@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.parent.name)
def test_titles_and_purposes_are_in_six_languages(path):
    for row in rows_of(path):
        for text in (row.title, row.purpose, *(phase.title for phase in row.phases)):
            assert set(text.texts) == {"en", "ar", "zh", "fr", "ru", "es"}, row.slug


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"opens": "2021-02-30"}, "2021-02-30"),
        ({"closes": "8 March"}, "8 March"),
        ({"opens": "2021-03-08T10:00", "closes": "2021-03-09"}, "time of day"),
        ({"opens": "2021-03-08", "closes": "2021-03-07"}, "before it opens"),
        ({"closes": "2021-03-08T23:00+01:00"}, "offset"),
        ({"zone": "Geneva"}, "time zone"),
        ({"kind": "lottery"}, "Input should be"),
        ({"link": "javascript:alert(1)"}, "web address"),
        ({"colour": "red"}, "not permitted"),
        ({"title": ""}, "no title"),
    ],
)
def test_a_wrong_phase_is_refused_with_words(wrong, words):
    with pytest.raises(ValidationError, match=words):
        PhaseRow.model_validate({**PHASE, **wrong})


def test_two_phases_of_one_code_are_refused():
    with pytest.raises(ValidationError, match="two phases"):
        CallRow.model_validate({**CALL, "phases": [PHASE, PHASE]})


@pytest.mark.django_db
@given(
    opens=st.none() | st.dates(date(2000, 1, 1), date(2040, 1, 1)),
    closes=st.none() | st.dates(date(2000, 1, 1), date(2040, 1, 1)),
    zone=st.sampled_from(["Europe/Zurich", "Africa/Nairobi", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "UTC"]),
    clock=st.none() | st.times(),
    anchored=st.booleans(),
)
def test_any_phase_survives_the_round_trip(opens, closes, zone, clock, anchored, django_db_blocker):
    from plenary.ground.framework.models import Edition

    if opens and closes and closes < opens:
        opens, closes = closes, opens
    at = f"T{clock.replace(second=0, microsecond=0):%H:%M}" if clock else ""
    values = {"opens": opens.isoformat() if opens else "", "closes": f"{closes.isoformat()}{at}" if closes else "", "zone": zone}
    if opens and closes and opens == closes and at:
        values["opens"] = ""
    row = CallRow.model_validate({**CALL, "phases": [{**PHASE, **values}]})
    Edition.objects.all().delete()
    edition = make_edition("round")
    edition.anchor = date(2026, 7, 6) if anchored else None
    edition.save()
    Calls().write(edition, row, SYSTEM)
    once = Calls().read(edition)
    first = Phase.objects.get()
    before = (first.opens_at, first.closes_at, first.all_day)
    Calls().write(edition, once[0], SYSTEM)
    again = Phase.objects.get()
    assert (again.opens_at, again.closes_at, again.all_day) == before
    assert Calls().read(edition) == once
    if not anchored and not _in_a_gap(closes, clock, zone) and not _in_a_gap(opens, None, zone):
        assert once == [row]


def _in_a_gap(day, clock, zone) -> bool:
    """Whether the clock leaps over this wall time (midnight, where none is given)."""
    from datetime import UTC, datetime, time
    from zoneinfo import ZoneInfo

    if day is None:
        return False
    wall = datetime.combine(day, (clock or time.min).replace(second=0, microsecond=0))
    late = datetime.combine(day, time.max)
    return any(each.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != each for each in (wall, late))
