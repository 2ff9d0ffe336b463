"""Pages of figures, the matrix and countries."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from pydantic import Field

from plenary.errors import BadQuery
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.measures.registry import SMALLEST_CELL, Measure, UnknownMeasure, all_measures, find
from plenary.ground.web.cache import public_page
from plenary.ground.web.panels import panels_for
from plenary.ground.web.query import Query, read_query
from plenary.understanding.insights import queries
from plenary.understanding.insights.groups import group_order, group_title
from plenary.understanding.insights.queries import countries as country_queries
from plenary.understanding.insights.queries import matrix as matrix_queries
from plenary.understanding.insights.queries.figures import FigureBook, figure_edition
from plenary.understanding.insights.words import reported_value


class YearQuery(Query):
    """Which edition's figures."""

    year: Annotated[str, Field(max_length=30)] = ""


class MatrixQuery(Query):
    """What the cells count, and which way round the table stands."""

    show: Literal["links", "entries", "sessions", "prizes"] = "links"
    by: Literal["action-line", "goal"] = "action-line"


class CountryQuery(Query):
    """Part of a name, one region."""

    q: Annotated[str, Field(max_length=200)] = ""
    region: Annotated[str, Field(max_length=60)] = ""


def _edition(asked: YearQuery) -> Edition | None:
    if not asked.year:
        return figure_edition()
    edition = Edition.objects.filter(code=asked.year).first()
    if edition is None:
        raise BadQuery({"year": [_("There is no edition %(code)s.") % {"code": asked.year}]})
    return edition


def _editions() -> list[Edition]:
    """Editions to choose from, latest first; the demo last, since its figures are invented."""
    return sorted(Edition.objects.all(), key=lambda each: (each.anchor is None, each.code), reverse=True)


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """A measure in the register; the figure where it is a single one."""

    measure: Measure
    figure: queries.Figure | None


# ---- measures -------------------------------------------------------------------------------------------------------


@public_page
def measures(request: HttpRequest) -> HttpResponse:
    """The register of all measures with their values in one edition."""
    edition = _edition(read_query(request, YearQuery))
    book = FigureBook([edition] if edition else [])
    lines = []
    for each in sorted(all_measures(), key=lambda measure: (group_order(measure.group), measure.code)):
        single = book.get(edition, each.code) if edition and not each.dimension else None
        lines.append(RegisterLine(each, single))
    groups = [(group_title(code), list(found)) for code, found in groupby(lines, key=lambda line: line.measure.group)]
    return render(request, "insights/measures.html", {"edition": edition, "editions": _editions(), "groups": groups})


def _find(code: str) -> tuple[Measure, str]:
    try:
        return find(code)
    except UnknownMeasure as error:
        raise Http404(code) from error


@public_page
def measure(request: HttpRequest, code: str) -> HttpResponse:
    """A measure: its definition and its values over all editions, or those of all its members in one."""
    found, member = _find(code)
    asked = read_query(request, YearQuery)
    context = {"measure": found, "member": member, "code": code, "group": group_title(found.group)}
    if found.dimension and not member:
        edition = _edition(asked)
        book = FigureBook([edition] if edition else [])
        members = book.members(edition, found) if edition else {}
        figures = [book.get(edition, f"{found.code}.{each}") for each in members] if edition else []
        return render(request, "insights/members.html", {**context, "edition": edition, "editions": _editions(), "figures": figures})
    figures = queries.figures_by_measure(code)
    member_label = next((each.member_label for each in reversed(figures)), member)
    return render(request, "insights/measure.html", {**context, "figures": figures, "member_label": member_label})


def measure_csv(request: HttpRequest, code: str) -> HttpResponse:
    """All values of a measure as a table to download."""
    found, member = _find(code)
    if found.dimension and not member:
        book = FigureBook(Edition.objects.all())
        figures = [book.get(each, f"{code}.{one}") for each in book.editions for one in book.members(each, found)]
    else:
        figures = queries.figures_by_measure(code)
    response = HttpResponse(content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{code}.csv"'})
    response.write("\ufeff")  # or spreadsheet programs take it for another encoding
    writer = csv.writer(response, lineterminator="\r\n")
    writer.writerow(["edition", "measure", "member", "proof", "value", "in words", "unit", "as of", "source", "place in source", "records"])
    for each in figures:
        if each.has_records:
            address = request.build_absolute_uri(each.records) if each.records else ""
            value = f"<{SMALLEST_CELL}" if each.withheld else each.computed
            writer.writerow([each.edition.code, found.code, each.member, "counted", value, "", each.unit, "", "", "", address])
        for one in each.reported:
            number = "" if one.value is None else f"{one.value.normalize():f}"
            words = _safe(reported_value(one))
            writer.writerow(
                [each.edition.code, found.code, each.member, "reported", number, words, one.unit, one.as_of, _safe(one.source), _safe(one.slide), ""]
            )
    return response


def _safe(text: str) -> str:
    """A cell that no spreadsheet program takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


# ---- the matrix -----------------------------------------------------------------------------------------------------


@public_page
def matrix(request: HttpRequest) -> HttpResponse:
    """Action lines and goals as a table, with links or counts in the cells."""
    asked = read_query(request, MatrixQuery)
    table = matrix_queries.matrix(asked.show, by_goal=asked.by == "goal")
    layers = [
        ("links", _("Links")),
        ("entries", _("Stocktaking entries")),
        ("sessions", _("Forum sessions")),
        ("prizes", _("Prizes")),
    ]
    return render(request, "insights/matrix.html", {"table": table, "asked": asked, "layers": layers})


@public_page
def cell(request: HttpRequest, line: str, goal: str) -> HttpResponse:
    """One cell: the targets linked, each with why, and what is recorded."""
    concepts = {
        (each.scheme.code, each.code): each
        for each in Concept.objects.select_related("scheme", "parent__scheme").filter(
            scheme__code__in=(matrix_queries.LINES, matrix_queries.GOALS), code__in=(line, goal)
        )
    }
    try:
        detail = matrix_queries.cell_detail(concepts[(matrix_queries.LINES, line)], concepts[(matrix_queries.GOALS, goal)])
    except KeyError as error:
        raise Http404(f"{line}/{goal}") from error
    return render(request, "insights/cell.html", {"cell": detail, "panels": panels_for("matrix-cell", detail, request)})


# ---- countries ------------------------------------------------------------------------------------------------------


@public_page
def countries(request: HttpRequest) -> HttpResponse:
    """All countries and areas by region."""
    asked = read_query(request, CountryQuery)
    regions = Concept.objects.filter(scheme__code=country_queries.REGIONS, retired_on__isnull=True).select_related("scheme")
    known = {region.code for region in regions}
    if asked.region and asked.region not in known:
        raise BadQuery({"region": [_("There is no region %(code)s.") % {"code": asked.region}]})
    groups = country_queries.countries_by_region(asked.q, asked.region)
    total = sum(len(group.lines) for group in groups)
    return render(request, "insights/countries.html", {"groups": groups, "asked": asked, "regions": regions, "total": total})


@public_page
def country(request: HttpRequest, code: str) -> HttpResponse:
    """A country or area: names, regions and groups with their dates, and what other rooms know of it."""
    concept = country_queries.find_country(code)
    if concept is None:
        raise Http404(code)
    if concept.code != code:
        return redirect(reverse("insights:country", args=[concept.code]), permanent=True)
    return render(request, "insights/country.html", {"country": country_queries.country(concept), "panels": panels_for("concept", concept, request)})
