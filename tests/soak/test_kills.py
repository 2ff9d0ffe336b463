"""Killed over and over while it writes, the site loses nothing that it acknowledged and always starts again."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = int(os.environ.get("SOAK_ROUNDS", "200"))

#: Adds records to the trail as every action does, and says each number once its transaction is over.
WRITER = """
import django; django.setup()
from plenary.ground.audit.actions import record
from plenary.ground.audit.actors import SYSTEM
from django.db import transaction
number = int(input())
while True:
    with transaction.atomic():
        record(actor=SYSTEM, verb="counted", kind="soak", key=str(number), after={"number": number})
    print(number, flush=True)
    number += 1
"""


@pytest.mark.soak
def test_nothing_acknowledged_is_lost_by_kills(tmp_path):
    data = tmp_path / "data"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PLENARY_")},
        "PLENARY_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "plenary.config.settings",
    }
    subprocess.run((sys.executable, "manage.py", "migrate", "--verbosity", "0"), cwd=ROOT, env=environment, check=True)
    chance, acknowledged = random.Random(1), 0
    for _round in range(ROUNDS):
        writer = subprocess.Popen((sys.executable, "-c", WRITER), cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert writer.stdin is not None
        assert writer.stdout is not None
        writer.stdin.write(f"{acknowledged + 1}\n")
        writer.stdin.flush()
        first = writer.stdout.readline()
        assert first, "the writer did not start again"
        time.sleep(chance.random() * 0.2)
        writer.send_signal(signal.SIGKILL)
        lines = [first, *writer.stdout.readlines()]
        acknowledged = max(int(line) for line in lines if line.endswith("\n"))
        with sqlite3.connect(data / "plenary.sqlite3") as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            kept = {int(key) for (key,) in database.execute("SELECT key FROM audit_trailrecord WHERE kind = 'soak'")}
        assert set(range(1, acknowledged + 1)) <= kept
        acknowledged = max(kept)
    assert acknowledged > ROUNDS
