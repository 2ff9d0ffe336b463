"""Collections: what is said of them, what is in them, their pages, their figures, and their data in editions."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.queries import trail_of
from plenary.ground.framework.editions.dumping import files_of
from plenary.ground.framework.editions.loading import load
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text
from plenary.ground.measures.registry import find
from plenary.ground.people.actions import ensure_organisation
from plenary.ground.search.models import IndexChange
from plenary.programmes.stocktaking import actions as entries
from plenary.programmes.stocktaking.actions import collections as actions
from plenary.programmes.stocktaking.actions.collections import CollectionValues, values_of
from plenary.programmes.stocktaking.models import Collection, Entry
from plenary.programmes.stocktaking.tests.making import make_entry
from plenary.programmes.stocktaking.tests.submitting import contributor, make_call, make_form, staff


def make_collection(code: str = "cases", **values) -> Collection:
    return actions.add_collection(actor=SYSTEM, code=code, values=CollectionValues(**{"name": Text({"en": "Cases", "fr": "Cas"}), **values}))


@pytest.fixture
def filled(world):
    """A collection with three public entries and one that is withdrawn, and an entry beside it."""
    found = make_collection(summary=Text.of("Cases of all kinds."))
    inside = [
        make_entry(world, "Alpha", "action-lines C7-4", "sdgs 3", "sdg-targets 3.8", "countries KE", body="Ministry", edition="2020"),
        make_entry(world, "Beta", "action-lines C7", "action-lines C7-4", "sdgs 3", "sdgs 4", "countries UG", body="Ministry"),
        make_entry(world, "Gamma", "action-lines C1", "countries KE", "countries QA", body="Agency"),
        make_entry(world, "Delta", "action-lines C1", "countries CH"),
    ]
    make_entry(world, "Beside", "action-lines C1", "countries CH", body="Somebody else")
    actions.put_in(actor=SYSTEM, collection=found, keys=[each.pk for each in inside])
    entries.withdraw_entry(actor=SYSTEM, entry=inside[3], reason="asked")
    return found


def logo(form: str = "PNG", size: tuple[int, int] = (1200, 400)) -> SimpleUploadedFile:
    made = io.BytesIO()
    Image.new("RGBA", size, (0, 0, 0, 0)).save(made, form)
    return SimpleUploadedFile(f"logo.{form.lower()}", made.getvalue())


# ---- writing --------------------------------------------------------------------------------------------------------


def test_what_is_said_of_a_collection_is_kept_and_told(db):
    found = make_collection(calls=("2021/cases", "2021/cases"), host=ensure_organisation(actor=SYSTEM, name="Host 0001"))
    assert (found.calls, str(found.host.name), found.scope) == (["2021/cases"], "Host 0001", "collection:cases")
    before = values_of(found)
    actions.edit_collection(actor=SYSTEM, collection=found, values=before)
    assert [record.verb for record in trail_of(actions.KIND, "cases")] == ["created"]  # nothing changed, nothing is told
    actions.edit_collection(actor=SYSTEM, collection=found, values=CollectionValues(name=Text.of("Other")), reason="asked")
    assert [record.verb for record in trail_of(actions.KIND, "cases")] == ["changed", "created"]


@pytest.mark.parametrize(
    ("code", "values", "field"),
    [
        ("Upper", {}, "code"),
        ("a b", {}, "code"),
        ("", {}, "code"),
        ("x" * 61, {}, "code"),
        ("fine", {"name": Text()}, "name"),
        ("fine", {"calls": ("cases",)}, "calls"),
        ("fine", {"calls": ("2021/Cases\n",)}, "calls"),
    ],
)
def test_what_makes_no_sense_is_refused(db, code, values, field):
    with pytest.raises(Invalid) as caught:
        make_collection(code, **values)
    assert field in caught.value.problems
    assert not Collection.objects.exists()


def test_a_code_is_given_once(db):
    make_collection()
    with pytest.raises(Invalid):
        make_collection()


def test_curators_put_in_and_write_the_texts_and_no_more(world):
    found, other = make_collection(), make_collection("others")
    entry = make_entry(world, "Alpha")
    curator = staff("collection:cases", "editor")
    assert actions.put_in(actor=curator, collection=found, keys=[entry.pk]) == 1
    values = values_of(found)
    changed = CollectionValues(name=values.name, introduction=Text.of("Written by a curator."))
    assert str(actions.edit_collection(actor=curator, collection=found, values=changed).introduction) == "Written by a curator."
    host = ensure_organisation(actor=SYSTEM, name="Host 0001")
    for refused in (
        lambda: actions.edit_collection(actor=curator, collection=found, values=CollectionValues(name=values.name, host=host)),
        lambda: actions.edit_collection(actor=curator, collection=found, values=CollectionValues(name=values.name, calls=("2021/cases",))),
        lambda: actions.put_in(actor=curator, collection=other, keys=[entry.pk]),
        lambda: actions.set_logo(actor=curator, collection=other, upload=logo()),
        lambda: actions.add_collection(actor=curator, code="third", values=values),
        lambda: actions.remove_collection(actor=curator, collection=other),
        lambda: actions.put_in(actor=contributor(), collection=found, keys=[entry.pk]),
        lambda: actions.take_out(actor=staff("edition:2021"), collection=found, keys=[entry.pk]),
    ):
        with pytest.raises(NotAllowed):
            refused()
    assert [each.code for each in entry.collections.all()] == ["cases"]


def test_entries_are_put_in_once_and_taken_out(world):
    found = make_collection()
    public, hidden = make_entry(world, "Alpha"), make_entry(world, "Hidden", state=Entry.State.DRAFT)
    before = public.updated_at
    IndexChange.objects.all().delete()
    assert actions.put_in(actor=SYSTEM, collection=found, keys=[public.pk, public.pk, hidden.pk, 99_999]) == 1
    assert actions.put_in(actor=SYSTEM, collection=found, keys=[public.pk]) == 0
    assert list(IndexChange.objects.values_list("kind", "key")) == [("entry", public.number)]
    public.refresh_from_db()
    assert public.updated_at > before  # who harvests the repository learns of it
    assert entries.snapshot(public)["collections"] == ["cases"]
    assert actions.take_out(actor=SYSTEM, collection=found, keys=[public.pk, hidden.pk]) == 1
    assert not found.places.exists()
    assert [record.verb for record in trail_of(entries.KIND, public.number)][:2] == ["taken out of a collection", "put in a collection"]
    assert [record.verb for record in trail_of(actions.KIND, "cases")] == ["entries taken out", "entries put in", "created"]


def test_only_an_empty_collection_is_deleted(filled):
    with pytest.raises(Conflict):
        actions.remove_collection(actor=SYSTEM, collection=filled)
    actions.take_out(actor=SYSTEM, collection=filled, keys=Entry.objects.values_list("pk", flat=True))
    actions.remove_collection(actor=SYSTEM, collection=filled)
    assert not Collection.objects.exists()


def test_a_logo_is_shown_small_and_gives_way_to_another(client, db):
    found = make_collection()
    first = actions.set_logo(actor=SYSTEM, collection=found, upload=logo()).logo
    assert (first.width, first.height, first.is_public) == (480, 160, True)
    page = client.get("/collections/cases/").content.decode()
    assert first.path in page
    assert client.get(first.path).status_code == 200
    second = actions.set_logo(actor=SYSTEM, collection=found, upload=logo(size=(200, 200))).logo
    assert (client.get(first.path).status_code, client.get(second.path).status_code) == (404, 200)
    with pytest.raises(Invalid):
        actions.set_logo(actor=SYSTEM, collection=found, upload=SimpleUploadedFile("logo.png", b"no picture"))
    assert actions.set_logo(actor=SYSTEM, collection=found, upload=None).logo is None
    assert client.get(second.path).status_code == 404


# ---- pages ----------------------------------------------------------------------------------------------------------


def test_the_list_of_collections_counts_public_entries(client, filled):
    make_collection("empty", name=Text.of("Nothing yet"))
    page = client.get("/collections/").content.decode()
    assert page.index("/collections/cases/") < page.index("/collections/empty/")
    assert "3 entries" in page and "0 entries" in page
    assert "Cas<" in client.get("/fr/collections/").content.decode()


def test_the_front_page_leads_to_what_it_counts(client, filled):
    page = client.get("/collections/cases/").content.decode()
    assert "Cases of all kinds." in page
    for path, number in (
        ("/stocktaking/?collection=cases", 3),
        ("/stocktaking/?collection=cases&amp;action_line=C7", 2),
        ("/stocktaking/?collection=cases&amp;action_line=C1", 1),
        ("/stocktaking/?collection=cases&amp;sdg=3", 2),
        ("/stocktaking/?collection=cases&amp;sdg=4", 1),
        ("/stocktaking/?collection=cases&amp;region=africa", 3),
        ("/stocktaking/?collection=cases&amp;region=arab-states", 1),
    ):
        assert f'<a href="{path}">{number}</a>' in page or f'<a href="{path}"><b>{number}</b>' in page, path
    assert "region=europe" not in page and "Delta" not in page and "Beside" not in page
    assert [title in page for title in ("Alpha", "Beta", "Gamma")] == [True] * 3
    assert "<b>3</b><span>Countries and areas</span>" in page and "<b>2</b><span>Organisations</span>" in page
    assert "collection=cases&amp;format=csv" in page and 'name="collection" value="cases"' in page


def test_the_open_call_of_a_collection_stands_on_its_page(client, world):
    make_collection(calls=("2021/cases", "2020/cases"))
    assert "Open call" not in client.get("/collections/cases/").content.decode()
    make_call(world.editions["2021"], "cases", make_form("title"), ("accepted", "stocktaking.entry"))
    page = client.get("/collections/cases/").content.decode()
    assert "Open call" in page and '/calls/2021/cases/answer/"' in page
    make_collection("others")
    assert "Open call" not in client.get("/collections/others/").content.decode()


def test_the_introduction_is_markdown_without_what_is_dangerous(client, db):
    make_collection(introduction=Text({"en": "## Why\n\n<script>alert(1)</script> [bad](javascript:alert(1)) **good**", "ar": "## لماذا"}))
    page = client.get("/collections/cases/").content.decode()
    assert "<h2>Why</h2>" in page and "<strong>good</strong>" in page
    assert "<script>alert" not in page and 'href="javascript' not in page
    assert "<h2>لماذا</h2>" in client.get("/ar/collections/cases/").content.decode()
    # In a language that it has not got, it says in which it stands.
    assert '<div class="prose" lang="en" dir="ltr">' in client.get("/ru/collections/cases/").content.decode()


@pytest.mark.parametrize("path", ["none", "%00", "cases%27", "%F0%9F%92%A9", "x" * 300])
def test_what_is_no_collection_is_not_found(client, db, path):
    make_collection()
    assert client.get(f"/collections/{path}/").status_code == 404
    assert client.get("/collections/cases/?page=x").status_code == 400
    assert client.get("/collections/CASES/")["Location"] == "/collections/cases/"


def test_a_front_page_asks_as_much_of_the_database_for_many_entries(client, world):
    found = make_collection()
    client.get("/collections/cases/")
    counts = []
    for number in (3, 30):
        made = [make_entry(world, f"Project {number} {n}", "sdgs 3", "action-lines C1", "countries KE", body=f"Body {n}") for n in range(number)]
        actions.put_in(actor=SYSTEM, collection=found, keys=[each.pk for each in made])
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/collections/cases/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] < 32


# ---- figures --------------------------------------------------------------------------------------------------------


def test_figures_of_collections_are_those_of_the_edition_and_before(filled, world):
    def figure(code: str, year: str):
        measure, member = find(code)
        edition = world.editions[year]
        return measure.tally(edition).get(member, 0) if measure.tally else measure.count(edition, member)

    assert [figure("stocktaking.collection.cases", year) for year in ("2020", "2021")] == [1, 3]
    assert figure("stocktaking.collection.covid-19", "2021") is None  # reported only, as long as there is no such collection
    assert [figure("stocktaking.collection-countries.cases", year) for year in ("2020", "2021")] == [1, 3]
    assert [figure("stocktaking.collection-organisations.cases", year) for year in ("2020", "2021")] == [1, 2]
    assert [figure("stocktaking.collection-action-lines.cases.C7", year) for year in ("2020", "2021")] == [1, 2]
    assert [figure("stocktaking.collection-goals.cases.3", year) for year in ("2020", "2021")] == [1, 2]
    assert [figure("stocktaking.collection-regions.cases.africa", year) for year in ("2020", "2021")] == [1, 3]
    measure, member = find("stocktaking.collection-goals.cases.3")
    assert measure.records(world.editions["2021"], member) == "/stocktaking/?until=2021&collection=cases&sdg=3"
    assert dict(measure.members(world.editions["2021"]))["cases.3"] == "Cases · Good health"


# ---- data of editions -----------------------------------------------------------------------------------------------

EDITION = 'code = "2031"\n\n[name]\nen = "Forum 2031"\n'
DATA = """
[[collections]]
code = "cases"
host = "Host 0001"
host_country = "KE"
calls = [
    "2031/cases",
]

[collections.name]
en = "Cases"
fr = "Cas"
"""


@pytest.fixture
def folder(tmp_path, world):
    made = tmp_path / "forum-2031"
    made.mkdir()
    (made / "edition.toml").write_text(f"[edition]\n{EDITION}".replace("[name]", "[edition.name]"))
    (made / "collections.toml").write_text(DATA.lstrip())
    return made


def loaded(folder):
    return load(actor=SYSTEM, paths=[folder])[0]


def test_a_folder_makes_collections_and_is_dumped_as_it_was(folder):
    loaded(folder)
    found = Collection.objects.get()
    assert (found.name.texts, str(found.host.name), found.host.country.code, found.calls) == ({"en": "Cases", "fr": "Cas"}, "Host 0001", "KE", ["2031/cases"])
    assert files_of(Edition.objects.get(code="2031"))["collections.toml"] == DATA.lstrip()
    assert "collections.toml" not in files_of(Edition.objects.get(code="2021"))
    again = loaded(folder)
    assert (again.did_something, again.unchanged) == (False, 2)


def test_what_the_desk_changed_stays(folder):
    loaded(folder)
    found = Collection.objects.get()
    actions.edit_collection(actor=SYSTEM, collection=found, values=CollectionValues(name=Text.of("Other"), calls=("2021/else",)))
    assert not loaded(folder).did_something
    (folder / "collections.toml").write_text(DATA.lstrip().replace('en = "Cases"', 'en = "Cases of 2031"') + '\n[collections.summary]\nen = "New."\n')
    result = loaded(folder)
    found.refresh_from_db()
    assert (str(found.name), str(found.summary), found.calls, found.host) == ("Other", "New.", ["2021/else"], None)
    assert [each.section for each in result.conflicts] == ["collections"]
    # It stays in its folder, whatever its calls are now.
    assert 'name = "Other"' in files_of(Edition.objects.get(code="2031"))["collections.toml"]


def test_a_collection_without_calls_is_loaded_once_too(folder):
    (folder / "collections.toml").write_text('[[collections]]\ncode = "cases"\n\n[collections.name]\nen = "Cases"\n')
    loaded(folder)
    actions.edit_collection(actor=SYSTEM, collection=Collection.objects.get(), values=CollectionValues(name=Text.of("Other")))
    assert not loaded(folder).did_something
    assert str(Collection.objects.get().name) == "Other"


def test_a_collection_that_left_its_file_goes_unless_it_holds_entries(folder, world):
    loaded(folder)
    entry = make_entry(world, "Alpha")
    actions.put_in(actor=SYSTEM, collection=Collection.objects.get(), keys=[entry.pk])
    (folder / "collections.toml").unlink()
    assert [each.section for each in loaded(folder).conflicts] == ["collections"]
    actions.take_out(actor=SYSTEM, collection=Collection.objects.get(), keys=[entry.pk])
    loaded(folder)
    assert not Collection.objects.exists()


@pytest.mark.parametrize("wrong", ['calls = ["cases"]', 'host_country = "KE"', 'host = "X"\nhost_country = "ZZ"', 'logo = "a.png"', "position = -1"])
def test_wrong_data_are_told(folder, wrong):
    from plenary.ground.framework.files import BadFiles

    (folder / "collections.toml").write_text(f'[[collections]]\ncode = "cases"\n{wrong}\n\n[collections.name]\nen = "Cases"\n')
    with pytest.raises(BadFiles):
        loaded(folder)
    assert not Collection.objects.exists()
