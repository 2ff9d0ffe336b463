"""Importing submissions: hand a table in, look at what would happen, confirm. All rows are taken, or none."""

from __future__ import annotations

from dataclasses import asdict
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from pydantic import Field

from plenary.engines.calls.models import Call
from plenary.engines.calls.queries import form_in_force
from plenary.faces.desk.access import DeskRequest, desk_page, sent
from plenary.faces.desk.forms.submissions import TableForm
from plenary.faces.desk.importing import shelf
from plenary.faces.desk.importing.submissions import Given, is_short, shelf_kind, work
from plenary.faces.desk.tasks import read_submissions
from plenary.faces.desk.views.submissions import call_at_desk, show_submissions
from plenary.ground.web.query import Query, read_query


class CheckQuery(Query):
    """What was said beside the table; it is kept in the address until the table is imported."""

    reads: str = Field("en", pattern=r"^[a-z]{2}$")
    files_follow: bool = False
    tell: bool = False


@desk_page()
@require_http_methods(["GET", "POST"])
def upload(request: DeskRequest, code: str, slug: str) -> HttpResponse:
    """Hand a table in; it is checked at once."""
    call = call_at_desk(request, code, slug, "calls.decide")
    asked = form_in_force(call)
    if asked is None:
        messages.error(request, _("This call has no form yet, so nothing can be entered."))
        return redirect("desk:submissions", code, slug)
    files = [str(field.label) for field in asked.form if field.kind in ("file", "image") and field.required]
    form = TableForm(*sent(request), files=files, initial={"language": (call.languages or ["en"])[0]})
    if request.method == "POST" and form.is_valid():
        kept = shelf.put(form.cleaned_data["file"], kind=shelf_kind(call), edition=code, actor_id=request.user.trail_id)
        given = Given(form.cleaned_data["language"], form.cleaned_data.get("files_follow", False), form.cleaned_data["tell"])
        _start(request, call, kept, given, dry_run=True)
        query = urlencode({name: value for name, value in asdict(given).items() if value})
        return redirect(f"{reverse('desk:submissions_import_check', args=[code, slug, kept.token])}?{query}")
    return show_submissions(
        request,
        "desk/submissions_import.html",
        call,
        (_("Import a table"), ""),
        status=400 if form.errors else 200,
        form=form,
    )


@desk_page()
@require_http_methods(["GET", "POST"])
def check(request: DeskRequest, code: str, slug: str, token: str) -> HttpResponse:
    """How far it is, then what the table holds; importing it or throwing it away."""
    call = call_at_desk(request, code, slug, "calls.decide")
    asked = read_query(request, CheckQuery)
    kept = shelf.find(token, kind=shelf_kind(call), actor_id=request.user.trail_id)
    if kept is None:
        messages.warning(request, _("That file is no longer kept: files wait two hours for the confirmation. Hand it in again."))
        return redirect("desk:submissions_import", code, slug)
    working = shelf.working(kept)
    if request.method == "POST":
        if "discard" in request.POST and working is None:
            shelf.discard(kept)
            messages.success(request, _("The file is thrown away; nothing was imported."))
            return redirect("desk:submissions_import", code, slug)
        if "import" in request.POST and not kept.done and not kept.outcome.problems:
            _start(request, call, kept, Given(asked.reads, asked.files_follow, asked.tell), dry_run=False)
        return redirect(request.get_full_path())
    listed = reverse("desk:submissions", args=[code, slug])
    return show_submissions(
        request,
        "desk/submissions_import_check.html",
        call,
        (_("Import a table"), reverse("desk:submissions_import", args=[code, slug])),
        (kept.name, ""),
        kept=kept,
        outcome=kept.outcome,
        working=working,
        results=f"{listed}?origin=import",
    )


def _start(request: DeskRequest, call: Call, kept: shelf.Kept, given: Given, *, dry_run: bool) -> None:
    """Work on the table now where it is short, else in the background."""
    if not shelf.begin(kept):
        messages.warning(request, _("This file is being worked on already."))
        return
    language = get_language() or "en"
    if is_short(kept):
        work(actor=request.user, call=call, kept=kept, language=language, given=given, dry_run=dry_run)
        return
    values = (call.pk, request.user.pk, kept.token, language, given.reads, dry_run, given.files_follow, given.tell)
    transaction.on_commit(lambda: read_submissions.enqueue(*values) and None)
