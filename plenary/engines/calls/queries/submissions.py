"""Reading submissions. Whatever shows, counts, searches or exports them starts from ``visible_to``."""

from __future__ import annotations

import uuid

from django.db.models import Q, QuerySet

from plenary.engines.calls.models import Call, FormVersion, Submission
from plenary.engines.calls.queries.calls import form_in_force
from plenary.engines.calls.rules import READERS
from plenary.ground.audit.actors import Actor, may
from plenary.ground.people.models import User


def _whole() -> QuerySet[Submission]:
    return Submission.objects.select_related("call__edition", "form", "owner__person", "country", "late").prefetch_related("call__phases")


def mine(user: User) -> QuerySet[Submission]:
    """What an account owns or joined, drafts too, what it wrote last first; not what it threw away."""
    return _whole().filter(Q(owner=user) | Q(members=user), deleted_at=None).distinct().order_by("-saved_at")


def visible_to(actor: Actor, call: Call | None = None) -> QuerySet[Submission]:
    """All submissions that the actor may read, of one call or of all.

    Staff read what is in their scope, but of drafts only that there is one: what nobody handed in is nobody else's to read
    (``readable``). Everybody else reads their own.
    """
    found = _whole() if call is None else _whole().filter(call=call)
    if actor.has_role(*READERS):
        return found
    if call is not None and may(actor, "calls.view_submissions", call):
        return found
    own = Q(owner=actor) | Q(members=actor) if isinstance(actor, User) else Q(pk__in=[])
    if isinstance(actor, User):
        scopes = [scope for role, scope in actor.roles_held() if role in READERS]
        for scope in scopes:
            kind, _colon, rest = scope.partition(":")
            if kind == "edition":
                own |= Q(call__edition__code=rest)
            elif kind == "call":
                edition, _slash, slug = rest.partition("/")
                own |= Q(call__edition__code=edition, call__slug=slug)
    return found.filter(own).distinct()


def readable(actor: Actor, submission: Submission) -> bool:
    """Whether the actor reads the answers: contributors all of theirs, staff those that were handed in or that staff entered."""
    if not may(actor, "calls.read_answers", submission):
        return False
    if submission.number or submission.entered_by:
        return True
    own = isinstance(actor, User) and (submission.owner_id == actor.pk or submission.members.filter(pk=actor.pk).exists())
    return own or not isinstance(actor, User)


def submission_for(actor: Actor, key: uuid.UUID | str) -> Submission:
    """The one gate to a submission: by its key, for those who may see it. Raises: Submission.DoesNotExist for all others."""
    return visible_to(actor).get(pk=key)


def duplicates_of(submission: Submission) -> QuerySet[Submission]:
    """Others of the same call with the same title from the same organisation."""
    if not submission.fingerprint:
        return Submission.objects.none()
    return _whole().filter(call=submission.call_id, fingerprint=submission.fingerprint, deleted_at=None).exclude(pk=submission.pk).order_by("number")


def form_to_answer(submission: Submission) -> FormVersion:
    """The form with which a submission is written now: the one in force, or that of its answers where there is none any more."""
    return form_in_force(submission.call) or submission.form
