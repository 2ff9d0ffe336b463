"""What this room tells others after it is on disk."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from plenary.ground.audit.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGranted(Event):
    """A person was given a role."""

    grant_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRevoked(Event):
    """A role ended before its time."""

    grant_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationsMerged(Event):
    """An organisation turned out to be another; who points at the one gone should point at the one kept."""

    kept: uuid.UUID
    gone: uuid.UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonsMerged(Event):
    """A person turned out to be another."""

    kept: uuid.UUID
    gone: uuid.UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErased(Event):
    """A person's data are gone."""

    person: uuid.UUID
