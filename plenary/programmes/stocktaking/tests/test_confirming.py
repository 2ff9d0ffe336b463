"""Asking once a year whether entries still stand."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from plenary.errors import NotAllowed
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.models import TrailRecord, Version
from plenary.ground.search.models import IndexChange
from plenary.programmes.stocktaking import tasks
from plenary.programmes.stocktaking.actions import confirming, edit_entry
from plenary.programmes.stocktaking.actions.confirming import ask_due, ask_next, confirm, due, mark_silent
from plenary.programmes.stocktaking.actions.contacts import change_contact
from plenary.programmes.stocktaking.actions.deciding import grant
from plenary.programmes.stocktaking.actions.snapshots import current_draft
from plenary.programmes.stocktaking.asking import is_unconfirmed, link_for, opened, unconfirmed
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.tests.making import World, make_entry
from plenary.programmes.stocktaking.tests.owning import mails, owned, signed_in, wish
from plenary.programmes.stocktaking.tests.submitting import contributor, staff

NOW = timezone.now()
YEAR = timedelta(days=366)
TEMPLATE = "stocktaking-still-active"


@pytest.fixture
def owner(db):
    return contributor("owner@example.org", "Owner 0001")


def old(world: World, title: str, **more: Any) -> Entry:
    """An entry that was published more than a year ago."""
    entry = make_entry(world, title, **more)
    Entry.objects.filter(pk=entry.pk).update(published_at=NOW - YEAR, created_at=NOW - YEAR)
    return Entry.objects.get(pk=entry.pk)


def link_in(body: str) -> str:
    found = re.search(r"(/stocktaking/confirm/\S+)", body)
    assert found, body
    return found[1]


def test_an_owner_gets_one_mail_about_all_that_is_due(world, owner):
    for number in range(3):
        owned(old(world, f"Project {number}"), owner)
    owned(make_entry(world, "New"), owner)
    assert ask_due(now=NOW) == 1
    mail = mails(TEMPLATE)[0]
    assert mail.to == owner.email
    assert mail.body.count("Project ") == 3
    assert "New" not in mail.body
    assert Entry.objects.filter(asked_at=NOW).count() == 3


def test_nobody_is_asked_twice_within_a_year(world, owner):
    entry = owned(old(world, "Project"), owner)
    assert ask_due(now=NOW) == 1
    assert ask_due(now=NOW) == 0
    assert ask_due(now=NOW + timedelta(days=364)) == 0
    assert ask_due(now=NOW + YEAR) == 1
    confirm(actor=owner, entry=entry)
    Entry.objects.update(asked_at=NOW - YEAR * 2)
    assert ask_due(now=NOW + timedelta(days=300)) == 0  # somebody said something less than a year ago


def test_owners_who_share_an_entry_are_asked_together_each_about_theirs(world, owner):
    other = contributor("other@example.org", "Other 0001")
    owned(old(world, "Shared"), owner, other)
    owned(old(world, "Of the first"), owner)
    owned(old(world, "Of the second"), other)
    assert ask_next(actor=staff(), now=NOW) == 2
    bodies = {mail.to: mail.body for mail in mails(TEMPLATE)}
    assert ("Of the first" in bodies[owner.email], "Of the second" in bodies[owner.email]) == (True, False)
    assert ("Of the first" in bodies[other.email], "Of the second" in bodies[other.email]) == (False, True)
    assert ask_next(actor=staff("site", "administrator"), now=NOW) is None


def test_what_breaks_off_is_neither_lost_nor_done_twice(world, owner, monkeypatch):
    others = [contributor(f"other{number}@example.org", f"Other {number}") for number in range(3)]
    for number, user in enumerate(others):
        owned(old(world, f"Project {number}"), user)
    real, calls = confirming.queue, []

    def breaks(**values: Any) -> Any:
        calls.append(values["to"])
        if len(calls) == 2:
            raise RuntimeError("the machine stops")
        return real(**values)

    monkeypatch.setattr(confirming, "queue", breaks)
    with pytest.raises(RuntimeError):
        ask_due(now=NOW)
    assert len(mails(TEMPLATE)) == Entry.objects.filter(asked_at=NOW).count() == 1
    ask_due(now=NOW)
    assert sorted(mail.to for mail in mails(TEMPLATE)) == sorted(user.email for user in others)


def test_entries_without_owners_are_asked_about_at_their_contact(world, owner):
    first, second = old(world, "One"), old(world, "Two")
    for entry in (first, second):
        change_contact(actor=SYSTEM, entry=entry, name="Desk", email="desk@clinic.example.org")
    owned(old(world, "Owned"), owner)
    assert ask_due(now=NOW) == 2
    by_address = {mail.to: mail.body for mail in mails(TEMPLATE)}
    assert set(by_address) == {"desk@clinic.example.org", owner.email}
    assert "One" in by_address["desk@clinic.example.org"]
    assert "Two" in by_address["desk@clinic.example.org"]
    page = Client().post(link_in(by_address["desk@clinic.example.org"]), {f"status-{first.pk}": "completed"})
    assert page.status_code == 200
    first.refresh_from_db()
    assert (first.status, first.confirmed_at is not None) == ("completed", True)
    assert TrailRecord.objects.get(verb="confirmed").actor_id.startswith("contact:")


def test_hidden_completed_and_ownerless_entries_are_not_asked_about(world, owner):
    owned(old(world, "Withdrawn", state="withdrawn"), owner)
    owned(old(world, "Done", status="completed"), owner)
    old(world, "Nobody's")
    owner2 = contributor("gone@example.org", "Gone 0001")
    owned(old(world, "Of a closed account"), owner2)
    owner2.is_active = False
    owner2.save()
    assert not due(NOW).exists()


# ---- the page of the link ----


def test_looking_changes_nothing_and_one_press_confirms_all(world, owner, client):
    entries = [owned(old(world, f"Project {number}"), owner) for number in range(2)]
    ask_due(now=NOW)
    address = link_in(mails(TEMPLATE)[0].body)
    page = client.get(address)
    assert page.status_code == 200
    assert not Entry.objects.exclude(confirmed_at=None).exists()
    assert page["Cache-Control"]
    sent = dict.fromkeys(re.findall(r'name="(status-\d+)"', page.content.decode()), "same")
    assert len(sent) == 2
    assert client.post(address, sent).status_code == 200
    assert Entry.objects.exclude(confirmed_at=None).count() == 2
    assert "nothing left to answer" in client.get(address).content.decode()
    assert {each.status for each in Entry.objects.all()} == {""}
    assert TrailRecord.objects.filter(verb="confirmed", actor_id=owner.trail_id, key__in=[each.number for each in entries]).count() == 2


def test_the_status_is_set_on_the_way_and_kept_as_a_version(world, owner, client):
    entry = owned(old(world, "Project"), owner)
    ask_due(now=NOW)
    client.post(link_in(mails(TEMPLATE)[0].body), {f"status-{entry.pk}": "ongoing"})
    entry.refresh_from_db()
    assert entry.status == "ongoing"
    assert Version.objects.filter(key=entry.number).count() == 2
    assert IndexChange.objects.filter(kind="entry", key=entry.number).exists()


def test_a_link_answers_only_for_what_it_was_sent_for(world, owner, client):
    entry = owned(old(world, "Project"), owner)
    other = owned(make_entry(world, "Not asked about"), owner)
    ask_due(now=NOW)
    address = link_in(mails(TEMPLATE)[0].body)
    client.post(address, {f"status-{other.pk}": "completed"})
    other.refresh_from_db()
    assert (other.status, other.confirmed_at) == ("", None)
    entry.ownerships.all().delete()  # handed on meanwhile
    client.post(address, {f"status-{entry.pk}": "completed"})
    entry.refresh_from_db()
    assert entry.status == ""


def test_a_link_ends_with_time_with_the_address_and_with_the_account(world, owner, client, monkeypatch):
    owned(old(world, "Project"), owner)
    ask_due(now=NOW)
    token = link_for(owner, NOW)
    assert opened(token) is not None
    monkeypatch.setattr("django.core.signing.time.time", lambda: (NOW + timedelta(days=121)).timestamp())
    assert opened(token) is None
    monkeypatch.undo()
    owner.email = "new@example.org"
    owner.save()
    assert opened(token) is None
    fresh = link_for(owner, NOW)
    owner.is_active = False
    owner.save()
    assert opened(fresh) is None
    assert client.get(reverse("stocktaking:confirm", args=[fresh])).status_code == 410


@pytest.mark.parametrize("token", ["x", "a:b:c", "e30:1abcde:signature", "é", "%00", "-" * 600])
def test_links_that_are_none_are_told_so(db, client, token):
    assert client.get(f"/stocktaking/confirm/{token}/").status_code in (404, 410)


# ---- marking ----


def test_whoever_does_not_answer_within_sixty_days_is_marked(world, owner):
    entry = owned(old(world, "Project"), owner)
    ask_due(now=NOW)
    entry.refresh_from_db()
    before, after = NOW + timedelta(days=59), NOW + timedelta(days=61)
    for moment, marked in ((before, False), (after, True)):
        assert is_unconfirmed(entry, moment) is marked
        assert Entry.objects.filter(unconfirmed(moment)).exists() is marked
    confirm(actor=owner, entry=entry)
    entry.refresh_from_db()
    assert not is_unconfirmed(entry, after)
    assert not Entry.objects.filter(unconfirmed(after)).exists()


def test_the_index_hears_of_what_the_clock_alone_changed(world, owner):
    entry = owned(old(world, "Project"), owner)
    ask_due(now=NOW)
    IndexChange.objects.all().delete()
    assert mark_silent(now=NOW + timedelta(days=30)) == 0
    assert mark_silent(now=NOW + timedelta(days=61)) == 1
    assert IndexChange.objects.get().key == entry.number


def test_a_change_of_an_owner_counts_as_confirmation_one_of_staff_does_not(world, owner, secretary):
    entry = owned(old(world, "Project"), owner)
    edit_entry(actor=secretary, entry=entry, draft=replace(current_draft(entry), reach="global"))
    entry.refresh_from_db()
    assert entry.confirmed_at is None
    request = wish(owner, entry, reach="local")
    grant(actor=secretary, request=request)
    entry.refresh_from_db()
    assert entry.confirmed_at == request.asked_at


def test_owners_confirm_on_their_list_and_strangers_cannot(world, owner, visitor):
    entry = owned(old(world, "Project"), owner)
    ask_due(now=NOW)
    page = signed_in(owner).get(reverse("stocktaking:mine")).content.decode()
    assert "It still stands" in page
    address = reverse("stocktaking:confirm_one", args=[entry.number])
    assert signed_in(visitor).post(address).status_code == 403
    assert signed_in(owner).get(address).status_code == 405
    assert signed_in(owner).post(address).status_code == 302
    with pytest.raises(NotAllowed):
        confirm(actor=visitor, entry=entry)
    entry.refresh_from_db()
    assert entry.confirmed_at is not None


# ---- the worker ----


def test_the_daily_work_arranges_itself_once(world, owner):
    owned(old(world, "Project"), owner)
    tasks.look_after_entries()
    tasks.look_after_entries()
    waiting = DBTaskResult.objects.filter(status="READY", task_path__in=[tasks.ask_owners.module_path, tasks.look_at_links.module_path])
    assert sorted(waiting.values_list("task_path", flat=True)) == [tasks.ask_owners.module_path, tasks.look_at_links.module_path]
    waiting.delete()
    assert tasks.ask_owners.func() == 1
    assert waiting.get().task_path == tasks.ask_owners.module_path  # tomorrow


def test_the_hour_is_that_of_the_convener():
    noon = timezone.now().replace(year=2026, month=7, day=1, hour=12, minute=0)
    assert tasks.next_time(7, noon).isoformat().startswith("2026-07-02T07:00:00+02:00")
