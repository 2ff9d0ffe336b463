"""Answering a call: begin, write, look at it, hand it in. Nothing typed is lost on the way, with or without a script."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
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
from plenary.engines.calls.actions.submitting import WrongAddress, check_answers, lookups_for, needs_address
from plenary.engines.calls.form.checking import Checked
from plenary.engines.calls.form.lookups import Lookups
from plenary.engines.calls.form.showing import by_field, plain, show, told
from plenary.engines.calls.form.signs import as_written, signs_of
from plenary.engines.calls.form.suggesting import ASK, field_to_suggest_for
from plenary.engines.calls.models import Call, FormVersion, LateCode, Submission
from plenary.engines.calls.queries import form_in_force, form_to_answer, mine, written_for
from plenary.engines.calls.views.access import (
    LINKS,
    SAVES,
    STARTS,
    Access,
    UsedUp,
    access_to,
    call_at,
    not_theirs,
    refused,
    wait_for,
    writes,
)
from plenary.engines.calls.views.changed import changed_form
from plenary.engines.calls.views.form_pages import closed_page, form_page, given_back, has_answers, used_up_page, wait_sentence
from plenary.engines.calls.views.posting import answers_posted, seen_of, take_files, take_off, version_posted
from plenary.engines.calls.views.receiving import expired_sentence, is_script, receives_forms
from plenary.engines.calls.windows import CLOSED, Window, closed_lately, usable_code, window_for, window_of
from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actors import may
from plenary.ground.framework.text import reader_language
from plenary.ground.people.access import actor_of
from plenary.ground.people.models import User
from plenary.ground.people.queries import texts_to_agree


@never_cache
@require_http_methods(["GET", "POST"])
@receives_forms
def start(request: HttpRequest, edition: str, slug: str, *, expired: bool = False) -> HttpResponse:
    """The empty form of a call. Nothing is kept before something is saved, so that looking leaves no trace."""
    call = call_at(edition, slug)
    form = form_in_force(call)
    if form is None:
        raise Http404
    word = _word(request)
    code = usable_code(call, word) if word else None
    if request.method == "POST" and ("save" in request.POST or "next" in request.POST or is_script(request)):
        given = answers_posted(request, call, form)
        if has_answers(given) or request.FILES:
            return _begin(request, call, form, given, code, expired=expired)
        if is_script(request):
            return JsonResponse({"saved": False})
        if _takes(call, code):
            messages.info(request, _("Write something first; then it can be saved."))
            return redirect(request.get_full_path())
    if not _takes(call, code):
        return closed_page(request, call, wrong_code="code" in request.POST or "code" in request.GET)
    # Who has begun before is led there: the empty form looks as if all were lost.
    begun = mine(request.user).filter(call=call, state=Submission.State.DRAFT)[:3] if isinstance(request.user, User) else ()
    return form_page(request, call, form, _first_answers(request, form), window=_window(call, code), begun=begun)


def _word(request: HttpRequest) -> str:
    """The late code that was typed with its own button, or that comes along from the address."""
    typed = request.POST.get("late", "") if request.POST.get("save") == "late" else ""
    return (typed or request.POST.get("code") or request.GET.get("code") or "").strip()[:60]


def _takes(call: Call, code: LateCode | None) -> bool:
    return code is not None or (window_of(call).is_open and call.audience != Call.Audience.INVITED)


def _window(call: Call, code: LateCode | None) -> Window:
    return Window(True, code.valid_until, call.edition.zone, by_code=True) if code else window_of(call)


def _begin(request: HttpRequest, call: Call, form: FormVersion, given: dict[str, Any], code: LateCode | None, *, expired: bool) -> HttpResponse:
    """Make a draft of what was written. Whoever opened the form before the close keeps it, without being able to submit it."""
    takes = _takes(call, code)
    if not takes and (call.audience == Call.Audience.INVITED or _word(request) or not closed_lately(call)):
        return _too_late(request, call, form, given)
    window = _window(call, code)
    if expired:
        return given_back(request, call, form, given, expired_sentence(), status=403, window=window)
    if wait := wait_for(request, "start", STARTS):
        return given_back(request, call, form, given, wait_sentence(wait), status=429, window=window, wait=wait)
    try:
        submission, secret = actions.start_draft(
            actor=actor_of(request), call=call, answers=given, language=reader_language(), late=code, begun_with=_earlier(request, form)
        )
    except Invalid:  # the code was used at this very moment
        return _too_late(request, call, form, given)
    access = access_to(request, secret or str(submission.pk))
    return _after_saving(request, access, form, given, actions.Saved(access.submission))


def _too_late(request: HttpRequest, call: Call, form: FormVersion, given: Mapping[str, Any]) -> HttpResponse:
    wrong_code = bool(_word(request))
    if call.audience == Call.Audience.INVITED:
        sentence = _("This call is for those who were invited, so what you wrote is not saved. It stands below: give the code that you were sent, or copy it.")
        status = 400 if wrong_code else 403
    else:
        sentence = _("This call is closed, so what you wrote is not saved. It stands below: copy or print it, or go on with a code from the secretariat.")
        status = 400 if wrong_code else 409
    return given_back(request, call, form, given, sentence, status=status, window=CLOSED, is_final=True, wrong_code=wrong_code)


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
@receives_forms
def answer(request: HttpRequest, key: str, *, expired: bool = False) -> HttpResponse:
    """The form of a draft, or of the changes to what was handed in."""
    try:
        access = access_to(request, key)
    except UsedUp:
        return used_up_page(request, key)
    submission = access.submission
    if not writes(access):
        return not_theirs(request, access)
    form = form_to_answer(submission)
    if request.method == "POST":
        return _save(request, access, form, expired=expired)
    code = usable_code(submission.call, _word(request)) if _word(request) and not window_for(submission).is_open else None
    if submission.number and not _is_editable(access) and (code is None or submission.state != Submission.State.SUBMITTED):
        return redirect("calls:submission", access.key)
    if access.key != key:
        return redirect_with_query(request, access.path)
    answers = written_for(submission, form)
    problems = check_answers(submission, form, answers).problems if "check" in request.GET else {}
    wrong_code = bool(_word(request)) and code is None and not window_for(submission).is_open
    return form_page(
        request,
        submission.call,
        form,
        answers,
        access=access,
        problems=problems,
        window=_window(submission.call, code) if code else None,
        wrong_code=wrong_code,
    )


def _save(request: HttpRequest, access: Access, form: FormVersion, *, expired: bool) -> HttpResponse:
    call, given, wrong_code = access.submission.call, answers_posted(request, access.submission.call, form), False
    if expired:
        return given_back(request, call, form, given, expired_sentence(), status=403, access=access)
    if wait := wait_for(request, "save", SAVES):
        return given_back(request, call, form, given, wait_sentence(wait), status=429, access=access, wait=wait)
    try:
        if _word(request):
            access = replace(access, submission=actions.use_code(actor=access.actor, submission=access.submission, code=_word(request)))
    except (Invalid, Conflict):
        wrong_code = True
    submission = access.submission
    if submission.number and not _is_editable(access):
        sentence = _(
            "This can no longer be changed: its time is over. What you submitted stands; what you wrote since is not saved. It stands below: copy or print it."
        )
        return given_back(request, call, form, given, sentence, status=400 if wrong_code else 409, access=access, is_final=True, wrong_code=wrong_code)
    try:
        # What staff enter for somebody stays in the language of that contributor.
        language = "" if submission.entered_by else reader_language()
        saved = actions.save_draft(actor=access.actor, submission=submission, answers=given, seen=seen_of(request), language=language)
    except Conflict as error:
        return given_back(request, call, form, given, str(error), status=409, access=access)
    except NotAllowed:  # an account has claimed it at this very moment
        return used_up_page(request, access.key)
    return _after_saving(request, replace(access, submission=saved.submission), form, given, saved, wrong_code=wrong_code)


def redirect_with_query(request: HttpRequest, path: str) -> HttpResponse:
    """To the same page at its own address."""
    query = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(f"{path}?{query}" if query else path)


def _is_editable(access: Access) -> bool:
    submission = access.submission
    if may(access.actor, "calls.decide", submission):
        return True
    return submission.state in (Submission.State.SUBMITTED, Submission.State.RETURNED) and window_for(submission).is_open


def _after_saving(
    request: HttpRequest, access: Access, form: FormVersion, given: Mapping[str, Any], saved: actions.Saved, *, wrong_code: bool = False
) -> HttpResponse:
    """What follows a saving: for a script what it must know, for a reader the next page."""
    submission = saved.submission
    problems = {code: list(sentences) for code, sentences in saved.problems.items()}
    for code, sentences in take_files(request, actor=access.actor, submission=submission, form=form).items():
        problems.setdefault(code, []).extend(sentences)
    take_off(request, actor=access.actor, submission=submission)
    if is_script(request):
        return _told(request, access, form, saved, problems, given)
    submission = access_to(request, access.key).submission
    access = Access(submission, access.actor, access.key)
    if problems or saved.conflicts or wrong_code:
        stored = written_for(submission, form)
        return form_page(
            request,
            submission.call,
            form,
            {**stored, **_mine(given, saved)},
            access=access,
            problems=problems,
            conflicts=saved.conflicts,
            stored=stored,
            status=400 if problems or wrong_code else 409,
            wrong_code=wrong_code,
        )
    if "next" in request.POST:
        return HttpResponseRedirect(access.page("calls:preview"))
    if not window_for(submission).is_open:
        messages.warning(request, _kept_but_closed())
    elif (following := _suggesting(request, access, form)) is not None:
        return HttpResponseRedirect(following)
    elif "detach" not in request.POST and request.POST.get("save") != "file":
        messages.success(request, _("Your draft is saved. You can go on here, or later from any device."))
    return HttpResponseRedirect(access.path + (f"#{request.POST['at']}" if request.POST.get("at", "").startswith("f-") else ""))


def _suggesting(request: HttpRequest, access: Access, form: FormVersion) -> str | None:
    """Where suggestions are shown that were asked for, at their field; after one was taken, what else fits where several can be chosen."""
    pressed = request.POST.get("save", "")
    field = field_to_suggest_for(form.form, pressed)
    if field is None:
        return None
    query = f"?{urlencode({'suggest': field.code})}" if pressed.startswith(ASK) or field.many else ""
    return f"{access.path}{query}#f-{field.code}-field"


def _earlier(request: HttpRequest, form: FormVersion) -> int | None:
    """The version of the form that the page was made from, where it is not the one in force."""
    number = version_posted(request)
    return number if 0 < number < form.number else None


def _kept_but_closed() -> str:
    return _("What you wrote is kept, but this call is closed: it cannot be submitted any more, unless the secretariat gives you a code.")


def _mine(given: Mapping[str, Any], saved: actions.Saved) -> dict[str, Any]:
    """What this writer wrote in fields that were not kept as they wrote them."""
    return {code: answer for code, answer in given.items() if code in saved.conflicts or code in saved.problems}


def _told(
    request: HttpRequest, access: Access, form: FormVersion, saved: actions.Saved, problems: Mapping[str, list[str]], given: Mapping[str, Any]
) -> HttpResponse:
    """What a script must know. It still shows what its writer sees: of a field that somebody else has changed meanwhile,
    and that this page neither changed nor was told of, the sign stays the old one, lest the next saving overwrite it."""
    submission, seen = saved.submission, seen_of(request)
    lookups = lookups_for(submission, form.form) if saved.conflicts else Lookups()
    conflicts = [
        {"field": code, "label": str(form.form.by_code[code].label), "theirs": plain(form.form.by_code[code], theirs, lookups), "written": as_written(theirs)}
        for code, theirs in saved.conflicts.items()
    ]
    stored = written_for(submission, form)
    signs = signs_of(form.form, {**stored, **saved.conflicts})
    for field in form.form:
        shown = field.code in saved.conflicts or (field.code in given and as_written(given[field.code]) == as_written(stored.get(field.code)))
        if not shown and field.code in seen and field.kind not in ("file", "image"):
            signs[field.code] = seen[field.code]
    note = "" if window_for(submission).is_open else _kept_but_closed()
    if not note and _earlier(request, form):
        note = _("This form has changed since you began. What you write is kept; load the page again to see what is asked now.")
    body = {
        "saved": True,
        "note": note,
        "revision": submission.revision,
        "seen": json.dumps(signs),
        "conflicts": conflicts,
        "problems": problems,
        "path": access.path,
    }
    return JsonResponse(body)


@never_cache
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, key: str) -> HttpResponse:
    """What will be handed in, what is still missing, and the button that hands it in."""
    try:
        access = access_to(request, key)
    except UsedUp:
        return used_up_page(request, key)
    if access.key != key and request.method == "GET":
        return redirect_with_query(request, access.page("calls:preview"))
    submission = access.submission
    if not writes(access):
        return not_theirs(request, access)
    form = form_to_answer(submission)
    answers = written_for(submission, form)
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
    except WrongAddress as error:
        return _preview(request, access, form, answers, check_answers(submission, form, answers), address_problems=error.problems["email"], status=400)
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
    address_problems: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    submission = access.submission
    lookups = lookups_for(submission, form.form)
    fields = form.form.by_code
    missing = [
        (code, str(fields[code].label) if code in fields else "", told(fields[code], found) if code in fields else next(iter(found.values())))
        for code, found in by_field(checked.problems).items()
    ]
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
        "needs_email": bool(access.secret) and submission.call.audience == Call.Audience.ANYONE and needs_address(submission),
        "address_problems": address_problems or [],
        "given_address": request.POST.get("email", submission.email)[:254],
        "sign_in": f"{reverse('account_login')}?{urlencode({'next': following})}",
        "sign_up": f"{reverse('account_signup')}?{urlencode({'next': following})}",
        "file_path": access.path,
        "changed": changed_form(submission, form, answers),
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
    if (answered := refused(request, "link", LINKS)) is not None:
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
