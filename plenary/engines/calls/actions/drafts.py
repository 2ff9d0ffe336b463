"""Drafts: starting, saving as one types, sharing, files, throwing away. What was saved is on disk, however wrong it is."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plenary.engines.calls.actions.common import State, locked, require_latest, tell
from plenary.engines.calls.actions.late import hold_code
from plenary.engines.calls.form.carrying import is_set_aside, place_of
from plenary.engines.calls.form.checking import check_file
from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.form.posted import too_long
from plenary.engines.calls.form.signs import as_written, seen_digest
from plenary.engines.calls.form.values import Wrong, mail_address
from plenary.engines.calls.holders import new_secret, secret_of
from plenary.engines.calls.mails import absolute, mail
from plenary.engines.calls.models import Attachment, Call, FormVersion, Invitation, LateCode, Submission
from plenary.engines.calls.models.submissions import digest
from plenary.engines.calls.queries import form_in_force, form_to_answer, written_for
from plenary.engines.calls.windows import window_for
from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actors import SYSTEM, Actor, may, require
from plenary.ground.files.actions import delete as delete_file
from plenary.ground.files.actions import purge, store
from plenary.ground.files.kinds import MEGABYTE, Limits
from plenary.ground.files.models import StoredFile
from plenary.ground.people.models import User

#: Co-submitters of one submission, and addresses that were ever asked to join it.
MOST_MEMBERS, MOST_ASKED = 20, 60


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving did. conflicts: by field, what somebody else wrote meanwhile; those fields were left as they wrote them."""

    submission: Submission
    conflicts: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, list[str]] = field(default_factory=dict)


class Full(Invalid):
    """A field has as many files as it takes."""


@transaction.atomic
def start_draft(
    *,
    actor: Actor,
    call: Call,
    answers: Mapping[str, Any] | None = None,
    language: str = "en",
    origin: str = Submission.Origin.SITE,
    late: LateCode | None = None,
    copied_from: Submission | None = None,
    begun_with: int | None = None,
) -> tuple[Submission, str]:
    """Begin to answer a call. Gives the draft and, for an actor without an account, the secret that opens it; else "".

    begun_with: the version of the form that its writer saw, where it is not the one in force.

    Raises: Conflict where the call has no form; Invalid where it is for invited people and there is no code, or where the
    code has no use left.
    """
    form = form_in_force(call)
    if form is None:
        raise Conflict(_("This call cannot be answered on this site."))
    if call.audience == Call.Audience.INVITED and late is None and not may(actor, "calls.decide", call):
        raise Invalid({"": [_("This call is for those who were invited. Use the code that you were sent.")]})
    late = hold_code(late) if late is not None else None
    owner = actor if isinstance(actor, User) else None
    key = uuid.uuid4()
    secret = "" if owner else secret_of(key)
    kept, _problems = _storable(form.form, answers or {})
    submission = Submission.objects.create(
        id=key,
        call=call,
        form=form,
        draft=kept,
        begun_with=begun_with or form.number,
        drafted_with=form.number,
        revision=1,
        language=language,
        origin=origin,
        owner=owner,
        secret=digest(secret) if secret else "",
        late=late,
        copied_from=copied_from,
        saved_at=timezone.now(),
    )
    # Asked only now: from here on whoever wants to hide the call waits for this draft, and finds it.
    if not Call.objects.filter(pk=call.pk, published_at__isnull=False).exists():
        raise Conflict(_("This call is not published yet, so nobody can answer it."))
    tell(actor, submission, "started")
    return submission, secret


@transaction.atomic
def save_draft(
    *, actor: Actor, submission: Submission, answers: Mapping[str, Any], seen: Mapping[str, str] | None = None, revision: int | None = None, language: str = ""
) -> Saved:
    """Keep what was written so far.

    answers: by code, only what is to change. seen: by code, the sign (``seen_digest``) of what the writer started from;
    a field that somebody else has changed since stays as they wrote it, and is told, unless both wrote the same.
    revision: for programs, which must have seen the latest; they save all or nothing.
    Raises: Stale where the revision is not the latest; Conflict where the submission can no longer be changed.
    """
    submission = locked(submission)
    require(actor, "calls.write_answers", submission)
    require_latest(submission, revision)
    _require_editable(actor, submission)
    form = form_to_answer(submission)
    current = written_for(submission, form)
    kept, problems = _storable(form.form, answers)
    conflicts: dict[str, Any] = {}
    changed: dict[str, Any] = {}
    for code, answer in kept.items():
        mine, theirs = seen_digest(answer), seen_digest(current.get(code))
        base = (seen or {}).get(code)
        if mine in (theirs, base):  # the same, or not touched by this writer
            continue
        if base is not None and theirs != base and not is_set_aside(code):
            conflicts[code] = current.get(code)
            continue
        changed[code] = answer
    is_older = submission.draft is not None and (submission.drafted_with or submission.form.number) != form.number
    if changed or is_older:
        _write(submission, form, {**current, **changed})
        submission.language = language or submission.language
        submission.save(update_fields=[*_WRITTEN, "language"])
    return Saved(submission, conflicts, problems)


#: What writing a draft changes.
_WRITTEN = ("draft", "revision", "saved_at", "form", "begun_with", "drafted_with")


def _write(submission: Submission, form: FormVersion, answers: Mapping[str, Any]) -> None:
    """Make these the answers of the draft, written with this form."""
    submission.begun_with = submission.begun_with or submission.form.number
    submission.drafted_with = form.number
    submission.draft = {code: answer for code, answer in answers.items() if as_written(answer) is not None}
    submission.revision += 1
    submission.saved_at = timezone.now()
    if not submission.number:
        submission.form = form


def _storable(form: Definition, answers: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The answers that a draft keeps, and what is said of the others."""
    kept: dict[str, Any] = {}
    problems: dict[str, list[str]] = {}
    for code, answer in answers.items():
        if code not in form.by_code and not is_set_aside(code):
            continue
        over = too_long(answer)
        if over:
            problems[code if code in form.by_code else ""] = [
                ngettext("This is too long to be kept; shorten it by %(n)s character.", "This is too long to be kept; shorten it by %(n)s characters.", over)
                % {"n": over}
            ]
        else:
            kept[code] = answer
    return kept, problems


def _require_editable(actor: Actor, submission: Submission) -> None:
    """Raises: Conflict where it can no longer be changed. A draft can be written on after the close, so that nothing typed is lost."""
    if submission.deleted_at is not None:
        raise Conflict(_("This draft was thrown away. Bring it back first."))
    if submission.state == State.DRAFT or may(actor, "calls.decide", submission):
        return
    if submission.state not in (State.SUBMITTED, State.RETURNED) or not window_for(submission).is_open:
        raise Conflict(_("This submission can no longer be changed: it is “%(state)s” and its time is over.") % {"state": submission.get_state_display()})


@transaction.atomic
def claim(*, actor: Actor, submission: Submission, secret: str) -> Submission:
    """Make a draft that was begun without an account the actor's own; its secret opens nothing any more.

    Raises: NotAllowed with a wrong secret; Conflict where somebody else has claimed it.
    """
    submission = locked(submission)
    if not isinstance(actor, User) or not submission.secret or submission.secret != digest(secret):
        raise NotAllowed("calls.claim")
    if submission.owner_id == actor.pk:
        return submission
    if submission.is_claimed:
        raise Conflict(_("This draft belongs to another account by now."))
    submission.owner, submission.secret = actor, ""
    submission.save(update_fields=["owner", "secret"])
    tell(actor, submission, "claimed")
    return submission


@transaction.atomic
def send_link(*, actor: Actor, submission: Submission, secret: str, email: str) -> None:
    """Send the address of an unclaimed draft to its writer. Raises: Invalid for a bad address."""
    submission = locked(submission)
    require(actor, "calls.write_answers", submission)
    email = _mailed_to(email)
    path = reverse("calls:answer", args=[secret]) if secret else reverse("calls:answer", args=[submission.pk])
    mail("calls-draft-link", submission, to=email, values={"link": absolute(path)})
    if not submission.is_claimed:  # of a claimed one the address is known, or that of somebody else
        submission.email = email
        submission.save(update_fields=["email"])
    tell(actor, submission, "sent link")


@transaction.atomic
def discard_draft(*, actor: Actor, submission: Submission, revision: int | None = None) -> Submission:
    """Throw a draft away, or the changes to what was submitted; staff can bring a draft back until it is forgotten (``forgetting``)."""
    submission = locked(submission)
    require(actor, "calls.discard", submission)
    require_latest(submission, revision)
    if submission.number:
        submission.draft = submission.begun_with = submission.drafted_with = None
        submission.revision += 1
        submission.save(update_fields=["draft", "begun_with", "drafted_with", "revision"])
        tell(actor, submission, "discarded changes")
    elif submission.deleted_at is None:
        submission.deleted_at = timezone.now()
        submission.save(update_fields=["deleted_at"])
        tell(actor, submission, "discarded")
    return submission


@transaction.atomic
def restore_draft(*, actor: Actor, submission: Submission) -> Submission:
    """Bring a draft back that was thrown away."""
    submission = locked(submission)
    require(actor, "calls.withdraw", submission)
    if submission.deleted_at is None:
        raise Conflict(_("This draft was not thrown away."))
    submission.deleted_at = None
    submission.save(update_fields=["deleted_at"])
    tell(actor, submission, "restored")
    return submission


@transaction.atomic
def copy_to(*, actor: Actor, submission: Submission, call: Call, late: LateCode | None = None) -> Submission:
    """Begin a draft in another call, or the next edition's, with the answers that its form asks for too.

    A field of the same code and kind takes the answer over, else one that becomes the same. Files are added anew.
    """
    require(actor, "calls.copy", submission)
    form = form_in_force(call)
    if form is None:
        raise Conflict(_("This call cannot be answered on this site."))
    given, source = submission.shown_answers, submission.form.form
    taken: dict[str, Any] = {}
    for target in form.form:
        same = source.by_code.get(target.code)
        match = same if same is not None and same.kind == target.kind else source.by_role.get(target.becomes) if target.becomes else None
        if match is not None and match.code in given and target.kind not in ("file", "image", "consent"):
            taken[target.code] = given[match.code]
    made, _secret = start_draft(actor=actor, call=call, answers=taken, language=submission.language, late=late, copied_from=submission)
    return made


# ---- files ----------------------------------------------------------------------------------------------------------


def attach(*, actor: Actor, submission: Submission, code: str, upload: UploadedFile | File, revision: int | None = None) -> Attachment:
    """Add a file to a field, once its content was looked at. revision: for programs, the one that they saw.

    Raises: Invalid at the field's code, where the file is not what is asked for; Full where there are too many; Stale.
    """
    require(actor, "calls.write_answers", submission)
    require_latest(submission, revision)
    form = form_to_answer(submission)
    asked_for = form.form.by_code.get(code)
    if asked_for is None or asked_for.kind not in ("file", "image"):
        raise Invalid({code: [_("No file is asked for here.")]})
    _require_editable(actor, submission)
    held = set(submission.attachments.filter(field=code, file__deleted_at=None).values_list("file_id", flat=True))
    answer = _keys(written_for(submission, form).get(code))
    if len([key for key in answer if key in {str(each) for each in held}]) >= asked_for.most:
        raise Full(
            {code: [ngettext("At most %(n)s file can be added here.", "At most %(n)s files can be added here.", asked_for.most) % {"n": asked_for.most}]}
        )
    limits = Limits(size=asked_for.megabytes * MEGABYTE, kinds=asked_for.media_types)
    try:
        stored = store(actor=actor, upload=upload, limits=limits)
    except Invalid as error:
        raise Invalid({code: [sentence for sentences in error.problems.values() for sentence in sentences]}) from error
    try:
        check_file(asked_for, stored.kind, stored.size, stored.width, stored.height)
    except Wrong as wrong:
        purge(actor=SYSTEM, file=stored)
        raise Invalid({code: wrong.sentences}) from wrong
    try:
        return _add(actor, submission, code, stored, revision)
    except Conflict:
        purge(actor=SYSTEM, file=stored)  # somebody was faster; nothing names it
        raise


@transaction.atomic
def _add(actor: Actor, submission: Submission, code: str, stored: StoredFile, revision: int | None) -> Attachment:
    fresh = locked(submission)
    require_latest(fresh, revision)
    _require_editable(actor, fresh)
    attachment = Attachment.objects.create(submission=fresh, field=code, file=stored)
    form = form_to_answer(fresh)
    current = written_for(fresh, form)
    _write(fresh, form, {**current, code: [*_keys(current.get(code)), str(stored.pk)]})
    fresh.save(update_fields=_WRITTEN)
    return attachment


def _keys(answer: Any) -> list[Any]:
    """The files that an answer names; an answer of another shape names none."""
    return list(answer) if isinstance(answer, list) else []


@transaction.atomic
def detach(*, actor: Actor, submission: Submission, key: uuid.UUID, revision: int | None = None) -> Submission:
    """Take a file off a draft. The file itself stays while an earlier submitting names it."""
    submission = locked(submission)
    require(actor, "calls.write_answers", submission)
    require_latest(submission, revision)
    _require_editable(actor, submission)
    attachment = submission.attachments.filter(file_id=key).select_related("file").first()
    if attachment is None:
        raise Conflict(_("This file is not here any more."))
    current = dict(submission.written)
    for code, answer in submission.written.items():  # under a field that is not asked for any more, too
        if place_of(code)[0] == attachment.field and isinstance(answer, list):
            current[code] = [each for each in answer if each != str(attachment.file_id)]
    submission.draft = {code: answer for code, answer in current.items() if as_written(answer) is not None}
    submission.revision += 1
    submission.save(update_fields=["draft", "revision"])
    if str(attachment.file_id) not in _keys(submission.answers.get(attachment.field)):
        delete_file(actor=SYSTEM, file=attachment.file)
    return submission


# ---- co-submitters --------------------------------------------------------------------------------------------------


@transaction.atomic
def invite(*, actor: Actor, submission: Submission, email: str) -> Invitation:
    """Ask somebody by mail to write with the actor. Asked twice, they get a new address, and the former one is dead."""
    submission = locked(submission)
    require(actor, "calls.invite", submission)
    if not isinstance(actor, User) and not may(actor, "calls.decide", submission):
        raise Conflict(_("Sign in first: then the draft is yours, and you can ask others to join."))
    address = _mailed_to(email).lower()
    asked = submission.invitations.exclude(email=address)
    if asked.filter(withdrawn_at=None).count() >= MOST_MEMBERS or asked.count() >= MOST_ASKED:
        raise Conflict(_("No more people can be asked to join this submission."))
    secret = new_secret()
    found = submission.invitations.filter(email=address).first()
    if found is not None and found.accepted_at is not None:
        raise Conflict(_("This person has joined already."))
    link = absolute(reverse("calls:join", args=[secret]))
    mail("calls-invitation", submission, to=address, values={"link": link, "inviter": str(actor) if isinstance(actor, User) else ""})
    try:
        with transaction.atomic():
            invitation, _made = Invitation.objects.update_or_create(
                submission=submission, email=address, defaults={"secret": digest(secret), "created_at": timezone.now(), "withdrawn_at": None}
            )
    except IntegrityError as error:
        raise Conflict(_("This person was asked at this very moment.")) from error
    tell(actor, submission, "invited")
    return invitation


def _mailed_to(email: str) -> str:
    try:
        return mail_address(email)
    except Wrong as wrong:
        raise Invalid({"email": wrong.sentences}) from wrong


@transaction.atomic
def join(*, actor: Actor, secret: str) -> Submission:
    """Accept an invitation. Raises: NotAllowed where there is none; Conflict where somebody else has used it."""
    found = Invitation.objects.select_for_update(of=("self",)).select_related("submission__call__edition")
    invitation = found.filter(secret=digest(secret), withdrawn_at=None).first()
    if invitation is None or not isinstance(actor, User):
        raise NotAllowed("calls.join")
    submission = invitation.submission
    if invitation.accepted_by_id not in (None, actor.pk):
        raise Conflict(_("This invitation was used by another account."))
    if invitation.accepted_at is None:
        invitation.accepted_by, invitation.accepted_at = actor, timezone.now()
        invitation.save(update_fields=["accepted_by", "accepted_at"])
        if submission.owner_id != actor.pk:
            submission.members.add(actor)
        tell(actor, submission, "joined")
    return submission
