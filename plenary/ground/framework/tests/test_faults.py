"""Bad edition folders: each problem has its file, line and field, all come at once, and nothing is loaded."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.commands import edition as command
from plenary.ground.framework.editions import loading, sections
from plenary.ground.framework.editions.dumping import files_of
from plenary.ground.framework.editions.locating import locate
from plenary.ground.framework.editions.sections import Row, Section, Slug, TextValue, concept_of
from plenary.ground.framework.files import BadFiles, Problems, read_table, read_toml
from plenary.ground.framework.models import Concept, Edition, LoadedRecord, Scheme

pytestmark = pytest.mark.django_db

EDITION = '[edition]\ncode = "2031"\nname = "Forum 2031"\nzone = "Europe/Zurich"\n'
STEP = '[[milestones]]\ncode = "a"\ntitle = "A"\nstarts = "2031-05-12"\n'


class NoteRow(Row):
    code: Slug
    title: TextValue
    line: concept_of("action-lines") = ""
    parts: list[dict[str, int]] = []


class TagRow(Row):
    code: Slug
    label: TextValue
    count: int = 0
    lines: list[concept_of("action-lines")] = []


class Kept(Section):
    """A section in memory: reads back what was written."""

    def __init__(self):
        self.held = {}

    def read(self, edition):
        return [row for _key, row in sorted(self.held.items())]

    def write(self, edition, row, actor):
        self.held[row.key] = row

    def remove(self, edition, key, actor):
        self.held.pop(key, None)


class Notes(Kept):
    name, file, row = "notes", "notes.toml", NoteRow

    def check(self, rows, folder):
        known = {row.code for row in folder.get("tags", ())}
        return [(index, "title", "speaks of no tag") for index, row in enumerate(rows) if str(row.title).startswith("#") and str(row.title)[1:] not in known]


class Tags(Kept):
    name, file, row = "tags", "tags.csv", TagRow


@pytest.fixture(autouse=True)
def few_sections(monkeypatch):
    """The framework's own sections and two more, so that other rooms do not matter here."""
    own = {name: section for name, section in sections._sections.items() if name in ("edition", "milestones")}
    monkeypatch.setattr(sections, "_sections", {**own, "notes": Notes(), "tags": Tags()})


@pytest.fixture
def two_concepts():
    """As much of a scheme as these tests need."""
    scheme = Scheme.objects.create(code="action-lines")
    Concept.objects.bulk_create([Concept(scheme=scheme, code=code) for code in ("C1", "C2")])


def problems_of(path):
    """All problems of a folder; nothing may have been written."""
    with pytest.raises(BadFiles) as caught:
        loading.load(actor=SYSTEM, paths=[path])
    assert not Edition.objects.exists()
    assert not LoadedRecord.objects.exists()
    return caught.value.found


@pytest.mark.parametrize(
    "files,file,line,field,words",
    [
        ({"edition.toml": EDITION + 'starts = "2031-02-30"\n'}, "edition.toml", 5, "starts", "does not exist in the calendar"),
        ({"edition.toml": EDITION + 'starts = "12 May"\n'}, "edition.toml", 5, "starts", "is not a day"),
        ({"edition.toml": EDITION + 'starts = "0031-05-12"\n'}, "edition.toml", 5, "starts", "not in the years"),
        ({"edition.toml": EDITION + 'starts = "2031-05-12"\nends = "2031-05-11"\n'}, "edition.toml", 1, "", "ends before it starts"),
        ({"edition.toml": EDITION.replace("Zurich", "Zuerich")}, "edition.toml", 4, "zone", "not a time zone"),
        ({"edition.toml": EDITION.replace("Zurich", "../../etc/passwd")}, "edition.toml", 4, "zone", "not a time zone"),
        ({"edition.toml": EDITION + 'startz = "2031-05-12"\n'}, "edition.toml", 5, "startz", "no such key; is starts meant?"),
        ({"edition.toml": EDITION + "[else]\n"}, "edition.toml", 5, "else", "no such table"),
        ({"edition.toml": '[edition]\ncode = "2031"\n'}, "edition.toml", 1, "name", "is missing"),
        ({"edition.toml": '[edition]\ncode = "2031"\nname = ""\n'}, "edition.toml", 3, "name", "is empty"),
        ({"edition.toml": '[edition]\ncode = "20 31"\nname = "x"\n'}, "edition.toml", 2, "code", "is not a short name"),
        ({"edition.toml": '[edition]\ncode = "2031"\n\n[edition.name]\nen = "x"\nfr = 3\n'}, "edition.toml", 4, "name", "language fr is not a string"),
        ({"edition.toml": '[edition]\ncode = "2031"\nname = { fr = "x", original = "es" }\n'}, "edition.toml", 3, "name", "original language is es"),
        ({"edition.toml": EDITION + 'website = "javascript:alert(1)"\n'}, "edition.toml", 5, "website", "not a web address"),
        ({"edition.toml": EDITION + 'contact = "nobody"\n'}, "edition.toml", 5, "contact", "not an e-mail address"),
        ({"edition.toml": EDITION + "mode = 'sideways'\n"}, "edition.toml", 5, "mode", "input should be"),
        ({"edition.toml": "[[edition]]\ncode = '2031'\n"}, "edition.toml", 1, "edition", "write it as the table [edition]"),
        ({"edition.toml": ""}, "edition.toml", 0, "edition", "is missing"),
        ({"edition.toml": EDITION + "zone = 'UTC'\n"}, "edition.toml", 5, "", "not TOML"),
        ({"edition.toml": EDITION + 'summary = "no end\n'}, "edition.toml", 5, "", "not TOML"),
        ({"edition.toml": (EDITION + "place = 'Zürich'\n").encode("latin-1")}, "edition.toml", 5, "", "not in UTF-8"),
        ({"edition.toml": EDITION.encode("utf-16")}, "edition.toml", 1, "", "UTF-16"),
        ({"edition.toml": EDITION + 'summary = "a\\u0000b"\n'}, "edition.toml", 5, "", "null character"),
        ({"edition.toml": EDITION.encode() + b"# \x00\n"}, "edition.toml", 5, "", "null character"),
        ({"edition.toml": EDITION, "milestones.toml": STEP + STEP}, "milestones.toml", 5, "code", "twice, first in line 1"),
        ({"edition.toml": EDITION, "milestones.toml": STEP + "ends = '2031-05-12T10:00'\n"}, "milestones.toml", 1, "", "must both be days"),
        (
            {"edition.toml": EDITION, "milestones.toml": STEP + "\n" + STEP.replace('"a"', '"b"').replace("05-12", "05-99")},
            "milestones.toml",
            9,
            "starts",
            "calendar",
        ),
        (
            {"edition.toml": EDITION, "milestones.toml": STEP.replace('"2031-05-12"', '"2031-05-12T10:00+02:00"')},
            "milestones.toml",
            4,
            "starts",
            "without offset",
        ),
        ({"edition.toml": EDITION, "milestones.toml": "[milestones]\n"}, "milestones.toml", 1, "milestones", "write each as [[milestones]]"),
        ({"edition.toml": EDITION, "mileston.toml": STEP}, "mileston.toml", 0, "", "no such file; is milestones.toml meant?"),
        ({"edition.toml": EDITION, "records/nobody.csv": "a\n"}, "records/nobody.csv", 0, "", "no such file of records"),
        ({"milestones.toml": STEP}, "edition.toml", 0, "", "is missing"),
        (
            {"edition.toml": EDITION, "notes.toml": '[[notes]]\ncode = "n"\ntitle = "N"\nline = "C99"\n'},
            "notes.toml",
            4,
            "line",
            "not a concept of the scheme action-lines",
        ),
        ({"edition.toml": EDITION, "notes.toml": '[[notes]]\ncode = "n"\ntitle = "#gone"\n'}, "notes.toml", 3, "title", "speaks of no tag"),
        (
            {"edition.toml": EDITION, "notes.toml": '[[notes]]\ncode = "n"\ntitle = "N"\nparts = [\n  { a = 1 },\n  { a = "x" },\n]\n'},
            "notes.toml",
            6,
            "parts.2.a",
            "valid integer",
        ),
        ({"edition.toml": EDITION, "tags.csv": "code,label,count\nx,X,1\ny,Y\n"}, "tags.csv", 3, "", "2 columns here and 3 in the head"),
        ({"edition.toml": EDITION, "tags.csv": "code,label,count\nx,X,many\n"}, "tags.csv", 2, "count", "integer"),
        ({"edition.toml": EDITION, "tags.csv": 'code,label\nx,"two\nlines"\ny,\n'}, "tags.csv", 4, "label", "is missing"),
        ({"edition.toml": EDITION, "tags.csv": "code,label\nx,X\n\nx,X\n"}, "tags.csv", 4, "code", "twice, first in line 2"),
        ({"edition.toml": EDITION, "tags.csv": "code,label,colour\nx,X,red\n"}, "tags.csv", 1, "colour", "no such column"),
        ({"edition.toml": EDITION, "tags.csv": "label\nX\n"}, "tags.csv", 1, "code", "column is missing"),
        ({"edition.toml": EDITION, "tags.csv": "code,code,label\nx,y,X\n"}, "tags.csv", 1, "code", "twice"),
        ({"edition.toml": EDITION, "tags.csv": 'code,label\nx,"X\n'}, "tags.csv", 2, "", "not CSV"),
        ({"edition.toml": EDITION, "tags.csv": "code,label,lines\nx,X,C1;C99\n"}, "tags.csv", 2, "lines.2", "not a concept"),
    ],
)
def test_each_fault_is_told_with_file_line_and_field(two_concepts, folder, files, file, line, field, words):
    found = problems_of(folder(files))
    assert [(problem.file, problem.line, problem.field) for problem in found] == [(f"wsis-2031/{file}", line, field)], [str(problem) for problem in found]
    assert words in found[0].text


def test_faults_of_all_files_and_folders_come_together(two_concepts, folder, tmp_path):
    folder({"edition.toml": EDITION + "x = 1\n", "milestones.toml": STEP.replace("2031", "31"), "tags.csv": "code,label\nA B,\n"}, "a")
    folder({"edition.toml": EDITION.replace("Zurich", "Nowhere")}, "b")
    places = {(problem.file, problem.line, problem.field) for problem in problems_of(tmp_path)}
    assert places == {
        ("a/edition.toml", 5, "x"),
        ("a/milestones.toml", 4, "starts"),
        ("a/tags.csv", 2, "code"),
        ("a/tags.csv", 2, "label"),
        ("b/edition.toml", 4, "zone"),
    }


def test_two_folders_of_one_edition_are_refused(folder, tmp_path):
    folder({"edition.toml": EDITION}, "a")
    folder({"edition.toml": EDITION}, "b")
    (problem,) = problems_of(tmp_path)
    assert (problem.file, problem.line, problem.text) == ("b/edition.toml", 2, "the edition 2031 is in a too")


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 100_000 + "]" * 100_000,
        "x = " + '{"a"=' * 100_000 + "1" + "}" * 100_000,
        "a" + ".a" * 200_000 + " = 1",
        "[" + "a." * 100_000 + "b]",
        "x = '" + "a" * 5_000_000 + "'",
        "x = 1" + "0" * 100_000,
        "x = 9999-99-99T99:99:99",
    ],
    ids=["arrays", "tables", "key", "header", "size", "number", "date"],
)
def test_what_keeps_a_parser_busy_is_refused_cleanly(folder, text):
    assert len(problems_of(folder({"edition.toml": text}))) <= 2


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_readers(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("noise")
    (path / "edition.toml").write_bytes(data)
    (path / "tags.csv").write_bytes(data)
    with pytest.raises(BadFiles):
        loading.check(paths=[path])


@given(st.text(max_size=200))
def test_no_text_crashes_the_scanner(text):
    problems = Problems()
    if read_toml(text, "x", problems) is not None:
        locate(text)
    read_table(text, "x", problems)


def test_lines_of_all_kinds_of_values():
    text = (
        '# head\n[a]\nx = """one\ntwo"""\n"y z" = { p = 1, q = [\n 1,\n 2] }\n\n[[b]]\nc.d = 1\n[b.e]\nf = \'g # h\'\n[[b.h]]\ni = 2031-01-01 10:00:00 # note\n[[b]]\n[[b.h]]\n'
        "[[b.h]]\nj = [{ k = 1 },\n { k = 2 }]\n"
    )
    lines = locate(text)
    expected = {
        ("a",): 2,
        ("a", "x"): 3,
        ("a", "y z"): 5,
        ("a", "y z", "q", 1): 7,
        ("b", 0): 9,
        ("b", 0, "c", "d"): 10,
        ("b", 0, "e", "f"): 12,
        ("b", 0, "h", 0, "i"): 14,
        ("b", 1): 15,
        ("b", 1, "h", 1, "j", 1, "k"): 19,
        ("b", 1, "h", 1, "unknown"): 17,
    }
    assert {path: lines.of(path) for path in expected} == expected


def test_the_command_prints_every_problem_and_fails(folder):
    path = folder({"edition.toml": EDITION + "x = 1\ny = 2\n"})
    result = CliRunner().invoke(command, ["check", str(path)])
    assert isinstance(result.exception, BadFiles)
    assert list(result.exception.problems) == ["wsis-2031/edition.toml, line 5, x", "wsis-2031/edition.toml, line 6, y"]


def test_the_command_shows_what_was_done(folder):
    path = folder({"edition.toml": EDITION, "milestones.toml": STEP})
    result = CliRunner().invoke(command, ["load", str(path)])
    assert result.exit_code == 0
    assert [line.split()[:6] for line in result.output.splitlines() if line.startswith("2031")] == [["2031", "2", "0", "0", "0", "0"]]
    dumped = CliRunner().invoke(command, ["dump", "2031", "--out", str(path.parent / "out")])
    assert dumped.output.split() == [str(path.parent / "out" / name) for name in ("edition.toml", "milestones.toml")]


def test_tables_in_csv_are_read_and_written(folder, load, two_concepts):
    text = 'code,label_en,label_fr,count,lines\nx,Ex,Icse,3,C1;C2\ny,"Why, and\nwhere",,0,\n'
    path = folder({"edition.toml": EDITION, "tags.csv": text})
    assert load(path).created == ["edition/2031", "tags/x", "tags/y"]
    held = sections._sections["tags"].held
    assert (held["x"].label.texts, held["x"].lines, held["y"].count) == ({"en": "Ex", "fr": "Icse"}, ["C1", "C2"], 0)
    assert files_of(Edition.objects.get())["tags.csv"] == text
