"""Importing results: one vocabulary, no doubles, all or nothing."""

import csv

import pytest
from click.testing import CliRunner

from plenary.errors import Invalid, NotAllowed
from plenary.ground.audit.actors import NOBODY, SYSTEM
from plenary.ground.audit.queries import trail_of
from plenary.programmes.awards.commands import group
from plenary.programmes.awards.importing import import_awards
from plenary.programmes.awards.levels import find_level
from plenary.programmes.awards.models import Award, Contest
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.tests.making import make_entry

HEAD = ["year", "category_no", "action_line", "title", "org", "country_iso3", "stakeholder_type", "status", "source", "note", "description"]


def write(path, *rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEAD)
        writer.writeheader()
        writer.writerows(rows)
    return path


ROW = {
    "year": "2020",
    "category_no": "10",
    "action_line": "C7-4",
    "title": "Telemedicine",
    "org": "Ministry",
    "country_iso3": "QAT",
    "status": "nominated",
    "source": "a page",
}


def test_a_row_makes_the_project_and_its_award(world, tmp_path):
    import_awards(actor=SYSTEM, path=write(tmp_path / "a.csv", {**ROW, "note": "first time"}))
    award = Award.objects.get()
    assert (award.level, award.category.code, str(award.note), award.source) == ("nominated", "C7-4", "first time", "a page")
    assert str(award.contest) == "2020/prizes"
    assert (str(award.entry.title), award.entry.year, award.entry.edition.code) == ("Telemedicine", 2020, "2020")
    assert sorted(award.entry.concepts.values_list("code", flat=True)) == ["C7-4", "QA"]
    assert [record.verb for record in trail_of("awards.award", f"2020/prizes/{award.entry.number}")] == ["imported"]


@pytest.mark.parametrize(
    ("spelling", "level"),
    [
        ("submitted", "submitted"), ("eligible", "eligible"), ("nominated", "nominated"), ("champion", "champion"), ("winner", "winner"),
        ("special recognition", "special"), ("special_prize_winner", "special"), ("awarded_level_unspecified", "awarded"), ("Winner ", "winner"), ("gold", None), ("", None),
    ],
)  # fmt: skip
def test_one_vocabulary_of_levels(spelling, level):
    assert find_level(spelling) == level


@pytest.mark.parametrize(
    ("column", "text", "number"),
    [
        ("note", "project id 1359648246 (a Unix timestamp)", "1359648246"),
        ("source", "itu.int/net4/wsis/stocktaking/Prizes/2024/Details/16706023296029494", "16706023296029494"),
        ("source", "a README, project id 17734472422205614", "17734472422205614"),
    ],
)
def test_the_conveners_number_is_kept_as_text_wherever_it_stands(world, tmp_path, column, text, number):
    import_awards(actor=SYSTEM, path=write(tmp_path / "a.csv", {**ROW, column: text}))
    award = Award.objects.get()
    assert award.number == award.entry.number == award.entry.source_id == number


def test_a_category_may_be_unknown(world, tmp_path):
    import_awards(
        actor=SYSTEM,
        path=write(tmp_path / "a.csv", {**ROW, "category_no": "", "action_line": ""}, {**ROW, "category_no": "1", "action_line": "", "title": "Other"}),
    )
    assert list(Award.objects.order_by("pk").values_list("category__code", flat=True)) == [None, "C1"]


def test_a_project_of_two_years_is_one_entry_with_two_awards(world, tmp_path):
    import_awards(actor=SYSTEM, path=write(tmp_path / "a.csv", ROW, {**ROW, "year": "2021", "status": "champion"}))
    entry = Entry.objects.get()
    assert entry.edition.code == "2020"
    assert sorted(entry.awards.values_list("contest__edition__code", "level")) == [("2020", "nominated"), ("2021", "champion")]


def test_a_project_that_is_here_already_is_found(world, tmp_path):
    here = make_entry(world, "TELEMEDICINE!", "countries QA", body="Ministry", edition="2020")
    import_awards(actor=SYSTEM, path=write(tmp_path / "a.csv", {**ROW, "org": "ministry"}))
    assert Award.objects.get().entry == here


def test_importing_again_changes_nothing(world, tmp_path):
    path = write(tmp_path / "a.csv", ROW, {**ROW, "title": "Other", "category_no": "", "action_line": ""})
    import_awards(actor=SYSTEM, path=path)
    before = (list(Entry.objects.values()), list(Award.objects.values()))
    report = import_awards(actor=SYSTEM, path=path)
    assert (list(Entry.objects.values()), list(Award.objects.values())) == before
    assert "2 awards were here already." in report.summary


def test_a_level_that_differs_is_told_and_left(world, tmp_path):
    import_awards(actor=SYSTEM, path=write(tmp_path / "a.csv", ROW))
    report = import_awards(actor=SYSTEM, path=write(tmp_path / "b.csv", {**ROW, "status": "winner"}))
    assert Award.objects.get().level == "nominated"
    assert any("recorded here as nominated, in the file as winner" in str(remark) for remark in report.mended)


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        ({"status": "gold"}, "row 3, status", "“gold” is not a level known here."),
        ({"status": ""}, "row 3, status", "The level is missing."),
        ({"title": ""}, "row 3, title", "The title is missing."),
        ({"year": "1999"}, "row 3, year", "There is no edition 1999"),
        ({"year": ""}, "row 3, year", "There is no edition"),
        ({"category_no": "1"}, "row 3, category_no", "Category 1 is C1, but action_line says C7-4."),
        ({"category_no": "19"}, "row 3, category_no", "There is no category “19”."),
        ({"action_line": "C99", "category_no": ""}, "row 3, action_lines", "“C99” is not an action line known here."),
        ({"country_iso3": "XXX"}, "row 3, country_iso3", "is not a country known here"),
        ({"title": "Telemedicine"}, "row 3, title", "The same project stands in row 2 with the same category."),
    ],
)
def test_what_does_not_hold_is_told_by_row_and_nothing_is_written(world, tmp_path, change, place, words):
    with pytest.raises(Invalid) as caught:
        import_awards(actor=SYSTEM, path=write(tmp_path / "a.csv", ROW, {**ROW, "title": "Second", **change}))
    assert any(words in text for text in caught.value.problems[place]), caught.value.problems
    assert not Entry.objects.exists()
    assert not Award.objects.exists()
    assert not Contest.objects.exists()


def test_a_year_that_is_not_the_editions_is_told(world, tmp_path):
    with pytest.raises(Invalid) as caught:
        import_awards(actor=SYSTEM, path=write(tmp_path / "a.csv", ROW), edition=world.editions["2021"])
    assert caught.value.problems == {"row 2, year": ["2020 is not the year of the edition 2021."]}


def test_the_command_tries_and_imports(world, tmp_path):
    path = write(tmp_path / "a.csv", ROW)
    ran = CliRunner().invoke(group, ["import", str(path), "--dry-run"])
    assert ran.exit_code == 0
    assert "1 award would be added." in ran.output
    assert not Entry.objects.exists()
    CliRunner().invoke(group, ["import", str(path), "--edition", "2020"])
    assert Award.objects.count() == 1


def test_only_the_secretariat_imports(world, tmp_path, visitor, secretary):
    path = write(tmp_path / "a.csv", ROW)
    for actor in (NOBODY, visitor):
        with pytest.raises(NotAllowed):
            import_awards(actor=actor, path=path)
    import_awards(actor=secretary, path=path)
    assert Award.objects.count() == 1


def test_messy_files_are_refused(samples, world):
    files = [path for path in sorted((samples / "5-messy").rglob("*")) if path.is_file()]
    for path in files:
        with pytest.raises(Invalid):
            import_awards(actor=SYSTEM, path=path)
    assert len(files) > 50
    assert not Entry.objects.exists()
