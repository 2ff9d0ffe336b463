"""The pages of contests."""

from __future__ import annotations

from typing import Annotated

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from pydantic import Field

from plenary.errors import BadQuery
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.web.cache import public_page
from plenary.ground.web.query import Query, page_of, read_query, with_query
from plenary.programmes.awards import queries
from plenary.programmes.awards.models import Award, Contest

#: Pictures weigh much on a slow line; the browser fetches only those that come into view.
PHOTOS_A_PAGE = 12

Code = Annotated[str, Field(min_length=1, max_length=80)]
Codes = Annotated[list[Code], Field(max_length=60)]


@public_page
def contests(request: HttpRequest) -> HttpResponse:
    """All contests by year, and what the levels mean."""
    read_query(request, Query)
    return render(request, "awards/list.html", {"summaries": queries.contests(), "levels": queries.LEVELS})


class ResultQuery(Query):
    """What can be asked of a contest's results."""

    q: str = ""
    level: list[Award.Level] = []
    category: Codes = []
    country: Codes = []
    theme: Codes = []

    def wanted(self) -> queries.Wanted:
        """The results that are asked for. Raises: BadQuery where a code does not exist."""
        wrong: dict[str, list[str]] = {}
        schemes = {"country": "countries", "theme": "themes"}
        for name in ("category", "country", "theme"):
            given = {code for code in getattr(self, name) if not (name == "category" and code == queries.NO_CATEGORY)}
            if not given:
                continue
            known = Concept.objects.filter(code__in=given)
            known = known.filter(scheme__code=schemes[name]) if name in schemes else known.filter(scheme__contests__isnull=False)
            if given - set(known.values_list("code", flat=True)):
                wrong[name] = [_("This value is not one of those that can be asked for.")]
        if self.page > 1:
            wrong["page"] = [_("The list has no page %(number)s.") % {"number": self.page}]
        if wrong:
            raise BadQuery(wrong)
        return queries.Wanted(q=self.q, levels=list(self.level), categories=self.category, countries=self.country, themes=self.theme)


@public_page
def contest(request: HttpRequest, edition: str) -> HttpResponse:
    """The results of an edition's contests by category and level."""
    found = _edition(edition)
    held = list(Contest.objects.filter(edition=found).select_related("edition").order_by("code"))
    if not held:
        others = queries.newest_first(Contest.objects.select_related("edition"))[:30]
        return render(request, "awards/no_contest.html", {"edition": found, "others": others}, status=404)
    query = read_query(request, ResultQuery)
    results = queries.results(held, query.wanted())
    context = {
        "edition": found,
        "contests": held,
        "query": query,
        "results": results,
        "chosen": _chosen(request, query, results),
        "is_filtered": bool(query.q or query.level or query.category or query.country or query.theme),
        "none": queries.NO_CATEGORY,
        "meanings": [each for each in queries.LEVELS if each[0] in {level for level, _label, _number in results.levels}],
        "breadcrumbs": [(_("Prizes"), reverse("awards:list")), (str(held[0].title), "")],
    }
    return render(request, "awards/contest.html", context)


def _chosen(request: HttpRequest, query: ResultQuery, results: queries.Results) -> list[dict[str, str]]:
    """What narrows the results, each with the address without it."""
    labels = {
        "level": {code: str(label) for code, label in Award.Level.choices},
        "category": {code: label or _("not stated") for code, label, _number in results.by_category},
        "country": {code: label for code, label, _number in results.by_country},
        "theme": {},
    }
    names = {"level": _("Level"), "category": _("Category"), "country": _("Country"), "theme": _("Theme")}
    found = []
    for name, known in labels.items():
        values = [str(value) for value in getattr(query, name)]
        for value in values:
            others = [each for each in values if each != value]
            found.append({"filter": names[name], "label": known.get(value, value), "path": with_query(request, **{name: others or None})})
    return found


@public_page
def photos(request: HttpRequest, edition: str) -> HttpResponse:
    """The photographs of an edition's photo contest."""
    found = _edition(edition)
    query = read_query(request, Query)
    context = {
        "edition": found,
        "page": page_of(queries.photos_of(found), query.page, PHOTOS_A_PAGE),
        "breadcrumbs": [(_("Prizes"), reverse("awards:list")), (str(found.name), reverse("framework:edition", args=[found.code])), (_("Photographs"), "")],
    }
    return render(request, "awards/photos.html", context)


@public_page
def teams(request: HttpRequest, edition: str) -> HttpResponse:
    """The teams of an edition's hackathon with their projects."""
    found = _edition(edition)
    query = read_query(request, Query)
    context = {
        "edition": found,
        "page": page_of(queries.teams_of(found), query.page),
        "breadcrumbs": [(_("Prizes"), reverse("awards:list")), (str(found.name), reverse("framework:edition", args=[found.code])), (_("Teams"), "")],
    }
    return render(request, "awards/teams.html", context)


def _edition(code: str) -> Edition:
    found = Edition.objects.filter(code=code).first()
    if found is None:
        raise Http404
    return found
