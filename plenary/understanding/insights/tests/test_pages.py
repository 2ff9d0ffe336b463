"""The pages of figures, the matrix and countries, on the editions as they are."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.models import Concept, Edition, Mapping
from plenary.ground.measures.registry import find
from plenary.programmes.awards.models import Award, Contest
from plenary.programmes.forum.models import Session, SessionConcept
from plenary.programmes.stocktaking.models import Entry, EntryConcept
from plenary.understanding.insights import actions
from plenary.understanding.insights.models import ReportedFigure
from plenary.understanding.insights.queries import matrix as matrix_queries
from plenary.understanding.insights.tests.making import deck_rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]
client = Client()


def text(path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, path
    return unescape(response.content.decode())


def queries_of(path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path, headers={"cache-control": "no-cache"}).status_code == 200
    return len(captured)


def test_every_figure_of_the_deck_is_loaded_with_its_source():
    loaded = {
        (each.edition.code, each.measure, each.words if each.value is None else f"{each.value.normalize():f}")
        for each in ReportedFigure.objects.select_related("edition").filter(source__startswith="Progress made").exclude(slide="")
    }
    assert {(row["edition"], row["measure"], row["value"]) for row in deck_rows()} <= loaded


def test_every_loaded_figure_has_a_measure():
    for measure in ReportedFigure.objects.values_list("measure", flat=True).distinct():
        find(measure)


def test_the_register_tells_definition_unit_and_both_kinds_of_proof():
    page = text("/measures/?year=2020")
    assert "Cumulative attendance" in page
    assert "more than 15,000" in re.sub(r"</?small>", "", page)
    assert "more than 12,000" in page  # another source, side by side
    assert 'class="proof reported"' in page
    assert re.search(r'class="proof"><a href="/forum/2020/', page)


def test_a_measure_shows_all_editions_with_sources():
    page = text("/measures/forum.sessions/")
    assert "about 160" in page
    assert "WSIS Forum 2020: OUTCOMES" in page
    assert "The records" in page


def test_a_dimension_shows_its_members():
    page = text("/measures/forum.participants.region/?year=2020")
    assert "35%" in page
    assert "Asia and Australasia" in page
    assert "35%" in text("/measures/forum.participants.region.E/")


def test_the_download_holds_every_value():
    response = client.get("/measures/forum.attendance.cumulative/figures.csv")
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert {(row["edition"], row["value"], row["in words"]) for row in rows} >= {("2020", "15000", "more than 15,000"), ("2020", "12000", "more than 12,000")}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/measures/no.such.measure/", 404),
        ("/measures/no.such.measure/figures.csv", 404),
        ("/measures/?year=1850", 400),
        ("/measures/?colour=red", 400),
        ("/matrix/?show=everything", 400),
        ("/matrix/?by=colour", 400),
        ("/matrix/C99/3/", 404),
        ("/matrix/C7-4/99/", 404),
        ("/matrix/3/C7-4/", 404),
        ("/countries/XX/", 404),
        ("/countries/?region=atlantis", 400),
        ("/countries/?q=%00", 400),
    ],
)
def test_wrong_addresses_are_answered(path, status):
    assert client.get(path).status_code == status


def test_the_matrix_shows_each_link_both_ways():
    linked = matrix_queries.linked_cells()
    assert len(linked) == 127
    for path in ("/matrix/", "/matrix/?by=goal"):
        page = text(path)
        cells = re.findall(r'<td class="heat-[1-5]"><a href="/matrix/([^/]+)/([^/]+)/">(\d+)</a>', page)
        assert Counter({(line, goal): int(count) for line, goal, count in cells}) == linked


def test_a_cell_tells_why():
    page = text("/matrix/C7-4/3/")
    for mapping in Mapping.objects.filter(source__code="C7-4", target__scheme__code="sdg-targets", target__parent__code="3"):
        assert str(mapping.rationale) in page


@pytest.mark.parametrize("show", ["entries", "sessions"])
def test_counts_of_the_matrix_are_those_of_its_cells(show):
    for (line, goal), count in matrix_queries.counts(show).items():
        scheme = {code: Concept.objects.get(scheme__code=name, code=code) for name, code in (("action-lines", line), ("sdgs", goal))}
        detail = matrix_queries.cell_detail(scheme[line], scheme[goal])
        assert getattr(detail, show) == count, (line, goal)


def tagged_entries(count: int, *concepts: Concept) -> list[Entry]:
    entries = [Entry.objects.create(number=f"matrix-{number}", sort_title=f"matrix {number}", year=2020) for number in range(count)]
    EntryConcept.objects.bulk_create(EntryConcept(entry=entry, concept=concept) for entry in entries for concept in concepts)
    return entries


def test_a_cell_counts_what_the_lists_it_leads_to_hold():
    line, goal = Concept.objects.get(scheme__code="action-lines", code="C10"), Concept.objects.get(scheme__code="sdgs", code="12")
    edition = Edition.objects.get(code="2020")
    sessions = [Session.objects.create(edition=edition, number=f"cell-{number}") for number in range(4)]
    SessionConcept.objects.bulk_create(SessionConcept(session=session, concept=concept) for session in sessions for concept in (line, goal))
    entries = tagged_entries(3, line, goal)
    contest = Contest.objects.filter(edition=edition).first() or Contest.objects.create(edition=edition)
    Award.objects.create(contest=contest, entry=entries[0], category=line, level=Award.Level.WINNER)
    page = text("/matrix/C10/12/")
    listed = text("/stocktaking/?action_line=C10&sdg=12")
    programme = text("/forum/2020/?action_line=C10&sdg=12")
    counts = [matrix_queries.counts(layer)[("C10", "12")] for layer in ("entries", "sessions", "prizes")]
    assert counts == [3, 4, 1]
    assert listed.count('class="entry"') == 3
    assert set(re.findall(r"/forum/2020/sessions/(cell-\d)/", programme)) == {"cell-0", "cell-1", "cell-2", "cell-3"}
    assert "/forum/2020/?action_line=C10&sdg=12" in page
    assert "/stocktaking/matrix-0/" in page


def test_parts_and_targets_count_for_their_parents_once():
    parts = {code: Concept.objects.get(scheme__code="action-lines", code=code) for code in ("C7-1", "C7-2")}
    target, goal = Concept.objects.get(scheme__code="sdg-targets", code="9.c"), Concept.objects.get(scheme__code="sdgs", code="9")
    before = matrix_queries.counts("entries")
    tagged_entries(1, *parts.values(), target, goal)
    after = matrix_queries.counts("entries")
    assert after - before == Counter({("C7-1", "9"): 1, ("C7-2", "9"): 1, ("C7", "9"): 1})


def test_countries_are_found_in_any_language():
    assert "Kenya" in text("/countries/?q=кения")
    assert "Kenya" in text("/countries/?q=肯尼亚")
    assert "No country or area" in text("/countries/?q=atlantis")


def test_a_country_tells_names_codes_and_groups():
    page = text("/countries/KE/")
    for part in ("كينيا", "404", "KEN", "ECA", "imply no opinion"):
        assert part in page
    assert client.get("/countries/ke/").status_code == 301


def test_the_edition_page_has_its_key_figures():
    page = text("/editions/2020/")
    assert "In figures" in page
    assert "more than 15,000" in re.sub(r"</?small>", "", page)


def test_the_api_keeps_counted_and_reported_apart():
    listing = client.get("/api/v1/measures").json()
    assert {"forum.sessions", "prizes.submitted"} <= {each["code"] for each in listing["items"]}
    one = client.get("/api/v1/measures/forum.sessions").json()
    held = next(value for value in one["values"] if value["edition"] == "2020")
    assert held["computed"] == str(Session.objects.filter(edition__code="2020").exclude(state="cancelled").count())
    assert {each["value"] for each in held["reported"]} == {"160", "130"}
    assert client.get("/api/v1/measures/none").status_code == 404


def test_no_page_asks_more_of_the_database_when_there_is_more():
    paths = ["/measures/forum.sessions/", "/measures/?year=2020", "/matrix/?show=sessions", "/countries/", "/countries/KE/", "/matrix/C7-4/3/"]
    before = [queries_of(path) for path in paths]
    edition = Edition.objects.get(code="2020")
    line, goal, country = (
        Concept.objects.get(scheme__code=scheme, code=code) for scheme, code in (("action-lines", "C7-4"), ("sdgs", "3"), ("countries", "KE"))
    )
    for number in range(12):
        actions.report_figure(actor=SYSTEM, edition=edition, measure="forum.sessions", source=f"source {number:04}", words="many")
        session = Session.objects.create(edition=edition, number=f"q-{number}")
        SessionConcept.objects.bulk_create(SessionConcept(session=session, concept=concept) for concept in (line, goal, country))
    after = [queries_of(path) for path in paths]
    assert [later - earlier for earlier, later in zip(before, after, strict=True)] == [0] * len(paths)
    assert max(after) <= 140, dict(zip(paths, after, strict=True))


@pytest.mark.parametrize("path", ["/measures/", "/matrix/", "/countries/", "/countries/KE/", "/reports/"])
@pytest.mark.parametrize("language", ["ar", "zh", "fr", "ru", "es"])
def test_every_language_has_the_pages(path, language):
    page = text(f"/{language}{path}")
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page
