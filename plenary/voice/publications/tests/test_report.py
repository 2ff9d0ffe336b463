"""The progress report: what it says, in every format."""

from __future__ import annotations

import io
import re
import zipfile
from decimal import Decimal
from html import unescape
from xml.etree import ElementTree

import pikepdf
import pytest
import time_machine
from django.conf import settings
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from pptx import Presentation

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.files import typesetting
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import LANGUAGES, Text
from plenary.understanding.insights.actions import report_figure
from plenary.understanding.insights.tests.making import deck_rows
from plenary.understanding.insights.words import plain_number
from plenary.voice.publications import actions
from plenary.voice.publications.models import ReportPart, Snapshot
from plenary.voice.publications.report.document import Document, shown_in
from plenary.voice.publications.report.files import USUAL, file_of, made_from, write_report
from plenary.voice.publications.report.placeholders import placeholders
from plenary.voice.publications.report.progress import progress_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]


def edition(code: str = "2021") -> Edition:
    return Edition.objects.get(code=code)


def document() -> Document:
    return progress_report(edition())


def content(suffix: str, language: str = "en") -> bytes:
    chosen = edition()
    return file_of(made_from(progress_report(chosen, language), actor=SYSTEM, edition=chosen), suffix)


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def said(row: dict[str, str]) -> str:
    """A deck figure's value as the report writes it."""
    return plain_number(Decimal(row["value"])) if row["value"].isdigit() and row["unit"] != "year" else row["value"]


# ---- what it says ---------------------------------------------------------------------------------------------------


def test_every_figure_of_the_deck_stands_in_the_page_and_in_markdown_with_mark_and_slide():
    lines = [plain(line) for line in re.findall(r"<tr.*?</tr>", content("html").decode(), re.DOTALL)]
    markdown = [line.replace("\\", "") for line in content("md").decode().splitlines() if line.startswith("|")]
    assert len(deck_rows()) == 55
    for row in deck_rows():
        value = re.compile(rf"○ (about |more than )?{re.escape(said(row))}( planned|%)?(?![\d,])")
        slide = row["slide"] if row["slide"] != "Special Track - WSIS Forum 2020" else "Special Track – WSIS Forum 2020"
        for form in (lines, markdown):
            assert any(value.search(line) and f"“{slide}" in line.replace("’", "'") and row["edition"] in line for line in form), row


def test_every_figure_shown_is_in_the_annex_with_definition_and_proof():
    report = document()
    listed = set(report.figures)
    for section in report.sections:
        assert set(shown_in(section)) <= listed
    for figure in report.figures:
        assert figure.definition
        assert figure.values
        for value in figure.values:
            assert value.proof == "computed" or value.source in report.sources


def test_every_number_in_text_has_its_mark():
    page = content("html").decode()
    cited = re.findall(r'<span class="known"><span class="mark( reported)?">(.)</span>', page)
    assert len(cited) > 15
    assert {mark for _kind, mark in cited} == {"○"} or {mark for _kind, mark in cited} == {"●", "○"}


def test_differing_sources_stand_side_by_side():
    attendance = next(figure for figure in document().figures if figure.code == "forum.attendance.cumulative" and figure.edition == "2020")
    assert [value.text for value in attendance.values] == ["more than 15,000", "more than 12,000"]


def test_what_is_counted_leads_to_the_records():
    sessions = next(figure for figure in document().figures if figure.code == "forum.sessions" and figure.edition == "2020")
    assert sessions.values[0].proof == "computed"
    assert sessions.values[0].path.startswith("/forum/2020/")


def test_links_inside_the_page_lead_somewhere():
    page = content("html").decode()
    identifiers = re.findall(r' id="([^"]+)"', page)
    assert len(identifiers) == len(set(identifiers))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(identifiers)


@pytest.mark.parametrize("code", ["2012", "2017", "2020", "2022"])
def test_other_editions_have_a_report_too(code):
    report = progress_report(edition(code))
    assert report.sections
    assert all(not section.is_empty for section in report.sections)


# ---- the five files -------------------------------------------------------------------------------------------------


def test_five_files_are_written(tmp_path):
    written = write_report(actor=SYSTEM, edition=edition(), folder=tmp_path)
    assert [path.name for path in written] == [f"progress-2021.{suffix}" for suffix in ("html", "pdf", "docx", "pptx", "epub")]
    assert all(path.stat().st_size > 10_000 for path in written)


def test_the_html_file_needs_nothing_else():
    page = content("html").decode()
    assert '<html lang="en" dir="ltr">' in page
    assert not re.findall(r"<(?:script|link|img|iframe)\b", page)
    assert "url(" not in page
    assert f'href="{settings.BASE_URL}/matrix/"' in page


def test_the_pdf_is_tagged_and_has_language_and_title():
    with pikepdf.open(io.BytesIO(content("pdf"))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang).startswith("en")
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert "/StructTreeRoot" in pdf.Root
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"] == "Progress report 2021"
            assert metadata["pdfuaid:part"] == "1"
        fonts = {str(font.BaseFont) for page in pdf.pages for font in page.Resources.Font.values()}
    assert all("+" in name for name in fonts)  # all embedded, as subsets


def test_the_word_file_opens_and_has_headings_tables_and_its_language():
    with zipfile.ZipFile(io.BytesIO(content("docx"))) as archive:
        assert archive.testzip() is None
        body = ElementTree.fromstring(archive.read("word/document.xml"))  # noqa: S314 - made a moment ago
        styles = archive.read("word/styles.xml").decode()
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    assert len([node for node in body.iter(f"{space}pStyle") if node.get(f"{space}val") == "Heading1"]) == len(document().sections) + 2
    assert len(list(body.iter(f"{space}tblHeader"))) >= 8
    assert 'w:val="en-GB"' in styles
    assert "more than 15,000" in "".join(node.text or "" for node in body.iter(f"{space}t"))


def test_the_slides_have_titles_native_charts_and_alternatives():
    deck = Presentation(io.BytesIO(content("pptx")))
    charts = []
    for slide in deck.slides:
        assert slide.shapes.title.text_frame.text
        for shape in slide.shapes:
            if shape.has_chart:
                charts.append(shape)
                assert shape._element.nvGraphicFramePr.cNvPr.get("descr")
            assert shape.top + shape.height <= deck.slide_height or shape.has_table
    assert next(list(chart.chart.plots[0].series[0].values) for chart in charts) == [17, 18, 9, 21, 35]
    assert deck.core_properties.title == "Progress report 2021"


def test_the_e_book_is_well_formed():
    with zipfile.ZipFile(io.BytesIO(content("epub"))) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type, archive.read(first)) == ("mimetype", zipfile.ZIP_STORED, b"application/epub+zip")
        package = next(name for name in archive.namelist() if name.endswith(".opf"))
        assert b"<dc:language>en</dc:language>" in archive.read(package)
        assert re.search(rb"<dc:date[^>]*>\d{4}-\d\d-\d\d</dc:date>", archive.read(package))
        for name in archive.namelist():
            if name.endswith((".xhtml", ".opf", ".ncx")):
                ElementTree.fromstring(archive.read(name))  # noqa: S314 - made a moment ago


def test_the_same_content_gives_the_same_bytes(tmp_path):
    first = {path.name: path.read_bytes() for path in write_report(actor=SYSTEM, edition=edition(), folder=tmp_path / "1")}
    for kept in (settings.DATA / "documents").iterdir():
        kept.unlink()
    with time_machine.travel(timezone.now() + timezone.timedelta(hours=5)):
        second = {path.name: path.read_bytes() for path in write_report(actor=SYSTEM, edition=edition(), folder=tmp_path / "2")}
    assert {name for name in first if first[name] != second[name]} == set()


def test_a_snapshot_keeps_the_figures_and_a_new_figure_makes_a_new_one():
    made = made_from(document(), actor=SYSTEM, edition=edition())
    again = made_from(document(), actor=SYSTEM, edition=edition())
    assert again.at == made.at
    kept = Snapshot.objects.get(digest=made.document.digest())
    assert any(figure["code"] == "forum.attendance.cumulative" and figure["values"][0]["number"] == "15000" for figure in kept.content["figures"])
    report_figure(actor=SYSTEM, edition=edition(), measure="social.instagram.posts", source="another source", value=Decimal(400))
    changed = made_from(document(), actor=SYSTEM, edition=edition())
    assert changed.document.digest() != made.document.digest()
    assert Snapshot.objects.filter(digest=changed.document.digest()).exists()


# ---- what could go wrong --------------------------------------------------------------------------------------------


def test_what_pdf_ua_refuses_is_told_as_our_error():
    with pytest.raises(typesetting.CannotTypeset, match="PDF/UA-1"):
        typesetting.compile_pdf("#set document(title: [x])\n= a\n=== c", language="en", at=timezone.now())


def test_a_missing_font_is_told_with_what_to_install(monkeypatch):
    monkeypatch.setattr(typesetting, "FONT_FOLDERS", ())
    with pytest.raises(typesetting.CannotTypeset, match="Noto Naskh Arabic"):
        typesetting.compile_pdf("", language="ar", at=timezone.now())


@pytest.mark.parametrize(("language", "expected"), [("ar", "\u200e17-21 May\u200e"), ("fr", "17-21 May")])
def test_words_of_a_source_keep_their_order_where_the_report_runs_from_right_to_left(language, expected):
    shown = [figure for section in progress_report(edition(), language).sections for figure in shown_in(section)]
    assert {figure.first.text for figure in shown if (figure.edition, figure.code) == ("2021", "forum.final_week")} == {expected}


def test_the_name_of_a_source_stands_within_its_quotes_where_the_report_runs_from_right_to_left():
    made = progress_report(edition(), "ar")
    told = {made.told_by(value) for figure in made.figures for value in figure.values if value.place}
    assert "\u200e“WSIS Stocktaking”\u200e" in told


def test_the_written_parts_are_in_all_six_languages():
    parts = ReportPart.objects.filter(edition=edition())
    assert parts
    for part in parts:
        assert set(part.title.texts) == set(part.text.texts) == set(LANGUAGES), part.code
        said = {language: sorted(placeholders(text)) for language, text in part.text.texts.items()}
        assert all(each == said["en"] for each in said.values()), f"{part.code} tells other figures in another language"


@pytest.mark.parametrize("language", ["fr", "es", "ru", "ar", "zh"])
def test_other_languages_have_a_pdf(language):
    try:
        data = content("pdf", language)
    except typesetting.CannotTypeset as error:
        assert language in ("ar", "zh")  # the others need no font of the machine
        pytest.skip(str(error))
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert str(pdf.Root.Lang).startswith(language)


HOSTILE = 'A #read("/etc/passwd") *b* _c_ $x$ `y` <script>alert(1)</script> \\ " [z](javascript:0) @cite {no.such} é 健康 \x1f\u202e\U0001f9ff\ue000'


def test_signs_in_texts_mean_nothing_in_any_format():
    actions.put_part(
        actor=SYSTEM, edition=edition(), code="hostile", place="next", title=Text.of(HOSTILE), text=Text.of(f"{HOSTILE}\n\n- {HOSTILE}"), position=1
    )
    files = {suffix: content(suffix) for suffix in (*USUAL, "md")}
    assert "<script>alert" not in files["html"].decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in files["html"].decode()
    with zipfile.ZipFile(io.BytesIO(files["docx"])) as archive:
        text = "".join(node.text or "" for node in ElementTree.fromstring(archive.read("word/document.xml")).iter() if node.tag.endswith("}t"))  # noqa: S314
    assert '#read("/etc/passwd") *b* _c_ $x$ `y` <script>alert(1)</script>' in text
    titles = [slide.shapes.title.text_frame.text for slide in Presentation(io.BytesIO(files["pptx"])).slides]
    assert any(title.startswith('A #read("/etc/passwd") *b*') for title in titles)


@given(st.text(max_size=60))
@limits(max_examples=40, deadline=None)
def test_any_text_can_be_typeset(text):
    source = f'#set document(title: "x")\n#{"text(" + typesetting.string(text) + ")"}'
    assert typesetting.compile_pdf(source, language="en", at=timezone.now()).startswith(b"%PDF")
