"""What runs in the background: the search index and the tasks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from plenary.faces.desk import queries
from plenary.faces.desk.access import DeskRequest, desk_page
from plenary.faces.desk.actions import ask_for_rebuild
from plenary.faces.desk.shell import show
from plenary.ground.audit.actors import may
from plenary.ground.search.index import status
from plenary.ground.web.query import Query, page_of, read_query


@desk_page("desk.view_background")
def background(request: DeskRequest) -> HttpResponse:
    """How the index stands, and which tasks broke off; letting the index be built anew."""
    if request.method == "POST":
        ask_for_rebuild(actor=request.user)
        messages.success(request, _("The search index is being built anew in the background. The search goes on with the old one until then."))
        return redirect("desk:background")
    about: dict[str, Any] = status()
    waiting, late = queries.index_backlog()
    return show(
        request,
        "desk/background.html",
        crumbs=[(_("Background work"), "")],
        about=about,
        built_at=parse_datetime(about["built_at"]) if about.get("built_at") else None,
        waiting=waiting,
        late=late,
        may_rebuild=may(request.user, "desk.rebuild_index"),
        page=page_of(queries.failed_tasks(), read_query(request, Query).page),
        counts=queries.task_counts(),
    )
