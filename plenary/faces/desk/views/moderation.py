"""The moderation queue: what is asked for about entries, each with what helps to decide, and the decision."""

from __future__ import annotations

from typing import Any, Literal

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from pydantic import Field

from plenary.errors import Conflict, Invalid
from plenary.faces.desk import trails
from plenary.faces.desk.access import DeskRequest, desk_page, sent
from plenary.faces.desk.forms.base import DeskForm
from plenary.faces.desk.shell import show
from plenary.ground.audit.actors import may, require
from plenary.ground.audit.queries import lines, trail_of
from plenary.ground.files.models import StoredFile
from plenary.ground.files.views import given_out
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.people.queries import names_of
from plenary.ground.web.query import Query, page_of, read_query
from plenary.programmes.stocktaking import checking, owning
from plenary.programmes.stocktaking.actions import KIND, deciding
from plenary.programmes.stocktaking.actions.requests import LONGEST_MESSAGE
from plenary.programmes.stocktaking.actions.snapshots import snapshot
from plenary.programmes.stocktaking.editing.differences import three_way
from plenary.programmes.stocktaking.models import EntryRequest

SIZE = 50
LATEST = 20
Kind, State = EntryRequest.Kind, EntryRequest.State


class ModerationQuery(Query):
    edition: str = Field("", max_length=30)
    kind: Literal["", "change", "claim", "handover", "problem"] = ""
    state: Literal["", "waiting", "granted", "refused", "withdrawn"] = ""
    where: str = Field("", max_length=30)


class DecisionForm(DeskForm):
    """What is said to whoever asked."""

    answer = forms.CharField(
        label=gettext_lazy("Answer"), required=False, max_length=LONGEST_MESSAGE, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("It is sent to whoever asked. To refuse, a reason is needed."),
    )  # fmt: skip


@desk_page("stocktaking.open_queue")
def moderation(request: DeskRequest) -> HttpResponse:
    """The requests that wait, the oldest first; by kind, edition and state."""
    asked = read_query(request, ModerationQuery)
    seen = owning.visible_to(request.user)
    # What is handed over waits for its receiver, and stands in the list only when it is asked for.
    found = seen.filter(state=asked.state) if asked.state else owning.in_queue(seen)
    if asked.kind == "handover" and not asked.state:
        found = seen.filter(state=State.WAITING)
    if asked.kind:
        found = found.filter(kind=asked.kind)
    if asked.where:
        found = found.filter(entry__edition__code=asked.where)
    found = found.order_by("asked_at", "pk") if asked.state in ("", State.WAITING) else found.order_by("-decided_at", "-pk")
    page: Any = page_of(owning.for_queue(found), asked.page, SIZE)
    return show(
        request,
        "desk/moderation.html",
        crumbs=[(_("Moderation"), "")],
        page=page,
        asked=asked,
        kinds=Kind.choices,
        states=State.choices,
        places=Edition.objects.filter(entries__requests__in=seen).distinct().order_by("-starts_on", "code"),
        sees_private=[each.pk for each in page if may(request.user, "stocktaking.see_private_request", each)],
    )


def request_at_desk(request: DeskRequest, key: str) -> EntryRequest:
    """The one gate to a request at the desk. Raises: Http404 for those in whose scope it is not."""
    found = owning.visible_to(request.user).select_related("entry__edition", "asked_by__person", "proof").filter(pk=int(key)).first()
    if found is None:
        raise Http404
    return found


@desk_page("stocktaking.open_queue")
def entry_request(request: DeskRequest, key: str) -> HttpResponse:
    """One request with what helps to decide; granting or refusing it."""
    found = request_at_desk(request, key)
    form = DecisionForm(sent(request)[0])
    status = 200
    if request.method == "POST":
        require(request.user, "stocktaking.decide_request", found)
        if form.is_valid():
            try:
                words = _decide(request, found, form.cleaned_data["answer"])
            except (Invalid, Conflict) as error:
                form.take_in(error)
                status = 409 if isinstance(error, Conflict) else 400
            else:
                messages.success(request, words)
                following = owning.in_queue(owning.visible_to(request.user)).filter(kind=found.kind).order_by("asked_at", "pk").first()
                return redirect("desk:request", following.pk) if following and "next" in request.POST else redirect("desk:moderation")
        else:
            status = 400
        found = request_at_desk(request, key)
    return _page(request, found, form, status)


def _decide(request: DeskRequest, found: EntryRequest, answer: str) -> str:
    if request.POST.get("decision") == "refuse":
        deciding.refuse(actor=request.user, request=found, answer=answer)
        return _("The request is refused.")
    if found.kind != Kind.CHANGE:
        deciding.grant(actor=request.user, request=found, answer=answer)
        return _("The answer is given.") if found.kind == Kind.PROBLEM else _("The request is granted.")
    also = [each.split(" ", 1) for each in request.POST.getlist("also")[:50] if " " in each]
    added = [concept for scheme, code in also for concept in Concept.objects.filter(scheme__code=scheme[:60], code=code[:60])]
    parts = request.POST.getlist("parts")
    deciding.grant(actor=request.user, request=found, answer=answer, parts=parts, also=added)
    left = len(set(deciding.asked_parts(found)) - set(parts))
    return _("The parts that you ticked are granted, and public.") if left else _("The change is granted, and public.")


def _page(request: DeskRequest, found: EntryRequest, form: DecisionForm, status: int) -> HttpResponse:
    user, entry, waits = request.user, found.entry, found.state == State.WAITING
    is_change = found.kind == Kind.CHANGE
    draft = deciding.draft_with(found) if waits or not is_change else None
    claims = found.kind == Kind.CLAIM
    private = may(user, "stocktaking.see_private_request", found)
    return show(
        request,
        "desk/moderation_request.html",
        crumbs=[(_("Moderation"), reverse("desk:moderation")), (str(entry.title), "")],
        status=status,
        wish=found,
        entry=entry,
        waits=waits,
        form=form if waits and found.kind != Kind.HANDOVER and may(user, "stocktaking.decide_request", found) else None,
        sees_private=private,
        may_change=may(user, "stocktaking.change_entry", entry),
        changes=three_way(snapshot(entry), found.wanted) if is_change and waits else [],
        suggestions=checking.suggestions(draft) if draft and waits and is_change else [],
        doubles=checking.doubles(draft, entry.number) if draft and waits else [],
        findings=checking.findings(draft) if draft and waits else [],
        dead=[checking.in_words(each) for each in checking.dead_links(checking.links_of(draft))] if draft and waits else [],
        owners=owning.owners(entry),
        proofs=owning.strong_proofs(found.asked_by, entry) if claims and private and found.asked_by else [],
        objections=lines(owning.objections(found)) if claims else [],
        decided_by=names_of({found.decided_by}).get(found.decided_by, "") if found.decided_by else "",
        lines=trails.in_words(trail_of(KIND, entry.number)[:LATEST], user) if may(user, "audit.view_trail", entry) else [],
        others=list(owning.for_queue(owning.in_queue(owning.visible_to(user)).filter(entry=entry).exclude(pk=found.pk))[:LATEST]),
    )


@desk_page("stocktaking.open_queue")
@require_safe
def request_file(request: DeskRequest, key: str, file: str) -> HttpResponse:
    """A picture that comes with a change, or the document that proves a claim; for those who decide."""
    found = request_at_desk(request, key)
    require(request.user, "stocktaking.see_private_request", found)
    wanted = {str(each.get("file")) for each in found.wanted.get("media") or []} if found.kind == Kind.CHANGE else set()
    if file not in wanted | {str(found.proof_id)}:
        raise Http404
    stored = StoredFile.objects.filter(pk=file, deleted_at=None).first()
    if stored is None or (found.asked_by is not None and not stored.is_public and stored.uploaded_by != found.asked_by.trail_id):
        raise Http404
    response: Any = given_out(stored)
    return response  # type: ignore[no-any-return]
