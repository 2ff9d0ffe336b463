"""Importing files through the pages: dry run, confirmation, result; and everything that can be wrong with a file."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from plenary.faces.desk.importing import registry, shelf
from plenary.ground.audit.models import TrailRecord
from plenary.ground.framework.models import Edition
from plenary.programmes.awards.models import Award
from plenary.programmes.forum.models import Session
from plenary.programmes.stocktaking.models import Entry

pytestmark = pytest.mark.django_db
ENTRIES = "/desk/imports/entries/"
GOOD = b"title,country_iso3,action_lines,year\nClinics online,KEN,C7-4,2021\n  Schools online ,CHE,C7-3,2021\n"
BAD = b"title,country_iso3,action_lines,year\nClinics online,KEN,C7-4,2021\n,Atlantis,C99,1066\n"
SAMPLES = Path(os.environ.get("PLENARY_SAMPLES", "/nonexistent"))


@pytest.fixture(autouse=True)
def own_shelf(tmp_path: Path, settings: Any) -> Path:
    """A shelf of its own for each test."""
    settings.DATA = tmp_path / "data"
    return tmp_path / "data" / "imports"


def send(client: Client, content: bytes, name: str = "entries.csv", path: str = ENTRIES, edition: str = "2021") -> Any:
    return client.post(path, {"edition": edition, "file": SimpleUploadedFile(name, content)})


def test_a_file_is_looked_at_first_and_imported_once_confirmed(edition: Edition, at_desk: Callable[..., Client], own_shelf: Path) -> None:
    client = at_desk("editor")
    handed_in = send(client, GOOD)
    assert handed_in.status_code == 302
    page = client.get(handed_in["Location"])
    text = page.content.decode()
    assert "2 entries would be added" in text
    assert "Import these 2 records" in text
    assert [(each.row, each.column) for each in page.context["outcome"].mended] == [("3", "title")]
    assert Entry.objects.count() == 0
    done = client.post(handed_in["Location"], {"import": "1"}, follow=True)
    assert done.redirect_chain == [(handed_in["Location"], 302)]
    assert "2 entries added" in done.content.decode()
    assert "/stocktaking/?edition=2021" in done.content.decode()
    assert {str(entry.title) for entry in Entry.objects.all()} == {"Clinics online", "Schools online"}
    assert not list(own_shelf.glob("*/file")), "the file is deleted after the import"
    told = TrailRecord.objects.get(kind="desk.import")
    assert told.key == "entries/2021"
    assert told.payload.after["file"] == "entries.csv"
    client.post(handed_in["Location"], {"import": "1"})
    assert Entry.objects.count() == 2
    again = send(client, GOOD)
    assert "0 entries would be added" in client.get(again["Location"]).content.decode()


def test_a_file_with_problems_writes_nothing(edition: Edition, at_desk: Callable[..., Client]) -> None:
    client = at_desk("editor")
    handed_in = send(client, BAD)
    page = client.get(handed_in["Location"])
    found = {(each.row, each.column) for each in page.context["outcome"].problems}
    assert {("3", "title"), ("3", "country_iso3"), ("3", "action_lines"), ("3", "year")} <= found
    assert "Import these" not in page.content.decode()
    client.post(handed_in["Location"], {"import": "1"})
    assert Entry.objects.count() == 0
    assert not TrailRecord.objects.filter(kind="desk.import").exists()


def test_what_changed_since_the_dry_run_is_found_at_the_confirmation(edition: Edition, at_desk: Callable[..., Client], own_shelf: Path) -> None:
    client = at_desk("editor")
    handed_in = send(client, GOOD)
    next(own_shelf.glob("*/file/*")).write_bytes(BAD)
    page = client.post(handed_in["Location"], {"import": "1"}, follow=True)
    assert page.context["outcome"].problems
    assert Entry.objects.count() == 0


def test_pressing_twice_imports_once(edition: Edition, at_desk: Callable[..., Client], own_shelf: Path) -> None:
    client = at_desk("editor")
    handed_in = send(client, GOOD)
    token = handed_in["Location"].rstrip("/").rsplit("/", 1)[1]
    about = own_shelf / token / "import.json"
    kept = about.read_bytes()
    about.rename(own_shelf / token / "taken.json")  # somebody is at it
    client.post(handed_in["Location"], {"import": "1"})
    assert Entry.objects.count() == 0
    about.write_bytes(kept)
    client.post(handed_in["Location"], {"import": "1"})
    client.post(handed_in["Location"], {"import": "1"})
    assert Entry.objects.count() == 2


def test_an_upload_is_for_its_uploader_and_for_two_hours(edition: Edition, at_desk: Callable[..., Client], own_shelf: Path) -> None:
    client = at_desk("editor")
    path = send(client, GOOD)["Location"]
    other = at_desk("secretariat")
    assert other.get(path)["Location"] == ENTRIES
    assert other.post(path, {"import": "1"})["Location"] == ENTRIES
    assert client.get(path.replace("entries", "awards")).status_code == 403  # editors give no awards
    assert other.get(path.replace("entries", "awards"))["Location"] == "/desk/imports/awards/"
    old = time.time() - shelf.LASTS - 3600
    os.utime(own_shelf / path.rstrip("/").rsplit("/", 1)[1], (old, old))
    assert client.get(path)["Location"] == ENTRIES
    send(client, GOOD)
    assert len(list(own_shelf.iterdir())) == 1, "what is too old goes"
    assert Entry.objects.count() == 0


def test_a_file_can_be_thrown_away(edition: Edition, at_desk: Callable[..., Client], own_shelf: Path) -> None:
    client = at_desk("editor")
    path = send(client, GOOD)["Location"]
    assert client.post(path, {"discard": "1"})["Location"] == ENTRIES
    assert not list(own_shelf.iterdir())
    assert client.get(path)["Location"] == ENTRIES


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("entries.exe", GOOD, "ends in “.exe”"),
        ("entries", GOOD, "Files of this kind end in"),
        ("entries.csv", b"", "empty"),
        ("awards.csv", b"title\n" + b"x" * registry.LARGEST, "at most 5 MB"),
    ],
)
def test_files_that_are_refused_at_the_field(edition: Edition, at_desk: Callable[..., Client], own_shelf: Path, name: str, content: bytes, words: str) -> None:
    answer = send(at_desk("secretariat"), content, name, path=ENTRIES.replace("entries", name.partition(".")[0]))
    assert answer.status_code == 400
    assert words in " ".join(answer.context["form"].errors["file"])
    assert not own_shelf.exists()


def test_no_file_and_no_edition_are_told(edition: Edition, at_desk: Callable[..., Client]) -> None:
    answer = at_desk("editor").post(ENTRIES, {"edition": "1999"})
    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {"edition", "file"}


@pytest.mark.parametrize("token", ["..", "x" * 24, "../../../etc/passwd", "%2e%2e", "a" * 300])
def test_made_up_tokens_lead_back_to_the_form(edition: Edition, at_desk: Callable[..., Client], token: str) -> None:
    answer = at_desk("editor").get(f"{ENTRIES}{token}/")
    assert answer.status_code in (302, 404)


@pytest.mark.parametrize("name", ["../../evil.csv", "con.csv", "....csv", "Ünïcödé ‮.csv", "a" * 250 + ".csv", ".csv"])
def test_file_names_stay_in_their_folder(edition: Edition, at_desk: Callable[..., Client], own_shelf: Path, name: str) -> None:
    answer = send(at_desk("editor"), GOOD, name)
    assert answer.status_code in (302, 400)
    for kept in own_shelf.rglob("*.csv"):
        assert kept.parent.name == "file"
        assert kept.resolve().is_relative_to(own_shelf.resolve())


def test_results_of_the_prizes(edition: Edition, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    good = b"year,category_no,title,country_iso3,status\n2021,,Clinics online,KEN,winner\n"
    path = send(client, good, "awards.csv", "/desk/imports/awards/")["Location"]
    assert "1 award would be added" in client.get(path).content.decode()
    assert Award.objects.count() == 0
    client.post(path, {"import": "1"})
    assert Award.objects.get().level == "winner"
    bad = send(client, good.replace(b"winner", b"laureate"), "awards.csv", "/desk/imports/awards/")["Location"]
    assert [(each.row, each.column) for each in client.get(bad).context["outcome"].problems] == [("2", "status")]


def test_sessions_of_the_forum(edition: Edition, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    good = b"session_id,title,date,start,end\n208,Opening,2021-05-17,13:00,14:00\n"
    path = send(client, good, "sessions.csv", "/desk/imports/sessions/")["Location"]
    page = client.get(path)
    assert dict(page.context["outcome"].figures)["Would be added"] == 1
    assert Session.objects.count() == 0
    client.post(path, {"import": "1"})
    assert Session.objects.get().number == "208"
    bad = send(client, good.replace(b"2021-05-17", b"17 May"), "sessions.csv", "/desk/imports/sessions/")["Location"]
    assert [(each.row, each.column) for each in client.get(bad).context["outcome"].problems] == [("2", "date")]
    assert Session.objects.count() == 1


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="PLENARY_SAMPLES does not name the folder of sample files")
def test_hostile_files_are_reported_and_never_written(edition: Edition, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    files = [path for path in sorted((SAMPLES / "5-messy").rglob("*")) if path.is_file() and path.stat().st_size < registry.LARGEST]
    assert files
    for file in files:
        suffix = file.suffix.lower()
        for kind, name in (
            ("entries", f"x{suffix if suffix in ('.csv', '.jsonl', '.xlsx') else '.csv'}"),
            ("sessions", f"x{suffix if suffix in ('.json', '.xml') else '.xml'}"),
        ):
            before = (Entry.objects.count(), Session.objects.count())
            answer = send(client, file.read_bytes(), name, f"/desk/imports/{kind}/")
            assert answer.status_code in (302, 400), file.name
            if answer.status_code == 302:
                assert client.get(answer["Location"]).status_code == 200, file.name
            assert (Entry.objects.count(), Session.objects.count()) == before
