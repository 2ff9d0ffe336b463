"""Edition folders: what is loaded reads back the same, and what the desk edited survives."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actors import NOBODY, SYSTEM
from plenary.ground.audit.queries import trail_of
from plenary.ground.framework import actions
from plenary.ground.framework.editions import dumping, loading, records
from plenary.ground.framework.editions.plain import to_toml
from plenary.ground.framework.editions.rows import EditionRow, MilestoneRow
from plenary.ground.framework.models import Edition, LoadedRecord, Milestone
from plenary.ground.framework.sections import Milestones, TheEdition
from plenary.ground.framework.text import LANGUAGES, Text

pytestmark = pytest.mark.django_db

EDITION = '[edition]\ncode = "2031"\nname = "Forum 2031"\nstarts = "2031-05-12"\nends = "2031-05-16"\n'
MILESTONES = """
[[milestones]]
code = "opening"
title = { en = "Opening", fr = "Ouverture" }
starts = "2031-05-12T10:00:00"

[[milestones]]
code = "final-day"
title = "Final day"
starts = 2031-05-16
"""

# ---- generated folders ----------------------------------------------------------------------------------------------

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40).filter(lambda text: bool(text.strip()))
TEXTS = st.dictionaries(st.sampled_from([*LANGUAGES, "sw"]), WORDS, max_size=4).flatmap(
    lambda texts: st.builds(
        lambda original, machine: Text(texts, original, frozenset(machine)),
        st.sampled_from(sorted(texts)) if texts else st.just("en"),
        st.sets(st.sampled_from(sorted(texts))) if texts else st.just(set()),
    )
)
DAYS = st.dates(date(1901, 1, 1), date(2199, 1, 1))
ZONES = st.sampled_from(["Europe/Zurich", "Asia/Bangkok", "UTC", "America/St_Johns"])


@st.composite
def edition_rows(draw: st.DrawFn) -> EditionRow:
    first, last = sorted([draw(DAYS), draw(DAYS)])
    return EditionRow(
        code=draw(st.from_regex(r"[a-z0-9][a-z0-9-]{0,9}", fullmatch=True)),
        name=draw(TEXTS.filter(bool)),
        summary=draw(TEXTS),
        starts=draw(st.sampled_from(["", first.isoformat()])),
        ends=draw(st.sampled_from(["", last.isoformat()])),
        mode=draw(st.sampled_from(["", "physical", "virtual", "hybrid"])),
        place=draw(TEXTS),
        zone=draw(ZONES),
        stub=draw(st.booleans()),
        relative=draw(st.booleans()),
        contact=draw(st.sampled_from(["", "office@example.org"])),
        website=draw(st.sampled_from(["", "https://example.org/a?b=c#d"])),
    )


@st.composite
def milestone_rows(draw: st.DrawFn) -> MilestoneRow:
    first, last = sorted([draw(st.datetimes(*_SPAN)), draw(st.datetimes(*_SPAN))])
    form = draw(st.sampled_from(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]))
    try:
        return MilestoneRow(
            code=draw(st.from_regex(r"[a-z0-9][a-z0-9-]{0,9}", fullmatch=True)),
            title=draw(TEXTS.filter(bool)),
            text=draw(TEXTS),
            starts=first.strftime(form),
            ends=draw(st.sampled_from(["", last.strftime(form)])),
            zone=draw(ZONES),
            link=draw(st.sampled_from(["", "https://example.org/x"])),
        )
    except ValueError:  # an hour that the clocks skipped may end before it starts
        assume(False)
        raise


_SPAN = (datetime(1950, 1, 1), datetime(2199, 1, 1))
FOLDERS = st.tuples(edition_rows(), st.lists(milestone_rows(), max_size=4, unique_by=lambda row: row.code))


def write(folder: Path, edition: EditionRow, milestones: list[MilestoneRow]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "edition.toml").write_text(to_toml(TheEdition(), [edition]), encoding="utf-8", newline="\n")
    (folder / "milestones.toml").write_text(to_toml(Milestones(), milestones) if milestones else "", encoding="utf-8", newline="\n")
    return folder


@contextmanager
def empty_database() -> Iterator[None]:
    """What happens inside is taken back, so that each example starts from nothing."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def dumped(code: str) -> dict[str, str]:
    return dumping.files_of(Edition.objects.get(code=code))


@given(FOLDERS)
@examples(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
def test_dump_load_into_nothing_and_dump_gives_the_same_bytes(given_folder):
    edition, milestones = given_folder
    with tempfile.TemporaryDirectory() as name:
        with empty_database():
            loading.load(actor=SYSTEM, paths=[write(Path(name) / "a", edition, milestones)])
            first = dumped(edition.code)
            dumping.dump(code=edition.code, out=Path(name) / "b")
        with empty_database():
            assert not Edition.objects.exists()
            result = loading.load(actor=SYSTEM, paths=[Path(name) / "b"])[0]
            assert len(result.created) == 1 + len(milestones)
            assert dumped(edition.code) == first
            again = loading.load(actor=SYSTEM, paths=[Path(name) / "b"])[0]
            assert (again.created, again.changed, again.removed, again.conflicts) == ([], [], [], [])


@given(FOLDERS, TEXTS.filter(bool), TEXTS)
@examples(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
def test_an_edit_made_in_the_database_survives_loading_again(given_folder, name, summary):
    edition, milestones = given_folder
    with tempfile.TemporaryDirectory() as place, empty_database():
        folder = write(Path(place) / "a", edition, milestones)
        loading.load(actor=SYSTEM, paths=[folder])
        held = Edition.objects.get(code=edition.code)
        actions.edit_edition(actor=SYSTEM, edition=held, changes={"name": name.to_plain(), "summary": summary.to_plain()})
        edited = dumped(edition.code)
        loading.load(actor=SYSTEM, paths=[folder])
        assert dumped(edition.code) == edited


def test_every_folder_of_the_project_dumps_to_what_loads_to_the_same(concepts, tmp_path):
    point = transaction.savepoint()
    codes = [result.code for result in loading.load(actor=SYSTEM, paths=[settings.ROOT / "editions"])]
    assert {str(year) for year in range(2012, 2027)} | {"demo"} == set(codes)
    first = {code: dumped(code) for code in codes}
    for code in codes:
        dumping.dump(code=code, out=tmp_path / code)
    transaction.savepoint_rollback(point)
    assert not Edition.objects.exists()
    loading.load(actor=SYSTEM, paths=[tmp_path])
    assert {code: dumped(code) for code in codes} == first
    again = loading.load(actor=SYSTEM, paths=[tmp_path])
    assert [(result.code, result.changed, result.conflicts) for result in again if result.did_something or result.conflicts] == []


def test_our_own_folders_are_canonical():
    """So that a dump of an unchanged edition shows no difference in its two files."""
    loading.load(actor=SYSTEM, paths=[*_without_other_sections()])
    for code in ("2020", "2021", "demo"):
        folder = settings.ROOT / "editions" / ("demo" if code == "demo" else f"wsis-{code}")
        for file in ("edition.toml", "milestones.toml"):
            assert dumped(code)[file] == (folder / file).read_text(encoding="utf-8"), f"{code}/{file}"


def _without_other_sections() -> Iterator[Path]:
    for code in ("wsis-2020", "wsis-2021", "demo"):
        target = Path(tempfile.mkdtemp()) / code
        target.mkdir()
        for file in ("edition.toml", "milestones.toml"):
            (target / file).write_bytes((settings.ROOT / "editions" / code / file).read_bytes())
        yield target


# ---- loading again --------------------------------------------------------------------------------------------------


@pytest.fixture
def loaded(folder, load):
    """A folder of an edition with two milestones, loaded once."""
    path = folder({"edition.toml": EDITION, "milestones.toml": MILESTONES})
    load(path)
    return path


def edit_milestone(code: str, **changes: object) -> None:
    row = next(row for row in Milestones().read(Edition.objects.get()) if row.code == code)
    actions.put_milestone(actor=SYSTEM, edition=Edition.objects.get(), row=row.model_copy(update=changes))


def test_loading_an_unchanged_folder_does_nothing(loaded, load, django_assert_max_num_queries):
    trail = trail_of("framework.edition", "2031").count()
    with django_assert_max_num_queries(80):
        result = load(loaded)
    assert (result.unchanged, result.did_something) == (3, False)
    assert trail_of("framework.edition", "2031").count() == trail


def test_what_changed_in_the_folder_is_taken_over(loaded, load):
    (loaded / "milestones.toml").write_text(MILESTONES.replace("Ouverture", "Séance d'ouverture"))
    result = load(loaded)
    assert result.changed == ["milestones/opening"]
    assert Milestone.objects.get(code="opening").title.texts["fr"] == "Séance d'ouverture"
    newest = trail_of("framework.edition", "2031").first()
    assert newest.verb == "loaded"
    assert "milestones/opening" in newest.payload.after["changed"]


def test_desk_and_folder_may_change_different_parts(loaded, load):
    edit_milestone("opening", title=Text({"en": "Grand opening", "fr": "Ouverture"}))
    (loaded / "milestones.toml").write_text(MILESTONES.replace("Ouverture", "Début"))
    assert load(loaded).conflicts == []
    assert Milestone.objects.get(code="opening").title.texts == {"en": "Grand opening", "fr": "Début"}


def test_a_conflict_is_listed_with_its_place_and_both_values_and_the_desk_stays(loaded, load):
    edit_milestone("opening", title=Text({"en": "Grand opening", "fr": "Ouverture"}))
    (loaded / "milestones.toml").write_text(MILESTONES.replace('en = "Opening"', 'en = "The opening"'))
    for _time in range(2):  # it stays listed until one side gives way
        (conflict,) = load(loaded).conflicts
        assert (conflict.file, conflict.line, conflict.field) == ("wsis-2031/milestones.toml", 4, "title.en")
        assert (conflict.at_desk, conflict.in_file) == ("Grand opening", "The opening")
    assert Milestone.objects.get(code="opening").title.texts["en"] == "Grand opening"
    (loaded / "milestones.toml").write_text(MILESTONES.replace('en = "Opening"', 'en = "Grand opening"'))
    assert load(loaded).conflicts == []


def test_what_was_deleted_at_the_desk_stays_deleted(loaded, load):
    actions.remove_milestone(actor=SYSTEM, edition=Edition.objects.get(), code="opening")
    result = load(loaded)
    assert result.deleted_at_desk == ["milestones/opening"]
    assert not Milestone.objects.filter(code="opening").exists()


def test_what_left_its_file_is_removed_unless_it_was_edited(loaded, load):
    edit_milestone("opening", link="https://example.org/")
    (loaded / "milestones.toml").unlink()
    result = load(loaded)
    assert result.removed == ["milestones/final-day"]
    assert [(conflict.section, conflict.key, conflict.in_file) for conflict in result.conflicts] == [("milestones", "opening", None)]
    assert [milestone.code for milestone in Milestone.objects.all()] == ["opening"]
    assert not LoadedRecord.objects.filter(key="final-day").exists()


def test_what_the_desk_added_stays(loaded, load):
    row = MilestoneRow(code="reception", title=Text.of("Reception"), starts="2031-05-13T19:00")
    actions.put_milestone(actor=SYSTEM, edition=Edition.objects.get(), row=row)
    assert not load(loaded).did_something
    assert Milestone.objects.filter(code="reception").exists()
    assert 'code = "reception"' in dumped("2031")["milestones.toml"]


def test_a_dry_run_tells_and_does_nothing(folder, load):
    path = folder({"edition.toml": EDITION, "milestones.toml": MILESTONES})
    assert len(load(path, dry_run=True).created) == 3
    assert not Edition.objects.exists()


def test_all_folders_are_loaded_or_none(folder, tmp_path):
    folder({"edition.toml": EDITION}, "a")
    folder({"edition.toml": EDITION.replace("2031-05-12", "2031-05-99").replace('"2031"', '"2032"')}, "b")
    with pytest.raises(Invalid):
        loading.load(actor=SYSTEM, paths=[tmp_path])
    assert not Edition.objects.exists()


def test_only_an_administrator_loads(folder):
    with pytest.raises(NotAllowed):
        loading.load(actor=NOBODY, paths=[folder({"edition.toml": EDITION})])


# ---- records --------------------------------------------------------------------------------------------------------


@pytest.fixture
def importer(monkeypatch):
    """An importer for records/things.csv that notes its calls and refuses what says so."""
    calls = []

    def read(path, edition, actor):
        calls.append((path.name, edition.code))
        if "bad" in path.read_text():
            Milestone.objects.create(edition=edition, code="half", title=Text.of("Half"), starts_at="2031-01-01T00:00Z")
            raise Invalid({"line 2": ["is bad"], "line 5": ["is worse"]})

    monkeypatch.setattr(records, "_importers", {"things.csv": read})
    return calls


def test_records_go_to_their_importer_once_until_they_change(folder, load, importer):
    path = folder({"edition.toml": EDITION, "records/things.csv": "good"})
    assert load(path).records == ["things.csv"]
    assert load(path).records == []
    assert load(path, records_again=True).records == ["things.csv"]
    (path / "records" / "things.csv").write_text("better")
    assert load(path).records == ["things.csv"]
    assert importer == [("things.csv", "2031")] * 3


def test_bad_records_take_back_the_whole_folder(folder, load, importer):
    with pytest.raises(Invalid) as caught:
        load(folder({"edition.toml": EDITION, "records/things.csv": "bad"}))
    assert list(caught.value.problems) == ["wsis-2031/records/things.csv, line 2", "wsis-2031/records/things.csv, line 5"]
    assert not Edition.objects.exists()
    assert not Milestone.objects.exists()


# ---- relative dates -------------------------------------------------------------------------------------------------

DEMO = '[edition]\ncode = "demo"\nname = "Demo"\nstarts = "today-3"\nends = "today+9"\nrelative = true\n'
STEP = '[[milestones]]\ncode = "step"\ntitle = "Step"\nstarts = "today+1T09:00"\n'


def test_relative_dates_count_from_the_first_load_until_reset(folder, load):
    path = folder({"edition.toml": DEMO, "milestones.toml": STEP})
    with time_machine.travel("2031-03-10T12:00Z"):
        load(path)
    with time_machine.travel("2031-04-20T12:00Z"):
        assert not load(path).did_something
        assert Edition.objects.get().starts_on == date(2031, 3, 7)
        assert dumped("demo")["edition.toml"].count("today") == 2
        edition = Edition.objects.get()
        actions.edit_edition(actor=SYSTEM, edition=edition, changes={"summary": "Edited at the desk", "ends": "2031-03-12"})
        loading.reset(actor=SYSTEM, code="demo", path=path)
    edition = Edition.objects.get()
    assert (edition.starts_on, edition.ends_on) == (date(2031, 4, 17), date(2031, 4, 22))  # the edited date moved along
    assert str(edition.summary) == "Edited at the desk"
    assert Milestone.objects.get().first_day == date(2031, 4, 21)
    assert not load(path).did_something


def test_only_an_edition_with_relative_dates_is_reset(loaded):
    with pytest.raises(Conflict):
        loading.reset(actor=SYSTEM, code="2031", path=loaded)
    with pytest.raises(Conflict):
        loading.reset(actor=SYSTEM, code="2099", path=loaded)


def test_a_file_cannot_turn_calendar_dates_into_relative_ones(loaded, load):
    (loaded / "edition.toml").write_text(EDITION + "relative = true\n")
    with pytest.raises(Invalid):
        load(loaded)
    assert Edition.objects.get().anchor is None


# ---- the desk -------------------------------------------------------------------------------------------------------


def test_an_edit_at_the_desk_is_checked_and_leaves_a_trail(loaded):
    edition = Edition.objects.get()
    with pytest.raises(Invalid) as caught:
        actions.edit_edition(actor=SYSTEM, edition=edition, changes={"starts": "soon", "website": "x"})
    assert set(caught.value.problems) == {"starts", "website"}
    with pytest.raises(Invalid):
        actions.edit_edition(actor=SYSTEM, edition=edition, changes={"code": "2032"})
    actions.edit_edition(actor=SYSTEM, edition=edition, changes={"mode": "hybrid"})
    newest = trail_of("framework.edition", "2031").first()
    assert (newest.verb, newest.payload.before, newest.payload.after) == ("changed", {"mode": ""}, {"mode": "hybrid"})


def test_who_has_no_role_edits_nothing(loaded):
    with pytest.raises(NotAllowed):
        actions.edit_edition(actor=NOBODY, edition=Edition.objects.get(), changes={"mode": "hybrid"})
    assert Edition.objects.get().mode == ""


def test_a_dump_does_not_go_over_another_edition(loaded, folder):
    other = folder({"edition.toml": EDITION.replace('"2031"', '"2032"')}, "other")
    with pytest.raises(Conflict):
        dumping.dump(code="2031", out=other)
    with pytest.raises(Conflict):
        dumping.dump(code="2099", out=other)
