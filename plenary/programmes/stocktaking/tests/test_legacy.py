"""Addresses that entries had at the ITU lead on for good."""

import pytest

from plenary.ground.audit.actors import SYSTEM
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.models import Entry, EntryNumber
from plenary.programmes.stocktaking.tests.making import make_entry

OLD = [
    "/net4/wsis/stocktaking/projects/Project/Details?projectId={}",
    "/net4/wsis/stocktaking/projects/project/details?projectid={}",
    "/net4/wsis/stocktaking/Project/Details/?projectId={}&lang=en",
    "/net4/wsis/archive/stocktaking/Project/Details?projectId={}",
    "/stocktaking/Prizes/2023/Details/{}",
    "/stocktaking/Prizes/2023/Details/{}/",
    "/fr/stocktaking/Prizes/2023/Details/{}",
    "/net4/wsis/stocktaking/Prizes/2023/Details/{}",
]
NUMBER = "16706023296029494"


@pytest.fixture
def entry(world):
    return make_entry(world, "Telemedicine", number=NUMBER)


@pytest.mark.parametrize("address", OLD)
def test_the_number_leads_to_the_entry(client, entry, address):
    response = client.get(address.format(NUMBER))
    assert response.status_code == 301
    assert response["Location"].endswith(f"/stocktaking/{NUMBER}/")
    assert response["Location"].startswith("/fr/") == address.startswith("/fr/")


@pytest.mark.parametrize("address", OLD)
def test_so_do_the_number_in_the_source_and_one_it_had_before(client, world, address):
    entry = make_entry(world, "Telemedicine", source_id=NUMBER)
    EntryNumber.objects.create(entry=entry, number="1359648246")
    for known in (NUMBER, "1359648246"):
        assert client.get(address.format(known))["Location"].endswith(f"/stocktaking/{entry.number}/")


def test_its_own_number_says_more_than_that_of_a_source(client, world):
    make_entry(world, "Other", source_id=NUMBER)
    make_entry(world, "Telemedicine", number=NUMBER)
    assert client.get(OLD[0].format(NUMBER))["Location"].endswith(f"/stocktaking/{NUMBER}/")


@pytest.mark.parametrize("address", OLD)
@pytest.mark.parametrize("asked", ["99", "no such", "<script>alert(1)</script>", "%00", "a" * 400, "..", "'; drop table"])
def test_an_unknown_one_is_a_404_that_offers_to_search(client, entry, address, asked):
    response = client.get(address.format(asked.replace("<", "%3C").replace("/", "%2F").replace(" ", "%20")))
    assert response.status_code == 404
    page = response.content.decode()
    assert "<script>alert(1)" not in page
    assert 'type="search"' in page


def test_no_number_at_all_is_a_404(client, entry):
    assert client.get("/net4/wsis/stocktaking/projects/Project/Details").status_code == 404


def test_what_is_withdrawn_is_gone_and_what_is_merged_leads_on(client, world, entry):
    other = make_entry(world, "Other")
    actions.withdraw_entry(actor=SYSTEM, entry=entry, reason="x")
    assert client.get(OLD[0].format(NUMBER)).status_code == 410
    Entry.objects.filter(pk=entry.pk).update(merged_into=other)
    assert client.get(OLD[0].format(NUMBER))["Location"].endswith(f"/stocktaking/{other.number}/")


def test_a_draft_is_not_told_of(client, world):
    make_entry(world, "Secret", number="777", state=Entry.State.DRAFT)
    assert client.get(OLD[0].format("777")).status_code == 404
