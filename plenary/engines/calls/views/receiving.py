"""Receiving a whole form: where it cannot be read, or was opened before its reader signed in, nothing written is lost."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from plenary.engines.calls.models import Submission
from plenary.engines.calls.views.access import access_to, writes

View = Callable[..., HttpResponse]
_FITS = HttpResponse()


def is_script(request: HttpRequest) -> bool:
    """Whether the page's own script asks, which reads JSON."""
    return request.headers.get("Accept", "").startswith("application/json")


def unsaved(problem: str, *, status: int, **more: Any) -> HttpResponse:
    """What a script is told of what was not saved: it keeps what was written, on the page and on the device."""
    return JsonResponse({"saved": False, "problem": problem, **more}, status=status)


def receives_forms(view: View) -> View:
    """For views that take what somebody may have written for hours. They are called with ``expired=True`` where the form's
    token does not fit though the form is of this site: signing in in another window makes a new one. Then they save
    nothing, and give back what was sent in a form with the new token.
    """

    @csrf_exempt  # the token is checked below, once the form was read
    @wraps(view)
    def received(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        try:
            request.POST.get("save")
        except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
            request.POST = QueryDict()
            return _too_much(request, kwargs)
        refusal = csrf_protect(lambda request: _FITS)(request)
        if refusal is _FITS:
            return view(request, *args, **kwargs)
        if not _is_of_this_site(request):
            return refusal
        if is_script(request):
            return unsaved(expired_sentence(), status=403, token=get_token(request))
        return view(request, *args, expired=True, **kwargs)

    return received


def expired_sentence() -> str:
    """Why a form's token does not fit, and what to do."""
    return _(
        "Since you opened this page, you have signed in or out in another window; therefore nothing is saved yet. "
        "All that you wrote stands below: look at it, and press the button once more."
    )


def _is_of_this_site(request: HttpRequest) -> bool:
    """Whether the browser says that the form was on a page of this site."""
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def _too_much(request: HttpRequest, named: dict[str, Any]) -> HttpResponse:
    """413: more than the site reads at once. What was saved before stands, and the browser still has the page with the rest."""
    submission = _draft(request, named.get("key", ""))
    if is_script(request):
        return unsaved(_("This is more than can be saved at once, so the latest changes are not saved. Shorten the longest text."), status=413)
    path = reverse("calls:answer", kwargs=named) if "key" in named else reverse("calls:start", kwargs=named)
    return render(request, "calls/too_much.html", {"submission": submission, "path": path}, status=413)


def _draft(request: HttpRequest, key: str) -> Submission | None:
    try:
        access = access_to(request, key)
    except Http404:
        return None
    return access.submission if writes(access) else None
