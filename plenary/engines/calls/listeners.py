"""What follows when something happens to a submission; and the words for this room's verbs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from plenary.engines.calls.actions.submitting import send_invitations
from plenary.engines.calls.events import CallChanged, ImportToBeTold, SubmissionChanged, SubmissionReceived
from plenary.engines.calls.models import Submission
from plenary.engines.calls.tasks import keep_reminding, look_after_drafts, send_receipt, tell_of_imported
from plenary.ground.audit.events import listen
from plenary.ground.audit.words import add_verbs

add_verbs(
    {
        "started": _("Begun"),
        "claimed": _("Claimed by an account"),
        "submitted": _("Submitted"),
        "withdrawn": _("Withdrawn"),
        "reopened": _("Put back"),
        "returned": _("Returned for changes"),
        "decided": _("Decided"),
        "undone": _("Decision undone"),
        "taken in": _("Made from a submission"),
        "taken back": _("Taken back with its submission"),
        "assigned": _("Assigned"),
        "noted": _("Note written"),
        "removed note": _("Note taken away"),
        "tagged": _("Tagged"),
        "discarded": _("Thrown away"),
        "discarded changes": _("Changes thrown away"),
        "sent link": _("Link sent"),
        "invited": _("Somebody was asked to join"),
        "joined": _("Joined"),
        "withdrew invitation": _("Invitation withdrawn"),
        "removed member": _("Taken off those who write"),
        "left": _("Left"),
        "use recorded": _("Use recorded"),
        "published use": _("Uses published"),
        "hid use": _("Uses hidden"),
        "corrected address": _("Address corrected"),
        "hidden": _("Hidden from the public"),
        "published form": _("Form published"),
        "removed form": _("Form taken out of force"),
        "moved deadline": _("Deadline moved"),
        "changed phase": _("Phase changed"),
        "added phase": _("Phase added"),
        "removed phase": _("Phase removed"),
        "made code": _("Code made"),
        "revoked code": _("Code revoked"),
        "used code": _("Code used"),
        "done together": _("Done together"),
        "undone together": _("Undone together"),
        "exported": _("Taken home as a file"),
    }
)


@listen(ImportToBeTold)
def tell_others(event: ImportToBeTold) -> None:
    """Staff said at the import that focal points and people named are to be told."""
    tell_of_imported.enqueue(event.call, event.first, event.last)


@listen(SubmissionReceived)
def confirm(event: SubmissionReceived) -> None:
    """Send the receipt, and ask those to join whom the form names for it."""
    submission = Submission.objects.get(pk=event.submission)
    if submission.origin != Submission.Origin.IMPORT:
        send_receipt.enqueue(event.submission)
        send_invitations(submission)


@listen(SubmissionChanged)
def confirm_to_the_right_one(event: SubmissionChanged) -> None:
    """The address of the contributor was put right: the receipt had gone astray."""
    if event.verb == "corrected address":
        submission = Submission.objects.get(pk=event.submission)
        if submission.number is not None and submission.email and submission.origin != Submission.Origin.IMPORT:
            send_receipt.enqueue(event.submission, again=True)


#: After these something is not handed in, or can be changed: somebody may have to be reminded of it.
_UNFINISHED = ("submitted", "returned", "reopened", "restored", "undone")


@listen(SubmissionChanged)
def keep_drafts_in_view(event: SubmissionChanged) -> None:
    """A draft was begun: somebody may have to be reminded of it, and it is not kept for ever."""
    if event.verb == "started":
        look_after_drafts()
    elif event.verb in _UNFINISHED:
        keep_reminding()


@listen(CallChanged)
def keep_deadlines_in_view(event: CallChanged) -> None:
    """A deadline may have moved: what is unfinished has a new one."""
    keep_reminding()
