from __future__ import annotations

import threading

import pytest
from django.db import OperationalError

from plenary.faces.cli import working


class Held:
    """A worker to whom the database does not answer the first times."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.runs = 0

    def run(self) -> None:
        self.runs += 1
        if self.runs <= self.times:
            raise OperationalError("database is locked")


@pytest.mark.django_db
def test_worker_outlives_a_database_that_others_hold(monkeypatch):
    monkeypatch.setattr(working, "AWAY", 0)
    worker = Held(3)
    working.keep_running(worker, threading.Event())
    assert worker.runs == 4


@pytest.mark.django_db
def test_worker_told_to_stop_meanwhile_stops(monkeypatch):
    monkeypatch.setattr(working, "AWAY", 0)
    stop = threading.Event()
    stop.set()
    worker = Held(3)
    working.keep_running(worker, stop)
    assert worker.runs == 0
