"""Editions: the list, the settings of one, what differs from its folder."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from plenary.errors import Conflict, Invalid
from plenary.faces.desk import differences
from plenary.faces.desk.access import DeskRequest, desk_page, sent
from plenary.faces.desk.forms.editions import EditionForm
from plenary.faces.desk.queries import editions_newest_first
from plenary.faces.desk.shell import remember_edition, show
from plenary.ground.audit.actors import may, require
from plenary.ground.framework.actions import edit_edition
from plenary.ground.framework.editions.dumping import files_of
from plenary.ground.framework.files import BadFiles
from plenary.ground.framework.models import Edition


def edition_for(request: DeskRequest, code: str) -> Edition:
    """The one gate to an edition at the desk. Raises: Http404, NotAllowed."""
    edition = get_object_or_404(Edition, code=code)
    require(request.user, "desk.view_edition", edition)
    remember_edition(request, edition)
    return edition


@desk_page()
def editions(request: DeskRequest) -> HttpResponse:
    """All editions that one may look at here."""
    found = editions_newest_first().annotate(number_of_calls=Count("calls", distinct=True))
    seen = [edition for edition in found if may(request.user, "desk.view_edition", edition)]
    return show(request, "desk/editions.html", crumbs=[(_("Editions"), "")], editions=seen)


@desk_page()
def edition(request: DeskRequest, code: str) -> HttpResponse:
    """The settings of an edition."""
    found = edition_for(request, code)
    may_edit = may(request.user, "framework.change_edition", found)
    form = EditionForm(sent(request)[0], edition=found)
    if request.method == "POST":
        require(request.user, "framework.change_edition", found)
        if form.is_valid():
            try:
                edit_edition(actor=request.user, edition=found, changes=form.changes())
            except (Invalid, Conflict) as error:
                form.take_in(error)
            else:
                messages.success(request, _("The settings are saved."))
                return redirect("desk:edition", code)
            found.refresh_from_db()
    return show(
        request,
        "desk/edition.html",
        edition=found,
        crumbs=[(_("Editions"), reverse("desk:editions")), (found.code, "")],
        status=400 if form.errors else 200,
        form=form,
        may_edit=may_edit,
        may_compare=may(request.user, "framework.load_edition") and differences.folder_of(found) is not None,
        differences=differences.differences_of(found),
    )


@desk_page()
def compare(request: DeskRequest, code: str) -> HttpResponse:
    """Where the folder that comes with the platform and the desk changed the same value."""
    found = edition_for(request, code)
    require(request.user, "framework.load_edition")
    folder = differences.folder_of(found)
    conflicts, problems = [], ""
    if folder is not None:
        try:
            conflicts = differences.conflicts_of(found, folder, request.user)
        except BadFiles as error:
            problems = str(error)
    return show(
        request,
        "desk/compare.html",
        edition=found,
        crumbs=[(_("Editions"), reverse("desk:editions")), (found.code, reverse("desk:edition", args=[code])), (_("Comparison with its folder"), "")],
        folder=folder.name if folder else "",
        conflicts=conflicts,
        problems=problems,
    )


@desk_page()
@require_safe
def dump(request: DeskRequest, code: str) -> HttpResponse:
    """The edition's folder as an archive; loading it elsewhere gives the same edition."""
    found = edition_for(request, code)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(files_of(found).items()):
            archive.writestr(f"{found.code}/{name}", text.encode())
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    response = HttpResponse(packed.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="edition-{found.code}-{day}.zip"'
    return response
