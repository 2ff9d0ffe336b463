"""Entering a submission that came on paper or by mail: how it came first, then the form that contributors fill in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from plenary.engines.calls import actions
from plenary.engines.calls.models import FormVersion, Submission
from plenary.engines.calls.queries import form_in_force, form_to_answer, written_for
from plenary.engines.calls.views.changed import changed_form
from plenary.engines.calls.views.form_pages import view_of
from plenary.engines.calls.views.posting import answers_posted, seen_of, take_files, take_off
from plenary.errors import Conflict, Invalid
from plenary.faces.desk.access import DeskRequest, desk_page, sent
from plenary.faces.desk.forms.submissions import EnterForm
from plenary.faces.desk.views.deciding import submission_at_desk
from plenary.faces.desk.views.submissions import call_at_desk, show_submissions
from plenary.ground.audit.actors import may


@desk_page()
@require_http_methods(["GET", "POST"])
def enter(request: DeskRequest, code: str, slug: str) -> HttpResponse:
    """How a submission came, and whose it is; the form comes next."""
    call = call_at_desk(request, code, slug, "calls.decide")
    if form_in_force(call) is None:
        messages.error(request, _("This call has no form yet, so nothing can be entered."))
        return redirect("desk:submissions", code, slug)
    if not call.is_published:
        messages.error(request, _("This call is not published yet, so nobody can answer it."))
        return redirect("desk:call_publish" if may(request.user, "calls.edit", call) else "desk:submissions", code, slug)
    form = EnterForm(sent(request)[0], initial={"origin": Submission.Origin.PAPER, "language": (call.languages or ["en"])[0]})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.enter_for(actor=request.user, call=call, answers={}, draft_only=True, **form.cleaned_data)
        except (Invalid, Conflict) as error:
            form.take_in(error)
        else:
            return redirect("desk:submission_edit", made.pk)
    return show_submissions(
        request,
        "desk/submission_enter.html",
        call,
        (_("Enter a submission"), ""),
        status=400 if form.errors else 200,
        form=form,
        unfinished=list(
            Submission.objects.filter(call=call, state=Submission.State.DRAFT, deleted_at=None)
            .exclude(entered_by="")
            .select_related("call__edition")
            .order_by("-saved_at")[:20]
        ),
    )


@desk_page()
@require_http_methods(["GET", "POST"])
def edit(request: DeskRequest, key: uuid.UUID) -> HttpResponse:
    """The form of what staff enter: kept to be finished, or handed in."""
    found = submission_at_desk(request, key, "calls.decide")
    if not found.entered_by or found.number or found.deleted_at is not None:
        return redirect("desk:submission", key)
    form = form_to_answer(found)
    if request.method != "POST":
        return _page(request, found, form, written_for(found, form))
    if "discard" in request.POST:
        actions.discard_draft(actor=request.user, submission=found)
        messages.success(request, _("What was entered is thrown away."))
        return redirect("desk:submissions", found.call.edition.code, found.call.slug)
    given = answers_posted(request, found.call, form)
    try:
        saved = actions.save_draft(actor=request.user, submission=found, answers=given, seen=seen_of(request))
    except Conflict as error:
        return _page(request, found, form, given, problems={"": [str(error)]}, status=409)
    problems = {code: list(sentences) for code, sentences in saved.problems.items()}
    for code, sentences in take_files(request, actor=request.user, submission=saved.submission, form=form).items():
        problems.setdefault(code, []).extend(sentences)
    take_off(request, actor=request.user, submission=saved.submission)
    found = submission_at_desk(request, key, "calls.decide")
    stored = written_for(found, form)
    if problems or saved.conflicts:
        mine = {code: answer for code, answer in given.items() if code in saved.conflicts or code in saved.problems}
        status = 400 if problems else 409
        return _page(request, found, form, {**stored, **mine}, problems=problems, conflicts=saved.conflicts, stored=stored, status=status)
    if "finish" not in request.POST:
        if "detach" not in request.POST:
            messages.success(request, _("It is kept. Go on now, or later from the list of drafts."))
        return redirect("desk:submission_edit", key)
    try:
        submitted = actions.submit(actor=request.user, submission=found)
    except Invalid as error:
        return _page(request, found, form, stored, problems=error.problems, status=400)
    except Conflict as error:
        return _page(request, found, form, stored, problems={"": [str(error)]}, status=409)
    messages.success(request, _("Entered as %(reference)s.") % {"reference": submitted.reference})
    return redirect("desk:submission", key)


def _page(
    request: DeskRequest,
    found: Submission,
    form: FormVersion,
    answers: Mapping[str, Any],
    *,
    problems: Mapping[str, list[str]] | None = None,
    conflicts: Mapping[str, Any] | None = None,
    stored: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    call = found.call
    view = view_of(call, form, answers, submission=found, problems=problems, conflicts=conflicts, stored=stored)
    return show_submissions(
        request,
        "desk/submission_edit.html",
        call,
        (found.reference, reverse("desk:submission", args=[found.pk])),
        (_("Enter"), ""),
        status=status,
        submission=found,
        form=view,
        changed=changed_form(found, form, answers),
        saving=reverse("calls:answer", args=[found.pk]),
    )
