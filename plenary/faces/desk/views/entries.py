"""The entries of the repository at the desk: finding them, changing many at once, taking them home as a table."""

from __future__ import annotations

import tempfile
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from plenary.errors import Conflict, Invalid
from plenary.faces.desk.access import DeskRequest, desk_page
from plenary.faces.desk.forms.entries import TogetherForm, deed_choices
from plenary.faces.desk.queries import editions_newest_first
from plenary.faces.desk.shell import show
from plenary.faces.desk.tasks import work_on_entries
from plenary.ground.people.names import fold
from plenary.ground.web.query import page_of, read_query
from plenary.programmes.stocktaking import queries
from plenary.programmes.stocktaking.actions import bulk
from plenary.programmes.stocktaking.importing.exporting import write_csv
from plenary.programmes.stocktaking.listing import Wanted
from plenary.programmes.stocktaking.models import Collection, Entry, EntryBatch, EntryBatchItem, EntryOrganisation

SIZE = 50
#: Of how many a look before is told; of more nobody reads them.
SAMPLE = 50
#: How many problems a page lists.
LISTED = 200
SEES = "stocktaking.see_hidden"


class DeskEntries(Wanted):
    """What can be asked of the list at the desk: all that the public list can be asked, and what only staff sees."""

    state: list[Entry.State] = []
    unconfirmed: bool = False


def found_by(asked: DeskEntries, actor: Any) -> QuerySet[Entry]:
    """The entries that are asked for; what was merged into another is found only among the withdrawn ones."""
    entries = queries.select(queries.visible_to(actor), asked.selection())
    entries = entries.filter(state__in=asked.state) if asked.state else entries.filter(merged_into=None)
    if asked.unconfirmed:
        entries = entries.filter(asked_at__isnull=False).filter(Q(confirmed_at=None) | Q(confirmed_at__lt=F("asked_at")))
    for word in fold(asked.q[:200]).split():
        named = EntryOrganisation.objects.filter(organisation__aliases__folded__contains=word).values("entry_id")
        entries = entries.filter(Q(sort_title__contains=word) | Q(pk__in=named) | Q(number__iexact=asked.q.strip()[:60]) | Q(source_id=asked.q.strip()[:200]))
    return entries


def _listed(entries: QuerySet[Entry], sort: str = "title") -> QuerySet[Entry]:
    return queries.for_list(entries, sort).select_related("edition")


def _path(name: str, query: str, *arguments: Any) -> str:
    path = reverse(name, args=arguments)
    return f"{path}?{query}" if query else path


@desk_page(SEES)
@require_safe
def entries(request: DeskRequest) -> HttpResponse:
    """All entries, hidden ones too, with what can be done to many."""
    asked = read_query(request, DeskEntries)
    found = found_by(asked, request.user)
    page = page_of(_listed(found, "newest"), asked.page, SIZE)
    return show(
        request,
        "desk/entries.html",
        crumbs=[(_("Entries"), "")],
        asked=asked,
        page=page,
        query=asked.address(),
        carried=_carried(asked),
        states=Entry.State.choices,
        statuses=Entry.Status.choices,
        editions=editions_newest_first(),
        collections=Collection.objects.all(),
        deeds=deed_choices(),
    )


#: What the form above the list asks for; the rest of an address is carried along.
_ASKED = ("q", "state", "status", "edition", "collection", "unconfirmed", "page")


def _carried(asked: DeskEntries) -> list[tuple[str, str]]:
    found = []
    for name in type(asked).model_fields:
        values = getattr(asked, name)
        if name not in _ASKED and values:
            found += [(name, str(value)) for value in (values if isinstance(values, list) else [values])]
    return found


@desk_page(SEES)
@require_safe
def export(request: DeskRequest) -> Any:
    """The selection as a table that can be edited and imported again."""
    asked = read_query(request, DeskEntries)
    file = tempfile.TemporaryFile()  # noqa: SIM115 closed when it is sent
    count = write_csv(found_by(asked, request.user), file)
    bulk.record_export(actor=request.user, count=count, query=asked.address())
    file.seek(0)
    response: Any = FileResponse(file, as_attachment=True, filename="entries.csv", content_type="text/csv; charset=utf-8")
    return response


# ---- many at once ---------------------------------------------------------------------------------------------------


def _chosen(request: DeskRequest, asked: DeskEntries) -> QuerySet[Entry]:
    """The rows that were ticked, or all that the filters find."""
    if "all" in request.POST:
        return found_by(asked, request.user)
    numbers = [number for number in request.POST.getlist("key") if "\x00" not in number][: bulk.MOST + 1]
    return queries.visible_to(request.user).filter(number__in=numbers)


@desk_page(SEES)
@require_http_methods(["GET", "POST"])
def together(request: DeskRequest) -> HttpResponse:
    """What would happen to the chosen entries; then it happens, part by part."""
    asked = read_query(request, DeskEntries)
    query = asked.address()
    back = _path("desk:entries", query)
    if request.method == "GET":
        return redirect(back)
    chosen = _chosen(request, asked)
    count = chosen.count()
    if not count:
        messages.error(request, _("Choose at least one entry."))
        return redirect(back)
    what = request.POST.get("deed", "")
    asks = "look" in request.POST or "confirm" in request.POST
    form = TogetherForm(request.POST if asks else None, what=what, initial={"deed": what})
    foreseen: list[bulk.Foreseen] = []
    deed, status = None, 200
    if asks:
        status = 400
        try:
            if form.is_valid():
                deed, status = form.chosen(), 200
                if "confirm" in request.POST and request.POST.get("count") == str(count):
                    return _begin(request, bulk.begin_batch(actor=request.user, entries=chosen, deed=deed, reason=form.cleaned_data["reason"]), query)
                sample = queries.whole(chosen).prefetch_related("places__collection").order_by("sort_title", "pk")[:SAMPLE]
                foreseen = bulk.foresee(deed, sample)
        except Invalid as error:
            form.take_in(error)
            status = 400
    return show(
        request,
        "desk/entries_together.html",
        crumbs=[(_("Entries"), back), (_("Together"), "")],
        status=status,
        query=query,
        back=back,
        form=form,
        keys=[] if "all" in request.POST else list(chosen.values_list("number", flat=True)),
        is_all="all" in request.POST,
        count=count,
        deed=deed,
        foreseen=foreseen,
        changing=sum(each.changes for each in foreseen),
        refused=sum(bool(each.refusal) for each in foreseen),
        has_changed="confirm" in request.POST and not form.errors,
        most=bulk.MOST,
    )


def _begin(request: DeskRequest, batch: EntryBatch, query: str) -> HttpResponse:
    """Let what was begun be done in the background, and show how far it is."""
    transaction.on_commit(lambda: work_on_entries.enqueue(str(batch.pk), request.user.pk) and None)
    return redirect(_path("desk:entries_batch", query, batch.pk))


@desk_page(SEES)
@require_http_methods(["GET", "HEAD", "POST"])
def batch(request: DeskRequest, batch: UUID) -> HttpResponse:
    """How far the work on many is; then what was done, and to which it could not be."""
    found = get_object_or_404(EntryBatch, pk=batch)
    query = read_query(request, DeskEntries).address()
    if request.method == "POST":
        try:
            if "undo" in request.POST:
                bulk.begin_undoing(actor=request.user, batch=found)
                return _begin(request, found, query)
            if "stop" in request.POST:
                count = bulk.stop_batch(actor=request.user, batch=found)
                messages.success(
                    request, ngettext("Stopped; %(n)s entry is left as it was.", "Stopped; %(n)s entries are left as they were.", count) % {"n": count}
                )
                return redirect(request.get_full_path())
            bulk.try_again(actor=request.user, batch=found)
            return _begin(request, found, query)
        except Conflict as error:
            messages.error(request, str(error))
            return redirect(request.get_full_path())
    return show(request, "desk/entries_batch.html", crumbs=[(_("Entries"), _path("desk:entries", query)), (_("Together"), "")], **_told(found), query=query)


def _told(batch: EntryBatch) -> dict[str, Any]:
    """What a batch's page says."""
    counts, state = bulk.counts_of(batch), EntryBatchItem.State
    done = counts[state.DONE] + counts[state.UNDONE] + counts[state.KEPT] + counts[state.STUCK]
    total, finished = sum(counts.values()), sum(counts.values()) - counts[state.WAITING]
    if batch.undo_at:
        total, finished = done, done - counts[state.DONE]
    is_open = batch.undone_at is None if batch.undo_at else batch.done_at is None
    is_broken = is_open and (batch.broken_at is not None or batch.worked_at < bulk.too_long_ago())
    troubled = batch.items.filter(state__in=(state.FAILED, state.STUCK, state.KEPT)).select_related("entry")[:LISTED]
    try:
        words = str(bulk.deed_of(batch.deed, batch.value))
    except Invalid:  # what was set is not there any more
        words = f"{bulk.KINDS[batch.deed].label}: {batch.value}"
    return {
        "batch": batch, "words": words, "counts": counts, "done": done, "total": total, "finished": finished, "is_working": is_open and not is_broken,
        "is_broken": is_broken, "troubled": troubled, "trouble": counts[state.FAILED] + counts[state.STUCK] + counts[state.KEPT],
    }  # fmt: skip


@desk_page(SEES)
@require_safe
def batches(request: DeskRequest) -> HttpResponse:
    """What was done to many lately."""
    page = page_of(EntryBatch.objects.all(), read_query(request, DeskEntries).page, SIZE)
    rows = [(each, bulk.KINDS[each.deed].label, each.value) for each in page]
    return show(request, "desk/entries_batches.html", crumbs=[(_("Entries"), reverse("desk:entries")), (_("Together"), "")], page=page, rows=rows)
