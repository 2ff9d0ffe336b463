"""Reading the trail."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from plenary.ground.audit.models import TrailRecord, Version
from plenary.ground.audit.words import verb_in_words

#: Gives names for trail ids; the room that knows people registers it. Unknown ids are left out.
_names: list[Callable[[set[str]], dict[str, str]]] = []


def names_by(resolver: Callable[[set[str]], dict[str, str]]) -> Callable[[set[str]], dict[str, str]]:
    """Register a function that gives the names behind trail ids, all in one query."""
    _names.append(resolver)
    return resolver


def times_changed(kind: str, keys: Iterable[str]) -> dict[str, int]:
    """How often something was done to each, as the trail tells; one statement."""
    return dict(TrailRecord.objects.filter(kind=kind, key__in=list(keys)).order_by().values_list("key").annotate(n=Count("pk")))


@dataclass(frozen=True, slots=True)
class Change:
    """A value that changed; None where there was none."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class TrailLine:
    """A record of the trail as it is shown to staff."""

    at: datetime
    who: str
    verb: str
    reason: str
    changes: list[Change]
    erased: bool
    reference: str


def trail_of(kind: str, key: str) -> QuerySet[TrailRecord]:
    """What happened to one subject, newest first."""
    found: QuerySet[TrailRecord] = TrailRecord.objects.filter(kind=kind, key=key).select_related("payload")
    return found


def trail_by(actor_id: str) -> QuerySet[TrailRecord]:
    """What one actor did, newest first."""
    found: QuerySet[TrailRecord] = TrailRecord.objects.filter(actor_id=actor_id).select_related("payload")
    return found


def versions_of(kind: str, key: str) -> QuerySet[Version]:
    """All versions of an aggregate, newest first."""
    found: QuerySet[Version] = Version.objects.filter(kind=kind, key=key).select_related("payload")
    return found


def lines(records: Iterable[TrailRecord]) -> list[TrailLine]:
    """Records in words, with the names of who acted where they are known; two queries however many records."""
    found = list(records)
    ids = {record.actor_id for record in found}
    names = {"system": _("The platform itself"), "anonymous": _("A visitor")}
    for resolver in _names:
        names.update(resolver(ids))
    return [_line(record, names) for record in found]


def _line(record: TrailRecord, names: dict[str, str]) -> TrailLine:
    payload = record.payload
    before: dict[str, Any] = (payload.before if payload else None) or {}
    after: dict[str, Any] = (payload.after if payload else None) or {}
    changes = [Change(name, before.get(name), after.get(name)) for name in {**before, **after}]
    who = names.get(record.actor_id, _("Somebody whose account is gone"))
    erased = bool(payload and payload.erased_at)
    return TrailLine(record.at, who, verb_in_words(record.verb), record.reason, changes, erased, record.reference)
