"""Decisions of staff on submissions, by a program with a token."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.http import Http404, HttpRequest
from ninja import Router, Schema
from pydantic import AwareDatetime, ConfigDict, Field

from plenary.engines.calls import actions
from plenary.engines.calls.api.given import Plain
from plenary.engines.calls.api.shapes import SubmissionOut, found, present
from plenary.ground.audit.actors import require
from plenary.ground.people.bearer import account_of, by_token
from plenary.ground.people.models import User

router = Router(tags=["Decisions"])

DECIDE = by_token("decisions:write")
MOST_WORDS = 10_000


class NewDecision(Schema):
    """A decision on a submission."""

    model_config = ConfigDict(extra="forbid")

    decision: str = Field(max_length=40, pattern=r"^[a-z0-9][a-z0-9_-]*$", description="One of the call's, in its order, or `declined`.")
    message: Plain = Field(default="", max_length=MOST_WORDS, description="For the contributor.")
    notify: bool = Field(default=True, description="Whether a mail is written. It waits in the outbox until staff let it go.")


class Return(Schema):
    """What is to be changed, and by when."""

    model_config = ConfigDict(extra="forbid")

    message: Plain = Field(min_length=1, max_length=MOST_WORDS, description="For the contributor.")
    until: AwareDatetime | None = Field(default=None, description="By when it must come again, also past the call's close.")


@router.post("/{uuid:key}/decisions", response=SubmissionOut, summary="Decide on a submission", **DECIDE)
def decide(request: HttpRequest, key: uuid.UUID, payload: NewDecision) -> SubmissionOut:
    """It becomes the records that the call names for this decision. Deciding the same again changes nothing."""
    user = account_of(request)
    actions.decide(actor=user, submission=found(user, key), code=payload.decision, message=payload.message, notify=payload.notify)
    return _answer(user, key)


@router.delete("/{uuid:key}/decisions/{slug:decision}", response=SubmissionOut, summary="Undo the latest decision", **DECIDE)
def undo_decision(request: HttpRequest, key: uuid.UUID, decision: str) -> SubmissionOut:
    """The state before comes back, records made are taken back where they can be, a mail not yet sent is discarded."""
    user = account_of(request)
    submission = found(user, key)
    require(user, "calls.decide", submission)
    standing = next((each for each in submission.decisions.all() if each.code == decision), None)
    if standing is None:
        raise Http404
    actions.undo_decision(actor=user, decision=standing)
    return _answer(user, key)


@router.post("/{uuid:key}/return", response=SubmissionOut, summary="Return a submission for changes", **DECIDE)
def return_submission(request: HttpRequest, key: uuid.UUID, payload: Return) -> SubmissionOut:
    """The contributor is told by mail at once, and can change it until then."""
    user = account_of(request)
    until: datetime | None = payload.until
    actions.return_for_changes(actor=user, submission=found(user, key), message=payload.message, until=until)
    return _answer(user, key)


def _answer(user: User, key: uuid.UUID) -> SubmissionOut:
    return present(user, found(user, key))
