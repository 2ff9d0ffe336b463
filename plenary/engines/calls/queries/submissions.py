"""Reading submissions. Whatever shows, counts, searches or exports them starts from ``visible_to``."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from plenary.engines.calls.form.carrying import carried, is_settled
from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.models import Call, FormVersion, Phase, Submission
from plenary.engines.calls.queries.calls import form_in_force
from plenary.engines.calls.rules import READERS
from plenary.ground.audit.actors import Actor, may
from plenary.ground.people.models import User


def _whole() -> QuerySet[Submission]:
    return Submission.objects.select_related("call__edition", "form", "owner__person", "country", "late").prefetch_related(_phases())


def _phases() -> Prefetch[str, QuerySet[Phase], str]:
    # In their own order, which needs no other table.
    return Prefetch("call__phases", Phase.objects.order_by("position", "opens_at"))


def _own(user: User) -> Q:
    """What an account owns or joined."""
    joined = Submission.members.through.objects.filter(submission_id=OuterRef("pk"), user_id=user.pk)
    return Q(owner=user) | Q(Exists(joined))


def mine(user: User) -> QuerySet[Submission]:
    """What an account owns or joined, drafts too, what it wrote last first; not what it threw away."""
    return _whole().filter(_own(user), deleted_at=None).order_by("-saved_at")


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
    own = _own(actor) if isinstance(actor, User) else Q(pk__in=[])
    if isinstance(actor, User):
        scopes = [scope for role, scope in actor.roles_held() if role in READERS]
        for scope in scopes:
            kind, _colon, rest = scope.partition(":")
            if kind == "edition":
                own |= Q(call__edition__code=rest)
            elif kind == "call":
                edition, _slash, slug = rest.partition("/")
                own |= Q(call__edition__code=edition, call__slug=slug)
    return found.filter(own)


def readable(actor: Actor, submission: Submission) -> bool:
    """Whether the actor reads the answers: contributors all of theirs, staff those that were handed in or that staff entered."""
    return may(actor, "calls.read_answers", submission)


def submission_for(actor: Actor, key: uuid.UUID | str) -> Submission:
    """The one gate to a submission: by its key, for those who may see it. Raises: Submission.DoesNotExist for all others."""
    # Of what else it points at, its pages need little, and each joined table costs them all.
    return visible_to(actor).select_related(None).select_related("call__edition", "form").get(pk=key)


def duplicates_of(submission: Submission) -> QuerySet[Submission]:
    """Others of the same call with the same title from the same organisation."""
    if not submission.fingerprint:
        return Submission.objects.none()
    return _whole().filter(call=submission.call_id, fingerprint=submission.fingerprint, deleted_at=None).exclude(pk=submission.pk).order_by("number")


def versions_of(call: Call) -> dict[int, Definition]:
    """All forms of a call that were ever in force, by their number."""
    return {each.number: each.form for each in FormVersion.objects.filter(call=call).exclude(published_at=None)}


def written_for(submission: Submission, form: FormVersion) -> dict[str, Any]:
    """What was written, as answers to the form in force; what it does not ask for any more is set aside (``carrying``)."""
    answers = dict(submission.written)
    before = submission.drafted_with or submission.form.number
    if before == form.number and is_settled(answers, form.form):
        return answers
    return carried(answers, versions_of(submission.call), before, form.number)


def form_to_answer(submission: Submission) -> FormVersion:
    """The form with which a submission is written now: the one in force, or that of its answers where there is none any more."""
    return form_in_force(submission.call) or submission.form
