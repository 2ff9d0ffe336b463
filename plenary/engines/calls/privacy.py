"""What this room exports and erases of a person: what they submitted, drafted, joined and were asked to join."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.models import Invitation, Note, Submission
from plenary.engines.calls.models.submissions import ERASED
from plenary.ground.audit.actions import erase_payloads_of
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.files.actions import purge
from plenary.ground.messages.models import OutboxMessage
from plenary.ground.people.privacy import Subject, register

KIND = "calls.submission"
#: Kinds of answers that name somebody or lead to them.
_PERSONAL = ("person", "email", "phone", "image")


def _own(subject: Subject) -> QuerySet[Submission]:
    by_address = Q(email__in=subject.emails, owner=None) if subject.emails else Q(pk__in=[])
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
                "files": [file.file.name for file in each.attachments.select_related("file")],
            }
            for each in _own(subject).order_by("created_at")
        ],
        "joined": [each.reference for each in joined],
        "asked_to_join": [
            each.submission.reference for each in Invitation.objects.filter(email__in=subject.emails).select_related("submission__call__edition")
        ],
    }


def _erase(subject: Subject) -> None:
    """Drafts go whole. Of what was handed in the answers about the work stay, without those that name somebody."""
    for submission in _own(subject):
        form = submission.form.form
        private = _names_somebody(form)
        for attachment in submission.attachments.select_related("file"):
            if submission.number is None or attachment.field in private:
                purge(actor=SYSTEM, file=attachment.file)
        erase_payloads_of(subjects=[(KIND, str(submission.pk))])
        OutboxMessage.objects.filter(about_kind=KIND, about_key=str(submission.pk)).delete()
        submission.invitations.all().delete()
        submission.notes.all().delete()
        if submission.number is None:
            submission.delete()
            continue
        submission.answers = {code: answer for code, answer in submission.answers.items() if code not in private}
        submission.draft, submission.owner, submission.email, submission.secret, submission.message = None, None, "", "", ""
        submission.entered_by = submission.entered_by or ERASED
        submission.save()
    Invitation.objects.filter(email__in=subject.emails).delete()
    if subject.user is not None:
        for joined in Submission.objects.filter(members=subject.user):
            joined.members.remove(subject.user)
        Note.objects.filter(author=subject.user).update(author=None)


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
