"""How submissions look to programs: all of one's own; to staff what was handed in, private answers only to those who decide."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import Http404, HttpResponse
from django.urls import reverse
from ninja import Schema
from pydantic import Field

from plenary.engines.calls import queries
from plenary.engines.calls.actions.deciding import open_decisions
from plenary.engines.calls.actions.submitting import check_answers
from plenary.engines.calls.models import Attachment, Decision, IntakeResult, Submission
from plenary.engines.calls.windows import window_for
from plenary.ground.audit.actors import may
from plenary.ground.people.models import User

Answers = dict[str, Any]
State = Literal["draft", "submitted", "returned", "accepted", "declined", "withdrawn"]


class AttachmentOut(Schema):
    """A file given as the answer to a field."""

    key: uuid.UUID = Field(description="Stands in the answer to the field.")
    address: str = Field(description="Where its content is, for the same token.")
    field: str
    name: str
    kind: str = Field(description="Media type, found in the content.")
    size: int = Field(description="In bytes.")
    width: int | None
    height: int | None


class DecisionOut(Schema):
    """A decision that stands."""

    decision: str = Field(description="One of the call's, or `declined`.")
    at: datetime


class RecordOut(Schema):
    """What a submission became."""

    kind: str
    key: str
    page: str = Field(description="Address on this site; empty where it has no page.")


class ContributorOut(Schema):
    """Who submitted."""

    name: str
    email: str


class StaffOut(Schema):
    """What only staff reads of a submission."""

    decisions: list[DecisionOut]
    open_decisions: list[str] = Field(description="Which can be taken now, in the call's order; empty for those who do not decide.")
    records: list[RecordOut]
    tags: list[str]
    contributor: ContributorOut | None = Field(description="Null for those who do not decide, and where nobody is known.")


class SubmissionOut(Schema):
    """An answer to a call, from its first word to what became of it."""

    id: uuid.UUID
    reference: str = Field(description="What receipts call it, such as `2021/prizes/17`.")
    call: str = Field(description="Edition and slug, such as `2021/prizes`.")
    state: State
    origin: str = Field(description="How it came: site, api, paper, mail or import.")
    language: str = Field(description="In which its contributor reads mails.")
    title: str
    form: int = Field(description="Version of the form that was answered.")
    revision: int = Field(description="Counts changes of answers and state. Send it back in `If-Match` with the next change.")
    answers: Answers | None = Field(description="By field, as submitted; null while nothing was, or where you may not read them.")
    draft: Answers | None = Field(
        description="By field, what is written and not submitted yet, as it was written; null where there is none. "
        "What the form in force does not ask for any more stands under `field@version`, and is not submitted."
    )
    problems: dict[str, list[str]] | None = Field(
        description="What keeps the draft from being submitted, in sentences by field, or by field and piece or language such as "
        "`organisation.website` and `summary.fr`; null in lists, and where there is no draft."
    )
    files: list[AttachmentOut]
    is_open: bool = Field(description="Whether it can be submitted now.")
    closes_at: datetime | None = Field(description="Until when, where it is open; null: no end.")
    message: str = Field(description="From the secretariat to the contributor.")
    created_at: datetime
    saved_at: datetime
    submitted_at: datetime | None = Field(description="First.")
    page: str = Field(description="Address of its page on this site.")
    staff: StaffOut | None = Field(description="Null for all but staff.")


def _along() -> list[str | Prefetch]:
    """What is read along with submissions, in as many statements for a thousand as for one."""
    return [
        "members",
        "call__phases",
        "tags",
        Prefetch("attachments", Attachment.objects.filter(file__deleted_at=None).select_related("file")),
        Prefetch("decisions", Decision.objects.filter(undone_at=None).order_by("at", "pk")),
        Prefetch("results", IntakeResult.objects.filter(retracted_at=None).order_by("pk")),
    ]


def with_all(submissions: QuerySet[Submission]) -> QuerySet[Submission]:
    """Those not thrown away, with all that is presented of them."""
    return submissions.filter(deleted_at=None).prefetch_related(*_along())


def found(actor: User, key: uuid.UUID) -> Submission:
    """The submission, for those who may see it; to all others it is not there. Raises: Http404."""
    try:
        submission = queries.submission_for(actor, key)
    except Submission.DoesNotExist as error:
        raise Http404 from error
    if submission.deleted_at is not None:
        raise Http404
    prefetch_related_objects([submission], *_along())
    return submission


def is_own(actor: User, submission: Submission) -> bool:
    """Whether the actor wrote it, alone or with others."""
    return submission.owner_id == actor.pk or any(each.pk == actor.pk for each in submission.members.all())


def present(actor: User, submission: Submission, *, check: bool = False) -> SubmissionOut:
    """The submission as the actor reads it. check: also what keeps its draft from being submitted."""
    own = is_own(actor, submission)
    decides = may(actor, "calls.decide", submission)
    answers: Answers | None = submission.answers if submission.number else None
    # What nobody handed in is nobody else's to read, unless staff typed it in.
    draft: Answers | None = submission.draft if own or (submission.is_entered and decides) else None
    if not own and not decides and answers is not None:
        answers = without_private(submission, answers)
    window = window_for(submission)
    problems = None
    if check and draft is not None:
        form = queries.form_to_answer(submission)
        draft = queries.written_for(submission, form)
        problems = check_answers(submission, form, draft).problems
    return SubmissionOut(
        id=submission.pk,
        reference=submission.reference,
        call=str(submission.call),
        state=submission.state,  # type: ignore[arg-type]
        origin=submission.origin,
        language=submission.language,
        title=submission.title,
        form=submission.form.number,
        revision=submission.revision,
        answers=answers,
        draft=draft,
        problems=problems,
        files=_files(submission, (answers or {}, draft or {})),
        is_open=window.is_open,
        closes_at=window.closes_at if window.is_open else None,
        message=submission.message,
        created_at=submission.created_at,
        saved_at=submission.saved_at,
        submitted_at=submission.submitted_at,
        page=reverse("calls:submission", args=[submission.pk]),
        staff=_staff(submission, decides=decides) if may(actor, "calls.view_submissions", submission) else None,
    )


def without_private(submission: Submission, answers: Mapping[str, Any]) -> Answers:
    """The answers that are not for those who decide alone. A field that its form does not know counts as private."""
    fields = submission.form.form.by_code
    return {code: answer for code, answer in answers.items() if code in fields and not fields[code].is_for_deciders}


def _files(submission: Submission, shown: Iterable[Mapping[str, Any]]) -> list[AttachmentOut]:
    """Those that the answers shown name."""
    named = {str(each) for answers in shown for answer in answers.values() if isinstance(answer, list) for each in answer}
    return [present_file(each) for each in submission.attachments.all() if str(each.file_id) in named]


def present_file(attachment: Attachment) -> AttachmentOut:
    """A file as programs see it."""
    file = attachment.file
    return AttachmentOut(
        key=file.pk,
        address=reverse("api:get_file", args=[attachment.submission_id, file.pk]),
        field=attachment.field,
        name=file.name,
        kind=file.kind,
        size=file.size,
        width=file.width,
        height=file.height,
    )


def _staff(submission: Submission, *, decides: bool) -> StaffOut:
    owner = submission.owner
    contributor = None
    if decides and owner is not None:
        contributor = ContributorOut(name=str(owner), email=owner.email)
    elif decides and submission.email:
        contributor = ContributorOut(name="", email=submission.email)
    return StaffOut(
        decisions=[DecisionOut(decision=each.code, at=each.at) for each in submission.decisions.all()],
        open_decisions=open_decisions(submission, [each.code for each in submission.decisions.all()]) if decides else [],
        records=[RecordOut(kind=each.kind, key=each.key, page=each.path) for each in submission.results.all()],
        tags=[each.name for each in submission.tags.all()],
        contributor=contributor,
    )


def say_revision(response: HttpResponse, submission: Submission, told: SubmissionOut | None = None) -> None:
    """Tell the revision in the header by which programs send it back.

    told: what is answered. Its digest follows the revision, since time, tags and a new form change what is told, too.
    """
    digest = f"-{hashlib.sha256(told.model_dump_json().encode()).hexdigest()[:16]}" if told else ""
    response["ETag"] = f'"{submission.revision}{digest}"'


def answered(user: User, key: uuid.UUID, response: HttpResponse) -> SubmissionOut:
    """The submission as it stands now, with its revision in the header."""
    submission = found(user, key)
    told = present(user, submission, check=True)
    say_revision(response, submission, told)
    return told
