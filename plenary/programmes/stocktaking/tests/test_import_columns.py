"""What a file of entries may hold: all that the questionnaire asks, under whatever names somebody gave the columns."""

import json

import pytest
from click.testing import CliRunner
from openpyxl import Workbook

from plenary.errors import Invalid
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.queries import versions_of
from plenary.ground.framework.text import Text
from plenary.programmes.stocktaking.commands import group
from plenary.programmes.stocktaking.importing.entries import import_entries
from plenary.programmes.stocktaking.importing.looking import look_into
from plenary.programmes.stocktaking.importing.mapping import guess, guesses, parse_pairs, read_mapping, written_mapping
from plenary.programmes.stocktaking.models import Collection, Entry, EntryContact, EntryNumber


def write(path, *records):
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path


def table(path, *rows):
    path.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in rows) + "\n", encoding="utf-8")
    return path


def problems(path, **more):
    with pytest.raises(Invalid) as caught:
        import_entries(actor=SYSTEM, path=path, **more)
    assert not Entry.objects.exists()
    return caught.value.problems


ALL = {
    "number": "WSIS-7", "title": "Santé mobile", "title_en": "Mobile health", "language": "fr", "org": "Ministère", "partners": "ITU; FAO", "funders": "World Bank",
    "summary": "En bref", "description": "Ce qu'il fait", "beneficiaries": "Les malades", "results": "Dix cliniques", "challenges": "Le courant",
    "partnerships": "Avec l'UIT", "replicability": "Partout", "links": "https://example.org/a Rapport; https://example.org/b", "reach": "national",
    "timeframe": "2019-03 - 2021", "targets": "3.8", "sdgs": "3", "reasons": "3: pour la santé; 3.8: pour tous", "themes": "health", "collections": "covid-19",
    "country_iso3": "KEN", "edition": "2021", "other_numbers": "OLD-1; OLD-2", "contact_name": "Contact 0001", "contact_email": "contact@example.org", "contact_phone": "+1 555 0001",
}  # fmt: skip


def check_all():
    entry = Entry.objects.get()
    assert entry.number == "WSIS-7"
    assert (entry.title.texts, entry.title.original) == ({"fr": "Santé mobile", "en": "Mobile health"}, "fr")
    told = [str(getattr(entry, name)) for name in ("summary", "description", "beneficiaries", "results", "challenges", "partnerships", "replicability")]
    assert told == ["En bref", "Ce qu'il fait", "Les malades", "Dix cliniques", "Le courant", "Avec l'UIT", "Partout"]
    assert entry.web_links == [{"url": "https://example.org/a", "label": "Rapport"}, {"url": "https://example.org/b", "label": ""}]
    assert (str(entry.starts_on), str(entry.ends_on)) == ("2019-03-01", "2021-12-31")
    roles = {str(link.organisation.name): link.role for link in entry.organisation_links.all()}
    assert roles == {"Ministère": "lead", "ITU": "partner", "FAO": "partner", "World Bank": "funder"}
    reasons = {link.concept.code: link.reason.texts for link in entry.links.all() if link.reason}
    assert reasons == {"3": {"fr": "pour la santé"}, "3.8": {"fr": "pour tous"}}
    assert list(entry.collections.values_list("code", flat=True)) == ["covid-19"]
    assert entry.edition.code == "2021"
    assert set(entry.other_numbers.values_list("number", flat=True)) == {"OLD-1", "OLD-2"}
    contact = entry.contact
    assert (contact.name, contact.email, contact.phone) == ("Contact 0001", "contact@example.org", "+1 555 0001")
    assert not versions_of("stocktaking.entry", entry.number).exists()


@pytest.fixture
def covid(world):
    return Collection.objects.create(code="covid-19", name=Text.of("COVID-19 repository"))


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".xlsx"])
def test_all_that_the_questionnaire_asks_can_be_imported(covid, tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    if suffix == ".jsonl":
        write(path, ALL)
    elif suffix == ".csv":
        table(path, ALL, ALL.values())
    else:
        book = Workbook()
        book.active.append(list(ALL))
        book.active.append(list(ALL.values()))
        book.save(path)
    import_entries(actor=SYSTEM, path=path)
    check_all()
    assert import_entries(actor=SYSTEM, path=path).added == 0
    assert Entry.objects.count() == 1


def test_json_may_hold_tables_and_lists(covid, tmp_path):
    more = {
        "results": {"fr": "Dix", "en": "Ten", "original": "fr"}, "reasons": {"3": {"fr": "parce que"}},
        "links": [{"url": "https://example.org/a", "label": "A"}], "partners": ["ITU", "FAO"],
    }  # fmt: skip
    import_entries(actor=SYSTEM, path=write(tmp_path / "a.jsonl", {**ALL, **more}))
    entry = Entry.objects.get()
    assert entry.results.texts == {"fr": "Dix", "en": "Ten"}
    assert [link.reason.texts for link in entry.links.all() if link.reason] == [{"fr": "parce que"}]
    assert entry.web_links == [{"url": "https://example.org/a", "label": "A"}]


WRONG = [
    ({"contact_email": "nobody"}, "row 1, contact_email", "not an address of mail"),
    ({"links": "ftp://x"}, "row 1, links", "http:// or https://"),
    ({"links": [7]}, "row 1, links", "http:// or https://"),
    ({"links": [f"https://example.org/{n}" for n in range(21)]}, "row 1, links", "at most 20"),
    ({"collections": "nowhere"}, "row 1, collections", "is not a collection known here"),
    ({"edition": "1999"}, "row 1, edition", "There is no edition"),
    ({"reasons": "because"}, "row 1, reasons", "Write before each reason the code"),
    ({"sdgs": "3", "reasons": "4: because"}, "row 1, reasons", "is not among what this row links"),
    ({"number": "a/b"}, "row 1, number", "at most 60 letters"),
    ({"other_numbers": "a b"}, "row 1, other_numbers", "at most 60 letters"),
    ({"timeframe": "2019 - 2020 - 2021"}, "row 1, timeframe", "is not a timeframe"),
    ({"title_fr": 7}, "row 1, title_fr", "A text is wanted"),
    ({"title_en": "y"}, "row 1, title_en", "says something else"),
    ({"targets": "3"}, "row 1, targets", "is not a target known here"),
    ({"seen": "yesterday"}, "row 1, seen", "not the moment"),
]


@pytest.mark.parametrize(("record", "place", "words"), WRONG)
def test_what_does_not_hold_is_told_by_row_and_column(covid, tmp_path, record, place, words):
    found = problems(write(tmp_path / "a.jsonl", {"title": "x", **record}))
    assert any(words in text for text in found[place]), found


def test_numbers_stand_for_one_entry(covid, tmp_path):
    found = problems(write(tmp_path / "a.jsonl", {"title": "x", "number": "7"}, {"title": "y", "other_numbers": "7"}, {"title": "z", "number": "7"}))
    assert found == {"row 2, other_numbers": ["“7” stands in row 1 already."], "row 3, number": ["“7” stands in row 1 already."]}


def test_a_number_of_another_entry_is_refused(covid, tmp_path):
    import_entries(actor=SYSTEM, path=write(tmp_path / "a.jsonl", ALL))
    with pytest.raises(Invalid) as caught:
        import_entries(actor=SYSTEM, path=write(tmp_path / "b.jsonl", {"title": "Quite another", "source_id": "9", "other_numbers": "WSIS-7"}))
    assert caught.value.problems == {"row 1, other_numbers": ["“WSIS-7” is the number of another entry here."]}
    assert (Entry.objects.count(), EntryNumber.objects.count(), EntryContact.objects.count()) == (1, 2, 1)


# ---- workbooks ------------------------------------------------------------------------------------------------------


def test_formulas_and_merged_cells_are_told_with_their_place(world, tmp_path):
    book = Workbook()
    sheet = book.active
    for row in (["title", "year", "org"], ["One", "=1+1", "ITU"], ["Two", 2020, None], ["Three", 2021, "#N/A"]):
        sheet.append(row)
    sheet.merge_cells("C2:C3")
    book.save(tmp_path / "a.xlsx")
    found = problems(tmp_path / "a.xlsx")
    assert found == {"row 2, org": ["The cells C2:C3 are merged. Take that back, and write the value into each of them."]}
    sheet.unmerge_cells("C2:C3")
    book.save(tmp_path / "a.xlsx")
    found = problems(tmp_path / "a.xlsx")
    assert found["row 2, year"] == ["“=1+1” is a formula; put its value there instead."]
    assert found["row 4, org"] == ["“#N/A” is an error of the spreadsheet, not a value."]


def test_what_a_table_kept_from_being_a_formula_is_a_text_again(world, tmp_path):
    import_entries(actor=SYSTEM, path=table(tmp_path / "a.csv", ["title", "summary"], ["x", "'- a list"]))
    assert str(Entry.objects.get().summary) == "- a list"


# ---- names of columns -----------------------------------------------------------------------------------------------

NAMES = [
    ("Project title", "title", True), ("Titre du projet", "title", True), ("Título", "title", True), ("Название проекта", "title", True),
    ("عنوان المشروع", "title", True), ("项目名称", "title", True), ("Title (FR)", "title_fr", True), ("description_ar", "description_ar", True),
    ("Organisation", "org", True), ("Descripton", "description", False), ("Benefciaries", "beneficiaries", False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "column", "sure"), NAMES)
def test_columns_are_known_by_what_people_call_them(name, column, sure):
    found = guess(name)
    assert (found.column, found.sure) == (column, sure)


@pytest.mark.parametrize("name", ["", "x", "internal note", "Budget 2020", "🙂", "'; drop table", "a" * 5000])
def test_nothing_is_made_of_other_names(name):
    found = guess(name)
    assert found is None or not found.sure


def test_one_column_is_guessed_once():
    found = guesses(["Project title", "title"], ["title"])
    assert found["title"].column == "title"
    assert found["Project title"] is None


def test_names_of_others_are_read_and_told(world, tmp_path):
    path = table(tmp_path / "a.csv", ["Titre", "Pays", "Année"], ["Santé", "Kenya", "2021"])
    report = import_entries(actor=SYSTEM, path=path)
    assert "Titre: the column is read as title" in [str(remark) for remark in report.mended]
    assert Entry.objects.get().year == 2021


def test_a_near_name_is_asked_about_and_can_be_said(world, tmp_path):
    path = table(tmp_path / "a.csv", ["title", "Descripton", "Internal note"], ["x", "What it does", "not for you"])
    found = problems(path)
    assert found["row 1, descripton"] == ["There is no such column. Is it description? Say how the columns are to be read, or that this one is left out."]
    assert found["row 1, internal_note"] == ["There is no such column."]
    report = import_entries(actor=SYSTEM, path=path, mapping={"Descripton": "description", "Internal note": ""})
    assert str(Entry.objects.get().description) == "What it does"
    assert "Internal note: the column is not taken over" in [str(remark) for remark in report.mended]


def test_a_mapping_can_be_kept(world, tmp_path):
    odd = {'Say "title"': "title", "Note \\ é": "", "a = b": "summary"}
    (tmp_path / "map.toml").write_text(written_mapping(odd), encoding="utf-8")
    assert read_mapping(tmp_path / "map.toml") == odd
    assert parse_pairs([str(tmp_path / "map.toml"), "a = b = year"]) == {**odd, "a = b": "year"}
    for content in ("", "[columns]\nx = 1\n", "columns = 3\n", "\x00", "[columns"):
        (tmp_path / "bad.toml").write_text(content, encoding="utf-8")
        with pytest.raises(Invalid):
            read_mapping(tmp_path / "bad.toml")
    with pytest.raises(Invalid):
        parse_pairs(["title"])


def test_a_look_into_a_file_tells_columns_and_samples(world, tmp_path):
    path = table(tmp_path / "a.csv", ["Titre", "Internal note"], ["Santé", "x"], ["École", ""], ["Santé", "y"])
    first, second = look_into(path)
    assert (first.name, first.chosen, first.is_sure, first.samples) == ("Titre", "title", True, ["“Santé”", "“École”"])
    assert (second.name, second.chosen, second.is_sure) == ("Internal note", "", False)
    assert look_into(tmp_path / "nothing.csv") == []


def test_the_command_keeps_and_takes_a_mapping(world, tmp_path):
    path = table(tmp_path / "a.csv", ["Titre", "Internal note"], ["Santé", "x"])
    ran = CliRunner().invoke(group, ["import", str(path), "--keep-map", str(tmp_path / "m.toml")])
    assert (ran.exit_code, read_mapping(tmp_path / "m.toml")) == (0, {"Titre": "title", "Internal note": ""})
    assert not Entry.objects.exists()
    ran = CliRunner().invoke(group, ["import", str(path), "--map", str(tmp_path / "m.toml"), "--map", "Internal note=summary"])
    assert ran.exit_code == 0
    assert str(Entry.objects.get().summary) == "x"
