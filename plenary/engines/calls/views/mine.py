"""What one has sent: the list, one submission, taking it back, sharing it, copying it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from plenary.engines.calls import actions, intakes
from plenary.engines.calls.actions.submitting import lookups_for
from plenary.engines.calls.form.showing import show
from plenary.engines.calls.holders import is_secret
from plenary.engines.calls.models import Call, FormVersion, Submission
from plenary.engines.calls.queries import mine, open_calls, readable
from plenary.engines.calls.queries.focal import countries_followed
from plenary.engines.calls.rules import is_contributor
from plenary.engines.calls.views.access import LINKS, STARTS, UsedUp, access_to, call_at, document_of, not_theirs, refused, writes
from plenary.engines.calls.views.form_pages import used_up_page
from plenary.engines.calls.views.together import writers_of
from plenary.engines.calls.windows import Window, window_for, window_of
from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actors import may
from plenary.ground.people.access import require_account
from plenary.ground.people.views import account_of

State = Submission.State


@dataclass(frozen=True, slots=True)
class Mine:
    """A submission in the list of its contributor. next: what is asked of them, and where."""

    submission: Submission
    window: Window
    next: str | Promise
    path: str
    is_urgent: bool


@require_account
def submissions(request: HttpRequest) -> HttpResponse:
    """All that I sent or am writing: what is asked of me first."""
    user = account_of(request)
    found = [_mine(each) for each in mine(user)]
    context = {
        "asked": [each for each in found if each.next],
        "others": [each for each in found if not each.next],
        "open": open_calls()[:6],
        "countries": countries_followed(user),
    }
    return render(request, "calls/submissions.html", context)


def _mine(submission: Submission) -> Mine:
    window = window_for(submission)
    write, look = reverse("calls:answer", args=[submission.pk]), reverse("calls:submission", args=[submission.pk])
    if submission.state == State.RETURNED:
        return Mine(submission, window, _("Change what the secretariat asks for, and submit it again"), write, True)
    if submission.state == State.DRAFT:
        return Mine(submission, window, _("Finish it and submit it") if window.is_open else "", write, window.is_open)
    if submission.draft is not None and submission.state == State.SUBMITTED and window.is_open:
        return Mine(submission, window, _("You have changes that are not submitted yet"), write, True)
    return Mine(submission, window, "", look, False)


def _with_account_or_secret(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For pages of one submission: its secret address opens those that nobody has claimed, all others want an account."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return (view if is_secret(key) else require_account(view))(request, key, *args, **kwargs)
        except UsedUp:
            return used_up_page(request, key)

    return guarded


@_with_account_or_secret
def submission(request: HttpRequest, key: str) -> HttpResponse:
    """One submission as it was handed in, where it stands, and what can be done with it."""
    access = access_to(request, key)
    found, actor = access.submission, access.actor
    if not is_contributor(actor, found):
        return redirect("desk:submission", found.pk) if readable(actor, found) else _absent()
    if not found.number:
        return redirect("calls:answer", access.key)
    form = found.form.form
    window = window_for(found)
    context = {
        "submission": found,
        "call": found.call,
        "parts": show(form, found.answers, lookups_for(found, form)),
        "window": window,
        "may_edit": found.state in (State.SUBMITTED, State.RETURNED) and window.is_open,
        "may_withdraw": may(actor, "calls.withdraw", found) and found.state in (State.SUBMITTED, State.RETURNED),
        "may_reopen": may(actor, "calls.withdraw", found) and found.state == State.WITHDRAWN and window.is_open,
        "results": [(each.key, path) for each in found.results.filter(retracted_at=None) if (path := intakes.path_for(actor, each))],
        "copies": [] if access.secret else _copies(found),
        "access": access,
        **writers_of(access),
        "file_path": access.path,
        "kept_as": f"{access.key}/",
        "frame": "calls/plain.html" if access.secret else "people/base.html",
    }
    return render(request, "calls/submission.html", context)


def _absent() -> HttpResponse:
    raise Http404


def _copies(found: Submission) -> list[Call]:
    """Open calls with a form to which the answers could be carried over; who answers an invited one begins with the code."""
    calls = [each.call for each in open_calls() if each.call.pk != found.call_id and each.call.audience != Call.Audience.INVITED]
    with_form = set(FormVersion.objects.filter(call__in=calls).exclude(published_at=None).values_list("call_id", flat=True))
    return [call for call in calls if call.pk in with_form and window_of(call).is_open]


@_with_account_or_secret
@require_POST
def change(request: HttpRequest, key: str, verb: str) -> HttpResponse:
    """Take a submission back, or put it back."""
    access = access_to(request, key)
    try:
        if verb == "withdraw":
            actions.withdraw(actor=access.actor, submission=access.submission, reason=request.POST.get("reason", "")[:500])
            messages.success(request, _("Your submission is withdrawn. While the call is open, you can put it back."))
        else:
            actions.reopen(actor=access.actor, submission=access.submission)
            messages.success(request, _("Your submission is back."))
    except Conflict as error:
        messages.error(request, str(error))
    return redirect("calls:submission", key)


@require_account
@require_POST
def copy(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Begin a draft in another call with these answers."""
    access = access_to(request, str(key))
    edition, _slash, slug = request.POST.get("call", "")[:120].partition("/")
    call = call_at(edition, slug)
    if (answered := refused(request, "start", STARTS)) is not None:
        return answered
    try:
        made = actions.copy_to(actor=access.actor, submission=access.submission, call=call)
    except (Conflict, Invalid) as error:
        messages.error(request, str(error).lstrip(": "))
        return redirect("calls:submission", key)
    messages.success(request, _("A draft is begun with the answers that both forms ask for. Look at it, complete it, and submit it."))
    return redirect("calls:answer", made.pk)


@require_account
@require_POST
def invite(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Ask somebody by mail to write with me."""
    access = access_to(request, str(key))
    if (answered := refused(request, "link", LINKS)) is not None:
        return answered
    email = request.POST.get("email", "").strip()[:254]
    try:
        actions.invite(actor=access.actor, submission=access.submission, email=email)
    except Invalid as error:
        messages.error(request, " ".join(sentence for sentences in error.problems.values() for sentence in sentences))
    except Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("An invitation is on its way to %(email)s.") % {"email": email})
    return redirect(f"{access.path}#together")


@require_account
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Accept an invitation, by a press of a button: mail programs open links by themselves."""
    if request.method == "POST":
        try:
            found = actions.join(actor=account_of(request), secret=secret[:60])
        except NotAllowed as error:
            raise Http404 from error
        except Conflict as error:
            messages.error(request, str(error))
            return redirect("calls:submissions")
        messages.success(request, _("You have joined. You can write and submit together now."))
        return redirect("calls:answer", found.pk)
    return render(request, "calls/join.html", {"secret": secret})


@require_GET
def document(request: HttpRequest, key: str) -> HttpResponse:
    """A submission as PDF."""
    access = access_to(request, key)
    found = access.submission
    # It holds private answers too: of staff those who decide have it, to all others the desk shows what they may read.
    if not (writes(access) or may(access.actor, "calls.decide", found)):
        return not_theirs(request, access)
    if not found.number:
        raise Http404
    return document_of(request, found, back=access.page("calls:submission"))
