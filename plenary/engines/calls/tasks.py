"""What is done for submissions in the background: receipts with their document, copies for focal points, reminders, long work on many."""

from __future__ import annotations

import io
import time
import uuid
from datetime import timedelta

import structlog
from django.core.files.base import File
from django.utils import timezone
from django_tasks import task
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from plenary.engines.calls.actions.forgetting import forget_old_drafts
from plenary.engines.calls.actions.telling import tell_of_import
from plenary.engines.calls.actions.together import go_on, note_broken
from plenary.engines.calls.documents import submission_pdf
from plenary.engines.calls.mails import absolute, mail, recipients
from plenary.engines.calls.models import Call, Submission
from plenary.engines.calls.queries.focal import focal_points_of, hidden_from_focal_points
from plenary.engines.calls.reminders import take_due, unfinished
from plenary.errors import NotAllowed
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.files.actions import store
from plenary.ground.files.models import StoredFile
from plenary.ground.files.typesetting import CannotTypeset
from plenary.ground.people.models import User

log = structlog.get_logger(__name__)
#: How often is looked at who must be reminded.
EVERY = timedelta(minutes=30)
#: How often it is looked at which drafts are to be removed.
DAILY = timedelta(days=1)
#: Seconds between two parts of long work. SQLite looks every tenth of a second whether it may write: then others have their turn.
TURN = 0.15


@task(queue_name="documents")
def send_receipt(key: str, again: bool = False) -> int:
    """Confirm a submission by mail, with its document; and give a copy to its country's focal points. How many mails.

    again: to an address that was put right; the focal points have their copies.
    """
    submission = Submission.objects.select_related("call__edition", "form", "owner", "country", "late").filter(pk=key).first()
    if submission is None or submission.number is None:
        return 0
    sent = 0
    documents: dict[str, tuple[StoredFile, ...]] = {}
    for address, language in recipients(submission):
        if language not in documents:
            documents[language] = _document(submission, language)
        sent += len(mail("calls-receipt", submission, to=address, language=language, attachments=documents[language]))
    if submission.shared_with_focal_point and submission.country is not None and not again:
        path = f"/calls/countries/{submission.country.code}/{submission.pk}/"
        copies: dict[str, tuple[StoredFile, ...]] = {}
        for user in focal_points_of(submission.country.code):
            language = user.language or "en"
            if language not in copies:
                copies[language] = _document(submission, language, hidden=hidden_from_focal_points(submission.form.form))
            sent += len(mail("calls-copy", submission, to=user.email, language=language, values={"link": absolute(path)}, attachments=copies[language]))
    return sent


def _document(submission: Submission, language: str, *, hidden: frozenset[str] = frozenset()) -> tuple[StoredFile, ...]:
    """The submission as PDF; none where this machine cannot make it: the mail leads to the page all the same."""
    try:
        content = submission_pdf(submission, language, submission.saved_at, hidden=hidden)
    except CannotTypeset as error:
        log.warning("calls.no_document", submission=str(submission.pk), language=language, reason=str(error)[:300])
        return ()
    name = f"{submission.reference.replace('/', '-')}.pdf"
    return (store(actor=SYSTEM, upload=File(io.BytesIO(content), name=name)),)


@task()
def tell_of_imported(call: str, first: int, last: int) -> int:
    """Tell focal points and the people named of what was imported to a call; how many mails."""
    edition, _slash, slug = call.partition("/")
    found = Call.objects.select_related("edition").get(edition__code=edition, slug=slug)
    return tell_of_import(actor=SYSTEM, call=found, first=first, last=last)


@task()
def work_together(batch: str, user: int) -> int:
    """Do to many submissions what was begun, or undo it, part by part; in how many parts. Its page tells how far it is."""
    key, parts = uuid.UUID(batch), 0
    actor = User.objects.filter(pk=user, is_active=True).first()
    try:
        if actor is None:
            raise NotAllowed("calls.decide")
        while go_on(actor=actor, batch=key):
            parts += 1
            time.sleep(TURN)
    except NotAllowed:  # the role ended meanwhile; somebody else can go on
        note_broken(key)
    except Exception:
        note_broken(key)
        raise
    return parts + 1


@task()
def remind() -> int:
    """Remind those whose time is nearly over of what they have not handed in; then look again later. How many mails."""
    sent = 0
    try:
        for reminder in take_due():
            try:
                sent += reminder.send()
            except Exception:
                log.exception("calls.not_reminded", submission=str(reminder.submissions[0].pk))
    finally:
        keep_reminding()
    return sent


@task()
def forget() -> int:
    """Remove drafts for good that were thrown away, or left without an account, long ago; then look again tomorrow. How many."""
    forgotten = forget_old_drafts()
    if Submission.objects.filter(state=Submission.State.DRAFT).exists():
        forget.using(run_after=timezone.now() + DAILY).enqueue()
    return forgotten


def keep_reminding() -> None:
    """Have what is unfinished looked after while there is any, unless that is arranged already."""
    if not _is_arranged(remind) and unfinished().exists():
        remind.using(run_after=timezone.now() + EVERY).enqueue()


def look_after_drafts() -> None:
    """Have drafts reminded of, and removed in time, unless that is arranged already."""
    keep_reminding()
    if not _is_arranged(forget):
        forget.using(run_after=timezone.now() + DAILY).enqueue()


def _is_arranged(each: Task[[], int]) -> bool:
    return DBTaskResult.objects.filter(task_path=each.module_path, status="READY").exists()


#: What the worker sees to when it starts.
arrange = look_after_drafts
