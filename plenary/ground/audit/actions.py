"""Writing the trail and versions; called by the actions of every other room, inside their transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Max, Q
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
    told = before is not None or after is not None or bool(reason)
    payload = Payload.objects.create(before=before, after=after, reason=reason) if told else None
    reference = structlog.contextvars.get_contextvars().get("reference", "")
    return TrailRecord.objects.create(at=timezone.now(), actor_id=actor.trail_id, verb=verb, kind=kind, key=key, reference=reference, payload=payload)


def record_many(*, actor: Actor, verb: str, kind: str, values: Mapping[str, dict[str, Any]], reason: str = "") -> int:
    """Add a record for each of many subjects at once (an import); how many. values: by key, what each is now."""
    payloads = Payload.objects.bulk_create([Payload(after=after, reason=reason) for after in values.values()], batch_size=500)
    reference = structlog.contextvars.get_contextvars().get("reference", "")
    at = timezone.now()
    records = [
        TrailRecord(at=at, actor_id=actor.trail_id, verb=verb, kind=kind, key=key, reference=reference, payload=payload)
        for key, payload in zip(values, payloads, strict=True)
    ]
    return len(TrailRecord.objects.bulk_create(records, batch_size=500))


def keep_version(*, actor: Actor, kind: str, key: str, snapshot: dict[str, Any], reason: str = "") -> Version:
    """Keep a snapshot of an aggregate as its next version (numbers start at 1)."""
    last = Version.objects.filter(kind=kind, key=key).aggregate(last=Max("number"))["last"] or 0
    payload = Payload.objects.create(after=snapshot, reason=reason)
    return Version.objects.create(kind=kind, key=key, number=last + 1, at=timezone.now(), actor_id=actor.trail_id, payload=payload)


def keep_first_versions(*, actor: Actor, kind: str, snapshots: Mapping[str, dict[str, Any]], reason: str = "") -> int:
    """Keep a snapshot of each of many new aggregates as its version 1 (an import); how many. snapshots: by key."""
    payloads = Payload.objects.bulk_create([Payload(after=after, reason=reason) for after in snapshots.values()], batch_size=500)
    at = timezone.now()
    versions = [
        Version(kind=kind, key=key, number=1, at=at, actor_id=actor.trail_id, payload=payload) for key, payload in zip(snapshots, payloads, strict=True)
    ]
    return len(Version.objects.bulk_create(versions, batch_size=500))


def changes(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only the keys whose values differ, before and after."""
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return {key: before.get(key) for key in keys}, {key: after.get(key) for key in keys}


@transaction.atomic
def erase_payloads_of(*, subjects: Iterable[tuple[str, str]] = (), actor_ids: Iterable[str] = ()) -> int:
    """Empty the payloads of records and versions about the subjects (kind, key), or made by the actors; how many.

    That something happened, when, and the opaque id of who did it stay. It records nothing itself: the erasing action
    does. actor_ids: give them only where everything somebody ever wrote is to go, not merely what is about them.
    """
    about = Q(pk__in=[])
    for kind, key in subjects:
        about |= Q(kind=kind, key=key)
    acting = Q(actor_id__in=list(actor_ids))
    erased = 0
    models: tuple[Any, ...] = (TrailRecord, Version)
    for model in models:
        payloads = model.objects.filter(about | acting, payload__isnull=False).values_list("payload_id", flat=True)
        erased += Payload.objects.filter(pk__in=payloads, erased_at__isnull=True).update(before=None, after=None, reason="", erased_at=timezone.now())
    return erased
