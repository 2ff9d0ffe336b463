"""The persons whom answers name, for records that point at them."""

from __future__ import annotations

from typing import Any

from plenary.engines.calls.models import Submission
from plenary.engines.calls.reading import Human
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.models import Concept
from plenary.ground.people.actions import ensure_person
from plenary.ground.people.models import Person, User
from plenary.ground.people.names import fold


def writers(submission: Submission) -> list[User]:
    """The accounts that wrote a submission, its owner first."""
    return [each for each in (submission.owner, *submission.members.select_related("person").order_by("pk")) if each is not None]


def person_of(submission: Submission, human: Human, country: Concept | None = None, **details: Any) -> Person:
    """The person whom an answer names: one of those who wrote it, where the address or the name is theirs; else as importers find them.

    Who may decide on the submission need not be one who may change persons: the platform itself notes this one.
    """
    for account in writers(submission):
        person = account.person
        if person is not None and (human.email.strip().lower() == account.email or fold(human.name) == person.folded):
            return person
    return ensure_person(actor=SYSTEM, name=human.name, country=country, **details)
