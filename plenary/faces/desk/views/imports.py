"""Importing a file: hand it in, look at what would happen, confirm, done. Nothing is written before the confirmation."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from plenary.errors import NotAllowed
from plenary.faces.desk.access import DeskRequest, desk_page, sent
from plenary.faces.desk.forms.imports import UploadForm
from plenary.faces.desk.importing import kinds as _kinds  # noqa: F401 registers what can be imported
from plenary.faces.desk.importing import registry, shelf, working
from plenary.faces.desk.importing.outcome import Outcome
from plenary.faces.desk.importing.registry import Kind
from plenary.faces.desk.shell import chosen_edition, show
from plenary.faces.desk.tasks import read_import
from plenary.faces.desk.trails import in_words
from plenary.ground.audit.actors import may, require
from plenary.ground.audit.models import TrailRecord
from plenary.ground.framework.models import Edition
from plenary.programmes.stocktaking.importing import runs
from plenary.programmes.stocktaking.importing.reading import rows_expected

LATEST = 10


def may_import(request: DeskRequest, kind: Kind) -> bool:
    """Whether there is an edition for which the account may import this, or the whole site."""
    if may(request.user, kind.permission):
        return True
    codes = {scope.split(":", 1)[1] for _role, scope in request.user.roles_held() if scope.startswith("edition:")}
    return any(may(request.user, kind.permission, edition) for edition in Edition.objects.filter(code__in=codes))


def kind_of(request: DeskRequest, code: str) -> Kind:
    kind = registry.find(code)
    if kind is None:
        raise Http404
    if not may_import(request, kind):
        raise NotAllowed(kind.permission)
    return kind


@desk_page()
def imports(request: DeskRequest) -> HttpResponse:
    """What can be imported, and what was lately."""
    kinds = [kind for kind in registry.kinds() if may_import(request, kind)]
    if not kinds:
        raise NotAllowed("import")
    latest = TrailRecord.objects.filter(kind="desk.import").select_related("payload").order_by("-id")[:LATEST]
    return show(request, "desk/imports.html", crumbs=[(_("Imports"), "")], kinds=kinds, lines=in_words(latest, request.user))


@desk_page()
def upload(request: DeskRequest, code: str) -> HttpResponse:
    """Hand a file in; it is checked at once."""
    kind = kind_of(request, code)
    edition = chosen_edition(request)
    form = UploadForm(*sent(request), kind=kind, actor=request.user, edition=edition)
    if request.method == "POST" and form.is_valid():
        chosen = form.chosen()
        require(request.user, kind.permission, chosen)
        kept = shelf.put(
            form.cleaned_data["file"], kind=kind.code, edition=chosen.code if chosen else "", actor_id=request.user.trail_id, given=form.given()
        )  # fmt: skip
        return start_check(request, kind, kept)
    return show(
        request,
        "desk/upload.html",
        crumbs=[(_("Imports"), reverse("desk:imports")), (str(kind.label), "")],
        status=400 if form.errors else 200,
        kind=kind,
        form=form,
        columns=kind.columns(),
    )


@desk_page()
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: DeskRequest, code: str, token: str) -> HttpResponse:
    """What the dry run found; importing or throwing away."""
    kind = kind_of(request, code)
    kept = shelf.find(token, kind=code, actor_id=request.user.trail_id)
    if kept is None:
        messages.warning(request, _("That file is no longer kept: files wait two hours for the confirmation. Hand it in again."))
        return redirect("desk:upload", code)
    edition = Edition.objects.filter(code=kept.edition).first() if kept.edition else None
    working_now = shelf.working(kept)
    run = runs.unfinished() if kind.in_parts and working_now is None and not kept.done else None
    if request.method == "POST":
        return _handle(request, kind, kept, working_now is not None)
    return show(
        request,
        "desk/import_check.html",
        crumbs=[(_("Imports"), reverse("desk:imports")), (str(kind.label), reverse("desk:upload", args=[code])), (kept.name, "")],
        kind=kind,
        kept=kept,
        working=working_now,
        run=run if run is not None and run.sha256 == kept.sha256 else None,
        other_run=run if run is not None and run.sha256 != kept.sha256 else None,
        outcome=kept.outcome,
        for_edition=edition,
        results=kind.results(edition) if kept.done else [],
    )


def _handle(request: DeskRequest, kind: Kind, kept: shelf.Kept, is_working: bool) -> HttpResponse:
    """What the buttons of the page do."""
    if "stop" in request.POST:
        if is_working:
            shelf.stop(kept)
            messages.success(request, _("It stops as soon as it can."))
    elif is_working:
        messages.warning(request, _("This file is being worked on already."))
    elif "discard" in request.POST:
        shelf.discard(kept)
        messages.success(request, _("The file is thrown away; nothing was imported."))
        return redirect("desk:upload", kind.code)
    elif not kept.done and not kept.outcome.problems and ("import" in request.POST or "resume" in request.POST):
        _import(request, kind, kept, resume="resume" in request.POST)
    return redirect("desk:import_check", kind.code, kept.token)


def start_check(request: DeskRequest, kind: Kind, kept: shelf.Kept) -> HttpResponse:
    """Check a file: a short one now, a long one in the background."""
    shelf.save(kept, Outcome())
    if shelf.begin(kept):
        _work(request, kind, kept, dry_run=True)
    return redirect("desk:import_check", kind.code, kept.token)


def _import(request: DeskRequest, kind: Kind, kept: shelf.Kept, *, resume: bool) -> None:
    if not shelf.take(kept):
        messages.warning(request, _("This file is being imported already."))
        return
    shelf.save(kept, kept.outcome)  # puts back what was taken; from here on the mark of work keeps others away
    if not shelf.begin(kept):
        messages.warning(request, _("This file is being imported already."))
        return
    if _work(request, kind, kept, dry_run=False, resume=resume):
        messages.success(request, _("The file is imported."))


def _work(request: DeskRequest, kind: Kind, kept: shelf.Kept, *, dry_run: bool, resume: bool = False) -> bool:
    """Work on a file now, where it is short, or let it be done; whether it is done and over."""
    language = get_language() or "en"
    if kind.at_once is None or rows_expected(kept.path) <= kind.at_once:
        return working.work(actor=request.user, kept=kept, language=language, dry_run=dry_run, resume=resume)
    transaction.on_commit(lambda: read_import.enqueue(kind.code, request.user.pk, kept.token, language, dry_run, resume) and None)
    return False
