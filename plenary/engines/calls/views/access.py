"""By which way somebody comes to a submission: as its contributor, or by the secret address of an unclaimed draft."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from plenary.engines.calls.documents import submission_pdf
from plenary.engines.calls.holders import Holder, held_by_secret, is_secret, own_by_secret
from plenary.engines.calls.models import Call, Submission
from plenary.engines.calls.queries import call_of, submission_for
from plenary.ground.audit.actors import Actor, may
from plenary.ground.files.typesetting import CannotTypeset
from plenary.ground.framework.text import reader_language
from plenary.ground.people.models import User
from plenary.ground.web import errors
from plenary.ground.web.limits import buckets, client_of


class Rate(NamedTuple):
    """How often one address may do something in a minute, and at once after a pause."""

    per_minute: int
    at_once: int = 0


#: A room of thirty people behind one address begins its drafts at once and saves as it types; a machine that goes on and on
#: is slowed down soon. Mails go to others: there are few of them.
STARTS, SAVES, LOOKUPS, LINKS = Rate(12, 60), Rate(400, 800), Rate(300, 600), Rate(6)


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


class UsedUp(Http404):
    """No draft is opened by this secret: it belongs to an account by now, or there never was one. Nobody learns which."""


def access_to(request: HttpRequest, key: str) -> Access:
    """The submission at an address. A secret that is used up leads those on whose account the draft is to it, and nobody else.

    Raises: Http404 for whoever may not see it; UsedUp at the address of a secret.
    """
    wanted: uuid.UUID | None
    if is_secret(key):
        held = held_by_secret(key)
        if held is not None:
            return Access(held, Holder(held.pk), key)
        wanted = own_by_secret(request.user, key) if isinstance(request.user, User) else None
        if wanted is None:
            raise UsedUp
    else:
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


def document_of(request: HttpRequest, submission: Submission, *, back: str, hidden: frozenset[str] = frozenset()) -> HttpResponse:
    """A submission as PDF, to be saved by its reader and kept by nobody in between; where none can be made, back to its page, which says so.

    hidden: fields to leave out.
    """
    try:
        content = submission_pdf(submission, reader_language(), submission.saved_at, hidden=hidden)
    except CannotTypeset:
        messages.error(request, _("The PDF cannot be made on this machine. Print this page instead."))
        return redirect(back)
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


def wait_for(request: HttpRequest, what: str, rate: Rate | int) -> int:
    """Seconds that a visitor who does something too often has to wait, else 0; accounts have a limit ten times as high."""
    if not settings.RATE_LIMIT:
        return 0
    per_minute, at_once = rate if isinstance(rate, Rate) else (rate, 0)
    if isinstance(request.user, User):
        return buckets.take(f"{what} {request.user.pk}", per_minute * 10, at_once * 10)
    return buckets.take(f"{what} {client_of(request)}", per_minute, at_once)


def refused(request: HttpRequest, what: str, rate: Rate | int) -> HttpResponse | None:
    """An answer of 429 to a visitor who does something too often."""
    waiting = wait_for(request, what, rate)
    return errors.too_many(request, waiting) if waiting else None
