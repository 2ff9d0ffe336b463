"""By which way somebody comes to a submission: as its contributor, or by the secret address of an unclaimed draft."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from plenary.engines.calls.holders import Holder, held_by_secret, is_secret
from plenary.engines.calls.models import Call, Submission
from plenary.engines.calls.queries import call_of, submission_for
from plenary.ground.audit.actors import Actor, may
from plenary.ground.people.models import User
from plenary.ground.web import errors
from plenary.ground.web.limits import buckets, client_of

#: Drafts begun and links sent by one address in a minute, and savings.
STARTS, SAVES = 6, 120


@dataclass(frozen=True, slots=True)
class Access:
    """A submission, who comes to it, and the key in the address: the secret, or the submission's own key."""

    submission: Submission
    actor: Actor
    key: str

    @property
    def secret(self) -> str:
        """The secret of the address, empty for contributors with an account."""
        return self.key if is_secret(self.key) else ""

    @property
    def path(self) -> str:
        """The address of the page that answers."""
        return reverse("calls:answer", args=[self.key])

    def page(self, view: str, *more: str) -> str:
        """The address of another page of the same submission."""
        return reverse(view, args=[self.key, *more])


def access_to(request: HttpRequest, key: str) -> Access:
    """The submission at an address. Raises: Http404 for whoever may not see it."""
    if is_secret(key):
        held = held_by_secret(key)
        if held is None:
            raise Http404
        return Access(held, Holder(held.pk), key)
    try:
        wanted = uuid.UUID(key)
    except ValueError as error:
        raise Http404 from error
    if not isinstance(request.user, User):
        raise Http404
    try:
        found = submission_for(request.user, wanted)
    except Submission.DoesNotExist as error:
        raise Http404 from error
    return Access(found, request.user, str(found.pk))


def writes(access: Access) -> bool:
    """Whether who comes is one of those who write the submission."""
    return may(access.actor, "calls.write_answers", access.submission)


def not_theirs(request: HttpRequest, access: Access) -> HttpResponse:
    """403 for staff at a page of those who write a submission, with the way to what staff read of it. Raises: Http404 for all others."""
    if not may(access.actor, "calls.view_submissions", access.submission):
        raise Http404
    return render(request, "calls/not_theirs.html", {"submission": access.submission}, status=403)


def pdf_of(submission: Submission, content: bytes) -> HttpResponse:
    """A submission's document, to be saved by its reader and kept by nobody in between."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{submission.reference.replace("/", "-")}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def call_at(edition: str, slug: str) -> Call:
    """A call with its phases. Raises: Http404."""
    try:
        return call_of(edition, slug)
    except Call.DoesNotExist as error:
        raise Http404 from error


def refused(request: HttpRequest, what: str, per_minute: int) -> HttpResponse | None:
    """An answer of 429 to a visitor who does something too often; accounts have a limit ten times as high."""
    if not settings.RATE_LIMIT:
        return None
    who = f"{what} {request.user.pk}" if isinstance(request.user, User) else f"{what} {client_of(request)}"
    waiting = buckets.take(who, per_minute * 10 if isinstance(request.user, User) else per_minute)
    return errors.too_many(request, waiting) if waiting else None
