"""Events: only what is on disk is told, and nobody's failure disturbs others."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import transaction

from plenary.ground.audit import events


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened(events.Event):
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HappenedAgain(Happened):
    pass


@pytest.fixture
def heard(monkeypatch):
    monkeypatch.setattr(events, "_listeners", type(events._listeners)(list))
    told = []

    @events.listen(Happened)
    def fail(event):
        raise RuntimeError("a listener's own trouble")

    @events.listen(Happened)
    def hear(event):
        told.append(event.what)

    return told


@pytest.mark.django_db(transaction=True)
def test_an_event_is_delivered_after_commit_and_not_before(heard):
    with transaction.atomic():
        events.emit(Happened(actor_id="system", what="one"))
        assert heard == []
    assert heard == ["one"], "although another listener failed"


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_is_told_to_nobody(heard):
    with pytest.raises(ValueError, match="no"), transaction.atomic():
        events.emit(Happened(actor_id="system", what="one"))
        raise ValueError("no")
    assert heard == []


@pytest.mark.django_db(transaction=True)
def test_an_inner_rollback_takes_only_its_own_events(heard):
    with transaction.atomic():
        events.emit(Happened(actor_id="system", what="outer"))
        with pytest.raises(ValueError, match="no"), transaction.atomic():
            events.emit(Happened(actor_id="system", what="inner"))
            raise ValueError("no")
    assert heard == ["outer"]


@pytest.mark.django_db(transaction=True)
def test_listeners_of_a_kind_hear_its_derived_kinds(heard):
    events.emit(HappenedAgain(actor_id="system", what="derived"))
    assert heard == ["derived"]
