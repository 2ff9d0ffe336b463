"""Reading the outbox."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from plenary.ground.messages.models import OutboxMessage


def outbox(state: str = "", template: str = "", to: str = "") -> QuerySet[OutboxMessage]:
    """Mails, newest first. to: an address in full."""
    found = OutboxMessage.objects.order_by("-id")
    if state:
        found = found.filter(state=state)
    if template:
        found = found.filter(template=template)
    return found.filter(to__iexact=to.strip()) if to.strip() else found


def about(kind: str, key: str) -> QuerySet[OutboxMessage]:
    """Mails that concern one record, newest first."""
    return OutboxMessage.objects.filter(about_kind=kind, about_key=key).order_by("-id")


def count_by_state() -> dict[str, int]:
    """How many mails wait, are held, have left or failed."""
    counted = dict(OutboxMessage.objects.order_by().values_list("state").annotate(number=Count("pk")))
    return {state: counted.get(state, 0) for state in OutboxMessage.State.values}
