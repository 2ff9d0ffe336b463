"""One's own drafts and submissions, by a program with a token: the same actions as behind the pages."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response
from ninja import File, Query, Router, Schema, Status
from ninja.errors import HttpError
from ninja.files import UploadedFile
from pydantic import ConfigDict, Field

from plenary.engines.calls import actions, queries
from plenary.engines.calls.api.given import IfMatch, Instant, Plain, read_answers, revision_of
from plenary.engines.calls.api.shapes import AttachmentOut, State, SubmissionOut, answered, found, present, present_file, say_revision, with_all
from plenary.engines.calls.models import Call, Submission
from plenary.engines.calls.windows import usable_code, window_of
from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actors import may, require
from plenary.ground.files.views import given_out
from plenary.ground.people.bearer import account_of, by_token
from plenary.ground.people.models import User
from plenary.ground.people.queries import texts_to_agree
from plenary.ground.web.api import Listing, Paging, cursor_page

router = Router(tags=["Submissions"])

READ, WRITE = by_token("submissions:read"), by_token("submissions:write")
#: Answers of these carry the revision in ``ETag``.
READ_ONE, WRITE_ONE = ({**each, "openapi_extra": {**each["openapi_extra"], "x-revision": True}} for each in (READ, WRITE))

FieldCode = Annotated[str, Query(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="Code of the field.")]
Language = Annotated[str, Field(max_length=10, pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$")]
#: The content of a file is not JSON.
_CONTENT = {"description": "The file as it was added.", "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
READ_FILE = {**READ, "openapi_extra": {**READ["openapi_extra"], "responses": {"200": _CONTENT}}}


class SubmissionFilters(Paging):
    """Filters of the list."""

    state: State | None = Field(default=None, description="Only those in this state.")
    edition: str = Field(default="", max_length=30, pattern=r"^[A-Za-z0-9-]*$", description="Only those to calls of this edition.")
    call: str = Field(default="", max_length=100, pattern=r"^([A-Za-z0-9_-]+/[A-Za-z0-9_-]+)?$", description="Only those to this call, such as `2021/prizes`.")
    saved_since: Instant | None = Field(default=None, description="Only those written on or handed in from this instant on.")


class NewDraft(Schema):
    """The beginning of an answer to a call."""

    model_config = ConfigDict(extra="forbid")

    call: str = Field(max_length=100, pattern=r"^[A-Za-z0-9_-]+/[A-Za-z0-9_-]+$", description="Edition and slug, such as `2021/prizes`.")
    answers: dict[str, Any] = Field(default_factory=dict, max_length=200, description="By field; see the call's form.")
    language: Language = Field(default="en", description="In which mails about it are written.")
    code: Plain = Field(default="", max_length=60, description="A code that the secretariat sent, for calls by invitation or after the close.")


class Changes(Schema):
    """Changes to a draft, or to what was submitted: these then wait as a draft beside it."""

    model_config = ConfigDict(extra="forbid")

    answers: dict[str, Any] = Field(max_length=200, description="By field, only what is to change; null takes an answer away.")
    language: Language = Field(default="", description="In which mails about it are written.")


class Withdrawal(Schema):
    """Why it is taken back."""

    model_config = ConfigDict(extra="forbid")

    reason: Plain = Field(default="", max_length=1000)


@router.get("", response=Listing[SubmissionOut], summary="My drafts and submissions", **READ)
def list_submissions(request: HttpRequest, filters: Query[SubmissionFilters]) -> dict[str, Any]:
    """Those that the token's account began, was handed or joined, the oldest first."""
    user = account_of(request)
    mine = with_all(queries.mine(user))
    if filters.state:
        mine = mine.filter(state=filters.state)
    if filters.call:
        edition, _slash, slug = filters.call.partition("/")
        mine = mine.filter(call__edition__code=edition, call__slug=slug)
    if filters.edition:
        mine = mine.filter(call__edition__code=filters.edition)
    if filters.saved_since:
        mine = mine.filter(saved_at__gte=filters.saved_since)
    return cursor_page(mine, filters, ["created_at", "id"], lambda each: present(user, each))


@router.post("", response={201: SubmissionOut}, summary="Begin to answer a call", **WRITE_ONE)
def start_submission(request: HttpRequest, response: HttpResponse, payload: NewDraft) -> Status[SubmissionOut]:
    """Make a draft. It need not be complete or right: `problems` says what is still missing."""
    user = account_of(request)
    edition, _slash, slug = payload.call.partition("/")
    try:
        call = queries.call_of(edition, slug)
    except Call.DoesNotExist as error:
        raise Invalid({"call": ["There is no such call."]}) from error
    late = usable_code(call, payload.code) if payload.code else None
    if payload.code and late is None:
        raise Invalid({"code": ["This code is not known, was used, or has run out."]})
    form = queries.form_in_force(call)
    if form is not None and late is None and not window_of(call).is_open and not may(user, "calls.decide", call):
        raise Conflict("This call is closed.")
    answers = read_answers(form.form, payload.answers, {}) if form is not None else {}
    submission, _secret = actions.start_draft(
        actor=user, call=call, answers=answers, language=payload.language or "en", origin=Submission.Origin.API, late=late
    )
    response["Location"] = reverse("api:get_submission", args=[submission.pk])
    return Status(201, answered(user, submission.pk, response))


@router.get("/{uuid:key}", response=SubmissionOut, summary="One draft or submission", **READ_ONE)
def get_submission(request: HttpRequest, response: HttpResponse, key: uuid.UUID) -> SubmissionOut:
    return answered(account_of(request), key, response)


@router.patch("/{uuid:key}", response=SubmissionOut, summary="Change a draft", **WRITE_ONE)
def change_submission(request: HttpRequest, response: HttpResponse, key: uuid.UUID, payload: Changes, if_match: IfMatch = "") -> SubmissionOut:
    """All changes are saved, or none. What is wrong with the answers keeps them from being submitted, not from being saved."""
    user = account_of(request)
    submission = _writable(user, key)
    revision = revision_of(if_match)
    form = queries.form_to_answer(submission)
    answers = read_answers(form.form, payload.answers, queries.written_for(submission, form))
    actions.save_draft(actor=user, submission=submission, answers=answers, revision=revision, language=payload.language)
    return answered(user, key, response)


@router.post("/{uuid:key}/submit", response=SubmissionOut, summary="Submit a draft, or changes", **WRITE_ONE)
def submit_submission(request: HttpRequest, response: HttpResponse, key: uuid.UUID, if_match: IfMatch = "") -> SubmissionOut:
    """It is checked as on the page, and gets its number. 422 tells by field what does not hold."""
    user = account_of(request)
    submission = _writable(user, key)
    revision = revision_of(if_match)
    if texts_to_agree(user):
        raise HttpError(403, f"Agree to the terms of use in force first: {settings.BASE_URL}{reverse('people:agree')}")
    actions.submit(actor=user, submission=submission, revision=revision)
    return answered(user, key, response)


@router.post("/{uuid:key}/withdraw", response=SubmissionOut, summary="Withdraw a submission", **WRITE_ONE)
def withdraw_submission(
    request: HttpRequest, response: HttpResponse, key: uuid.UUID, payload: Withdrawal | None = None, if_match: IfMatch = ""
) -> SubmissionOut:
    """It stays on record, and can be put back while the call is open."""
    user = account_of(request)
    submission = _takeable(user, key)
    actions.withdraw(actor=user, submission=submission, reason=payload.reason if payload else "", revision=revision_of(if_match))
    return answered(user, key, response)


@router.post("/{uuid:key}/reopen", response=SubmissionOut, summary="Put back what was withdrawn", **WRITE_ONE)
def reopen_submission(request: HttpRequest, response: HttpResponse, key: uuid.UUID, if_match: IfMatch = "") -> SubmissionOut:
    """While the call is open; its number and its answers are what they were."""
    user = account_of(request)
    submission = _takeable(user, key)
    actions.reopen(actor=user, submission=submission, revision=revision_of(if_match))
    return answered(user, key, response)


@router.delete("/{uuid:key}/draft", response={204: None}, summary="Discard a draft, or changes", **WRITE)
def discard_draft(request: HttpRequest, key: uuid.UUID, if_match: IfMatch = "") -> Status[None]:
    """A draft that was never submitted is gone then. Of a submission only the changes go that wait beside it; what was submitted stands."""
    user = account_of(request)
    submission = _writable(user, key)
    revision = revision_of(if_match)
    if submission.draft is None:
        raise Http404
    actions.discard_draft(actor=user, submission=submission, revision=revision)
    return Status(204, None)


@router.post("/{uuid:key}/files", response={201: AttachmentOut}, summary="Add a file to a field", **WRITE_ONE)
def add_file(
    request: HttpRequest, response: HttpResponse, key: uuid.UUID, field: FieldCode, file: File[UploadedFile], if_match: IfMatch = ""
) -> Status[AttachmentOut]:
    """What it is follows from its content; its name must agree. It stands in the draft at once, which is a new revision."""
    user = account_of(request)
    submission = _writable(user, key)
    attachment = actions.attach(actor=user, submission=submission, code=field, upload=file, revision=revision_of(if_match))
    response["Location"] = reverse("api:get_file", args=[key, attachment.file_id])
    say_revision(response, found(user, key))
    return Status(201, present_file(attachment))


@router.get("/{uuid:key}/files/{uuid:file}", response={200: bytes}, summary="The content of a file", **READ_FILE)
def get_file(request: HttpRequest, key: uuid.UUID, file: uuid.UUID) -> HttpResponseBase:
    """For those who may read the answer that it is. It never changes, and neither does its `ETag`."""
    user = account_of(request)
    attachment = queries.file_of(user, found(user, key), file)
    if attachment is None:
        raise Http404
    stored = attachment.file
    etag = f'"{stored.sha256}"'
    if "If-None-Match" in request.headers and (nothing_new := get_conditional_response(request, etag=etag)) is not None:
        return nothing_new
    answer = given_out(stored)
    answer["ETag"] = etag
    return answer


@router.delete("/{uuid:key}/files/{uuid:file}", response={204: None}, summary="Remove a file from a draft", **WRITE_ONE)
def remove_file(request: HttpRequest, response: HttpResponse, key: uuid.UUID, file: uuid.UUID, if_match: IfMatch = "") -> Status[None]:
    user = account_of(request)
    submission = _writable(user, key)
    revision = revision_of(if_match)
    if all(each.file_id != file for each in submission.attachments.all()):
        raise Http404
    say_revision(response, actions.detach(actor=user, submission=submission, key=file, revision=revision))
    return Status(204, None)


def _writable(user: User, key: uuid.UUID) -> Submission:
    """The submission, for those who write it. What staff may not read, a program of theirs cannot overwrite either."""
    submission = found(user, key)
    require(user, "calls.write_answers", submission)
    return submission


def _takeable(user: User, key: uuid.UUID) -> Submission:
    """The submission, for those who take it back and put it back: whether they may is told before what their request lacks."""
    submission = found(user, key)
    require(user, "calls.withdraw", submission)
    return submission
