"""Importing a file: hand it in, look at what would happen, confirm, done. Nothing is written before the confirmation."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.faces.desk import actions
from plenary.faces.desk.access import DeskRequest, desk_page, sent
from plenary.faces.desk.forms.imports import UploadForm
from plenary.faces.desk.importing import kinds as _kinds  # noqa: F401 registers what can be imported
from plenary.faces.desk.importing import registry, shelf
from plenary.faces.desk.importing.outcome import Outcome, problems_of
from plenary.faces.desk.importing.registry import Kind, Source
from plenary.faces.desk.shell import chosen_edition, show
from plenary.faces.desk.trails import in_words
from plenary.ground.audit.actors import may, require
from plenary.ground.audit.models import TrailRecord
from plenary.ground.framework.models import Edition

LATEST = 10


def may_import(request: DeskRequest, kind: Kind) -> bool:
    """Whether there is an edition for which the account may import this, or the whole site."""
    if may(request.user, kind.permission):
        return True
    codes = {scope.split(":", 1)[1] for _role, scope in request.user.roles_held() if scope.startswith("edition:")}
    return any(may(request.user, kind.permission, edition) for edition in Edition.objects.filter(code__in=codes))


def _kind(request: DeskRequest, code: str) -> Kind:
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
    kind = _kind(request, code)
    edition = chosen_edition(request)
    form = UploadForm(*sent(request), kind=kind, actor=request.user, edition=edition)
    if request.method == "POST" and form.is_valid():
        chosen = form.chosen()
        require(request.user, kind.permission, chosen)
        kept = shelf.put(form.cleaned_data["file"], kind=kind.code, edition=chosen.code if chosen else "", actor_id=request.user.trail_id)
        shelf.save(kept, registry.check(kind, Source(kept.path, chosen), request.user))
        return redirect("desk:import_check", code, kept.token)
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
    kind = _kind(request, code)
    kept = shelf.find(token, kind=code, actor_id=request.user.trail_id)
    if kept is None:
        messages.warning(request, _("That file is no longer kept: files wait two hours for the confirmation. Hand it in again."))
        return redirect("desk:upload", code)
    edition = Edition.objects.filter(code=kept.edition).first() if kept.edition else None
    if request.method == "POST":
        if "discard" in request.POST:
            shelf.discard(kept)
            messages.success(request, _("The file is thrown away; nothing was imported."))
            return redirect("desk:upload", code)
        if not kept.done and not kept.outcome.problems:
            _import(request, kind, kept, edition)
        return redirect("desk:import_check", code, token)
    return show(
        request,
        "desk/import_check.html",
        crumbs=[(_("Imports"), reverse("desk:imports")), (str(kind.label), reverse("desk:upload", args=[code])), (kept.name, "")],
        kind=kind,
        kept=kept,
        outcome=kept.outcome,
        for_edition=edition,
        results=kind.results(edition) if kept.done else [],
    )


def _import(request: DeskRequest, kind: Kind, kept: shelf.Kept, edition: Edition | None) -> None:
    if not shelf.take(kept):
        messages.warning(request, _("This file is being imported already."))
        return
    outcome: Outcome = kept.outcome
    done = False
    try:
        outcome = actions.run_import(actor=request.user, kind=kind, source=Source(kept.path, edition), sha256=kept.sha256)
        done = True
    except Invalid as error:  # something changed since the dry run
        outcome = problems_of(error)
    except Conflict as error:
        outcome = problems_of(Invalid({"": [str(error)]}))
    finally:
        shelf.save(kept, outcome, done=done)
    if done:
        messages.success(request, _("The file is imported."))
