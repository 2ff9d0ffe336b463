"""Settings of an edition and deadlines, through the pages."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from plenary.engines.calls.models import DeadlineChange, Phase
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.models import TrailRecord
from plenary.ground.framework.editions.loading import load
from plenary.ground.framework.models import Edition

pytestmark = pytest.mark.django_db
PATH = "/desk/editions/2021/"
CALLS = "/desk/editions/2021/calls/"
EXTEND = "/desk/editions/2021/calls/prizes/phase/submission/deadline/"


def filled(client: Client, path: str = PATH, **changes: Any) -> dict[str, Any]:
    """The form as the page shows it, with some values typed anew."""
    form = client.get(path).context["form"]
    values: dict[str, Any] = {}
    for field in form:
        value = field.value()
        if hasattr(value, "texts"):
            values.update({f"{field.name}_{language}": text for language, text in value.texts.items()})
            values[f"{field.name}_original"] = value.original
        elif value not in (None, False):
            values[field.name] = value
    return {**values, **changes}


def test_sending_the_form_as_it_is_changes_nothing(edition: Edition, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    before = TrailRecord.objects.count()
    assert client.post(PATH, filled(client)).status_code == 302
    assert TrailRecord.objects.count() == before
    assert Edition.objects.get(code="2021").name == edition.name


def test_an_edit_survives_loading_the_folder_again(edition: Edition, folder: Path, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    answer = client.post(PATH, filled(client, name_en="WSIS Forum 2021", place_es="Ginebra", place_original="es", contact="wsis@example.org"), follow=True)
    assert answer.redirect_chain == [(PATH, 302)]
    assert "The settings are saved." in answer.content.decode()
    load(actor=SYSTEM, paths=[folder])
    changed = Edition.objects.get(code="2021")
    assert changed.name.texts["en"] == "WSIS Forum 2021"
    assert changed.name.texts["ar"] == "المنتدى 2021"
    assert changed.place.original == "es"
    assert changed.contact == "wsis@example.org"
    page = client.get(PATH)
    assert {(each.record, each.field) for each in page.context["differences"]} >= {("edition/2021", "name.en"), ("edition/2021", "contact")}
    assert "WSIS Forum 2021" in page.content.decode()


def test_a_difference_is_gone_once_the_folder_says_the_same(edition: Edition, folder: Path, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    client.post(PATH, filled(client, name_en="WSIS Forum 2021"))
    assert client.get(PATH).context["differences"]
    head = folder / "edition.toml"
    head.write_text(head.read_text(encoding="utf-8").replace('en = "Forum 2021"', 'en = "WSIS Forum 2021"'), encoding="utf-8")
    load(actor=SYSTEM, paths=[folder])
    assert client.get(PATH).context["differences"] == []


def test_what_a_person_writes_is_no_longer_a_machines(edition: Edition, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    client.post(PATH, filled(client, contact="other@example.org"))
    assert Edition.objects.get(code="2021").name.machine == {"fr"}
    client.post(PATH, filled(client, name_fr="Le Forum 2021"))
    assert Edition.objects.get(code="2021").name.machine == set()


def test_texts_in_other_languages_stay(edition: Edition, at_desk: Callable[..., Client]) -> None:
    edition.summary = type(edition.name)({"sw": "Mkutano", "en": "Forum"}, "sw")
    edition.save()
    client = at_desk()
    client.post(PATH, filled(client, contact="other@example.org"))
    assert Edition.objects.get(code="2021").summary.texts == {"sw": "Mkutano", "en": "Forum"}
    assert Edition.objects.get(code="2021").summary.original == "sw"


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"name_en": "", "name_fr": "", "name_ar": ""}, "name", "required"),
        ({"name_en": ""}, "name", "original language is English"),
        ({"starts": "2021-06-01"}, "ends", "lies before the first"),
        ({"starts": "next week"}, "starts", "valid date"),
        ({"contact": "not an address"}, "contact", "valid email"),
        ({"zone": "Mars/Olympus"}, "zone", "valid choice"),
        ({"mode": "telepathic"}, "mode", "valid choice"),
        ({"website": "javascript:alert(1)"}, "website", "valid URL"),
        ({"name_en": "x" * 500}, "name", "at most 200"),
    ],
)
def test_wrong_values_are_told_at_the_field_and_nothing_typed_is_lost(
    edition: Edition, at_desk: Callable[..., Client], typed: dict[str, str], field: str, words: str
) -> None:
    client = at_desk()
    answer = client.post(PATH, filled(client, summary_ru="Я это набрал", **typed))
    assert answer.status_code == 400
    page = answer.content.decode()
    assert words in " ".join(answer.context["form"].errors[field])
    assert 'class="error-summary"' in page
    assert "Я это набрал" in page
    assert Edition.objects.get(code="2021").name == edition.name


def test_relative_editions_keep_their_relative_days(tmp_path: Path, edition: Edition, at_desk: Callable[..., Client]) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "edition.toml").write_text('[edition]\ncode = "demo"\nstarts = "today-3"\nends = "today+10"\nrelative = true\nname = "Demo"\n')
    load(actor=SYSTEM, paths=[folder])
    client = at_desk()
    before = Edition.objects.get(code="demo")
    assert client.post("/desk/editions/demo/", filled(client, "/desk/editions/demo/", name_en="Demonstration")).status_code == 302
    after = Edition.objects.get(code="demo")
    assert (after.starts_on, after.ends_on, after.anchor) == (before.starts_on, before.ends_on, before.anchor)
    assert after.name.texts["en"] == "Demonstration"


def test_the_folder_can_be_downloaded_and_loads_to_the_same(edition: Edition, tmp_path: Path, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    client.post(PATH, filled(client, name_en="WSIS Forum 2021"))
    answer = client.get("/desk/editions/2021/folder.zip")
    assert answer["Content-Type"] == "application/zip"
    zipfile.ZipFile(io.BytesIO(answer.content)).extractall(tmp_path / "out")
    results = load(actor=SYSTEM, paths=[tmp_path / "out" / "2021"])
    assert not results[0].did_something
    assert not results[0].conflicts


def test_conflicts_with_the_folder_are_listed(edition: Edition, folder: Path, at_desk: Callable[..., Client], monkeypatch: pytest.MonkeyPatch) -> None:
    from plenary.faces.desk import differences

    monkeypatch.setattr(differences, "FOLDERS", folder.parent)
    client = at_desk("administrator")
    compare = "/desk/editions/2021/compare/"
    assert compare in client.get(PATH).content.decode()
    assert "No conflict" in client.get(compare).content.decode()
    client.post(PATH, filled(client, name_en="Said at the desk"))
    head = folder / "edition.toml"
    head.write_text(head.read_text(encoding="utf-8").replace('en = "Forum 2021"', 'en = "Said in the folder"'), encoding="utf-8")
    page = client.get(compare).content.decode()
    assert "Said at the desk" in page
    assert "Said in the folder" in page
    assert Edition.objects.get(code="2021").name.texts["en"] == "Said at the desk"
    head.write_text('code = "2021"\n[edition', encoding="utf-8")
    assert "cannot be read" in client.get(compare).content.decode()


def test_a_deadline_moves_after_a_look_at_before_and_after(edition: Edition, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    offered = client.get(EXTEND).content.decode()
    assert 'value="2021-02-10"' in offered
    assert 'value="23:00"' in offered
    typed = {"day": "2021-02-20", "clock": "", "note_en": "Power cuts in several regions.", "note_original": "en"}
    look = client.post(EXTEND, typed)
    assert look.status_code == 200
    assert look.context["is_confirmation"]
    page = look.content.decode()
    assert "10 February 2021" in page
    assert "20 February 2021" in page
    assert "Power cuts in several regions." in page
    assert DeadlineChange.objects.count() == 0
    back = client.post(EXTEND, {**typed, "back": "1"})
    assert not back.context["is_confirmation"]
    assert "Power cuts in several regions." in back.content.decode()
    done = client.post(EXTEND, {**typed, "confirm": "1"}, follow=True)
    assert done.redirect_chain == [(CALLS, 302)]
    phase = Phase.objects.get(code="submission")
    assert phase.closes_at is not None
    assert phase.all_day
    assert phase.closes_at == datetime(2021, 2, 20, 22, 59, 59, 999999, UTC)
    change = DeadlineChange.objects.get()
    assert str(change.note) == "Power cuts in several regions."
    assert "moved on" in done.content.decode()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"day": "2021-02-20"}, "note"),
        ({"note_en": "Because"}, "day"),
        ({"day": "2020-12-31", "note_en": "Because"}, "day"),
        ({"day": "2021-02-10", "clock": "23:00", "note_en": "Because"}, "day"),
        ({"day": "0001-01-01", "note_en": "Because"}, "day"),
        ({"day": "9999-12-31", "note_en": "Because"}, "day"),
        ({"day": "2021-02-20", "clock": "25:00", "note_en": "Because"}, "clock"),
    ],
)
def test_a_deadline_that_makes_no_sense_is_refused_at_the_field(edition: Edition, at_desk: Callable[..., Client], typed: dict[str, str], field: str) -> None:
    client = at_desk()
    for extra in ({}, {"confirm": "1"}):
        answer = client.post(EXTEND, {"note_original": "en", **typed, **extra})
        assert answer.status_code == 400
        assert field in answer.context["form"].errors
    assert DeadlineChange.objects.count() == 0


def test_unknown_addresses_are_404(edition: Edition, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    for path in (
        "/desk/editions/1999/",
        "/desk/editions/1999/calls/",
        "/desk/editions/2021/calls/prizes/phase/nothing/deadline/",
        "/desk/editions/2021/missing/everything/",
        "/desk/people/00000000-0000-0000-0000-000000000000/",
        "/desk/outbox/999999999999999999/",
        "/desk/imports/nothing/",
        reverse("desk:organisation", args=["00000000-0000-0000-0000-000000000000"]),
    ):
        assert client.get(path).status_code == 404, path
