"""Decisions of staff on submissions, by a program with a token."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from plenary.engines.calls import actions
from plenary.engines.calls.api.given import IfMatch, Instant, Plain, revision_of
from plenary.engines.calls.api.shapes import SubmissionOut, answered, found
from plenary.engines.calls.models import Submission
from plenary.ground.audit.actors import require
from plenary.ground.people.bearer import account_of, by_token
from plenary.ground.people.models import User

router = Router(tags=["Decisions"])

_DECIDE = by_token("decisions:write")
#: Answers carry the revision in ``ETag``.
DECIDE = {**_DECIDE, "openapi_extra": {**_DECIDE["openapi_extra"], "x-revision": True}}
MOST_WORDS = 10_000


class NewDecision(Schema):
    """A decision on a submission."""

    model_config = ConfigDict(extra="forbid")

    decision: str = Field(max_length=40, pattern=r"^[a-z0-9][a-z0-9_-]*$", description="One of the call's, in its order, or `declined`.")
    message: Plain = Field(default="", max_length=MOST_WORDS, description="For the contributor.")
    notify: bool = Field(
        default=True, description="Whether a mail is written. It waits in the outbox until staff let it go, unless the call lets it leave at once."
    )
    changed_too: bool = Field(default=False, description="`declined` takes back records also where somebody has changed them since; else 409.")


class UndoQuery(Schema):
    """How far undoing goes."""

    changed_too: bool = Field(default=False, description="Records are taken back also where somebody has changed them since; else 409.")


class Return(Schema):
    """What is to be changed, and by when."""

    model_config = ConfigDict(extra="forbid")

    message: Plain = Field(min_length=1, max_length=MOST_WORDS, description="For the contributor.")
    until: Instant | None = Field(default=None, description="By when it must come again, also past the call's close.")


@router.post("/{uuid:key}/decisions", response=SubmissionOut, summary="Decide on a submission", **DECIDE)
def decide(request: HttpRequest, response: HttpResponse, key: uuid.UUID, payload: NewDecision, if_match: IfMatch = "") -> SubmissionOut:
    """It becomes the records that the call names for this decision. Deciding the same again changes nothing."""
    user = account_of(request)
    submission = _to_decide(user, key)
    revision = revision_of(if_match)
    actions.decide(
        actor=user,
        submission=submission,
        code=payload.decision,
        message=payload.message,
        notify=payload.notify,
        changed_too=payload.changed_too,
        revision=revision,
    )
    return answered(user, key, response)


@router.delete("/{uuid:key}/decisions/{slug:decision}", response=SubmissionOut, summary="Undo the latest decision", **DECIDE)
def undo_decision(
    request: HttpRequest, response: HttpResponse, key: uuid.UUID, decision: str, query: Query[UndoQuery], if_match: IfMatch = ""
) -> SubmissionOut:
    """The state before comes back, records made are taken back where they can be, a mail not yet sent is discarded."""
    user = account_of(request)
    submission = _to_decide(user, key)
    revision = revision_of(if_match)
    standing = next((each for each in submission.decisions.all() if each.code == decision), None)
    if standing is None:
        raise Http404
    actions.undo_decision(actor=user, decision=standing, changed_too=query.changed_too, revision=revision)
    return answered(user, key, response)


@router.post("/{uuid:key}/return", response=SubmissionOut, summary="Return a submission for changes", **DECIDE)
def return_submission(request: HttpRequest, response: HttpResponse, key: uuid.UUID, payload: Return, if_match: IfMatch = "") -> SubmissionOut:
    """The contributor is told by mail, and can change it until then."""
    user = account_of(request)
    submission = _to_decide(user, key)
    revision = revision_of(if_match)
    actions.return_for_changes(actor=user, submission=submission, message=payload.message, until=payload.until, revision=revision)
    return answered(user, key, response)


def _to_decide(user: User, key: uuid.UUID) -> Submission:
    """The submission, for those who decide on it: whether they may is told before what their request lacks."""
    submission = found(user, key)
    require(user, "calls.decide", submission)
    return submission
