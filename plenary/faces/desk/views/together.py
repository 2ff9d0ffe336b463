"""Working on many submissions at once: a look before, then part by part, and undoing it."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from plenary.engines.calls.actions.deciding import DECLINED
from plenary.engines.calls.actions.records import ChangedSince, Touched, refusing_touches
from plenary.engines.calls.actions.together import (
    MOST,
    PART,
    Batch,
    Foreseen,
    Refused,
    batch_of,
    begin_together,
    begin_undoing,
    do_together,
    foresee,
    try_again,
    undo_together,
)
from plenary.engines.calls.models import Call, Submission
from plenary.engines.calls.queries.selection import Selection, Sight, chosen, decision_in_words, rows_at, select, sight_of, staff_of
from plenary.engines.calls.tasks import work_together
from plenary.errors import Conflict, Invalid
from plenary.faces.desk.access import DeskRequest, desk_page
from plenary.faces.desk.forms.submissions import TogetherForm, keys_in
from plenary.faces.desk.views.submissions import call_at_desk, list_path, show_submissions
from plenary.ground.audit.actors import may
from plenary.ground.people.queries import names_of
from plenary.ground.web.query import read_query


@desk_page()
@require_http_methods(["GET", "POST"])
def together(request: DeskRequest, code: str, slug: str) -> HttpResponse:
    """What would happen to the chosen submissions, row by row; then it happens to all that can."""
    call = call_at_desk(request, code, slug, "calls.decide")
    asked = read_query(request, Selection)
    query = asked.query()
    back = list_path(code, slug, query)
    if request.method == "GET":
        return redirect(back)
    sight = sight_of(request.user, call)
    rows = _chosen(request, sight, asked)
    if not rows:
        messages.error(request, _("Choose at least one submission."))
        return redirect(back)
    if len(rows) > MOST:
        found = ngettext("%(n)s submission is chosen", "%(n)s submissions are chosen", len(rows)) % {"n": len(rows)}
        messages.error(request, _("%(chosen)s; at most %(most)s can be worked on at once. Narrow the selection.") % {"chosen": found, "most": MOST})
        return redirect(back)
    form = TogetherForm(request.POST if "deed" in request.POST else None, call=call, staff=list(staff_of(call)))
    foreseen: list[Foreseen] = []
    problems: dict[uuid.UUID, str] = {}
    status = 400 if form.is_bound and not form.is_valid() else 200
    if form.is_bound and form.is_valid():
        if "confirm" in request.POST:
            keys = keys_in(request.POST.getlist("able"))
            given: dict[str, Any] = {"keys": keys, "deed": form.chosen(), "message": form.cleaned_data["message"], "notify": form.cleaned_data["notify"]}
            try:
                if len(keys) > PART:
                    return _work(request, call, begin_together(actor=request.user, call=call, **given), query)
                batch = do_together(actor=request.user, call=call, **given)
            except Refused as error:
                problems, status = error.problems, 409
                messages.error(request, str(error))
            except (Invalid, Conflict) as error:
                form.take_in(error)
                status = 409
            else:
                return redirect(list_path(code, slug, asked.query(done=batch)))
        deed = form.chosen()
        touched = refusing_touches(row.pk for row in rows) if (deed.what, deed.name) == ("decide", DECLINED) else set()
        foreseen = [foresee(deed, row, touched=row.pk in touched) for row in rows]
        foreseen = [replace(each, refusal=problems[each.submission.pk], changes=False) if each.submission.pk in problems else each for each in foreseen]
    able = [each for each in foreseen if each.changes]
    return show_submissions(
        request,
        "desk/submissions_together.html",
        call,
        (_("Together"), ""),
        status=status,
        query=query,
        back=back,
        form=form,
        rows=rows,
        foreseen=sorted(foreseen, key=lambda each: (not each.refusal, not each.changes)),
        able=able,
        refused=[each for each in foreseen if each.refusal],
        idle=[each for each in foreseen if not each.refusal and not each.changes],
        part=PART,
        asks=any(each.asks for each in foreseen),
        is_decision=form.is_bound and form.is_valid() and form.chosen().what == "decide",
        deed_in_words=_deed_in_words(form),
    )


def _chosen(request: DeskRequest, sight: Sight, asked: Selection) -> list[Submission]:
    """The rows that were ticked, or all of the selection; one more than allowed where there are more."""
    if "all" in request.POST:
        found = select(request.user, sight, asked)
    else:
        found = chosen(request.user, sight, asked, keys_in(request.POST.getlist("key"))[: MOST + 1])
    return rows_at(sight, found.values_list("pk", flat=True)[: MOST + 1])


def _deed_in_words(form: TogetherForm) -> str:
    if not form.is_bound or not form.is_valid():
        return ""
    deed = form.chosen()
    if deed.what == "decide":
        return _("Decision: %(decision)s") % {"decision": decision_in_words(deed.name)}
    if deed.what == "assign":
        return _("Looked after by: %(name)s") % {"name": deed.to} if deed.to else _("Looked after by nobody")
    words = _("Add the tag “%(tag)s”") if deed.what == "tag" else _("Take the tag “%(tag)s” away")
    return words % {"tag": deed.name}


def _work(request: DeskRequest, call: Call, batch: uuid.UUID, query: str) -> HttpResponse:
    """Let what was begun be done in the background, and show how far it is."""
    transaction.on_commit(lambda: work_together.enqueue(str(batch), request.user.pk) and None)
    path = reverse("desk:submissions_batch", args=[call.edition.code, call.slug, batch])
    return redirect(f"{path}?{query}" if query else path)


@desk_page()
@require_http_methods(["GET", "POST"])
def batch(request: DeskRequest, code: str, slug: str, batch: uuid.UUID) -> HttpResponse:
    """How far the work on many is; then what was done, and to which it could not be."""
    call = call_at_desk(request, code, slug, "calls.decide")
    found = batch_of(call, batch)
    if found is None:
        raise Http404
    query = read_query(request, Selection).query()
    if request.method == "POST":
        try_again(actor=request.user, call=call, batch=batch)
        return _work(request, call, batch, query)
    return _batch_page(request, call, found, query)


def _batch_page(request: DeskRequest, call: Call, found: Batch, query: str, touched: list[Touched] | None = None, status: int = 200) -> HttpResponse:
    names = names_of({each.actor_id for each in touched or []})
    return show_submissions(
        request,
        "desk/submissions_batch.html",
        call,
        (_("Together"), ""),
        status=status,
        batch=found,
        deed_name=decision_in_words(found.deed.name),
        query=query,
        back=list_path(call.edition.code, call.slug, query),
        touched=[(each, names.get(each.actor_id, "")) for each in touched or []],
        may_see_outbox=may(request.user, "outgoing.open"),
    )


@desk_page()
@require_POST
def undo(request: DeskRequest, code: str, slug: str, batch: uuid.UUID) -> HttpResponse:
    """Undo what was done together; many in the background, few at once and all or none."""
    call = call_at_desk(request, code, slug, "calls.decide")
    asked = read_query(request, Selection)
    changed_too = "changed_too" in request.POST
    found = batch_of(call, batch)
    try:
        if found is not None and found.count > PART:
            begin_undoing(actor=request.user, call=call, batch=batch, changed_too=changed_too)
            return _work(request, call, batch, asked.query())
        count = undo_together(actor=request.user, call=call, batch=batch, changed_too=changed_too)
    except ChangedSince as error:
        if found is None:
            raise
        return _batch_page(request, call, found, asked.query(), touched=error.records, status=409)
    except (Invalid, Conflict) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, ngettext("Undone for %(n)s submission.", "Undone for %(n)s submissions.", count) % {"n": count})
    return redirect(list_path(code, slug, asked.query()))
