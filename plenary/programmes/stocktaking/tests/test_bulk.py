"""Changing many entries at once: what would happen, what happens, and undoing what nobody has changed since."""

from dataclasses import replace

import pytest

from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.queries import trail_of, versions_of
from plenary.ground.framework.text import Text
from plenary.ground.people.models import RoleGrant
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.actions import bulk
from plenary.programmes.stocktaking.models import Collection, Entry, EntryBatchItem
from plenary.programmes.stocktaking.queries import whole
from plenary.programmes.stocktaking.tests.making import make_entry

ALL = [
    ("add-action-line", "C7-4"), ("remove-action-line", "C1"), ("add-sdg", "3.8"), ("remove-sdg", "3"), ("add-theme", "health"), ("remove-theme", "covid-19"),
    ("add-country", "QA"), ("remove-country", "KE"), ("add-collection", "covid"), ("remove-collection", "old"), ("stakeholder-type", "government"),
    ("status", "completed"), ("withdraw", ""),
]  # fmt: skip


@pytest.fixture
def entries(world):
    for code in ("covid", "old"):
        Collection.objects.create(code=code, name=Text.of(code.title()))
    about = ("action-lines C1", "sdgs 3", "themes covid-19", "countries KE")
    made = [make_entry(world, f"Project {number}", *about, status="ongoing", collections=("old",)) for number in range(4)]
    link = made[0].links.get(concept__code="3")
    link.reason = Text.of("for health")
    link.save()
    return made


def do(what, value="", keys=None, actor=SYSTEM, reason="for the test"):
    found = Entry.objects.filter(pk__in=keys) if keys is not None else Entry.objects.all()
    batch = bulk.begin_batch(actor=actor, entries=found, deed=bulk.deed_of(what, value), reason=reason)
    while bulk.go_on(actor=actor, batch=batch.pk):
        pass
    batch.refresh_from_db()
    return batch


def undo(batch, actor=SYSTEM):
    bulk.begin_undoing(actor=actor, batch=batch)
    while bulk.go_on(actor=actor, batch=batch.pk):
        pass
    return bulk.counts_of(batch)


def told():
    return [{**actions.snapshot(entry), "concepts": sorted(actions.snapshot(entry)["concepts"], key=str)} for entry in Entry.objects.order_by("pk")]


@pytest.mark.parametrize(("what", "value"), ALL)
def test_each_deed_does_what_was_foreseen_and_undoing_puts_all_back(entries, what, value):
    before = told()
    foreseen = bulk.foresee(bulk.deed_of(what, value), whole(Entry.objects.all()).prefetch_related("places__collection"))
    assert all(each.changes for each in foreseen)
    assert told() == before
    batch = do(what, value)
    assert bulk.counts_of(batch) == {"done": 4}
    assert all(one != other for one, other in zip(told(), before, strict=True))
    again = do(what, value)
    assert bulk.counts_of(again) == {"same": 4}
    for entry in entries:
        assert sum(record.verb in ("changed", "withdrawn") for record in trail_of(actions.KIND, entry.number)) == 1
        assert versions_of(actions.KIND, entry.number).count() == (0 if what == "withdraw" else 2)
    assert undo(batch) == {"undone": 4}
    assert told() == before


def test_publishing_shows_drafts_and_undoing_hides_them_again(world):
    draft, gone = make_entry(world, "Draft", state="draft"), make_entry(world, "Gone")
    actions.withdraw_entry(actor=SYSTEM, entry=gone, reason="x")
    batch = do("publish")
    assert set(Entry.objects.values_list("state", flat=True)) == {"public"}
    assert undo(batch) == {"undone": 2}
    assert (Entry.objects.get(pk=draft.pk).state, Entry.objects.get(pk=gone.pk).state) == ("draft", "withdrawn")
    assert Entry.objects.get(pk=draft.pk).published_at is None


def test_what_somebody_changed_since_stays(entries):
    batch = do("status", "completed")
    changed, other, *_rest = Entry.objects.order_by("pk")
    actions.edit_entry(actor=SYSTEM, entry=changed, draft=replace(actions.current_draft(changed), status="planned"))
    actions.edit_entry(actor=SYSTEM, entry=other, draft=replace(actions.current_draft(other), summary=Text.of("Written since")))
    assert undo(batch) == {"kept": 1, "undone": 3}
    assert [entry.status for entry in Entry.objects.order_by("pk")] == ["planned", "ongoing", "ongoing", "ongoing"]
    assert str(Entry.objects.get(pk=other.pk).summary) == "Written since"
    with pytest.raises(Conflict):
        bulk.begin_undoing(actor=SYSTEM, batch=batch)


def test_what_cannot_be_is_named_and_the_rest_is_done(entries, world):
    actions.withdraw_entry(actor=SYSTEM, entry=entries[0], reason="x")
    batch = do("add-theme", "health")
    assert bulk.counts_of(batch) == {"failed": 1, "done": 3}
    assert batch.items.get(state="failed").problem == "It is withdrawn."
    actions.restore_entry(actor=SYSTEM, entry=entries[0])
    bulk.try_again(actor=SYSTEM, batch=batch)
    while bulk.go_on(actor=SYSTEM, batch=batch.pk):
        pass
    assert bulk.counts_of(batch) == {"done": 4}


def test_work_that_was_stopped_leaves_the_rest(entries, monkeypatch):
    monkeypatch.setattr(bulk, "PART", 1)
    batch = bulk.begin_batch(actor=SYSTEM, entries=Entry.objects.all(), deed=bulk.deed_of("status", "completed"))
    assert bulk.go_on(actor=SYSTEM, batch=batch.pk)
    with pytest.raises(Conflict):
        bulk.begin_undoing(actor=SYSTEM, batch=batch)
    assert bulk.stop_batch(actor=SYSTEM, batch=batch) == 3
    assert Entry.objects.filter(status="completed").count() == 1
    assert undo(batch) == {"failed": 3, "undone": 1}


WRONG = [("fly", ""), ("status", "sleeping"), ("add-theme", "nothing"), ("add-collection", "nowhere"), ("add-sdg", ""), ("stakeholder-type", "x")]


@pytest.mark.parametrize(("what", "value"), WRONG)
def test_what_does_not_exist_is_told(world, what, value):
    with pytest.raises(Invalid):
        bulk.deed_of(what, value)


def test_limits_and_rights(entries, visitor, secretary, monkeypatch):
    with pytest.raises(NotAllowed):
        do("status", "completed", actor=visitor)
    with pytest.raises(Invalid):
        do("withdraw", reason=" ")
    with pytest.raises(Invalid):
        do("status", "completed", keys=[])
    monkeypatch.setattr(bulk, "MOST", 3)
    with pytest.raises(Invalid, match="At most 3"):
        do("status", "completed")
    do("status", "completed", keys=[entry.pk for entry in entries[:3]], actor=secretary)
    assert EntryBatchItem.objects.filter(state="done").count() == 3


def test_an_editor_may_change_but_not_withdraw(entries, visitor):
    RoleGrant.objects.create(person=visitor.person, role="editor", scope="site", granted_by="system")
    assert bulk.counts_of(do("status", "completed", actor=visitor)) == {"done": 4}
    with pytest.raises(NotAllowed):
        do("withdraw", actor=visitor)
