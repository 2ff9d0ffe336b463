"""The page of a form: empty, of a draft, or with what was written and could not be saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plenary.engines.calls.actions.late import wrong_code_sentence
from plenary.engines.calls.actions.submitting import lookups_for
from plenary.engines.calls.form.page import FormView, form_view
from plenary.engines.calls.form.posted import read_posted
from plenary.engines.calls.form.signs import as_written
from plenary.engines.calls.form.suggesting import ASK, Suggested, field_to_suggest_for, suggested
from plenary.engines.calls.holders import secret_of
from plenary.engines.calls.models import Call, FormVersion, Phase, Submission
from plenary.engines.calls.queries import Stage, call_of, form_in_force, last_closed, stage_of, written_for
from plenary.engines.calls.views.access import Access
from plenary.engines.calls.views.changed import changed_form
from plenary.engines.calls.views.receiving import is_script, unsaved
from plenary.engines.calls.views.together import writers_of
from plenary.engines.calls.windows import Window, window_for, window_of
from plenary.ground.audit.actors import may
from plenary.ground.framework.text import reader_language

State = Submission.State


def has_answers(given: Mapping[str, Any]) -> bool:
    """Whether anything was written."""
    return any(as_written(each) is not None for each in given.values())


def form_page(
    request: HttpRequest,
    call: Call,
    form: FormVersion,
    answers: Mapping[str, Any],
    *,
    access: Access | None = None,
    window: Window | None = None,
    problems: Mapping[str, list[str]] | None = None,
    conflicts: Mapping[str, Any] | None = None,
    stored: Mapping[str, Any] | None = None,
    general: str = "",
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The form with answers in it.

    access: of a draft. stored: its answers as they are kept, where the page shows others. more: for the template;
    ``is_unsaved``: it shows what is not kept; ``is_final``: nor can be; ``wrong_code``: the code given does not let in.
    """
    submission = access.submission if access else None
    window = window or (window_for(submission) if submission else window_of(call))
    found = {**(problems or {}), **({"": [general]} if general else {})}
    view = view_of(
        call,
        form,
        answers,
        submission=submission,
        problems=found,
        conflicts=conflicts,
        stored=stored,
        suggestions=None if more.get("is_final") else _suggestions(request, form, answers, submission),
    )
    if more.get("wrong_code"):
        view.problems.append(("late", _("Code from the secretariat, if you have one"), [wrong_code_sentence()]))
    context: dict[str, Any] = {
        "call": call,
        "form": view,
        "window": window,
        "takes_code": not window.is_open and (submission is None or submission.state in (State.DRAFT, State.SUBMITTED)),
        "code": request.POST.get("code") or request.GET.get("code") or "",
        "late": request.POST.get("late") or request.POST.get("code") or request.GET.get("code") or "",
    }
    if access and submission:
        context |= {
            "submission": submission,
            "access": access,
            "is_holder": bool(access.secret),
            "may_discard": may(access.actor, "calls.discard", submission),
            **writers_of(access),
            "held": former(access),
            "changed": changed_form(submission, form, answers),
            "file_path": access.path,
        }
    return render(request, "calls/answer.html", {**context, **more}, status=status)


def view_of(
    call: Call,
    form: FormVersion,
    answers: Mapping[str, Any],
    *,
    submission: Submission | None = None,
    problems: Mapping[str, list[str]] | None = None,
    conflicts: Mapping[str, Any] | None = None,
    stored: Mapping[str, Any] | None = None,
    suggestions: Mapping[str, list[Suggested]] | None = None,
) -> FormView:
    """The controls of a call's form with answers in them, in the languages that the call takes; the rest as ``form_page`` has it."""
    return form_view(
        form.form,
        answers,
        lookups_for(submission, form.form),
        problems=problems,
        conflicts=conflicts,
        languages=tuple(call.languages),
        language=submission.language if submission else reader_language(),
        seen=stored if submission else {},
        version=form.number,
        suggestions=suggestions,
    )


def _suggestions(request: HttpRequest, form: FormVersion, answers: Mapping[str, Any], submission: Submission | None) -> dict[str, list[Suggested]]:
    """Concepts for the field whose button “Suggest from my text” was pressed, by its code."""
    field = field_to_suggest_for(form.form, request.POST.get("save") or f"{ASK}:{request.GET.get('suggest', '')}")
    if field is None:
        return {}
    language = submission.language if submission else reader_language()
    return {field.code: suggested(field, form.form, answers, lookups_for(submission, form.form), language)}


def former(access: Access) -> str:
    """The secret that led to a draft before its account had it: under it the device may still keep what was written."""
    return secret_of(access.submission.pk) if not access.secret and access.submission.state == State.DRAFT else ""


def given_back(
    request: HttpRequest, call: Call, form: FormVersion, given: Mapping[str, Any], sentence: str, *, status: int, access: Access | None = None, **more: Any
) -> HttpResponse:
    """What was written and could not be saved, and what to do now. is_final, among more: it cannot be saved as things stand."""
    wait = more.pop("wait", 0)
    if is_script(request):
        answer = unsaved(sentence, status=status, wait=wait, final=bool(more.get("is_final")))
    else:
        stored = written_for(access.submission, form) if access else {}
        answer = form_page(
            request, call, form, {**stored, **given}, access=access, stored=stored, general=sentence, status=status, is_unsaved=True, wait=wait, **more
        )
    if wait:
        answer["Retry-After"] = str(wait)
    return answer


def wait_sentence(seconds: int) -> str:
    """That more is sent from one network than the site takes; nothing is lost."""
    return ngettext(
        "More is sent from your network at the moment than we take, so this is not saved yet. Nothing is lost: save it again in %(n)s second.",
        "More is sent from your network at the moment than we take, so this is not saved yet. Nothing is lost: save it again in %(n)s seconds.",
        seconds,
    ) % {"n": seconds}


def closed_page(request: HttpRequest, call: Call, *, wrong_code: bool) -> HttpResponse:
    """That a call takes no answers, or only of those who have a code; the place to give it."""
    # Asking for a code is a page like any other; refusing what was sent without one is an error.
    status = 200 if request.method != "POST" else 403 if call.audience == Call.Audience.INVITED else 409
    phases = list(call.phases.all())
    context = {
        "call": call,
        "wrong_code": wrong_code,
        "is_open": window_of(call).is_open,
        "coming": next((phase for phase in phases if phase.kind == Phase.Kind.COLLECT and stage_of(phase) is Stage.COMING), None),
        "closed_on": last_closed(phases),
        "kept_as": reverse("calls:start", args=[call.edition.code, call.slug]),
    }
    return render(request, "calls/closed.html", context, status=400 if wrong_code else status)


def used_up_page(request: HttpRequest, key: str) -> HttpResponse:
    """404 at the address of a secret that opens nothing, the same whether a draft belongs to an account by now or never was.

    What was sent is given back: the form says to which call it belongs, whatever the address.
    """
    here = reverse("calls:answer", args=[key])
    sign_in = f"{reverse('account_login')}?{urlencode({'next': here})}"
    sentence = _("No draft can be opened at this address: it belongs to an account by now, or was thrown away. Sign in to go on with it.")
    if request.method == "POST":
        if is_script(request):
            return unsaved(sentence, status=404)
        edition, _slash, slug = request.POST.get("call", "")[:120].partition("/")
        call = _call(edition, slug)
        form = form_in_force(call) if call else None
        given = read_posted(form.form, request.POST) if form else {}
        if call and form and has_answers(given):
            return given_back(request, call, form, given, _("This is not saved yet."), status=404, sign_in=sign_in, why=sentence)
    return render(request, "calls/used_up.html", {"sign_in": sign_in, "kept_as": f"{key}/", "sentence": sentence}, status=404)


def _call(edition: str, slug: str) -> Call | None:
    try:
        return call_of(edition, slug)
    except Call.DoesNotExist:
        return None
