"""The submissions to a call: the list with its filters and numbers, keeping selections, taking them home as a table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from plenary.engines.calls import exporting
from plenary.engines.calls.actions import delete_filter, save_filter
from plenary.engines.calls.actions.together import MOST, Batch, batch_of, record_export
from plenary.engines.calls.exporting import Column, chosen_columns, columns_of, lookups_of
from plenary.engines.calls.form.fields import CATEGORY, COUNTRY, schemes_of
from plenary.engines.calls.form.kept import Kept
from plenary.engines.calls.form.lists import with_chosen
from plenary.engines.calls.form.lookups import Lookups, concepts_of
from plenary.engines.calls.models import Call, SavedFilter, Submission
from plenary.engines.calls.queries import timeline
from plenary.engines.calls.queries.selection import (
    NONE,
    STAKEHOLDER,
    Selection,
    Sight,
    decision_in_words,
    doubled,
    keys_of,
    rows_at,
    select,
    sight_of,
    staff_of,
    tags_of,
)
from plenary.engines.calls.queries.tallies import Tally, category_in_words, states_of, tallies_of
from plenary.errors import Conflict, Invalid
from plenary.faces.desk.access import DeskRequest, desk_page
from plenary.faces.desk.forms.base import language_names
from plenary.faces.desk.forms.submissions import FilterForm, decision_choices, deed_choices, people_choices
from plenary.faces.desk.shell import remember_edition, show
from plenary.faces.desk.views.calls import call_crumbs, call_tabs
from plenary.ground.audit.actors import may, require
from plenary.ground.framework.spelling import fold
from plenary.ground.people.models import User
from plenary.ground.web.query import page_of, read_query

SIZE = 50
#: Longer texts are cut in the list; the submission's own page has them whole.
LONGEST_CELL = 160


class ListQuery(Selection):
    done: UUID | None = None


class ExportQuery(Selection):
    whole: Literal["", "yes"] = ""


def call_at_desk(request: DeskRequest, code: str, slug: str, permission: str = "calls.view_submissions") -> Call:
    """The one gate to a call whose submissions are worked on. Raises: Http404, NotAllowed."""
    call = get_object_or_404(Call.objects.select_related("edition").prefetch_related("phases__deadline_changes"), edition__code=code, slug=slug)
    require(request.user, permission, call)
    remember_edition(request, call.edition)
    return call


def list_path(code: str, slug: str, query: str) -> str:
    """The address of the list with a selection."""
    path = reverse("desk:submissions", args=[code, slug])
    return f"{path}?{query}" if query else path


def show_submissions(request: DeskRequest, template: str, call: Call, *last: tuple[str, str], **context: Any) -> HttpResponse:
    """A page about the submissions to a call. last: label and address of each step below their list."""
    listed = reverse("desk:submissions", args=[call.edition.code, call.slug])
    steps = [(str(call.title), listed), *last] if last else [(str(call.title), "")]
    return show(
        request,
        template,
        edition=call.edition,
        crumbs=call_crumbs(request, call.edition, *steps),
        call=call,
        call_tabs=call_tabs(request, call),
        list_path=listed,
        **context,
    )


@desk_page()
@require_safe
def submissions(request: DeskRequest, code: str, slug: str) -> HttpResponse:
    """What was sent to a call: numbers, filters, the list."""
    call = call_at_desk(request, code, slug)
    asked = read_query(request, ListQuery)
    sight = sight_of(request.user, call)
    columns = _columns(sight, asked)
    page = page_of(keys_of(select(request.user, sight, asked), asked), asked.page, SIZE)
    rows = rows_at(sight, page.object_list)
    states = states_of(request.user, sight)
    batch = _batch(call, asked.done)
    is_bare = not asked.filters and asked.page == 1
    staff = list(staff_of(call))
    return show_submissions(
        request,
        "desk/submissions.html",
        call,
        asked=asked,
        query=asked.query(),
        page=page,
        rows=_rows(rows, sight, columns, asked),
        columns=columns,
        steps=timeline(call, timezone.now()),
        states=states,
        tallies=_tallies(request.user, sight) if is_bare and states.all else [],
        filters=_filters(sight, asked, staff),
        active=_active(sight, asked, staff),
        known_columns=columns_of(sight),
        chosen={column.code for column in columns},
        saved=list(SavedFilter.objects.filter(call=call)),
        sight=sight,
        deeds=deed_choices(call, staff) if sight.decides else [],
        most=MOST,
        batch=batch,
        deed_name=decision_in_words(batch.deed.name) if batch else "",
        endings=list(exporting.FORMATS),
        may_see_outbox=may(request.user, "outgoing.open"),
    )


def _columns(sight: Sight, asked: Selection) -> list[Column]:
    return chosen_columns(sight, asked.columns, of_drafts=asked.state in ("draft", "discarded"))


def _tallies(actor: User, sight: Sight) -> list[tuple[str, str, list[Tally], int]]:
    """The small tables of numbers: name of the filter, title, rows, and the largest number for the bars."""
    found = tallies_of(actor, sight)
    tables = [("category", _("By category"), found.categories), ("country", _("By country"), found.countries), ("day", _("By day"), found.days)]
    return [(name, title, rows, max(each.count for each in rows)) for name, title, rows in tables if rows]


def _batch(call: Call, key: UUID | None) -> Batch | None:
    if key is None:
        return None
    found = batch_of(call, key)
    if found is None:
        raise Http404
    return found


def _rows(rows: list[Submission], sight: Sight, columns: list[Column], asked: Selection) -> list[dict[str, Any]]:
    lookups = lookups_of(rows, sight, columns)
    same = doubled(rows, sight)
    query = asked.query()
    found = []
    for row in rows:
        path = reverse("desk:submission", args=[row.pk])
        found.append(
            {
                "submission": row,
                "path": f"{path}?{query}" if query else path,
                "cells": [_cell(column, row, lookups) for column in columns if column.code != "reference"],
                "origin": Submission.Origin(row.origin).label if row.entered_by else "",
                "is_double": row.pk in same,
            }
        )
    return found


def _cell(column: Column, row: Submission, lookups: Lookups) -> dict[str, Any]:
    """What stands in a cell, and in which of the shapes that the page has."""
    value = column.value(row, lookups)
    if isinstance(value, datetime):
        return {"shape": "moment", "moment": value}
    text = str(value or "")
    shape = column.code if column.code in ("state", "title") else "number" if isinstance(value, int | float) else "text"
    return {"shape": shape, "text": text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…"}


# ---- filters --------------------------------------------------------------------------------------------------------

_Choices = list[tuple[str, str]]


#: The codes and labels of schemes.
_named: Kept[_Choices] = Kept(100)


def _scheme(code: str, *, by_label: bool = False) -> _Choices:
    known = concepts_of((code,))[code]

    def make() -> _Choices:
        found = [(each.code, str(each.label)) for each in known.values()]
        return sorted(found, key=lambda pair: fold(pair[1])) if by_label else found

    return _named.get((known,), (code, by_label), make)


def _categories(sight: Sight) -> _Choices:
    field = sight.role(CATEGORY)
    if field is None:
        return []
    if field.kind in ("choice", "choices"):
        return [(option.code, str(option.label)) for option in field.options]
    return [pair for scheme in schemes_of(field) for pair in _scheme(scheme)]


def _filters(sight: Sight, asked: Selection, staff: list[User]) -> list[dict[str, Any]]:
    """The choices of the filters: those that stand open first, the others folded away."""
    call = sight.call
    nothing = (NONE, _("None"))
    choices: Mapping[str, tuple[str, _Choices]] = {
        "category": (_("Category"), _categories(sight)),
        "country": (_("Country"), [] if COUNTRY in sight.hidden_roles else [*_scheme("countries", by_label=True), (NONE, _("Not given"))]),
        "decision": (_("Decision"), [*decision_choices(call), nothing]),
        "assignee": (_("Looked after by"), [("me", _("Me")), *people_choices(staff)]),
        "tag": (_("Tag"), [(each, each) for each in tags_of(call)]),
        "stakeholder": (_("Stakeholder type"), [] if STAKEHOLDER in sight.hidden_roles else _scheme("stakeholder-types")),
        "origin": (_("Came by"), [(each.value, str(each.label)) for each in Submission.Origin]),
        "late": (_("After the close"), [("yes", _("Handed in late")), ("no", _("Handed in on time"))]),
        "duplicate": (_("Likeness"), [("yes", _("Like another one")), ("no", _("Like no other"))]),
        "language": (_("Language"), list(language_names().items())),
    }
    return [
        {"name": name, "label": label, "options": _options(offered, str(getattr(asked, name) or "")), "value": getattr(asked, name), "folded": place > 3}
        for place, (name, (label, offered)) in enumerate(choices.items())
        if offered
    ]


def _options(choices: _Choices, chosen: str) -> SafeString:
    markup = _option_list(tuple(choices))
    return mark_safe(with_chosen(markup, chosen) if chosen else markup)


@lru_cache(maxsize=200)
def _option_list(choices: tuple[tuple[str, str], ...]) -> str:
    # Of countries there are some 250, and the list is opened over and over.
    return format_html_join("", '<option value="{}">{}', choices)


def _active(sight: Sight, asked: Selection, staff: list[User]) -> list[tuple[str, str, str]]:
    """What narrows the list now: label, value in words, and the query without it."""
    labels = {
        "q": _("Words"), "state": _("State"), "category": _("Category"), "country": _("Country"), "decision": _("Decision"),
        "assignee": _("Looked after by"), "tag": _("Tag"), "stakeholder": _("Stakeholder type"), "origin": _("Came by"), "late": _("After the close"),
        "duplicate": _("Likeness"), "language": _("Language"), "since": _("From day"), "until": _("To day"),
    }  # fmt: skip
    found = []
    for name, value in asked.filters.items():
        if name in labels:
            found.append((labels[name], _value_in_words(sight, name, value, staff), asked.query(**{name: ""})))
    return found


def _value_in_words(sight: Sight, name: str, value: Any, staff: list[User]) -> str:
    if value == NONE:
        return _("None")
    if name == "category":
        return category_in_words(sight, value)
    if name == "decision":
        return decision_in_words(value)
    words: dict[str, dict[str, str]] = {
        "state": {**{each.value: str(each.label) for each in Submission.State}, "overdue": _("Returned, overdue"), "discarded": _("Drafts thrown away")},
        "origin": {each.value: str(each.label) for each in Submission.Origin},
        "late": {"yes": _("Handed in late"), "no": _("Handed in on time")},
        "duplicate": {"yes": _("Like another one"), "no": _("Like no other")},
        "assignee": {"me": _("Me"), **{str(user.pk): str(user) for user in staff}},
        "language": language_names(),
    }
    if name in ("country", "stakeholder"):
        return dict(_scheme("countries" if name == "country" else "stakeholder-types")).get(value, str(value))
    return words.get(name, {}).get(str(value), str(value))


@desk_page()
@require_POST
def keep(request: DeskRequest, code: str, slug: str) -> HttpResponse:
    """Keep the selection of the address under a name, or forget one. Staff of the call share them."""
    call = call_at_desk(request, code, slug)
    asked = read_query(request, Selection)
    select(request.user, sight_of(request.user, call), asked)  # what cannot be asked for is not kept
    query = asked.query()
    if "forget" in request.POST:
        saved = SavedFilter.objects.filter(call=call, name=request.POST["forget"]).first()
        if saved is not None:
            delete_filter(actor=request.user, saved=saved)
            messages.success(request, _("The selection “%(name)s” is no longer kept.") % {"name": saved.name})
    else:
        form = FilterForm(request.POST)
        try:
            if form.is_valid():
                saved = save_filter(actor=request.user, call=call, name=form.cleaned_data["name"], query=query)
                messages.success(request, _("The selection is kept as “%(name)s”.") % {"name": saved.name})
            else:
                messages.error(request, _("Give the selection a name of at most 100 characters."))
        except (Invalid, Conflict) as error:
            messages.error(request, str(error))
    path = reverse("desk:submissions", args=[code, slug])
    return redirect(f"{path}?{query}" if query else path)


@desk_page()
@require_safe
def export(request: DeskRequest, code: str, slug: str, ending: str) -> HttpResponse:
    """The selection as a file, with the chosen columns or with all of them."""
    call = call_at_desk(request, code, slug)
    asked = read_query(request, ExportQuery)
    sight = sight_of(request.user, call)
    known = columns_of(sight)
    columns = list(known.values()) if asked.whole else [known["reference"], *(each for each in _columns(sight, asked) if each.code != "reference")]
    found = select(request.user, sight, asked)
    media_type, write = exporting.FORMATS[ending]
    record_export(actor=request.user, call=call, form=ending, count=found.count(), query=asked.query())
    response: Any = FileResponse(write(found, sight, columns), as_attachment=True, filename=exporting.file_name(sight, ending), content_type=media_type)
    response["X-Content-Type-Options"] = "nosniff"
    return response  # type: ignore[no-any-return]
