"""Beside the import of a file: how its columns are read, what was found as a table, and an import that broke off."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from plenary.errors import Conflict
from plenary.faces.desk.access import DeskRequest, desk_page
from plenary.faces.desk.forms.base import language_names
from plenary.faces.desk.importing import shelf
from plenary.faces.desk.shell import show
from plenary.faces.desk.views.imports import kind_of, start_check
from plenary.ground.audit.actors import may
from plenary.programmes.stocktaking.drafts import STORY
from plenary.programmes.stocktaking.importing import runs
from plenary.programmes.stocktaking.importing.columns import COLUMNS
from plenary.programmes.stocktaking.importing.looking import look_into, mapping_of
from plenary.programmes.stocktaking.importing.mapping import written_mapping


def _kept(request: DeskRequest, code: str, token: str) -> shelf.Kept | None:
    kind = kind_of(request, code)
    if not kind.is_mapped:
        raise Http404
    return shelf.find(token, kind=code, actor_id=request.user.trail_id)


def _gone(request: DeskRequest, code: str) -> HttpResponse:
    messages.warning(request, _("That file is no longer kept: files wait two hours for the confirmation. Hand it in again."))
    return redirect("desk:upload", code)


@desk_page()
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: DeskRequest, code: str, token: str) -> HttpResponse:
    """As what each column of a file is read, with some of its values; the file is checked again when that is changed."""
    kept = _kept(request, code, token)
    if kept is None or kept.done:
        return _gone(request, code)
    kind = kind_of(request, code)
    found = look_into(kept.path, kept.given.get("mapping"))
    if request.method == "POST":
        if shelf.working(kept) is not None:
            messages.warning(request, _("This file is being worked on already."))
            return redirect("desk:import_check", code, token)
        offered = {name for _label, group in _choices() for name, _words in group} | {""}
        mapping: dict[str, str] = {}
        for place, column in enumerate(found):
            chosen = request.POST.get(f"column-{place}", column.chosen)
            mapping[column.name] = chosen if chosen in offered else column.chosen
        return start_check(request, kind, replace(kept, given={**kept.given, "mapping": mapping}))
    return show(
        request,
        "desk/import_columns.html",
        crumbs=[
            (_("Imports"), reverse("desk:imports")),
            (str(kind.label), reverse("desk:upload", args=[code])),
            (kept.name, reverse("desk:import_check", args=[code, token])),
            (_("Columns"), ""),
        ],
        kind=kind,
        kept=kept,
        columns=found,
        choices=_choices(),
    )


def _choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """All columns that there are, in groups."""
    more = [(f"{part}_{code}", f"{part}_{code} ({name})") for part in STORY for code, name in language_names().items()]
    return [(_("Columns"), [(name, name) for name in COLUMNS]), (_("Texts in further languages"), more)]


@desk_page()
@require_safe
def take_home(request: DeskRequest, code: str, token: str, name: str) -> HttpResponse:
    """What the check found, row by row, or how the columns are read, as a file."""
    kept = _kept(request, code, token)
    if kept is None:
        return _gone(request, code)
    if name == "columns.toml":
        if kept.done:
            return _gone(request, code)
        response = HttpResponse(written_mapping(mapping_of(kept.path, kept.given.get("mapping"))), content_type="application/toml; charset=utf-8")
    else:
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response.write("\ufeff")
        writer = csv.writer(response)
        writer.writerows([_harmless(cell) for cell in row] for row in _report(kept))
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _report(kept: shelf.Kept) -> list[list[str]]:
    outcome = kept.outcome
    rows: list[list[str]] = [[_("Row"), _("Column"), _("What"), _("Details")]]
    rows += [[each.row, each.column, _("Problem"), each.text] for each in outcome.problems]
    rows += [[each.row, each.column, _("Put right"), each.text] for each in outcome.mended]
    for change in outcome.changes:
        told: dict[str, Any] = {"before": change.before or "–", "after": change.after or "–"}
        words = _("stays %(before)s; the file says %(after)s") if change.kept else _("%(before)s becomes %(after)s")
        rows.append([change.row, change.column, _("Kept as it is here") if change.kept else _("Change"), words % told])
    return rows


@desk_page("stocktaking.add_entry")
@require_http_methods(["GET", "HEAD", "POST"])
def unfinished(request: DeskRequest) -> HttpResponse:
    """An import that broke off while it was written: what it was, and taking it back."""
    run = runs.unfinished()
    if request.method == "POST":
        if run is None:
            messages.warning(request, _("No import is unfinished."))
            return redirect("desk:imports")
        try:
            count = runs.take_back(actor=request.user, run=run)
        except Conflict as error:
            messages.error(request, str(error))
        else:
            words = ngettext("Taken back: %(n)s entry that nobody had seen is removed.", "Taken back: %(n)s entries that nobody had seen are removed.", count)
            messages.success(request, words % {"n": count})
        return redirect("desk:imports")
    crumbs = [(_("Imports"), reverse("desk:imports")), (_("An import that broke off"), "")]
    return show(request, "desk/import_unfinished.html", crumbs=crumbs, run=run, may_take_back=may(request.user, "stocktaking.withdraw_entry"))
