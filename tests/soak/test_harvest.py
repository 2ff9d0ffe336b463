"""Two harvesters that are not ours take over a repository while it changes: nothing is lost, nothing is told that is not public.

``HARVEST_ENTRIES`` says how many entries there are, ``HARVEST_REPORT`` where the account of the run is to be written.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from defusedxml import ElementTree

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = int(os.environ.get("HARVEST_ENTRIES", "12000"))
REPORT = os.environ.get("HARVEST_REPORT", "")

MAKER = """
import django; django.setup()
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.actions import load_concepts
from plenary.programmes.stocktaking.demo import make_demo_entries
load_concepts(actor=SYSTEM)
make_demo_entries({count})
"""

#: Changes entries until its input ends: edits, withdraws, brings back, adds, and now and then holds a transaction open for long.
WRITER = """
import random, select, sys, time
import django; django.setup()
from dataclasses import replace
from django.db import transaction
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.text import Text
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.drafts import EntryDraft
from plenary.programmes.stocktaking.models import Entry
chance = random.Random(7)
keys = list(Entry.objects.values_list("pk", flat=True))
done = {"edited": 0, "withdrawn": 0, "restored": 0, "added": 0, "long": 0}
def edit(entry):
    draft = actions.current_draft(entry)
    actions.edit_entry(actor=SYSTEM, entry=entry, draft=replace(draft, summary=Text.of(f"Changed {time.time()}")))
    done["edited"] += 1
print("begun", flush=True)
while not select.select([sys.stdin], [], [], 0)[0]:
    entry = Entry.objects.get(pk=chance.choice(keys))
    deed = chance.random()
    if entry.state == Entry.State.WITHDRAWN:
        actions.restore_entry(actor=SYSTEM, entry=entry)
        done["restored"] += 1
    elif deed < 0.2:
        actions.withdraw_entry(actor=SYSTEM, entry=entry, reason="A proof")
        done["withdrawn"] += 1
    elif deed < 0.35:
        new = actions.create_entry(actor=SYSTEM, draft=EntryDraft(title=Text.of(f"Added {done['added']}")))
        keys.append(new.pk)
        done["added"] += 1
    elif deed < 0.37:
        with transaction.atomic():
            edit(entry)
            new = actions.create_entry(actor=SYSTEM, draft=EntryDraft(title=Text.of(f"Late {done['long']}")))
            time.sleep(1.5)
        keys.append(new.pk)
        done["long"] += 1
    else:
        edit(entry)
    time.sleep(0.01)
import json
print(json.dumps(done), flush=True)
"""

TRUTH = """
import json
import django; django.setup()
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.queries import public_entries
print(json.dumps([sorted(public_entries().values_list("number", flat=True)),
                  sorted(Entry.objects.exclude(state="public").exclude(published_at=None).values_list("number", flat=True))]))
"""


def run(environment: dict[str, str], code: str) -> str:
    return subprocess.run((sys.executable, "-c", code), cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout


def by_sickle(address: str, **more: str) -> Iterator[tuple[str, bool]]:
    from sickle import Sickle

    for record in Sickle(address).ListRecords(**{"metadataPrefix": "oai_dc", **more}):
        yield record.header.identifier, record.header.deleted


def by_scythe(address: str, **more: str) -> Iterator[tuple[str, bool]]:
    from oaipmh_scythe import Scythe

    with Scythe(address) as scythe:
        for record in scythe.list_records(metadata_prefix="plenary", **({"from_": more["from"]} if more else {})):
            yield record.header.identifier, record.header.deleted


def instant_of(address: str) -> str:
    """The date of the first answer, from which a harvester goes on the next time."""
    with urllib.request.urlopen(f"{address}?verb=ListIdentifiers&metadataPrefix=oai_dc", timeout=60) as answer:
        return ElementTree.fromstring(answer.read()).findtext("{http://www.openarchives.org/OAI/2.0/}responseDate")


@pytest.fixture
def site(tmp_path) -> Iterator[tuple[str, dict[str, str]]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PLENARY_") or name == "PLENARY_DATABASE_URL"},
        "PLENARY_DATA": str(tmp_path / "data"),
        "PLENARY_BASE_URL": f"http://127.0.0.1:{port}",
        "PLENARY_RATE_LIMIT": "0",
        "PLENARY_LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "plenary.config.settings",
    }
    subprocess.run((sys.executable, "manage.py", "migrate", "--verbosity", "0"), cwd=ROOT, env=environment, check=True)
    run(environment, MAKER.format(count=ENTRIES))
    server = subprocess.Popen(
        (sys.executable, "-m", "granian", "plenary.config.wsgi:application", "--interface", "wsgi", "--port", str(port), "--log-level", "error"),
        cwd=ROOT,
        env=environment,
    )
    try:
        for _try in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/oai", environment
    finally:
        server.terminate()
        server.wait(20)


@pytest.mark.soak
def test_a_harvest_gives_exactly_what_is_public_while_entries_change(site):
    address, environment = site
    lines = []
    for name, harvest in (("sickle", by_sickle), ("oaipmh-scythe", by_scythe)):
        before = json.loads(run(environment, TRUTH))
        since = instant_of(address)
        writer = subprocess.Popen((sys.executable, "-c", WRITER), cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        assert writer.stdout.readline() == "begun\n"
        start = time.monotonic()
        told, first = 0, {}
        for identifier, is_deleted in harvest(address):
            first[identifier.rsplit(":", 1)[-1]] = is_deleted
            told += 1
        took = time.monotonic() - start
        changes = json.loads(writer.communicate("stop\n")[0])
        public, gone = (set(each) for each in json.loads(run(environment, TRUTH)))
        assert sum(changes.values()) > 0
        # In one go: whatever was there all the time is there, and nothing that was never public.
        assert set(before[0]) | set(before[1]) <= first.keys()
        assert first.keys() <= public | gone
        # And after asking once more for what changed since: exactly what is public, the rest told as deleted.
        again = {identifier.rsplit(":", 1)[-1]: is_deleted for identifier, is_deleted in harvest(address, **{"from": since})}
        known = {**first, **again}
        assert {number for number, is_deleted in known.items() if not is_deleted} == public
        assert {number for number, is_deleted in known.items() if is_deleted} == gone
        lines.append(
            f"{name}: {told} records of {len(first)} entries in {took:.1f} s while {sum(changes.values())} changes were made {changes}; "
            f"then {len(again)} records since {since}; {len(public)} public and {len(gone)} deleted entries: exactly those of the database"
        )
    assert len(public) + len(gone) >= ENTRIES
    if REPORT:
        Path(REPORT).write_text("\n".join(lines) + "\n", "utf-8")
