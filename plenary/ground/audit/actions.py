"""Writing the trail and versions; called by the actions of every other room, inside their transaction."""

from __future__ import annotations

from typing import Any

import structlog
from django.db.models import Max
from django.utils import timezone

from plenary.ground.audit.actors import Actor
from plenary.ground.audit.models import Payload, TrailRecord, Version


def record(
    *, actor: Actor, verb: str, kind: str, key: str, before: dict[str, Any] | None = None, after: dict[str, Any] | None = None, reason: str = ""
) -> TrailRecord:
    """Add one record to the trail.

    verb: past tense, e.g. ``changed``. kind, key: what was acted on, e.g. ``stocktaking.entry``, ``2021-17``.
    before, after: the values that changed, JSON-serialisable. reason: in the actor's words, where one was asked for.
    """
    payload = Payload.objects.create(before=before, after=after) if before is not None or after is not None else None
    reference = structlog.contextvars.get_contextvars().get("reference", "")
    return TrailRecord.objects.create(
        at=timezone.now(), actor_id=actor.trail_id, verb=verb, kind=kind, key=key, reason=reason, reference=reference, payload=payload
    )


def keep_version(*, actor: Actor, kind: str, key: str, snapshot: dict[str, Any], reason: str = "") -> Version:
    """Keep a snapshot of an aggregate as its next version (numbers start at 1)."""
    last = Version.objects.filter(kind=kind, key=key).aggregate(last=Max("number"))["last"] or 0
    payload = Payload.objects.create(after=snapshot)
    return Version.objects.create(kind=kind, key=key, number=last + 1, at=timezone.now(), actor_id=actor.trail_id, reason=reason, payload=payload)


def changes(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only the keys whose values differ, before and after."""
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return {key: before.get(key) for key in keys}, {key: after.get(key) for key in keys}
