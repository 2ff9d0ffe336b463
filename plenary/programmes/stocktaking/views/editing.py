"""Changing an entry on its form: owners ask for the change, staff make it with a reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from plenary.errors import Conflict, Invalid, NotAllowed, Stale
from plenary.ground.audit.actors import may
from plenary.ground.files.actions import store
from plenary.ground.files.kinds import PHOTO
from plenary.ground.people.access import require_account
from plenary.ground.people.models import User
from plenary.ground.people.views import account_of
from plenary.programmes.stocktaking import owning
from plenary.programmes.stocktaking.actions import deciding, requests
from plenary.programmes.stocktaking.actions.snapshots import current_draft, draft_of, snapshot, snapshot_of
from plenary.programmes.stocktaking.drafts import EntryDraft
from plenary.programmes.stocktaking.editing.differences import Difference, differences
from plenary.programmes.stocktaking.editing.form import EntryForm, with_picture
from plenary.programmes.stocktaking.editing.parts import differs, put_together, signs_of
from plenary.programmes.stocktaking.models import Entry, EntryRequest
from plenary.programmes.stocktaking.queries import visible_to, with_number
from plenary.programmes.stocktaking.views.sending import too_often

#: What a button does beside sending: more rows of a kind, a picture, a look at what would change.
MORE = ("bodies", "links")


@dataclass(frozen=True, slots=True)
class Work:
    """Whose form this is. request: the change that is being edited: an owner's own, or the one that a moderator decides on."""

    user: User
    entry: Entry
    at_once: bool
    request: EntryRequest | None

    @property
    def base(self) -> EntryDraft:
        """What the form starts from."""
        return deciding.draft_with(self.request) if self.request is not None else current_draft(self.entry)


@require_account
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """The form of an entry."""
    work = _work(account_of(request), number, request.GET.get("request", ""))
    if request.method != "POST":
        return _page(request, work, EntryForm(work.base, signs_of(snapshot(work.entry))))
    return _sent(request, work)


def _work(user: User, number: str, key: str) -> Work:
    entry = owning.owned_by(user, number) or with_number(visible_to(user), number).select_related("edition").first()
    if entry is None:
        raise Http404
    if may(user, "stocktaking.change_entry", entry):
        request = None
        if key:
            waiting = owning.visible_to(user).filter(entry=entry, kind="change", state="waiting").select_related("entry__edition")
            request = waiting.filter(pk=key).first() if key.isascii() and key.isdecimal() and len(key) < 18 else None
            if request is None:
                raise Conflict(_("This request was decided meanwhile."))
        return Work(user, entry, True, request)
    if not may(user, "stocktaking.ask_change", entry):
        raise NotAllowed("stocktaking.ask_change")
    if entry.state == Entry.State.WITHDRAWN:
        raise Conflict(_("The entry is withdrawn; ask the secretariat."))
    return Work(user, entry, False, owning.waiting_change(entry, user))


def _sent(request: HttpRequest, work: Work) -> HttpResponse:
    """The form came back: with a button that only changes the form, or to be sent."""
    data: QueryDict = request.POST
    picture_problem = ""
    if request.FILES.get("picture"):
        if waiting := too_often(request, "picture", 20):
            return waiting
        data, picture_problem = _take_in_picture(request, work)
    elif request.POST.get("do") == "picture":
        picture_problem = _("Choose a picture first.")
    asked = data.get("do", "")
    rows = {asked.removeprefix("more-"): 2} if asked.removeprefix("more-") in MORE else {}
    form = EntryForm(work.base, signs_of(snapshot(work.entry)), data, rows=rows)
    if rows or asked == "picture":
        form.is_valid()  # so that it shows what was typed; what is wrong is said when it is sent
        return _page(request, work, form, quiet=not picture_problem, picture_problem=picture_problem)
    if not form.is_valid() or picture_problem:
        return _page(request, work, form, picture_problem=picture_problem, status=400)
    if asked == "look":
        return _page(request, work, form, changes=_changes(work, form.draft()))
    return _put_together(request, work, form) or _save(request, work, form)


def _take_in_picture(request: HttpRequest, work: Work) -> tuple[QueryDict, str]:
    """Store a picture at once, so that an error elsewhere on the form does not lose it. It is its sender's alone until it is granted."""
    try:
        file = store(actor=work.user, upload=request.FILES["picture"], limits=PHOTO)  # type: ignore[arg-type]
    except Invalid as error:
        return request.POST, " ".join(sentence for sentences in error.problems.values() for sentence in sentences)
    return with_picture(request.POST, file), ""


def _changes(work: Work, draft: EntryDraft) -> list[Difference]:
    return differences(snapshot(work.entry), snapshot_of(draft, work.entry))


def _put_together(request: HttpRequest, work: Work, form: EntryForm) -> HttpResponse | None:
    """Where somebody has changed the entry since the form was opened: the form again, theirs where nothing was typed, and what collides."""
    now, saw = snapshot(work.entry), form.signs()
    changed = differs(saw, now) if saw else []
    if not changed:
        return None
    typed = snapshot_of(form.draft(), work.entry)
    touched = set(differs(saw, typed))
    theirs = [name for name in changed if name not in touched]
    whole = put_together(typed, now, theirs)
    colliding = [each for each in differences(now, whole) if each.part in changed]
    again = EntryForm(draft_of(whole), signs_of(now))
    collisions = {each.part for each in colliding}
    return _page(
        request,
        work,
        again,
        status=409,
        meanwhile=[each for each in differences(put_together(now, typed, changed), now) if each.part not in collisions],
        colliding=colliding,
    )


def _save(request: HttpRequest, work: Work, form: EntryForm) -> HttpResponse:
    draft = form.draft()
    words = request.POST.get("message", "")[: requests.LONGEST_MESSAGE]
    try:
        if not work.at_once:
            requests.ask_change(actor=work.user, entry=work.entry, draft=draft, message=words, seen=work.entry.updated_at)
            messages.success(
                request, _("Your change is sent. It becomes public once a moderator has looked at it; until then you can change it or take it back.")
            )
            return redirect("stocktaking:mine")
        if work.request is not None:
            deciding.grant(actor=work.user, request=work.request, answer=words, draft=requests.as_owners_may(draft, work.entry))
            messages.success(request, _("The change is granted as you have edited it, and is public."))
            return redirect("desk:moderation")
        deciding.change_at_once(actor=work.user, entry=work.entry, draft=draft, reason=words, seen=work.entry.updated_at)
    except Stale:
        fresh = replace(work, entry=Entry.objects.select_related("edition").get(pk=work.entry.pk))
        return _put_together(request, fresh, form) or _page(request, fresh, form, status=409)
    except Invalid as error:
        form.take_in(error)
        return _page(request, work, form, status=400)
    except Conflict as error:
        form.add_error(None, str(error))
        return _page(request, work, form, status=409)
    messages.success(request, _("The entry is changed."))
    return redirect("stocktaking:entry", work.entry.number)


def _page(request: HttpRequest, work: Work, form: EntryForm, *, status: int = 200, quiet: bool = False, **context: Any) -> HttpResponse:
    whole = {
        "entry": work.entry,
        "form": form,
        "problems": [] if quiet else form.all_problems if form.is_bound else [],
        "quiet": quiet,
        "at_once": work.at_once,
        "waiting": work.request,
        "message": request.POST.get("message", work.request.message if work.request and not work.at_once else ""),
        "new": {name: request.POST.get(f"new-{name}", "") if context.get("picture_problem") else "" for name in ("alt", "caption", "credit")},
        "changes": None,
        **context,
    }
    return render(request, "stocktaking/own_edit.html", whole, status=status)
