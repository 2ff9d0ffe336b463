"""Sending in the background."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from plenary.ground.messages import actions
from plenary.ground.messages.models import OutboxMessage


@task(queue_name="mail")
def send_waiting() -> int:
    """Send what waits; if something has to be tried again, come back then. How many mails left."""
    sent = actions.send_due()
    following = OutboxMessage.objects.filter(state=OutboxMessage.State.QUEUED).order_by("due_at").values_list("due_at", flat=True).first()
    if following is not None:
        send_waiting.using(run_after=max(following, timezone.now() + timedelta(seconds=5))).enqueue()
    return sent
