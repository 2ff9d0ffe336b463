"""Pages of publications and reports, and their sections of an edition folder."""

from __future__ import annotations

from html import unescape

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pydantic import ValidationError

from plenary.errors import Invalid, NotAllowed
from plenary.ground.audit.actors import NOBODY, SYSTEM
from plenary.ground.files import typesetting
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text
from plenary.understanding.insights.actions import report_figure
from plenary.voice.publications import actions
from plenary.voice.publications.commands import report
from plenary.voice.publications.models import Publication
from plenary.voice.publications.sections import PartRow, Parts, PublicationRow, Publications

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]
client = Client()


def text(path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return unescape(response.content.decode())


def test_publications_stand_by_edition_with_the_report():
    page = text("/reports/")
    assert "WSIS Forum 2020 Outcome Document" in page
    assert page.index("WSIS Stocktaking Report 2021") < page.index("WSIS Stocktaking Report 2020")
    assert 'href="/reports/progress/2021/"' in page
    assert "تقرير التقييم" in text("/ar/reports/")


def test_the_deck_lists_nine_of_each():
    assert Publication.objects.filter(edition__code="2020", series="outcome").count() == 9
    assert Publication.objects.filter(edition__code="2021", series="stocktaking").count() == 9
    for publication in Publication.objects.all():
        assert set(publication.title.texts) == {"en", "ar", "zh", "fr", "ru", "es"}


def test_the_edition_page_lists_its_publications():
    assert "WSIS Stocktaking Success Stories 2020" in text("/editions/2020/")


def test_the_report_is_a_page_with_its_files():
    page = text("/reports/progress/2021/")
    assert "more than 15,000" in page
    for suffix in ("html", "pdf", "docx", "pptx", "epub"):
        assert f'href="/reports/progress/2021/progress-2021.{suffix}"' in page
    assert "progress-2021.fr.pdf" in text("/fr/reports/progress/2021/")


@pytest.mark.parametrize(("suffix", "media_type"), [("pdf", "application/pdf"), ("html", "text/html; charset=utf-8"), ("epub", "application/epub+zip")])
def test_the_files_can_be_fetched(suffix, media_type):
    response = client.get(f"/reports/progress/2021/progress-2021.{suffix}")
    assert response.status_code == 200
    assert response["Content-Type"] == media_type
    assert f'filename="progress-2021.{suffix}"' in response["Content-Disposition"]
    assert len(response.content) > 10_000


@pytest.mark.parametrize(
    "path",
    [
        "/reports/progress/1850/",
        "/reports/progress/2021/progress-2020.pdf",
        "/reports/progress/2021/progress-2021.exe",
        "/reports/progress/2021/..%2F..%2Fplenary.sqlite3",
        "/reports/progress/2021/progress-2021.xx.pdf",
        "/reports/nothing/",
    ],
)
def test_wrong_addresses_are_not_found(path):
    assert client.get(path).status_code == 404


def test_a_file_that_cannot_be_made_says_why(monkeypatch):
    monkeypatch.setattr(typesetting, "FONT_FOLDERS", ())
    for kept in (settings.DATA / "documents").glob("*.pdf"):
        kept.unlink()
    response = client.get("/reports/progress/2021/progress-2021.ar.pdf")
    assert response.status_code == 503
    assert "Noto Naskh Arabic" in response.content.decode()


def test_the_page_asks_no_more_of_the_database_when_there_is_more():
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/reports/progress/2021/?utm_source=test").status_code == 200
        return len(captured)

    asked()
    before = asked()
    edition = Edition.objects.get(code="2021")
    for number in range(10):
        report_figure(actor=SYSTEM, edition=edition, measure="social.instagram.posts", source=f"source {number:04}", words="many")
        actions.put_publication(actor=SYSTEM, edition=edition, code=f"more-{number}", title=Text.of("More"), series="stocktaking")
    after = asked()
    assert after <= before
    assert after <= 160


def test_the_command_writes_files_and_knows_what_it_cannot_do(tmp_path):
    done = CliRunner().invoke(report, ["progress", "--edition", "2021", "--out", str(tmp_path), "--format", "html"], catch_exceptions=False)
    assert (tmp_path / "progress-2021.html").stat().st_size > 50_000
    assert "progress-2021.html" in done.output
    with pytest.raises(Invalid, match="no edition 1850"):
        CliRunner().invoke(report, ["progress", "--edition", "1850", "--out", str(tmp_path)], catch_exceptions=False)


# ---- sections -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("section", [Publications(), Parts()])
def test_sections_dump_what_loads_to_the_same(section):
    edition = Edition.objects.get(code="2021")
    rows = section.read(edition)
    assert rows
    section.remove(edition, rows[0].key, SYSTEM)
    assert section.read(edition) == rows[1:]
    section.write(edition, type(rows[0])(**rows[0].model_dump()), SYSTEM)
    assert section.read(edition) == rows


@pytest.mark.parametrize(
    ("row", "given", "said"),
    [
        (PublicationRow, {"code": "a", "title": ""}, "give the title"),
        (PublicationRow, {"code": "A b", "title": "x"}, "pattern"),
        (PublicationRow, {"code": "a", "title": "x", "link": "javascript:alert(1)"}, "must start with https://"),
        (PublicationRow, {"code": "a", "title": "x", "colour": "red"}, "not permitted"),
        (PartRow, {"code": "a", "title": "x", "place": "moon"}, "process"),
        (PartRow, {"code": "a", "title": "x", "place": "next", "text": "see {no.such.measure}"}, "no.such.measure"),
        (PartRow, {"code": "a", "title": "x", "place": "next", "figures": ["2020:forum.sessions.track"]}, "one figure per track"),
    ],
)
def test_a_wrong_record_is_refused_by_name(row, given, said):
    with pytest.raises(ValidationError) as error:
        row(**given)
    assert said in str(error.value)


def test_nobody_may_change_publications_without_the_role():
    edition = Edition.objects.get(code="2021")
    with pytest.raises(NotAllowed):
        actions.put_publication(actor=NOBODY, edition=edition, code="x", title=Text.of("x"))
    with pytest.raises(NotAllowed):
        actions.remove(actor=NOBODY, record_of=Publication.objects.select_related("edition").filter(edition=edition).first())
