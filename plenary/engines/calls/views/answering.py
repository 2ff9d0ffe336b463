"""Answering a call: begin, write, look at it, hand it in. Nothing typed is lost on the way, with or without a script."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from plenary.engines.calls import actions, intakes
from plenary.engines.calls.actions.submitting import check_answers, lookups_for
from plenary.engines.calls.form.checking import Checked
from plenary.engines.calls.form.lookups import Lookups
from plenary.engines.calls.form.page import form_view
from plenary.engines.calls.form.posted import read_posted
from plenary.engines.calls.form.showing import plain, show
from plenary.engines.calls.form.signs import as_written, signs_of
from plenary.engines.calls.models import Call, FormVersion, LateCode, Phase, Submission
from plenary.engines.calls.queries import Stage, form_in_force, form_to_answer, last_closed, mine, stage_of
from plenary.engines.calls.views.access import SAVES, STARTS, Access, access_to, call_at, not_theirs, refused, writes
from plenary.engines.calls.views.posting import seen_of, take_files, take_off
from plenary.engines.calls.windows import Window, usable_code, window_for, window_of
from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actors import may
from plenary.ground.framework.text import reader_language
from plenary.ground.people.access import actor_of
from plenary.ground.people.models import User
from plenary.ground.people.queries import texts_to_agree


@never_cache
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, edition: str, slug: str) -> HttpResponse:
    """The empty form of a call. Nothing is kept before something is saved, so that looking leaves no trace."""
    call = call_at(edition, slug)
    form = form_in_force(call)
    if form is None:
        raise Http404
    code = _code(request, call)
    window = window_of(call)
    needs_code = call.audience == Call.Audience.INVITED and code is None
    if (not window.is_open and code is None) or needs_code:
        return _closed(request, call, wrong_code="code" in request.POST or "code" in request.GET)
    if request.method == "POST" and ("save" in request.POST or "next" in request.POST or _is_script(request)):
        if (answer := refused(request, "start", STARTS)) is not None:
            return answer
        given = read_posted(form.form, request.POST)
        if not any(as_written(each) is not None for each in given.values()) and not request.FILES:
            if _is_script(request):
                return JsonResponse({"saved": False})
            messages.info(request, _("Write something first; then it can be saved."))
            return redirect(request.get_full_path())
        submission, secret = actions.start_draft(actor=actor_of(request), call=call, answers=given, language=reader_language(), late=code)
        access = access_to(request, secret or str(submission.pk))
        return _after_saving(request, access, form, given, actions.Saved(access.submission))
    answers = _first_answers(request, form)
    view = form_view(form.form, answers, lookups_for(None, form.form), languages=tuple(call.languages), language=reader_language(), seen={})
    # Who has begun before is led there: the empty form looks as if all were lost.
    begun = mine(request.user).filter(call=call, state=Submission.State.DRAFT)[:3] if isinstance(request.user, User) else ()
    given_code = request.POST.get("code") or request.GET.get("code") or ""
    context = {"call": call, "form": view, "window": _code_window(code) or window, "code": given_code, "begun": begun}
    return render(request, "calls/answer.html", context)


def _code_window(code: LateCode | None) -> Window | None:
    return Window(True, code.valid_until, code.call.edition.zone, by_code=True) if code else None


def _code(request: HttpRequest, call: Call) -> LateCode | None:
    given = (request.POST.get("code") or request.GET.get("code") or "").strip()[:60]
    return usable_code(call, given) if given else None


def _closed(request: HttpRequest, call: Call, *, wrong_code: bool) -> HttpResponse:
    # Asking for a code is a page like any other; refusing what was sent without one is an error.
    status = 200 if request.method != "POST" else 403 if call.audience == Call.Audience.INVITED else 409
    phases = list(call.phases.all())
    context = {
        "call": call,
        "wrong_code": wrong_code,
        "is_open": window_of(call).is_open,
        "coming": next((phase for phase in phases if phase.kind == Phase.Kind.COLLECT and stage_of(phase) is Stage.COMING), None),
        "closed_on": last_closed(phases),
    }
    return render(request, "calls/closed.html", context, status=400 if wrong_code else status)


def _first_answers(request: HttpRequest, form: FormVersion) -> dict[str, Any]:
    """What a new form starts with: a record named in the address (``?from=entry:2021-17``), and what the account tells."""
    answers: dict[str, Any] = {}
    code, _colon, key = request.GET.get("from", "")[:200].partition(":")
    source = intakes.find_source(code) if key else None
    given = source.answers(actor_of(request), key) if source else None
    if source is not None and given is None:
        raise Http404
    for role, answer in (given or {}).items():
        field = form.form.by_role.get(role)
        if field is not None:
            answers[field.code] = answer
    return answers


@never_cache
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, key: str) -> HttpResponse:
    """The form of a draft, or of the changes to what was handed in."""
    access = access_to(request, key)
    submission = access.submission
    if not writes(access):
        return not_theirs(request, access)
    form = form_to_answer(submission)
    if submission.number and not _is_editable(access):
        return redirect("calls:submission", access.key)
    if request.method == "POST":
        if (answered := refused(request, "save", SAVES)) is not None:
            return answered
        given = read_posted(form.form, request.POST)
        try:
            # What staff enter for somebody stays in the language of that contributor.
            language = "" if submission.entered_by else reader_language()
            saved = actions.save_draft(actor=access.actor, submission=submission, answers=given, seen=seen_of(request), language=language)
        except Conflict as error:
            if _is_script(request):
                return JsonResponse({"saved": False, "problem": str(error)}, status=409)
            return _page(request, access, form, given, general=str(error), status=409)
        return _after_saving(request, Access(saved.submission, access.actor, access.key), form, given, saved)
    answers = submission.written
    problems = check_answers(submission, form, answers).problems if "check" in request.GET else {}
    return _page(request, access, form, answers, problems=problems)


def _is_editable(access: Access) -> bool:
    submission = access.submission
    if may(access.actor, "calls.decide", submission):
        return True
    return submission.state in (Submission.State.SUBMITTED, Submission.State.RETURNED) and window_for(submission).is_open


def _is_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _after_saving(request: HttpRequest, access: Access, form: FormVersion, given: Mapping[str, Any], saved: actions.Saved) -> HttpResponse:
    """What follows a saving: for a script what it must know, for a reader the next page."""
    submission = saved.submission
    problems = {code: list(sentences) for code, sentences in saved.problems.items()}
    for code, sentences in take_files(request, actor=access.actor, submission=submission, form=form).items():
        problems.setdefault(code, []).extend(sentences)
    take_off(request, actor=access.actor, submission=submission)
    if _is_script(request):
        return _told(access, form, saved, problems, given, seen_of(request))
    submission = access_to(request, access.key).submission
    access = Access(submission, access.actor, access.key)
    if problems or saved.conflicts:
        stored = submission.written
        return _page(
            request,
            access,
            form,
            {**stored, **_mine(given, saved)},
            problems=problems,
            conflicts=saved.conflicts,
            stored=stored,
            status=400 if problems else 409,
        )
    if "next" in request.POST:
        return HttpResponseRedirect(access.page("calls:preview"))
    if "detach" not in request.POST and request.POST.get("save") != "file":
        messages.success(request, _("Your draft is saved. You can go on here, or later from any device."))
    return HttpResponseRedirect(access.path + (f"#{request.POST['at']}" if request.POST.get("at", "").startswith("f-") else ""))


def _mine(given: Mapping[str, Any], saved: actions.Saved) -> dict[str, Any]:
    """What this writer wrote in fields that were not kept as they wrote them."""
    return {code: answer for code, answer in given.items() if code in saved.conflicts or code in saved.problems}


def _told(
    access: Access, form: FormVersion, saved: actions.Saved, problems: Mapping[str, list[str]], given: Mapping[str, Any], seen: Mapping[str, str]
) -> HttpResponse:
    """What a script must know. It still shows what its writer sees: of a field that somebody else has changed meanwhile,
    and that this page neither changed nor was told of, the sign stays the old one, lest the next saving overwrite it."""
    submission = saved.submission
    lookups = lookups_for(submission, form.form) if saved.conflicts else Lookups()
    conflicts = [
        {"field": code, "label": str(form.form.by_code[code].label), "theirs": plain(form.form.by_code[code], theirs, lookups), "written": as_written(theirs)}
        for code, theirs in saved.conflicts.items()
    ]
    stored = submission.written
    signs = signs_of(form.form, {**stored, **saved.conflicts})
    for field in form.form:
        shown = field.code in saved.conflicts or (field.code in given and as_written(given[field.code]) == as_written(stored.get(field.code)))
        if not shown and field.code in seen and field.kind not in ("file", "image"):
            signs[field.code] = seen[field.code]
    body = {"saved": True, "revision": submission.revision, "seen": json.dumps(signs), "conflicts": conflicts, "problems": problems, "path": access.path}
    return JsonResponse(body)


def _page(
    request: HttpRequest,
    access: Access,
    form: FormVersion,
    answers: Mapping[str, Any],
    *,
    problems: Mapping[str, list[str]] | None = None,
    conflicts: Mapping[str, Any] | None = None,
    stored: Mapping[str, Any] | None = None,
    general: str = "",
    status: int = 200,
) -> HttpResponse:
    submission = access.submission
    call = submission.call
    found = {**(problems or {}), **({"": [general]} if general else {})}
    view = form_view(
        form.form,
        answers,
        lookups_for(submission, form.form),
        problems=found,
        conflicts=conflicts,
        languages=tuple(call.languages),
        language=submission.language,
        seen=stored,
    )
    context = {
        "call": call,
        "submission": submission,
        "access": access,
        "form": view,
        "window": window_for(submission),
        "is_holder": bool(access.secret),
        "can_invite": isinstance(access.actor, User) and may(access.actor, "calls.invite", submission),
        "members": list(submission.members.select_related("person")) if not access.secret else [],
        "invitations": list(submission.invitations.filter(accepted_at=None)) if not access.secret else [],
    }
    return render(request, "calls/answer.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, key: str) -> HttpResponse:
    """What will be handed in, what is still missing, and the button that hands it in."""
    access = access_to(request, key)
    submission = access.submission
    if not writes(access):
        return not_theirs(request, access)
    form = form_to_answer(submission)
    answers = submission.written
    checked = check_answers(submission, form, answers)
    if request.method == "POST":
        return _hand_in(request, access, form, answers)
    if access.secret and isinstance(request.user, User):
        # Signed in meanwhile: from here on the draft is theirs.
        claimed = actions.claim(actor=request.user, submission=submission, secret=access.secret)
        return redirect("calls:preview", claimed.pk)
    return _preview(request, access, form, answers, checked)


def _hand_in(request: HttpRequest, access: Access, form: FormVersion, answers: Mapping[str, Any]) -> HttpResponse:
    submission = access.submission
    was_new = submission.number is None
    if isinstance(access.actor, User) and texts_to_agree(access.actor):
        return redirect(f"{reverse('people:agree')}?{urlencode({'next': access.page('calls:preview')})}")
    try:
        submitted = actions.submit(actor=access.actor, submission=submission, email=request.POST.get("email", "")[:254])
    except Invalid as error:
        general = error.problems.get("", [])
        status = 400
        checked = Checked({}, {code: sentences for code, sentences in error.problems.items() if code})
    except Conflict as error:
        general, status = [str(error)], 409
        checked = check_answers(submission, form, answers)
    else:
        if not was_new:
            messages.success(request, _("Your changes have arrived."))
        return redirect("calls:done", access.key if access.secret else submitted.pk)
    return _preview(request, access, form, answers, checked, general=general, status=status)


def _preview(
    request: HttpRequest,
    access: Access,
    form: FormVersion,
    answers: Mapping[str, Any],
    checked: Checked,
    *,
    general: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    submission = access.submission
    lookups = lookups_for(submission, form.form)
    missing = [(code, str(form.form.by_code[code].label) if code in form.form.by_code else "", sentences) for code, sentences in checked.problems.items()]
    following = f"{access.page('calls:preview')}#submit"
    context = {
        "call": submission.call,
        "submission": submission,
        "access": access,
        "parts": show(form.form, answers, lookups),
        "missing": missing,
        "general": general or [],
        "window": window_for(submission),
        "needs_account": bool(access.secret) and submission.call.audience != Call.Audience.ANYONE,
        "needs_email": bool(access.secret) and submission.call.audience == Call.Audience.ANYONE and not submission.email,
        "sign_in": f"{reverse('account_login')}?{urlencode({'next': following})}",
        "sign_up": f"{reverse('account_signup')}?{urlencode({'next': following})}",
        "file_path": access.path,
    }
    return render(request, "calls/preview.html", context, status=status)


@never_cache
def done(request: HttpRequest, key: str) -> HttpResponse:
    """That it arrived, its number, and what comes next."""
    access = access_to(request, key)
    if not writes(access):
        return not_theirs(request, access)
    if not access.submission.number:
        raise Http404
    return render(
        request, "calls/done.html", {"submission": access.submission, "call": access.submission.call, "access": access, "window": window_for(access.submission)}
    )


@require_POST
def link(request: HttpRequest, key: str) -> HttpResponse:
    """Send the draft's address by mail."""
    access = access_to(request, key)
    if not writes(access):
        return not_theirs(request, access)
    if (answered := refused(request, "link", STARTS)) is not None:
        return answered
    email = request.user.email if isinstance(request.user, User) and not access.secret else request.POST.get("email", "")[:254]
    try:
        actions.send_link(actor=access.actor, submission=access.submission, secret=access.secret, email=email)
    except Invalid as error:
        messages.error(request, " ".join(sentence for sentences in error.problems.values() for sentence in sentences))
    else:
        messages.success(request, _("The address of your draft is on its way to %(email)s.") % {"email": email})
    return HttpResponseRedirect(access.path)


@require_POST
def discard(request: HttpRequest, key: str) -> HttpResponse:
    """Throw a draft away, or the changes to what was handed in."""
    access = access_to(request, key)
    if not may(access.actor, "calls.discard", access.submission) and not writes(access):
        return not_theirs(request, access)
    submission = actions.discard_draft(actor=access.actor, submission=access.submission)
    if submission.number:
        messages.success(request, _("Your changes are gone; what you submitted stands."))
        return redirect("calls:submission", access.key)
    messages.success(request, _("The draft is thrown away."))
    return redirect("calls:submissions") if isinstance(request.user, User) else redirect("calls:call", submission.call.edition.code, submission.call.slug)
