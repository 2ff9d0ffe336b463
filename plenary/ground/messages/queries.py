"""Reading the outbox."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from plenary.ground.audit.actors import Actor, may
from plenary.ground.messages.models import OutboxMessage
from plenary.ground.messages.rules import STAFF
from plenary.ground.people.models import User
from plenary.ground.people.scopes import WITHIN_EDITIONS


def visible_to(actor: Actor) -> QuerySet[OutboxMessage]:
    """The mails that the actor may read: all, those of the calls they have a role for, or none."""
    if may(actor, "outgoing.view"):
        return OutboxMessage.objects.all()
    seen = Q(pk__in=[])
    for role, scope in actor.roles_held() if isinstance(actor, User) and actor.is_active else ():
        if role in STAFF:
            kind, _colon, rest = scope.partition(":")
            seen |= Q(scope=scope)
            if kind == "edition":
                for within in WITHIN_EDITIONS:
                    seen |= Q(scope__startswith=f"{within}:{rest}/")
    return OutboxMessage.objects.filter(seen)


def outbox(actor: Actor, state: str = "", template: str = "", to: str = "") -> QuerySet[OutboxMessage]:
    """Mails that the actor may read, newest first. to: an address in full."""
    found = visible_to(actor).order_by("-id")
    if state:
        found = found.filter(state=state)
    if template:
        found = found.filter(template=template)
    return found.filter(to__iexact=to.strip()) if to.strip() else found


def about(kind: str, key: str) -> QuerySet[OutboxMessage]:
    """Mails that concern one record, newest first."""
    return OutboxMessage.objects.filter(about_kind=kind, about_key=key).order_by("-id")


def count_by_state(actor: Actor) -> dict[str, int]:
    """How many mails that the actor may read wait, are held, have left or failed."""
    counted = dict(visible_to(actor).order_by().values_list("state").annotate(number=Count("pk")))
    return {state: counted.get(state, 0) for state in OutboxMessage.State.values}
