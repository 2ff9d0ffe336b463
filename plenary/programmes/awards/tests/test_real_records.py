"""The records that come with the editions: whole, without doubles, each with its source."""

import csv
import json
from datetime import date

import pytest
from django.conf import settings

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.actions import load_concepts
from plenary.ground.framework.editions.records import importers
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text
from plenary.programmes.awards.importing import import_awards
from plenary.programmes.awards.models import Award
from plenary.programmes.stocktaking.importing.entries import import_entries
from plenary.programmes.stocktaking.models import Entry

FOLDERS = sorted((settings.ROOT / "editions").glob("wsis-*/records"))


@pytest.fixture
def loaded(db):
    load_concepts(actor=SYSTEM)
    for folder in FOLDERS:
        year = folder.parent.name.removeprefix("wsis-")
        edition = Edition.objects.create(code=year, name=Text.of(year), starts_on=date(int(year), 5, 1))
        for name, importer in importers().items():
            if name in ("entries.jsonl", "awards.csv") and (folder / name).exists():
                importer(folder / name, edition, SYSTEM)


def test_all_are_there_each_with_its_source(loaded, client):
    assert Award.objects.count() == 164
    assert Award.objects.filter(category__isnull=True).count() == 48
    assert not Award.objects.filter(source="").exists()
    assert not Entry.objects.filter(source="").exists()
    assert Entry.objects.count() == 170  # 163 projects with awards, one of them in two years, and seven without
    assert dict.fromkeys(Award.objects.values_list("level", flat=True)).keys() == {"submitted", "nominated", "champion", "winner", "special", "awarded"}
    assert Award.objects.exclude(number="").count() == 3
    assert Entry.objects.get(number="16706023296029494").awards.get().level == "champion"
    for folder in FOLDERS:
        assert client.get(f"/prizes/{folder.parent.name.removeprefix('wsis-')}/").status_code == 200


def test_the_same_projects_from_another_file_are_no_new_ones(loaded, tmp_path):
    everything = tmp_path / "all.csv"
    prizes = tmp_path / "all.jsonl"
    rows = [row for folder in FOLDERS for row in csv.DictReader((folder / "awards.csv").open(encoding="utf-8"))]
    with everything.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [name for name in rows[0] if name != "number"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    prizes.write_text("".join(
        json.dumps({"kind": "prize_entry", "title": row["title"], "org": row["org"], "country_iso3": row["country_iso3"], "year": int(row["year"]), "status": row["status"]}) + "\n"
        for row in rows), encoding="utf-8")  # fmt: skip
    import_awards(actor=SYSTEM, path=everything)
    import_entries(actor=SYSTEM, path=prizes)
    assert (Award.objects.count(), Entry.objects.count()) == (164, 170)
