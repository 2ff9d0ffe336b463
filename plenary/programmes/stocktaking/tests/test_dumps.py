"""The nightly files: what they hold, what they never hold, how they are made and swapped in."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import tracemalloc
import zipfile
from datetime import UTC, datetime

import duckdb
import pytest
import time_machine
from click.testing import CliRunner
from django.utils.translation import override
from django_tasks_db.models import DBTaskResult

from plenary.errors import Conflict
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.text import Text
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.commands import group
from plenary.programmes.stocktaking.drafts import WebLink
from plenary.programmes.stocktaking.dumps import contents, making, places
from plenary.programmes.stocktaking.dumps.tables import described
from plenary.programmes.stocktaking.dumps.tasks import dump_nightly, keep_dumping, next_night
from plenary.programmes.stocktaking.models import Entry, EntryContact
from plenary.programmes.stocktaking.tests.harvesters import many_entries
from plenary.programmes.stocktaking.tests.making import make_entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA = tmp_path


@pytest.fixture
def entries(world) -> list[Entry]:
    first = make_entry(
        world,
        "",
        "action-lines C7-4",
        "sdgs 3",
        "countries KE",
        body="Ministry of Health",
        kind="government",
        text=Text({"fr": "=Télémédecine", "en": "Telemedicine"}, "fr", frozenset({"en"})),
        description=Text.of("One line\nand \x1f another; “quoted”, 医"),
        starts_on=datetime(2019, 1, 1).date(),
        web_links=(WebLink("https://example.org/more", "More"),),
    )
    EntryContact.objects.create(entry=first, name="Contact 0001", email="contact0001@example.org", phone="+41 00 000 00 01")
    second = make_entry(world, "Plain", edition="")
    gone = make_entry(world, "Withdrawn one", body="Hidden Organisation")
    actions.withdraw_entry(actor=SYSTEM, entry=gone, reason="A test")
    make_entry(world, "Draft one", state=Entry.State.DRAFT)
    return [first, second]


def rows_of(day: places.Day) -> list[dict]:
    with gzip.open(day.folder / "entries.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def table_of(day: places.Day) -> list[dict]:
    with zipfile.ZipFile(day.folder / "entries.csv.zip") as archive, archive.open("entries.csv") as file:
        return list(csv.DictReader(io.TextIOWrapper(file, encoding="utf-8-sig", newline="")))


def plain_table(day: places.Day, name: str) -> list[dict]:
    with (day.folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_all_files_hold_exactly_what_is_public(entries):
    made = making.make()
    numbers = [entry.number for entry in entries]
    assert made.entries == 2
    assert [row["number"] for row in rows_of(made)] == numbers
    assert [row["number"] for row in table_of(made)] == numbers
    assert [row[0] for row in duckdb.sql(f"SELECT number FROM '{made.folder / 'entries.parquet'}'").fetchall()] == numbers
    assert [row["name"] for row in plain_table(made, "organisations.csv")] == ["Ministry of Health"]
    assert {"C7-4", "KE", "3"} <= {row["code"] for row in plain_table(made, "concepts.csv")}


def test_values_come_through_in_each_format(entries, settings):
    made = making.make()
    row = rows_of(made)[0]
    assert row["title"] == {"original": "fr", "texts": {"fr": "=Télémédecine", "en": "Telemedicine"}, "machine": ["en"]}
    assert row["url"] == f"{settings.BASE_URL}/stocktaking/{row['number']}/"
    assert row["starts_on"] == "2019-01-01"
    assert row["ends_on"] is None
    assert row["action_lines"] == ["C7-4"]
    assert row["organisations"][0]["role"] == "lead"
    assert row["web_links"] == [{"url": "https://example.org/more", "label": "More"}]
    assert row["updated_at"].endswith("Z")
    flat = table_of(made)[0]
    assert flat["title"] == "'=Télémédecine", "no spreadsheet takes it for a formula"
    assert (flat["title_language"], json.loads(flat["title_translations"])) == ("fr", {"en": "Telemedicine"})
    assert flat["countries"] == "KE"
    assert json.loads(flat["organisations"])[0]["name"]["texts"] == {"en": "Ministry of Health"}
    typed = duckdb.sql(f"SELECT title, starts_on, countries, len(concepts), summary, year FROM '{made.folder / 'entries.parquet'}'").fetchall()
    assert typed[0][0] == {"original": "fr", "texts": {"fr": "=Télémédecine", "en": "Telemedicine"}, "machine": ["en"]}
    assert typed[0][1].isoformat() == "2019-01-01"
    assert typed[0][2:4] == (["KE"], 3)
    assert typed[1][4:] == (None, None)


def test_no_file_holds_a_contact(entries):
    made = making.make()
    for path in made.folder.iterdir():
        content = path.read_bytes()
        if path.name.endswith(".zip"):
            content = zipfile.ZipFile(path).read("entries.csv")
        elif path.name.endswith(".gz"):
            content = gzip.decompress(content)
        elif path.name.endswith(".parquet"):
            content = json.dumps(duckdb.sql(f"SELECT COLUMNS(*)::VARCHAR FROM '{path}'").fetchall()).encode()
        for secret in (b"contact0001@example.org", b"Contact 0001", b"+41 00 000 00 01", b"Hidden Organisation", b"Withdrawn one", b"Draft one"):
            assert secret not in content, (path.name, secret)


def test_the_dictionary_names_every_column_of_every_file(entries):
    made = making.make()
    dictionary = plain_table(made, "dictionary.csv")
    assert dictionary == json.loads((made.folder / "dictionary.json").read_text("utf-8"))
    for table in ("entries", "concepts", "organisations"):
        told = [column for row in dictionary if row["table"] == table and row["csv_columns"] for column in row["csv_columns"].split("; ")]
        with (made.folder / f"{table}.csv").open(encoding="utf-8-sig") if table != "entries" else io.StringIO(",".join(table_of(made)[0])) as file:
            assert told == next(csv.reader(file))
        package = next(each for each in made.files if each["path"].startswith(f"{table}.csv"))
        assert [column["name"] for column in package["schema"]["fields"]] == told
    tops = [row for row in dictionary if row["table"] == "entries" and "." not in row["field"]]
    assert [row["field"] for row in tops] == list(rows_of(made)[0])
    parquet = duckdb.sql(f"DESCRIBE SELECT * FROM '{made.folder / 'entries.parquet'}'").fetchall()
    assert [name for name, *_rest in parquet] == [row["field"] for row in tops]
    described_there = dict(duckdb.sql(f"SELECT key, value FROM parquet_kv_metadata('{made.folder / 'entries.parquet'}')").fetchall())
    assert described_there[b"results"] == b"What came of it."
    assert all(row["description"] for row in dictionary)
    with override("fr"):
        assert len(described(contents.TABLES)) == len(dictionary)


def test_checksums_and_description_fit_the_files(entries):
    made = making.make()
    sums = dict(reversed(line.split("  ")) for line in (made.folder / "SHA256SUMS").read_text().splitlines())
    assert sums.keys() == {path.name for path in made.folder.iterdir()} - {"SHA256SUMS"}
    for name, told in sums.items():
        assert hashlib.sha256((made.folder / name).read_bytes()).hexdigest() == told
    for each in made.files:
        assert each["bytes"] == (made.folder / each["path"]).stat().st_size
        assert each["hash"] == f"sha256:{sums[each['path']]}"


def test_a_day_is_swapped_in_whole_and_a_week_is_kept(entries):
    for day in range(1, 10):
        with time_machine.travel(datetime(2026, 3, day, 12, tzinfo=UTC), tick=False):
            making.make()
    assert [each.day for each in places.days()] == [f"2026-03-{day:02}" for day in range(9, 2, -1)]
    open_file = (places.newest().folder / "entries.jsonl.gz").open("rb")
    with time_machine.travel(datetime(2026, 3, 9, 13, tzinfo=UTC), tick=False):
        actions.withdraw_entry(actor=SYSTEM, entry=entries[0], reason="A test")
        again = making.make()
    assert again.entries == 1
    assert len(gzip.decompress(open_file.read()).splitlines()) == 2, "who reads the old file goes on reading it"
    open_file.close()
    assert not [each.name for each in places.root().iterdir() if each.name.startswith((".old", ".making"))]


def test_what_breaks_leaves_the_old_files_in_place(entries, monkeypatch):
    before = making.make()

    def breaks(*arguments):
        raise OSError("no space left")

    monkeypatch.setattr(making, "_write_parquet", breaks)
    with pytest.raises(OSError, match="no space"):
        making.make()
    assert places.newest().package == before.package
    monkeypatch.undo()
    assert making.make().entries == 2


def test_they_are_not_made_twice_at_once(entries):
    places.root().mkdir(parents=True)
    with making._alone(), pytest.raises(Conflict):
        making.make()
    assert making.make().entries == 2


def test_an_empty_repository_gives_empty_files(db):
    made = making.make()
    assert made.entries == 0
    assert rows_of(made) == table_of(made) == []
    assert duckdb.sql(f"SELECT count(*) FROM '{made.folder / 'entries.parquet'}'").fetchall() == [(0,)]


def test_memory_and_statements_do_not_grow_with_the_entries(world, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr("plenary.programmes.stocktaking.dumps.reading.CHUNK", 100)
    monkeypatch.setattr(making, "_write_parquet", lambda *arguments: None)
    peaks = []
    for prefix in ("few", "more"):
        many_entries(300 if prefix == "few" else 1200, prefix=prefix, concepts=[world.concept("sdgs 3")])
        tracemalloc.start()
        with django_assert_max_num_queries(12 * (4 if prefix == "few" else 16) + 20):
            making.make()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.6


def test_the_command_makes_them_and_says_what_there_is(entries):
    done = CliRunner().invoke(group, ["dump"])
    assert done.exit_code == 0, done.output
    assert "entries.parquet" in done.output
    assert "2 entries" in done.output


def test_they_are_made_every_night(entries, settings):
    settings.CONVENER_ZONE = "Europe/Zurich"
    assert next_night(datetime(2026, 11, 24, 1, 0, tzinfo=UTC)) == datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
    assert next_night(datetime(2026, 11, 24, 1, 30, tzinfo=UTC)) == datetime(2026, 11, 25, 1, 30, tzinfo=UTC)
    keep_dumping()
    keep_dumping()
    waiting = DBTaskResult.objects.filter(task_path=dump_nightly.module_path, status="READY")
    assert waiting.count() == 1
    waiting.update(status="RUNNING")
    assert dump_nightly.call() == 2
    assert DBTaskResult.objects.filter(task_path=dump_nightly.module_path, status="READY").count() == 1
    assert places.newest().entries == 2
