"""Collections at the desk: who sees what, making one, filling it singly and by a search, and updates before they are accepted."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.text import Text
from plenary.ground.people.models import Organisation
from plenary.ground.search import index
from plenary.programmes.stocktaking.actions import collections as actions
from plenary.programmes.stocktaking.actions.collections import CollectionValues
from plenary.programmes.stocktaking.models import Collection, Entry
from plenary.programmes.stocktaking.tests.making import World, make_entry, make_world
from plenary.programmes.stocktaking.tests.submitting import hand_in, make_call, make_form

PAGE = "/desk/collections/cases/"


@pytest.fixture(autouse=True)
def own_index(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SEARCH_INDEX = tmp_path / "index"
    monkeypatch.setattr(index, "_open", None)


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def cases(world: World) -> Collection:
    return actions.add_collection(actor=SYSTEM, code="cases", values=CollectionValues(name=Text({"en": "Cases", "fr": "Cas"})))


def send(client: Client, path: str, **values: Any) -> Any:
    """Post a form as a browser does, with the token of the page."""
    page = client.get(path).content.decode()
    assert "csrfmiddlewaretoken" in page
    return client.post(path, values)


def test_the_desk_shows_to_each_what_they_may_change(cases: Collection, at_desk: Callable[..., Client]) -> None:
    actions.add_collection(actor=SYSTEM, code="others", values=CollectionValues(name=Text.of("Others")))
    curator = at_desk("editor", "collection:cases")
    page = curator.get("/desk/collections/").content.decode()
    assert f'href="{PAGE}"' in page and 'href="/desk/collections/others/"' not in page and "Make a collection" not in page
    assert curator.get(PAGE).status_code == 200
    for path in ("/desk/collections/others/", "/desk/collections/others/choose/", "/desk/collections/new/", f"{PAGE}remove/"):
        assert curator.get(path).status_code == 403, path
        assert curator.post(path, {"verb": "texts", "name_en": "Mine"}).status_code == 403, path
    assert at_desk("reader").get(PAGE).status_code == 403
    assert at_desk("editor", "edition:2021").get(PAGE).status_code == 403
    assert Client().get(PAGE).status_code == 302
    assert at_desk().get("/desk/collections/none/").status_code == 404


def test_the_secretariat_makes_a_collection(world: World, at_desk: Callable[..., Client]) -> None:
    make_call(world.editions["2021"], "cases", make_form("title"), ("accepted", "stocktaking.entry"))
    make_call(world.editions["2021"], "photos", make_form("title"), ("accepted", "awards.photo"))
    client = at_desk()
    assert "2021/photos" not in client.get("/desk/collections/new/").content.decode()
    given = {
        "code": "cases", "name_en": "Cases", "name_ar": "حالات", "name_original": "en", "host": "Host 0001", "host_country": "KE", "calls": ["2021/cases"], "position": "5",
    }  # fmt: skip
    for wrong in ({"code": "Cases!"}, {"code": "new"}, {"name_en": "", "name_ar": ""}, {"calls": ["2021/photos"]}, {"host": ""}, {"position": "-1"}):
        assert send(client, "/desk/collections/new/", **{**given, **wrong}).status_code == 400, wrong
    assert not Collection.objects.exists() and not Organisation.objects.exists()
    assert send(client, "/desk/collections/new/", **given)["Location"] == PAGE
    found = Collection.objects.get()
    assert (found.name.texts, found.host.country.code, found.calls, found.position) == ({"en": "Cases", "ar": "حالات"}, "KE", ["2021/cases"], 5)


def test_curators_write_the_texts_and_the_rest_stays(cases: Collection, at_desk: Callable[..., Client]) -> None:
    secretariat = at_desk()
    send(secretariat, PAGE, verb="texts", name_en="Cases", name_fr="Cas", name_original="en", host="Host 0001", position="7")
    curator = at_desk("editor", "collection:cases")
    sent = send(
        curator, PAGE, verb="texts", name_en="Cases", name_fr="Cas", name_original="en", introduction_en="## Why", introduction_original="en", position="1"
    )
    assert sent.status_code == 302
    cases.refresh_from_db()
    assert (str(cases.introduction), cases.position, str(cases.host.name)) == ("## Why", 7, "Host 0001")


def test_entries_are_put_in_by_number_and_taken_out(cases: Collection, world: World, at_desk: Callable[..., Client]) -> None:
    entry, hidden = make_entry(world, "Alpha"), make_entry(world, "Hidden", state=Entry.State.DRAFT)
    client = at_desk("editor", "collection:cases")
    assert send(client, PAGE, verb="number", number=f"https://example.org/fr/stocktaking/{entry.number}/?x=1").status_code == 302
    assert [each.number for each in cases.entries.all()] == [entry.number]
    for wrong in (entry.number, hidden.number, "none", "a\x00b", ""):
        assert send(client, PAGE, verb="number", number=wrong).status_code == 400, wrong
    page = client.get(f"{PAGE}?q=ALP").content.decode()
    assert "Alpha" in page and f'value="{entry.pk}"' in page
    assert "No title in the collection" in client.get(f"{PAGE}?q=zzz").content.decode()
    assert send(client, PAGE, verb="take-out", entry=str(entry.pk)).status_code == 302
    assert not cases.entries.exists()
    assert client.post(PAGE, {"verb": "take-out", "entry": "9" * 40}).status_code == 302
    assert client.post(PAGE, {"verb": "nonsense"}).status_code == 302


def test_all_that_a_search_finds_is_put_in_after_a_look(cases: Collection, world: World, at_desk: Callable[..., Client]) -> None:
    for number in range(3):
        make_entry(world, f"Telemedicine {number}", "sdgs 3")
    make_entry(world, "School", "sdgs 4")
    client = at_desk("editor", "collection:cases")
    path = f"{PAGE}choose/"
    looked = client.get(path, {"query": "https://example.org/ar/stocktaking/?sdg=3&page=2"}).content.decode()
    assert "3 entries would be put in" in looked and "Telemedicine 1" in looked and "School" not in looked
    given = {"query": "sdg=3", "seen": "3", "reason": "They belong here."}
    assert client.post(path, {**given, "reason": ""}).status_code == 400
    make_entry(world, "Telemedicine 4", "sdgs 3")
    assert "another number" in client.post(path, given).content.decode()
    assert not cases.entries.exists()
    assert client.post(path, {**given, "seen": "4"}).status_code == 302
    assert cases.entries.count() == 4
    assert "Nothing to do" in client.get(path, {"query": "sdg=3"}).content.decode()
    assert "1 entry would be taken out" in client.get(path, {"query": "q=%224%22", "do": "remove"}).content.decode()
    assert client.post(f"{path}?do=remove", {"query": "sdg=3", "seen": "4", "reason": "Not any more."}).status_code == 302
    assert not cases.entries.exists()


@pytest.mark.parametrize("query", ["sdg=99", "what=1", "", "page=2", "/stocktaking/", "q=%00", "year=x"])
def test_a_search_that_makes_no_sense_is_told(cases: Collection, at_desk: Callable[..., Client], query: str) -> None:
    client = at_desk()
    assert client.post(f"{PAGE}choose/", {"query": query, "seen": "0", "reason": "x"}).status_code == 400
    assert client.get(f"{PAGE}choose/", {"query": query}).status_code in (200, 400)
    assert client.get(f"{PAGE}choose/", {"do": "burn"}).status_code == 400


def test_a_logo_comes_and_goes(cases: Collection, at_desk: Callable[..., Client]) -> None:
    made = io.BytesIO()
    Image.new("RGB", (90, 30), "navy").save(made, "PNG")
    client = at_desk("editor", "collection:cases")
    assert send(client, PAGE, verb="logo", file=SimpleUploadedFile("logo.png", made.getvalue())).status_code == 302
    cases.refresh_from_db()
    assert cases.logo is not None and cases.logo.path in client.get(PAGE).content.decode()
    assert send(client, PAGE, verb="logo", file=SimpleUploadedFile("logo.png", b"not a picture")).status_code == 400
    assert send(client, PAGE, verb="no-logo").status_code == 302
    cases.refresh_from_db()
    assert cases.logo is None


def test_an_empty_collection_is_deleted_with_a_reason(cases: Collection, world: World, at_desk: Callable[..., Client]) -> None:
    entry = make_entry(world, "Alpha")
    actions.put_in(actor=SYSTEM, collection=cases, keys=[entry.pk])
    client = at_desk()
    assert send(client, f"{PAGE}remove/", reason="Over.").status_code == 400
    actions.take_out(actor=SYSTEM, collection=cases, keys=[entry.pk])
    assert send(client, f"{PAGE}remove/", reason="").status_code == 400
    assert send(client, f"{PAGE}remove/", reason="Over.")["Location"] == "/desk/collections/"
    assert not Collection.objects.exists()


def test_a_moderator_sees_what_an_update_would_change(world: World, at_desk: Callable[..., Client]) -> None:
    make_entry(world, "Telemedicine", "sdgs 3", summary=Text.of("Doctors by video."))
    call = make_call(world.editions["2021"], "update", make_form("updates", "title", "summary", "sdgs"), ("accepted", "stocktaking.entry"))
    submission = hand_in(call, updates="2021-1", title="Telemedicine", summary="Nurses by video.", sdgs=["4"])
    page = at_desk().get(f"/desk/submissions/{submission.pk}/").content.decode()
    assert "What it would change" in page and "<del>Doctors</del>" in page and "<ins>Nurses</ins>" in page and "Quality education" in page
    assert "What it would change" not in at_desk("reader").get(f"/desk/submissions/{submission.pk}/").content.decode()
    assert str(Entry.objects.get().summary) == "Doctors by video."
