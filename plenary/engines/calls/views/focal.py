"""What the national focal point of a country follows: the list, one submission, its copy."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from plenary.engines.calls.actions.submitting import lookups_for
from plenary.engines.calls.form.showing import show
from plenary.engines.calls.models import Submission
from plenary.engines.calls.queries.focal import countries_followed, followed_in, followed_submission, hidden_from_focal_points
from plenary.engines.calls.views.access import document_of
from plenary.ground.people.access import require_account
from plenary.ground.people.views import account_of


@require_account
@require_safe
def followed(request: HttpRequest, country: str) -> HttpResponse:
    """What was submitted from a country, as far as the submitters agreed."""
    if country not in {each.code for each in countries_followed(account_of(request))}:
        raise Http404
    return render(request, "calls/followed.html", followed_in(country, request.GET.get("call", "")[:120]))


@require_account
@require_safe
def submission(request: HttpRequest, country: str, key: uuid.UUID) -> HttpResponse:
    """One of them, as it was handed in, without what is the secretariat's alone."""
    found = _found(request, country, key)
    form = found.form.form
    parts = show(form, found.answers, lookups_for(found, form), hidden=hidden_from_focal_points(form), empty=False)
    return render(request, "calls/followed_submission.html", {"submission": found, "call": found.call, "country": found.country, "parts": parts})


@require_account
@require_safe
def document(request: HttpRequest, country: str, key: uuid.UUID) -> HttpResponse:
    """The same as PDF."""
    found = _found(request, country, key)
    back = reverse("calls:followed_submission", args=[country, key])
    return document_of(request, found, back=back, hidden=hidden_from_focal_points(found.form.form))


def _found(request: HttpRequest, country: str, key: uuid.UUID) -> Submission:
    try:
        return followed_submission(account_of(request), country, key)
    except Submission.DoesNotExist as error:
        raise Http404 from error
