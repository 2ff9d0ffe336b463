"""Importing again to bring entries up to date: what the file knows better is taken over, what somebody changed here stays."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plenary.errors import NotAllowed
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.queries import versions_of
from plenary.ground.framework.text import Text
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.importing.entries import import_entries
from plenary.programmes.stocktaking.importing.exporting import write_csv
from plenary.programmes.stocktaking.models import Entry, EntryContact
from plenary.programmes.stocktaking.tests.making import make_entry


def write(path, *records):
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path


FIRST = {
    "source_id": "7",
    "title": "Telemedicine",
    "org": "Ministry",
    "status": "ongoing",
    "sdgs": ["3"],
    "country_iso3": "KEN",
    "summary": "As it was",
    "year": 2021,
}


@pytest.fixture
def imported(world, tmp_path):
    import_entries(actor=SYSTEM, path=write(tmp_path / "first.jsonl", FIRST))
    return Entry.objects.get()


def edit(entry, **values):
    return actions.edit_entry(actor=SYSTEM, entry=entry, draft=replace(actions.current_draft(entry), **values))


def update(tmp_path, record, **more):
    return import_entries(actor=SYSTEM, path=write(tmp_path / "second.jsonl", record), update=True, **more)


def test_what_the_file_says_anew_is_taken_over(imported, tmp_path):
    new = {
        **FIRST,
        "title": "Telemedicine for islands",
        "status": "completed",
        "sdgs": ["3", "4"],
        "partners": "ITU",
        "results": "Ten clinics",
        "contact_email": "a@example.org",
    }
    dry = update(tmp_path, new, dry_run=True)
    assert {(change.column, change.kept) for change in dry.changes} == {(name, False) for name in ("title/en", "status", "sdgs", "partners", "results/en")}
    assert "1 entry would be brought up to date." in dry.lines()
    assert "  row 1, status: “ongoing” becomes “completed”" in dry.lines()
    assert Entry.objects.get().status == "ongoing"
    update(tmp_path, new)
    entry = Entry.objects.get()
    assert (entry.number, str(entry.title), entry.status, str(entry.results)) == (imported.number, "Telemedicine for islands", "completed", "Ten clinics")
    assert set(entry.concepts.values_list("code", flat=True)) == {"3", "4", "KE"}
    assert {link.role: str(link.organisation.name) for link in entry.organisation_links.all()} == {"lead": "Ministry", "partner": "ITU"}
    assert EntryContact.objects.get().email == "a@example.org"
    assert versions_of("stocktaking.entry", entry.number).first().payload.reason == "import: second.jsonl"
    assert update(tmp_path, new).updated == 0


def test_what_somebody_changed_here_stays_and_is_told(imported, tmp_path):
    edit(imported, status="planned", summary=Text.of("As the owner says"))
    report = update(tmp_path, {**FIRST, "status": "completed", "title": "New title"})
    entry = Entry.objects.get()
    assert (entry.status, str(entry.summary), str(entry.title)) == ("planned", "As the owner says", "New title")
    assert {(change.column, change.kept) for change in report.changes} == {("status", True), ("title/en", False)}


def test_after_an_update_the_next_one_goes_out_from_it(imported, tmp_path):
    update(tmp_path, {**FIRST, "status": "completed"})
    update(tmp_path, {**FIRST, "status": "planned"})
    assert Entry.objects.get().status == "planned"


def test_columns_that_are_not_there_and_empty_cells_leave_what_is_here(imported, tmp_path):
    assert update(tmp_path, {"source_id": "7", "summary": "", "status": None, "title": "Telemedicine"}).updated == 0
    report = update(tmp_path, {"source_id": "7", "summary": "", "status": None, "sdgs": []}, empties=True)
    entry = Entry.objects.get()
    assert (report.updated, str(entry.summary), entry.status, str(entry.title)) == (1, "", "", "Telemedicine")
    assert set(entry.concepts.values_list("code", flat=True)) == {"KE"}


def test_of_an_entry_written_by_hand_only_what_is_empty_is_filled(world, tmp_path):
    entry = make_entry(world, "By hand", "sdgs 3", status="ongoing", number="H-1")
    report = update(tmp_path, {"number": "H-1", "title": "By file", "status": "completed", "results": "Filled in"})
    entry.refresh_from_db()
    assert (str(entry.title), entry.status, str(entry.results)) == ("By hand", "ongoing", "Filled in")
    assert sum(change.kept for change in report.changes) == 2


def test_a_translation_is_added_and_one_that_a_machine_made_of_the_old_text_goes(world, tmp_path):
    import_entries(
        actor=SYSTEM, path=write(tmp_path / "a.jsonl", {"source_id": "7", "title": {"en": "Old", "fr": "Vieux", "original": "en", "machine": ["fr"]}})
    )
    update(tmp_path, {"source_id": "7", "title": "New", "title_ar": "جديد"})
    assert Entry.objects.get().title.texts == {"en": "New", "ar": "جديد"}


def test_withdrawn_entries_stay_so_and_merged_ones_lead_on(imported, world, tmp_path):
    other = make_entry(world, "Kept", number="K-1")
    actions.withdraw_entry(actor=SYSTEM, entry=imported, reason="gone")
    report = update(tmp_path, {**FIRST, "status": "completed"})
    assert report.updated == 0
    assert any("is withdrawn here" in remark.text for remark in report.mended)
    Entry.objects.filter(pk=imported.pk).update(merged_into=other)
    assert update(tmp_path, {**FIRST, "results": "For the kept one"}).updated == 1
    other.refresh_from_db()
    assert str(other.results) == "For the kept one"
    assert Entry.objects.get(pk=imported.pk).state == "withdrawn"


def test_only_those_who_may_change_entries(imported, tmp_path, visitor):
    with pytest.raises(NotAllowed):
        import_entries(actor=visitor, path=write(tmp_path / "b.jsonl", FIRST), update=True)


def test_the_number_of_queries_of_a_look_does_not_grow(world, tmp_path, django_assert_max_num_queries):
    rows = [{**FIRST, "source_id": str(number), "title": f"Project {number}"} for number in range(60)]
    import_entries(actor=SYSTEM, path=write(tmp_path / "a.jsonl", *rows))
    path = write(tmp_path / "b.jsonl", *({**row, "status": "completed"} for row in rows))
    with django_assert_max_num_queries(40):
        assert import_entries(actor=SYSTEM, path=path, update=True, dry_run=True).updated == 60


# ---- there and back as a table --------------------------------------------------------------------------------------


def taken_home(tmp_path):
    path = tmp_path / "home.csv"
    with path.open("wb") as file:
        write_csv(Entry.objects.all(), file)
    return path


def test_a_table_that_comes_back_as_it_went_changes_nothing(world, tmp_path):
    make_entry(world, "One", "sdgs 3", "sdg-targets 3.8", "action-lines C1", "countries KE", body="Ministry; of health", kind="government", status="ongoing")
    make_entry(world, text=Text({"fr": "Deux", "en": "Two"}, "fr"), summary=Text({"en": "Only English"}), web_links=())
    make_entry(world, "=1+1 is no formula", description=Text.of("- a list\n- of lines"))
    report = import_entries(actor=SYSTEM, path=taken_home(tmp_path), update=True, empties=True)
    assert (report.added, report.updated, report.changes) == (0, 0, [])


def test_a_cell_that_was_changed_is_taken_over_unless_somebody_changed_it_here_meanwhile(world, tmp_path):
    one, two = make_entry(world, "One", status="ongoing"), make_entry(world, "Two", status="ongoing")
    path = taken_home(tmp_path)
    edit(two, status="planned", summary=Text.of("Written meanwhile"))
    path.write_text(path.read_text(encoding="utf-8-sig").replace("ongoing", "completed"), encoding="utf-8")
    report = import_entries(actor=SYSTEM, path=path, update=True, empties=True)
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.status, two.status, str(two.summary)) == ("completed", "planned", "Written meanwhile")
    assert [(change.number, change.kept) for change in report.changes] == [(one.number, False), (two.number, True)]


words = (
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Co", "Cn")), min_size=1, max_size=30)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: any(char.isalnum() for char in text) and "\u202d" not in text and "\u202e" not in text)
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=words, summary=words, language=st.sampled_from(["en", "fr", "ar"]))
def test_whatever_is_written_comes_back_as_it_went(world, tmp_path, title, summary, language):
    Entry.objects.all().delete()
    make_entry(world, text=Text.of(title, language), summary=Text.of(summary, language))
    before = actions.snapshot(Entry.objects.get())
    import_entries(actor=SYSTEM, path=taken_home(tmp_path), update=True, empties=True)
    after = actions.snapshot(Entry.objects.get())
    assert {name: after[name] for name in before if name not in ("title", "summary")} == {
        name: before[name] for name in before if name not in ("title", "summary")
    }
    assert Text.from_json(after["title"]).texts.keys() == {language}
