"""Codes for latecomers as they are used: each as often as it says, however many come at the same moment."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from plenary.engines.calls.actions.common import State, locked, tell
from plenary.engines.calls.models import LateCode, Submission
from plenary.engines.calls.windows import has_use_left, usable_code, window_for
from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actors import Actor, require


def wrong_code_sentence() -> str:
    """That a code does not let in; not why, which would help those who guess."""
    return _("This code is not valid, or no longer. Look at it once more, or ask the secretariat.")


def hold_code(code: LateCode) -> LateCode:
    """The code, held until the transaction ends: whoever else uses it waits here, and finds one use fewer.

    Raises: Invalid where it is not valid now, or has no use left.
    """
    held = LateCode.objects.select_for_update(of=("self",)).filter(pk=code.pk).first()
    if held is None or not has_use_left(held):
        raise Invalid({"code": [wrong_code_sentence()]})
    return held


@transaction.atomic
def use_code(*, actor: Actor, submission: Submission, code: str) -> Submission:
    """Open what was begun before the close with a code; it can be written and submitted as long as the code is valid.

    Nothing happens where it is open anyway. Raises: Invalid for a code that does not let in; Conflict where none would.
    """
    submission = locked(submission)
    require(actor, "calls.write_answers", submission)
    if window_for(submission).is_open:
        return submission
    if submission.state not in (State.DRAFT, State.SUBMITTED) or submission.deleted_at is not None:
        raise Conflict(_("The submission is “%(state)s”; this cannot be done from there.") % {"state": submission.get_state_display()})
    found = usable_code(submission.call, code)
    if found is None:
        raise Invalid({"code": [wrong_code_sentence()]})
    submission.late = hold_code(found)
    submission.save(update_fields=["late"])
    tell(actor, submission, "used code")
    return submission
