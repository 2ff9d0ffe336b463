"""Two harvesters that are not ours take over what is public, while it changes between their requests.

``make soak`` has the same at full size, with changes made by another process (``tests/soak/test_harvest.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from defusedxml import ElementTree
from django.test import Client

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.text import Text
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.harvesting import records
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.tests.harvesters import NAMES, many_entries
from plenary.programmes.stocktaking.tests.making import make_entry

pytestmark = pytest.mark.django_db(transaction=True)


def by_sickle(address: str, **more: str) -> Iterator[tuple[str, bool]]:
    from sickle import Sickle

    for record in Sickle(address).ListRecords(**{"metadataPrefix": "oai_dc", **more}):
        yield record.header.identifier, record.header.deleted


def by_scythe(address: str, **more: str) -> Iterator[tuple[str, bool]]:
    from oaipmh_scythe import Scythe

    with Scythe(address) as scythe:
        for record in scythe.list_records(metadata_prefix="plenary", **({"from_": more["from"]} if more else {})):
            yield record.header.identifier, record.header.deleted


@pytest.mark.parametrize("harvest", [by_sickle, by_scythe])
def test_a_harvest_and_what_changed_since_are_exactly_what_is_public(live_server, world, monkeypatch, settings, harvest):
    settings.BASE_URL = live_server.url
    settings.ALLOWED_HOSTS = ["*"]
    monkeypatch.setattr(records, "PAGE", 50)
    many_entries(300, concepts=[world.concept("action-lines C1"), world.concept("sdgs 3"), world.concept("countries KE")])
    make_entry(world, "Never public", state=Entry.State.DRAFT)
    before = set(Entry.objects.exclude(published_at=None).values_list("number", flat=True))
    answer = ElementTree.fromstring(Client().get("/oai?verb=ListIdentifiers&metadataPrefix=oai_dc").content)
    since = answer.findtext("o:responseDate", namespaces=NAMES)
    known: dict[str, bool] = {}
    for position, (identifier, is_deleted) in enumerate(harvest(f"{live_server.url}/oai")):
        known[identifier.rsplit(":", 1)[-1]] = is_deleted
        if position % 20 == 10 and position < 300:
            first, second, third = (Entry.objects.get(number=f"many-{(position * factor) % 300}") for factor in (7, 11, 13))
            if first.state == Entry.State.PUBLIC:
                actions.withdraw_entry(actor=SYSTEM, entry=first, reason="A test")
            actions.edit_entry(actor=SYSTEM, entry=second, draft=replace(actions.current_draft(second), summary=Text.of(f"Changed at {position}")))
            if third.state == Entry.State.WITHDRAWN:
                actions.restore_entry(actor=SYSTEM, entry=third)
            make_entry(world, f"New {position}")
    public = set(Entry.objects.filter(state=Entry.State.PUBLIC).values_list("number", flat=True))
    gone = set(Entry.objects.exclude(state=Entry.State.PUBLIC).exclude(published_at=None).values_list("number", flat=True))
    assert gone
    assert len(public) > 300 - len(gone)
    assert before <= known.keys() <= public | gone, "in one go: all that was there all the time, and nothing else"
    for identifier, is_deleted in harvest(f"{live_server.url}/oai", **{"from": since}):
        known[identifier.rsplit(":", 1)[-1]] = is_deleted
    assert {number for number, is_deleted in known.items() if not is_deleted} == public
    assert {number for number, is_deleted in known.items() if is_deleted} == gone
