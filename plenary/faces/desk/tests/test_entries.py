"""The entries at the desk: found, changed together and undone, merged, taken home."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from plenary.faces.desk.tasks import work_on_entries
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.text import Text
from plenary.ground.people.models import User
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.actions import bulk
from plenary.programmes.stocktaking.drafts import EntryDraft, LinkDraft, OrganisationDraft
from plenary.programmes.stocktaking.models import Entry, EntryBatch, EntryMerge

LIST, TOGETHER = "/desk/entries/", "/desk/entries/together/"


def make(title: str, number: str = "", state: str = "public", body: str = "Ministry", **more: object) -> Entry:
    line = Concept.objects.select_related("scheme").get(scheme__code="action-lines", code="C1")
    draft = EntryDraft(title=Text.of(title), number=number, links=(LinkDraft(line),), organisations=(OrganisationDraft(body),), **more)
    return actions.create_entry(actor=SYSTEM, draft=draft, state=state)


def work(batch: EntryBatch) -> None:
    user = User.objects.get(email__startswith="secretariat")
    work_on_entries.func(str(batch.pk), user.pk)


def test_staff_finds_hidden_entries_too(edition: Edition, at_desk: Callable[..., Client]) -> None:
    for number, state in (("1", "public"), ("2", "draft")):
        make(f"Clinic {number}", number, state)
    client = at_desk("secretariat")
    assert client.get(LIST).content.decode().count('name="key"') == 2
    found = client.get(LIST, {"state": "draft", "q": "clinic"}).content.decode()
    assert 'value="2"' in found
    assert 'name="key" value="1"' not in found
    assert client.get(LIST, {"q": "ministry", "unconfirmed": "true"}).status_code == 200
    for wrong in ({"state": "x"}, {"colour": "red"}, {"page": "99"}, {"action_line": "C99"}):
        assert client.get(LIST, wrong).status_code == 400
    assert at_desk("reader").get(LIST).status_code == 403


def test_the_list_costs_the_same_for_many(edition: Edition, at_desk: Callable[..., Client], django_assert_max_num_queries: Callable[..., object]) -> None:
    client = at_desk("secretariat")
    for number in range(30):
        make(f"Clinic {number}", body=f"Ministry {number}")
    client.get(LIST)
    with django_assert_max_num_queries(25):
        client.get(LIST)


def test_many_are_changed_together_and_it_is_undone(
    edition: Edition, at_desk: Callable[..., Client], django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    client = at_desk("secretariat")
    for number in range(4):
        make(f"Clinic {number}", f"N-{number}", year=2021)
    make("School", "S-1", year=2020)
    asked = client.post(f"{TOGETHER}?year=2021", {"all": "1", "deed": "status"})
    assert "4 entries are chosen" in asked.content.decode()
    assert not EntryBatch.objects.exists()
    look = client.post(f"{TOGETHER}?year=2021", {"all": "1", "deed": "status", "look": "1", "value": "completed", "count": "4"})
    assert "Of these 4, 4 would change." in look.content.decode()
    assert client.post(f"{TOGETHER}?year=2021", {"all": "1", "deed": "status", "look": "1", "value": "", "count": "4"}).status_code == 400
    changed = client.post(f"{TOGETHER}?year=2021", {"all": "1", "deed": "status", "confirm": "1", "value": "completed", "count": "3"})
    assert "The selection has changed meanwhile" in changed.content.decode()
    begun = client.post(f"{TOGETHER}?year=2021", {"all": "1", "deed": "status", "confirm": "1", "value": "completed", "count": "4"})
    batch = EntryBatch.objects.get()
    assert begun.url == f"/desk/entries/together/{batch.pk}/?year=2021"
    work(batch)
    assert Entry.objects.filter(status="completed").count() == 4
    page = client.get(begun.url).content.decode()
    assert "It is done" in page
    client.post(begun.url, {"undo": "1"})
    work(batch)
    assert not Entry.objects.filter(status="completed").exists()
    assert "It was undone" in client.get(begun.url).content.decode()
    assert client.get("/desk/entries/together/all/").status_code == 200


def test_some_are_withdrawn_with_a_reason_and_the_rest_is_named(edition: Edition, at_desk: Callable[..., Client]) -> None:
    client = at_desk("secretariat")
    make("Public", "P-1")
    make("Draft", "D-1", "draft")
    chosen = {"key": ["P-1", "D-1"], "deed": "withdraw", "count": "2"}
    assert client.post(TOGETHER, {**chosen, "look": "1"}).status_code == 400  # a reason is missing
    begun = client.post(TOGETHER, {**chosen, "confirm": "1", "reason": "asked for"})
    work(EntryBatch.objects.get())
    assert "It is not public." in client.get(begun.url).content.decode()
    assert Entry.objects.get(number="P-1").state == "withdrawn"
    for nonsense in ({}, {"key": "nothing"}, {"key": "\x00"}):
        assert client.post(TOGETHER, nonsense).status_code == 302
    assert client.post(TOGETHER, {"key": "D-1", "deed": "fly", "look": "1"}).status_code == 400


def test_an_account_with_fewer_rights_does_not_withdraw(edition: Edition, at_desk: Callable[..., Client]) -> None:
    make("Public", "P-1")
    answer = at_desk("editor").post(TOGETHER, {"key": "P-1", "deed": "withdraw", "confirm": "1", "count": "1", "reason": "x"})
    assert answer.status_code == 403
    assert Entry.objects.get().state == "public"


def test_work_that_broke_off_is_gone_on_with_and_stopped(edition: Edition, at_desk: Callable[..., Client]) -> None:
    client = at_desk("secretariat")
    make("Public", "P-1")
    begun = client.post(TOGETHER, {"key": "P-1", "deed": "status", "confirm": "1", "count": "1", "value": "completed"})
    batch = EntryBatch.objects.get()
    assert "It is being done" in client.get(begun.url).content.decode()
    bulk.note_broken(batch.pk)
    assert "It broke off" in client.get(begun.url).content.decode()
    client.post(begun.url, {"stop": "1"})
    assert "It was stopped before." in client.get(begun.url).content.decode()
    assert Entry.objects.get().status == ""


def test_a_table_goes_home_and_comes_back(edition: Edition, at_desk: Callable[..., Client], tmp_path: Path) -> None:
    client = at_desk("secretariat")
    make("Clinic", "N-1", status="ongoing")
    table = b"".join(client.get(f"{LIST}entries.csv").streaming_content)
    assert table.startswith(b"\xef\xbb\xbfnumber,seen,state")
    assert b"Clinic" in table


# ---- duplicates -----------------------------------------------------------------------------------------------------


def test_two_that_are_one_are_found_compared_merged_and_taken_back(edition: Edition, at_desk: Callable[..., Client]) -> None:
    client = at_desk("secretariat")
    make("Telemedicine for islands", "A-1", summary=Text.of("In short"))
    make("Telemedicine for Islands!", "B-1", status="ongoing", body="Hospital")
    page = client.get("/desk/entries/duplicates/").content.decode()
    assert "Compare with" in page
    offered = client.get("/desk/entries/merge/?gone=B-1").content.decode()
    assert "kept=A-1" in offered
    compare = client.get("/desk/entries/merge/?gone=B-1&kept=A-1").content.decode()
    assert "Hospital" in compare
    assert client.post("/desk/entries/merge/?gone=B-1&kept=A-1", {"reason": ""}).status_code == 400
    assert client.post("/desk/entries/merge/?gone=B-1&kept=A-1", {"reason": "x", "title": "nobody"}).status_code == 400
    done = client.post("/desk/entries/merge/?gone=B-1&kept=A-1", {"reason": "one project", "title": "gone"})
    assert done.url == "/stocktaking/A-1/"
    kept, gone = Entry.objects.get(number="A-1"), Entry.objects.get(number="B-1")
    assert (str(kept.title), kept.status, gone.merged_into) == ("Telemedicine for Islands!", "ongoing", kept)
    assert "B-1" in client.get("/desk/entries/merges/").content.decode()
    merge = EntryMerge.objects.get()
    assert client.post("/desk/entries/merges/", {"merge": merge.pk, "reason": ""}).status_code == 400
    assert client.post("/desk/entries/merges/", {"merge": "9" * 30, "reason": "x"}).status_code == 404
    client.post("/desk/entries/merges/", {"merge": merge.pk, "reason": "they are two"})
    assert Entry.objects.get(number="B-1").state == "public"
    for wrong in ("", "?gone=nothing", "?gone=A-1&kept=nothing"):
        assert client.get(f"/desk/entries/merge/{wrong}").status_code == 404
    assert at_desk("editor").get("/desk/entries/merge/?gone=A-1").status_code == 403


@pytest.fixture
def samples() -> Path:
    folder = os.environ.get("PLENARY_SAMPLES", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("PLENARY_SAMPLES does not name the folder of samples")
    return Path(folder)


@pytest.mark.parametrize("path", [LIST, "/desk/entries/duplicates/", "/desk/entries/merge/?gone=A-1", "/desk/entries/merge/?gone=A-1&kept=B-1"])
def test_naughty_strings_are_pages_or_clear_answers(edition: Edition, at_desk: Callable[..., Client], samples: Path, path: str) -> None:
    client = at_desk("secretariat")
    make("One", "A-1")
    make("Two", "B-1")
    for text in json.loads((samples / "5-messy" / "blns.json").read_text(encoding="utf-8"))[::7]:
        assert client.get(path, {"q": text}).status_code in (200, 400, 404)
