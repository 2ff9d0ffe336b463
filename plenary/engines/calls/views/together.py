"""Those who write a submission together: taking somebody off, withdrawing an invitation, leaving."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from plenary.engines.calls import actions
from plenary.engines.calls.models import Invitation
from plenary.engines.calls.views.access import Access, access_to
from plenary.errors import Conflict
from plenary.ground.audit.actors import may
from plenary.ground.people.access import require_account
from plenary.ground.people.models import User


def writers_of(access: Access) -> dict[str, Any]:
    """What ``parts/together.html`` shows: to those who invite whom they asked, to those who joined how to leave."""
    submission, actor = access.submission, access.actor
    if access.secret or not isinstance(actor, User):
        return {}
    members = list(submission.members.select_related("person").order_by("pk"))
    others = [each for each in (submission.owner, *members) if each is not None and each.pk != actor.pk]
    return {
        "can_invite": may(actor, "calls.invite", submission),
        "may_leave": any(each.pk == actor.pk for each in members),
        "members": members,
        "companions": others,
        "invitations": list(submission.invitations.filter(accepted_at=None, withdrawn_at=None).order_by("pk")),
    }


@require_account
@require_POST
def remove_member(request: HttpRequest, key: uuid.UUID, member: int) -> HttpResponse:
    """Take somebody off who joined."""
    access = access_to(request, str(key))
    found = User.objects.filter(pk=member).first()
    if found is None:
        raise Http404
    try:
        actions.remove_member(actor=access.actor, submission=access.submission, member=found)
    except Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(name)s does not write with you any more.") % {"name": found})
    return redirect(f"{access.path}#together")


@require_account
@require_POST
def withdraw_invitation(request: HttpRequest, key: uuid.UUID, invitation: int) -> HttpResponse:
    """Withdraw an invitation that nobody has accepted."""
    access = access_to(request, str(key))
    found = Invitation.objects.select_related("submission").filter(submission=access.submission, pk=invitation).first()
    if found is None:
        raise Http404
    try:
        actions.withdraw_invitation(actor=access.actor, invitation=found)
    except Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The invitation to %(email)s is withdrawn.") % {"email": found.email})
    return redirect(f"{access.path}#together")


@require_account
@require_POST
def leave(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Write no longer with the others."""
    access = access_to(request, str(key))
    try:
        actions.leave(actor=access.actor, submission=access.submission)
    except Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("You do not write on it any more."))
    return redirect("calls:submissions")
