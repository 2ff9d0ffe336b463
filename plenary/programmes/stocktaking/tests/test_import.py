"""Importing entries: everything checked first, all or nothing, again changes nothing."""

import json

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from plenary.errors import Invalid, NotAllowed
from plenary.ground.audit.actors import NOBODY, SYSTEM
from plenary.ground.audit.queries import trail_of
from plenary.programmes.stocktaking.commands import group
from plenary.programmes.stocktaking.importing.entries import import_entries
from plenary.programmes.stocktaking.models import Entry


def write(path, *records):
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path


def problems(path, **more):
    with pytest.raises(Invalid) as caught:
        import_entries(actor=SYSTEM, path=path, **more)
    return caught.value.problems


FULL = {
    "kind": "stocktaking_entry", "source_id": 1378827145, "title": "Regional report", "org": "ITU; FAO", "country_iso3": "KEN", "stakeholder_type": "UN",
    "action_lines": ["C1", "eHealth"], "sdgs": [3, "3.8"], "year": 2020, "status": "ongoing", "url": "https://example.org/x", "description": "What it does.",
    "source": "somewhere", "themes": ["covid-19"], "starts_on": "2019-01-01", "ends_on": "2020-01-01", "reach": "Regional",
}  # fmt: skip


def test_a_record_becomes_an_entry_with_all_it_says(world, tmp_path):
    report = import_entries(actor=SYSTEM, path=write(tmp_path / "a.jsonl", FULL))
    entry = Entry.objects.get()
    assert entry.number == "1378827145"  # the convener's own, as text
    assert entry.edition == world.editions["2020"]
    assert entry.year == 2020
    assert (entry.status, entry.reach, entry.website) == ("ongoing", "regional", "https://example.org/x")
    codes = set(entry.concepts.values_list("scheme__code", "code"))
    assert codes == {("action-lines", "C1"), ("action-lines", "C7-4"), ("sdgs", "3"), ("sdg-targets", "3.8"), ("countries", "KE"), ("themes", "covid-19")}
    assert [str(link.organisation.name) for link in entry.organisation_links.all()] == ["ITU", "FAO"]
    assert entry.stakeholder_type.code == "united-nations"
    assert any("C7-4" in str(remark) for remark in report.mended)
    assert "1 entry added." in report.lines()
    assert [record.verb for record in trail_of("stocktaking.entry", entry.number)] == ["imported"]


def test_csv_and_workbook_say_the_same_as_json(world, tmp_path):
    head = "title,org,country_iso3,action_lines,sdgs,year\n"
    (tmp_path / "a.csv").write_text(head + '"One, two",ITU;FAO,KE;Uganda,C1;C7-4,3;4,2020\n', encoding="utf-8-sig")
    import_entries(actor=SYSTEM, path=tmp_path / "a.csv")
    one = Entry.objects.get()
    assert one.number == "2020-1"
    assert sorted(one.concepts.values_list("code", flat=True)) == ["3", "4", "C1", "C7-4", "KE", "UG"]
    book = Workbook()
    book.active.append(["title", "org", "country_iso3", "action_lines", "sdgs", "year"])
    book.active.append(["One, two", "ITU;FAO", "KE;Uganda", "C1;C7-4", "3;4", 2020])
    book.save(tmp_path / "a.xlsx")
    report = import_entries(actor=SYSTEM, path=tmp_path / "a.xlsx")
    assert Entry.objects.count() == 1
    assert "1 was here already and stays as it is." in report.lines()


def test_texts_in_several_languages_keep_their_original(world, tmp_path):
    title = {"fr": "Santé mobile", "en": "Mobile health", "original": "fr", "machine": ["en"]}
    import_entries(actor=SYSTEM, path=write(tmp_path / "a.jsonl", {"title": title, "description": "Bonjour", "language": "fr"}))
    entry = Entry.objects.get()
    assert entry.title.original == "fr"
    assert entry.title.machine == frozenset({"en"})
    assert entry.description.texts == {"fr": "Bonjour"}
    assert entry.number == "entry-1"  # neither a number, nor a year, nor an edition


BAD = [
    ({"title": ""}, "row 1, title", "The title is missing."),
    ({}, "row 1, title", "The title is missing."),
    ({"title": 7}, "row 1, title", "A text is wanted here"),
    ({"title": "x", "action_lines": ["C99"]}, "row 1, action_lines", "“C99” is not an action line known here."),
    ({"title": "x", "action_lines": "E-helth"}, "row 1, action_lines", "Did you mean E-health (C7-4)?"),
    ({"title": "x", "sdgs": [True]}, "row 1, sdgs", "not a single value"),
    ({"title": "x", "country_iso3": "Atlantis"}, "row 1, country_iso3", "“Atlantis” is not a country known here."),
    ({"title": "x", "year": "20201"}, "row 1, year", "“20201” is not a year"),
    ({"title": "x", "year": 1.5}, "row 1, year", "is not a year"),
    ({"title": "x", "year": True}, "row 1, year", "is not a year"),
    ({"title": "x", "colour": "red"}, "row 1, colour", "There is no such key."),
    ({"title": "x", "kind": "session"}, "row 1, kind", "is not a kind of record"),
    ({"title": "x", "status": "sleeping"}, "row 1, status", "completed, ongoing, planned"),
    ({"title": "x", "kind": "prize_entry", "status": "gold"}, "row 1, status", "is not a level of the Prizes"),
    ({"title": "x", "url": "javascript:alert(1)"}, "row 1, url", "http:// or https://"),
    ({"title": "a\u0007b"}, "row 1, title", "U+0007"),
    ({"title": "a\u202eb"}, "row 1, title", "U+202E"),
    ({"title": "=1+1"}, "row 1, title", "formula"),
    ({"title": "x" * 501}, "row 1, title", "501 characters"),
    ({"title": "x", "starts_on": "2020-02-30"}, "row 1, starts_on", "is not a day"),
    ({"title": "x", "starts_on": "2020-02-02", "ends_on": "2019-01-01"}, "row 1, ends_on", "before the beginning"),
    ({"title": "x", "description": {"fr": 3}}, "row 1, description", "table of texts"),
    ({"title": "x", "language": "français"}, "row 1, language", "code of a language"),
]


@pytest.mark.parametrize(("record", "place", "words"), BAD)
def test_what_does_not_hold_is_told_by_row_and_column_and_nothing_is_written(world, tmp_path, record, place, words):
    found = problems(write(tmp_path / "a.jsonl", record, {"title": "Good"}))
    assert any(words in text for text in found[place]), found
    assert not Entry.objects.exists()


RAW = [
    (b'{"title": "x"\n{"title": "y"}\n', "row 1", "not a JSON record"),
    (b"[1, 2]\n", "row 1", "starts with a list"),
    (b'"a"\n', "row 1", "stands in braces"),
    (b'{"title": "caf\xe9"}\n', "row 1", "not in UTF-8 (byte 0xe9 in line 1)"),
    (b'\xff\xfe{\x00"\x00', "row 1", "UTF-16"),
    (b'{"title": "a", "title": "b"}\n', "row 1, title", "twice"),
    (b'{"title": ' + b"[" * 5000 + b"]" * 5000 + b"}\n", "row 1", "nested too deeply"),
    (b'{"title": NaN}\n', "row 1", "not a JSON record"),
    (b'{"title": "\\ud800"}\n', "row 1, title", "U+D800"),
    (b"a\x00b\n", "row 1", "null characters"),
    (b"", "", "no records"),
    (b'{"title": "x", "year": ' + b"9" * 5000 + b"}\n", "row 1", "not a JSON record"),
]


@pytest.mark.parametrize(("raw", "place", "words"), RAW)
def test_broken_json_is_refused_with_a_sentence(world, tmp_path, raw, place, words):
    path = tmp_path / "a.jsonl"
    path.write_bytes(raw)
    found = problems(path)
    assert any(words in text for text in found[place]), found
    assert not Entry.objects.exists()


TABLES = [
    ("title;year\nx;2020\n", "row 1", "separated by semicolons"),
    ("title\tyear\nx\t2020\n", "row 1", "separated by tabs"),
    ("title,year\nx,2020,3\n", "row 2", "3 cells here and 2 columns"),
    ("title,title\nx,y\n", "row 1, title", "twice"),
    ("name\nx\n", "row 1, name", "There is no such column."),
    ("year\n2020\n", "row 1, title", "The column is missing."),
    ('title\n"x\n', "row 2", "not CSV"),
]


@pytest.mark.parametrize(("text", "place", "words"), TABLES)
def test_broken_tables_are_refused_with_a_sentence(world, tmp_path, text, place, words):
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    found = problems(path)
    assert any(words in sentence for sentence in found[place]), found


def test_a_number_twice_in_the_file_is_told(world, tmp_path):
    found = problems(write(tmp_path / "a.jsonl", {"title": "x", "source_id": "7"}, {"title": "y", "source_id": 7}))
    assert found == {"row 2, source_id": ["“7” stands in row 1 already."]}


def test_ten_megabytes_of_nonsense_are_refused_with_a_short_report(world, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"nonsense {[ \n" * 800_000)
    found = problems(path)
    assert len(found) < 250
    assert "more problems like these" in found[""][0]


def test_all_problems_are_told_at_once(world, tmp_path):
    found = problems(write(tmp_path / "a.jsonl", {"title": "", "year": "soon"}, {"title": "x", "sdgs": [99]}))
    assert set(found) == {"row 1, title", "row 1, year", "row 2, sdgs"}


def test_a_dry_run_tells_the_same_and_writes_nothing(world, tmp_path):
    path = write(tmp_path / "a.jsonl", {"title": "  Blanks   around ", "action_lines": "Action line 1"}, {"title": "Other"})
    dry = import_entries(actor=SYSTEM, path=path, dry_run=True)
    assert not Entry.objects.exists()
    assert "2 entries would be added." in dry.summary
    wet = import_entries(actor=SYSTEM, path=path)
    assert wet.mended == dry.mended
    assert [str(remark) for remark in wet.mended] == ["row 1, title: superfluous blanks removed", "row 1, action_lines: “Action line 1” read as C1"]


def test_importing_again_changes_nothing_even_where_staff_has_edited(world, tmp_path):
    path = write(tmp_path / "a.jsonl", FULL, {"title": "No number", "org": "ITU", "year": 2020})
    import_entries(actor=SYSTEM, path=path)
    Entry.objects.filter(number="1378827145").update(status="completed")
    before = list(Entry.objects.order_by("pk").values())
    import_entries(actor=SYSTEM, path=path)
    assert list(Entry.objects.order_by("pk").values()) == before


def test_the_same_project_is_recognised_across_years_where_its_organisation_is_named(world, tmp_path):
    rows = [{"title": "Digital Valley", "org": "Ministry", "country_iso3": "QAT", "year": year} for year in (2020, 2021)]
    import_entries(actor=SYSTEM, path=write(tmp_path / "a.jsonl", *rows))
    assert Entry.objects.get().year == 2020
    bare = [{"title": "Open data portal", "country_iso3": "QAT", "year": year} for year in (2020, 2021)]
    import_entries(actor=SYSTEM, path=write(tmp_path / "b.jsonl", *bare))
    assert Entry.objects.filter(sort_title="open data portal").count() == 2


def test_only_those_who_may_import(world, tmp_path, visitor, secretary):
    path = write(tmp_path / "a.jsonl", {"title": "x"})
    for actor in (NOBODY, visitor):
        with pytest.raises(NotAllowed):
            import_entries(actor=actor, path=path)
    import_entries(actor=secretary, path=path)
    assert Entry.objects.count() == 1


def test_the_command_imports_and_reports(world, tmp_path):
    path = write(tmp_path / "a.jsonl", {"title": "x"})
    ran = CliRunner().invoke(group, ["import", str(path), "--edition", "2021", "--dry-run"])
    assert ran.exit_code == 0
    assert "1 entry would be added." in ran.output
    ran = CliRunner().invoke(group, ["import", str(path), "--edition", "2021"])
    assert ran.exit_code == 0
    assert Entry.objects.get().number == "2021-1"
    ran = CliRunner().invoke(group, ["import", str(path), "--edition", "1999"])
    assert ran.exit_code == 2
    assert "There is no edition '1999'" in ran.output


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=300), suffix=st.sampled_from([".jsonl", ".csv", ".xlsx", ".json"]))
def test_whatever_a_file_holds_the_answer_is_a_report(world, tmp_path, raw, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(raw)
    before = Entry.objects.count()
    try:
        import_entries(actor=SYSTEM, path=path, dry_run=True)
    except Invalid as error:
        assert error.problems
    assert Entry.objects.count() == before


plain = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=40).filter(lambda text: any(char.isalnum() for char in text))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(titles=st.lists(plain, min_size=1, max_size=5, unique=True))
def test_importing_twice_is_importing_once(world, tmp_path, titles):
    path = write(tmp_path / "a.jsonl", *({"title": title, "year": 2021} for title in titles))
    Entry.objects.all().delete()
    try:
        import_entries(actor=SYSTEM, path=path)
    except Invalid:
        assert not Entry.objects.exists()
        return
    once = Entry.objects.count()
    assert 1 <= once <= len(titles)
    import_entries(actor=SYSTEM, path=path)
    assert Entry.objects.count() == once
