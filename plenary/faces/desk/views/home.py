"""The desk's first page: what needs doing now."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from pydantic import Field

from plenary.faces.desk import queries
from plenary.faces.desk.access import DeskRequest, desk_page
from plenary.faces.desk.shell import chosen_edition, remember_edition, show
from plenary.faces.desk.trails import latest
from plenary.ground.audit.actors import may, require
from plenary.ground.framework.models import Edition
from plenary.ground.web.panels import panels_for
from plenary.ground.web.query import Query, page_of, read_query

LATEST = 12


class HomeQuery(Query):
    edition: str = Field("", max_length=30)


@desk_page()
def home(request: DeskRequest) -> HttpResponse:
    """What waits for somebody, for the chosen edition."""
    read_query(request, HomeQuery)
    edition = chosen_edition(request)
    return show(
        request,
        "desk/home.html",
        edition=edition,
        own_calls=[(each, may(request.user, "calls.edit", each)) for each in queries.calls_of(request.user)],
        todos=queries.todos(edition, request.user),
        deadlines=queries.coming_deadlines(edition, request.user) if edition else [],
        may_edit=edition is not None and may(request.user, "framework.change_edition", edition),
        sees_edition=edition is not None and may(request.user, "desk.view_edition", edition),
        panels=panels_for("desk", edition, request) if edition else [],
        lines=latest(request.user, LATEST) if may(request.user, "audit.view_trail") else None,
    )


@desk_page()
def gap(request: DeskRequest, code: str, what: str) -> HttpResponse:
    """The records of an edition that lack something."""
    edition = get_object_or_404(Edition, code=code)
    require(request.user, "desk.view_records", edition)
    found = queries.GAPS.get(what)
    if found is None:
        raise Http404
    remember_edition(request, edition)
    page: Any = page_of(found.records(edition), read_query(request, Query).page, 50)
    return show(
        request,
        "desk/gap.html",
        edition=edition,
        crumbs=[(_("Edition %(code)s") % {"code": edition.code}, reverse("desk:edition", args=[edition.code])), (str(found.title), "")],
        gap=found,
        sentence=found.sentence(page.paginator.count),
        page=page,
        rows=[found.row(record) for record in page],
    )
