"""Importing entries at the desk: columns are mapped, records brought up to date, long files worked on in the background."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from plenary.faces.desk.importing import registry, shelf
from plenary.faces.desk.tasks import read_import
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.models import Edition
from plenary.ground.people.models import User
from plenary.programmes.stocktaking.importing import entries as importing
from plenary.programmes.stocktaking.importing.entries import import_entries
from plenary.programmes.stocktaking.models import Entry, ImportRun

ENTRIES = "/desk/imports/entries/"


@pytest.fixture(autouse=True)
def own_shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("plenary.faces.desk.importing.shelf._folder", lambda: tmp_path / "shelf")
    return tmp_path / "shelf"


@pytest.fixture
def long_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of more than a few rows are long."""
    monkeypatch.setattr(importing, "AT_ONCE", 3)
    monkeypatch.setattr(importing, "PART", 2)
    monkeypatch.setattr(importing, "CHUNK", 2)
    monkeypatch.setattr(importing, "_is_alone", lambda: True)
    kind: Any = registry.find("entries")
    monkeypatch.setitem(registry._kinds, "entries", type(kind)(**{**{name: getattr(kind, name) for name in kind.__slots__}, "at_once": 3}))


def send(client: Client, content: str, name: str = "entries.csv", **more: str) -> str:
    answer = client.post(ENTRIES, {"edition": "2021", "file": SimpleUploadedFile(name, content.encode()), **more})
    assert answer.status_code == 302
    return str(answer["Location"])


def work(path: str, dry_run: bool, *, resume: bool = False) -> None:
    user = User.objects.get(email__startswith="secretariat")
    read_import.func("entries", user.pk, path.rstrip("/").rsplit("/", 1)[1], "en", dry_run, resume)


def test_columns_are_mapped_with_samples_beside_them(edition: Edition, at_desk: Callable[..., Client]) -> None:
    client = at_desk("secretariat")
    path = send(client, "Titre,Descripton,Interne Notiz\nSanté mobile,What it does,secret\n")
    check = client.get(path).content.decode()
    assert "Is it description?" in check
    page = client.get(f"{path}columns/").content.decode()
    assert "“Santé mobile”" in page
    assert '<option value="description" selected>' in page
    answer = client.post(f"{path}columns/", {"column-0": "title_fr", "column-1": "description", "column-2": ""})
    assert answer["Location"] == path
    assert "1 entry would be added." in client.get(path).content.decode()
    kept = client.get(f"{path}columns.toml").content.decode()
    assert '"Titre" = "title_fr"' in kept
    client.post(path, {"import": "1"})
    entry = Entry.objects.get()
    assert (entry.title.texts, str(entry.description)) == ({"fr": "Santé mobile"}, "What it does")
    assert client.post(f"{path}columns/", {"column-0": "nonsense"}).status_code == 302


def test_what_was_found_goes_home_as_a_table(edition: Edition, at_desk: Callable[..., Client]) -> None:
    client = at_desk("secretariat")
    path = send(client, "title,year\n,2021\nx,soon\n=1+1,2021\n")
    answer = client.get(f"{path}report.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert ["3", "year", "Problem"] in [row[:3] for row in rows]
    assert len(rows) == 4
    assert client.get(f"{ENTRIES}{'a' * 24}/report.csv")["Location"] == ENTRIES
    assert client.get(f"/desk/imports/awards/{'a' * 24}/report.csv").status_code == 404


def test_records_are_brought_up_to_date_where_that_is_said(edition: Edition, at_desk: Callable[..., Client], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("source_id,title,status\n7,Clinic,ongoing\n")
    import_entries(actor=SYSTEM, path=tmp_path / "a.csv")
    client = at_desk("secretariat")
    path = send(client, "source_id,title,status\n7,Clinic,completed\n")
    assert "What would be changed" not in client.get(path).content.decode()
    path = send(client, "source_id,title,status\n7,Clinic,completed\n", update="on")
    page = client.get(path).content.decode()
    assert "What would be changed" in page
    assert "1 entry would be brought up to date." in page
    client.post(path, {"import": "1"})
    assert Entry.objects.get().status == "completed"


LONG = "source_id,title\n" + "".join(f"S{number},Project {number}\n" for number in range(10))


def test_a_long_file_is_worked_on_in_the_background(edition: Edition, at_desk: Callable[..., Client], long_files: None) -> None:
    client = at_desk("secretariat")
    path = send(client, LONG)
    assert "is being read" in client.get(path).content.decode()
    assert client.post(path, {"import": "1"})["Location"] == path  # not before it is checked
    work(path, dry_run=True)
    assert "10 entries would be added." in client.get(path).content.decode()
    client.post(path, {"import": "1"})
    assert "is being read" in client.get(path).content.decode()
    work(path, dry_run=False)
    assert "10 entries added." in client.get(path).content.decode()
    assert Entry.objects.filter(state="public").count() == 10


def test_it_can_be_stopped_gone_on_with_and_taken_back(
    edition: Edition, at_desk: Callable[..., Client], long_files: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = at_desk("secretariat")
    path = send(client, LONG)
    work(path, dry_run=True)
    client.post(path, {"import": "1"})
    told = shelf.tell

    def stop_soon(kept: shelf.Kept, done: int, total: int) -> None:
        if done >= 16:
            client.post(path, {"stop": "1"})
        told(kept, done, total)

    monkeypatch.setattr(shelf, "tell", stop_soon)
    work(path, dry_run=False)
    monkeypatch.setattr(shelf, "tell", told)
    assert not Entry.objects.filter(state="public").exists()
    assert 0 < Entry.objects.count() < 10
    page = client.get(path).content.decode()
    assert "The import of this file broke off" in page
    other = send(client, "source_id,title\nX1,Other\n")
    assert "is not over" in client.get(other).content.decode()
    assert "entries.csv" in client.get("/desk/imports/entries/unfinished/").content.decode()
    client.post(path, {"resume": "1"})
    work(path, dry_run=False, resume=True)
    assert Entry.objects.filter(state="public").count() == 10
    assert client.post("/desk/imports/entries/unfinished/")["Location"] == "/desk/imports/"
    ImportRun.objects.all().delete()
    Entry.objects.all().delete()
    path = send(client, LONG)
    work(path, dry_run=True)
    monkeypatch.setattr(shelf, "tell", stop_soon)
    client.post(path, {"import": "1"})
    work(path, dry_run=False)
    client.post("/desk/imports/entries/unfinished/")
    assert not Entry.objects.exists()
    assert ImportRun.objects.get().state == "dropped"


def test_whoever_may_not_import_sees_none_of_it(edition: Edition, at_desk: Callable[..., Client]) -> None:
    for path in (f"{ENTRIES}{'a' * 24}/columns/", f"{ENTRIES}{'a' * 24}/report.csv", "/desk/imports/entries/unfinished/"):
        assert at_desk("reader").get(path).status_code == 403
