"""What is done for submissions in the background: receipts with their document, copies for focal points, reminders, long work on many."""

from __future__ import annotations

import io
import time
import uuid
from datetime import timedelta

import structlog
from django.core.files.base import File
from django.db.models import Q
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from plenary.engines.calls.actions.forgetting import forget_old_drafts
from plenary.engines.calls.actions.together import go_on, note_broken
from plenary.engines.calls.documents import submission_pdf
from plenary.engines.calls.mails import absolute, mail, recipients
from plenary.engines.calls.models import Phase, Submission
from plenary.engines.calls.queries.focal import focal_points_of, hidden_from_focal_points
from plenary.engines.calls.windows import window_for
from plenary.errors import NotAllowed
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.files.actions import store
from plenary.ground.files.models import StoredFile
from plenary.ground.files.typesetting import CannotTypeset
from plenary.ground.people.models import User

log = structlog.get_logger(__name__)
#: How long before its close a call reminds of unfinished drafts, and how often that is looked at.
BEFORE = timedelta(days=3)
EVERY = timedelta(minutes=30)
#: How often it is looked at which drafts are to be removed.
DAILY = timedelta(days=1)
#: Seconds between two parts of long work. SQLite looks every tenth of a second whether it may write: then others have their turn.
TURN = 0.15


@task(queue_name="documents")
def send_receipt(key: str) -> int:
    """Confirm a submission by mail, with its document; and give a copy to its country's focal points. How many mails."""
    submission = Submission.objects.select_related("call__edition", "form", "owner", "country", "late").filter(pk=key).first()
    if submission is None or submission.number is None:
        return 0
    sent = 0
    documents: dict[str, tuple[StoredFile, ...]] = {}
    for address, language in recipients(submission):
        if language not in documents:
            documents[language] = _document(submission, language)
        sent += len(mail("calls-receipt", submission, to=address, language=language, attachments=documents[language]))
    if submission.shared_with_focal_point and submission.country is not None:
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
    """Remind those whose call closes soon of what they have not handed in, once each; then look again later. How many mails."""
    now = timezone.now()
    closing = Phase.objects.filter(kind=Phase.Kind.COLLECT, closes_at__gt=now, closes_at__lte=now + BEFORE).values("call")
    drafts = (
        Submission.objects.filter(
            Q(state=Submission.State.DRAFT) | Q(state=Submission.State.SUBMITTED, draft__isnull=False), call__in=closing, reminded_at=None
        )
        .filter(deleted_at=None, created_at__lt=now - timedelta(hours=12))
        .select_related("call__edition", "form", "owner", "late")
    )
    sent = 0
    for submission in drafts.iterator(chunk_size=200):
        if not window_for(submission, now).is_open:
            continue
        # Noted first: should the worker die in between, nobody is reminded twice.
        if Submission.objects.filter(pk=submission.pk, reminded_at=None).update(reminded_at=now):
            sent += len(mail("calls-reminder", submission))
    if Submission.objects.filter(state=Submission.State.DRAFT, deleted_at=None).exists():
        remind.using(run_after=now + EVERY).enqueue()
    return sent


@task()
def forget() -> int:
    """Remove drafts for good that were thrown away, or left without an account, long ago; then look again tomorrow. How many."""
    forgotten = forget_old_drafts()
    if Submission.objects.filter(state=Submission.State.DRAFT).exists():
        forget.using(run_after=timezone.now() + DAILY).enqueue()
    return forgotten


def look_after_drafts() -> None:
    """Have drafts reminded of, and removed in time, unless that is arranged already."""
    for each, pause in ((remind, EVERY), (forget, DAILY)):
        if not DBTaskResult.objects.filter(task_path=each.module_path, status="READY").exists():
            each.using(run_after=timezone.now() + pause).enqueue()
