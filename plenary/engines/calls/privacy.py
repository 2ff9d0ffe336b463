"""What this room exports and erases of a person: what they submitted, drafted, joined and were asked to join."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from plenary.engines.calls.actions.forgetting import forget_draft, forget_words, remove_files
from plenary.engines.calls.actions.submitting import read_roles
from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.holders import Holder
from plenary.engines.calls.models import Attachment, Invitation, Note, Submission
from plenary.engines.calls.models.submissions import ERASED
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.people.privacy import Subject, register

#: Kinds of answers that name somebody or lead to them.
_PERSONAL = ("person", "email", "phone", "image")


def _own(subject: Subject) -> QuerySet[Submission]:
    by_address = Q(pk__in=[])
    for email in subject.emails:  # typed by hand, capitals and all
        by_address |= Q(email__iexact=email, owner=None)
    by_account = Q(owner=subject.user) if subject.user else Q(pk__in=[])
    return Submission.objects.filter(by_account | by_address).select_related("call__edition", "form")


def _export(subject: Subject) -> dict[str, Any]:
    joined = Submission.objects.filter(members=subject.user).select_related("call__edition") if subject.user else []
    return {
        "submissions": [
            {
                "reference": each.reference,
                "state": each.state,
                "answers": each.answers,
                "draft": each.draft,
                "begun_at": each.created_at,
                "submitted_at": each.submitted_at,
                "files": [_told(file) for file in each.attachments.select_related("file")],
            }
            for each in _own(subject).order_by("created_at")
        ],
        "joined": [each.reference for each in joined],
        "asked_to_join": [
            each.submission.reference for each in Invitation.objects.filter(email__in=subject.emails).select_related("submission__call__edition")
        ],
    }


def _told(attachment: Attachment) -> dict[str, Any]:
    file = attachment.file
    return {
        "name": file.name,
        "kind": file.kind,
        "size": file.size,
        "at": file.uploaded_at,
        "removed_at": file.deleted_at,
        "address": reverse("calls:file", args=[attachment.submission_id, file.pk]),
    }


def _erase(subject: Subject) -> None:
    """Drafts go whole. Of what was handed in the answers about the work stay, without those that name somebody and without files."""
    for submission in _own(subject):
        if submission.number is None:
            forget_draft(actor=SYSTEM, submission=submission)
            continue
        form = submission.form.form
        private = _names_somebody(form)
        theirs = {*subject.trail_ids, Holder(submission.pk).trail_id}
        attachments = submission.attachments.filter(file__is_public=False).select_related("file")
        gone = [each.file for each in attachments if each.field in private or each.file.uploaded_by in theirs or each.file.deleted_at]
        keys = {str(each.pk) for each in gone}
        remove_files(gone)
        forget_words(submission)
        submission.invitations.all().delete()
        submission.notes.all().delete()
        answers = {code: _without(answer, keys) for code, answer in submission.answers.items() if code not in private}
        submission.answers = {code: answer for code, answer in answers.items() if answer != []}
        read_roles(submission, form)  # a title that was somebody's name goes with it
        submission.draft, submission.owner, submission.email, submission.secret, submission.message = None, None, "", "", ""
        submission.set_aside = None
        submission.entered_by = submission.entered_by or ERASED
        submission.save()
    Invitation.objects.filter(email__in=subject.emails).delete()
    if subject.user is not None:
        for joined in Submission.objects.filter(members=subject.user):
            joined.members.remove(subject.user)
        Note.objects.filter(author=subject.user).update(author=None)


def _without(answer: Any, keys: set[str]) -> Any:
    return [each for each in answer if str(each) not in keys] if isinstance(answer, list) else answer


def _names_somebody(form: Definition) -> frozenset[str]:
    """The codes of the fields whose answers name somebody, or are for the secretariat alone."""
    return frozenset(field.code for field in form if field.private or field.kind in _PERSONAL)


register(
    "calls",
    export=_export,
    erase=_erase,
    keeps=_(
        "What you submitted to a call stays as part of its record, without your name, address and private answers; drafts you never submitted are deleted."
    ),
)
