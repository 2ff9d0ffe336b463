"""Mails to a person: handed out on request, thrown away on erasure."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from plenary.ground.messages.models import OutboxMessage
from plenary.ground.people import privacy


def _mails(subject: privacy.Subject) -> Any:
    theirs = Q(about_kind="people.person", about_key__in=[str(person.pk) for person in subject.persons])
    for email in subject.emails:
        theirs |= Q(to__iexact=email)
    return OutboxMessage.objects.filter(theirs).order_by("pk")


def export(subject: privacy.Subject) -> list[dict[str, Any]]:
    """The mails we sent, or are about to."""
    return [{"at": mail.created_at, "to": mail.to, "subject": mail.subject, "body": mail.body, "state": mail.state} for mail in _mails(subject)]


def erase(subject: privacy.Subject) -> None:
    """None of them stays."""
    _mails(subject).delete()


privacy.register("messages", export=export, erase=erase)
