"""What stands in edition folders: tracks, rooms and the sessions on record."""

from __future__ import annotations

import csv
import tomllib
from collections import Counter

import pytest
from django.conf import settings

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text
from plenary.programmes.forum.importing.files import read_programme
from plenary.programmes.forum.sections import TrackRow, Tracks, VenueRow, Venues
from plenary.programmes.forum.tests.data import make_edition

EDITIONS = settings.ROOT / "editions"
RECORDS = sorted(EDITIONS.glob("wsis-*/records/sessions.csv"))
TRACKS = sorted(EDITIONS.glob("*/tracks.toml"))


def test_the_sessions_on_record_are_84_each_with_its_source():
    rows = [(path.parents[1].name, row) for path in RECORDS for row in csv.DictReader(path.open(encoding="utf-8"))]
    assert len(rows) == 84
    assert all(row["source"] for _folder, row in rows)
    assert all(folder == f"wsis-{row['edition_year']}" for folder, row in rows)
    assert Counter(folder for folder, _row in rows)["wsis-2020"] == 22


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.parents[1].name)
def test_each_file_of_records_can_be_read(path):
    edition = Edition(code=path.parents[1].name.removeprefix("wsis-"), zone="Europe/Zurich", name=Text.of("x"))
    programme = read_programme(path, edition)
    assert not programme.problems.found
    assert all(session.number for session in programme.sessions)


def test_special_tracks_are_those_of_the_deck():
    def special(folder: str) -> list[str]:
        rows = tomllib.loads((EDITIONS / folder / "tracks.toml").read_text(encoding="utf-8"))["tracks"]
        return [row["code"] for row in rows if row.get("is_special")]

    assert special("wsis-2020") == ["older-persons", "youth", "accessibility", "gender", "sports"]
    assert special("wsis-2021") == ["youth", "accessibility", "gender", "extended-reality", "older-persons", "cybersecurity", "sports"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("section", "row", "path"),
    [(Tracks(), TrackRow, path) for path in TRACKS] + [(Venues(), VenueRow, path) for path in sorted(EDITIONS.glob("*/venues.toml"))],
    ids=lambda value: value.parent.name if hasattr(value, "parent") else "",
)
def test_what_is_loaded_is_what_is_dumped(section, row, path):
    edition = make_edition(path.parent.name.removeprefix("wsis-"))
    rows = [row.model_validate({key: value for key, value in each.items() if key != "theme"}) for each in tomllib.loads(path.read_text())[section.name]]
    for each in rows:
        section.write(edition, each, SYSTEM)
    assert section.read(edition) == sorted(rows, key=lambda each: (each.position, each.code))
    section.remove(edition, rows[0].code, SYSTEM)
    assert len(section.read(edition)) == len(rows) - 1
