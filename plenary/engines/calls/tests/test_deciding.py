"""Deciding: one by one and many together, what becomes of it, and taking it back."""

from __future__ import annotations

import uuid

import pytest

from plenary.engines.calls import actions, intakes
from plenary.engines.calls.actions.together import MOST, Deed, Refused, batch_of, do_together, foresee, undo_together
from plenary.engines.calls.intakes import Intake, Made
from plenary.engines.calls.models import Decision, IntakeResult, Submission
from plenary.engines.calls.queries.selection import Selection, rows_at, select, sight_of
from plenary.engines.calls.tests.working import begin, hand_in, make_call, make_edition, person
from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.queries import trail_of
from plenary.ground.messages.models import OutboxMessage

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(db):
    return make_call(make_edition())


@pytest.fixture
def staff(db):
    return person("Sam", "secretariat")


@pytest.fixture
def records(monkeypatch):
    """An intake that keeps what it made; it refuses submissions called “Impossible”."""
    made: dict[str, str] = {}

    def accept(actor, submission):
        if submission.title == "Impossible":
            raise Conflict("No record can be made of this.")
        made[str(submission.pk)] = submission.title
        return Made("test.record", str(submission.pk), "/records/1/")

    def retract(actor, result):
        del made[result.key]

    monkeypatch.setitem(intakes._intakes, "test.record", Intake("test.record", "Test records", accept, retract))
    return made


@pytest.fixture
def staged(records):
    """A call with two decisions, the first of which makes records."""
    return make_call(make_edition(), "staged", intakes=[{"decision": "eligible", "intake": "test.record"}, {"decision": "nominated", "intake": "test.record"}])


def foreseen(actor, call, deed):
    sight = sight_of(actor, call)
    rows = rows_at(sight, select(actor, sight, Selection(order="number")).values_list("pk", flat=True))
    return [foresee(deed, row) for row in rows]


def test_many_are_decided_together_and_taken_back_together(staged, staff, records):
    made = [hand_in(staged, title, owner) for title, owner in (("A", "Ada"), ("B", "Bob"), ("C", "Eve"))]
    batch = do_together(actor=staff, call=staged, keys=[each.pk for each in made[:2]], deed=Deed("decide", "eligible"), message="Well done")
    assert sorted(records.values()) == ["A", "B"]
    assert set(Submission.objects.filter(state="accepted").values_list("title", flat=True)) == {"A", "B"}
    mails = OutboxMessage.objects.filter(template="calls-accepted")
    assert mails.count() == 2
    assert set(mails.values_list("state", flat=True)) == {"held"}
    assert "Well done" in mails[0].body
    found = batch_of(staged, batch)
    assert found is not None and (found.count, found.notified, found.is_undone) == (2, True, False)
    assert undo_together(actor=staff, call=staged, batch=batch) == 2
    assert records == {}
    assert set(Submission.objects.values_list("state", "message")) == {("submitted", "")}
    assert not mails.exists()
    assert Decision.objects.filter(undone_at=None).count() == 0
    assert Decision.objects.count() == 2  # what was decided and undone stays on record
    assert batch_of(staged, batch).is_undone
    with pytest.raises(Conflict):
        undo_together(actor=staff, call=staged, batch=batch)


def test_what_cannot_be_stops_all_and_is_named(staged, staff, records):
    good, bad = hand_in(staged, "Good"), hand_in(staged, "Impossible")
    with pytest.raises(Refused) as caught:
        do_together(actor=staff, call=staged, keys=[good.pk, bad.pk], deed=Deed("decide", "eligible"))
    assert caught.value.problems == {bad.pk: "No record can be made of this."}
    assert Decision.objects.count() == IntakeResult.objects.count() == OutboxMessage.objects.filter(template="calls-accepted").count() == 0
    assert not Submission.objects.exclude(state="submitted").exists()
    assert not trail_of("calls.batch", "")
    do_together(actor=staff, call=staged, keys=[good.pk], deed=Deed("decide", "eligible"), notify=False)
    assert Submission.objects.get(pk=good.pk).state == "accepted"
    assert not OutboxMessage.objects.filter(template="calls-accepted").exists()


def test_what_would_happen_is_what_happens(staged, staff):
    plain, withdrawn, declined, eligible = (hand_in(staged, title, title) for title in ("Plain", "Withdrawn", "Declined", "Eligible"))
    actions.withdraw(actor=person("Withdrawn"), submission=withdrawn)
    actions.decide(actor=staff, submission=declined, code="declined", notify=False)
    actions.decide(actor=staff, submission=eligible, code="eligible", notify=False)
    for code, able in (("eligible", {"Plain"}), ("nominated", {"Eligible"}), ("declined", {"Plain", "Eligible"}), ("invented", set())):
        deed = Deed("decide", code)
        found = foreseen(staff, staged, deed)
        assert {each.submission.title for each in found if each.changes} == able, code
        for each in found:
            if each.refusal:
                assert not each.changes
                with pytest.raises((Refused, Invalid)):
                    do_together(actor=staff, call=staged, keys=[each.submission.pk], deed=deed, notify=False)
    refusals = {each.submission.title: each.refusal for each in foreseen(staff, staged, Deed("decide", "nominated"))}
    assert "eligible" in refusals["Plain"].lower()
    assert "Withdrawn" in refusals["Withdrawn"]
    assert "Undo" in refusals["Declined"]
    before = Submission.objects.get(pk=plain.pk).state
    assert before == "submitted"  # looking changed nothing


def test_a_draft_cannot_be_decided(call, staff):
    draft = begin(call, "Ada", title="Draft")
    with pytest.raises(Refused):
        do_together(actor=staff, call=call, keys=[draft.pk], deed=Deed("decide", "accepted"))


def test_a_later_decision_holds_the_whole_batch(staged, staff, records):
    one, two = hand_in(staged, "A"), hand_in(staged, "B")
    batch = do_together(actor=staff, call=staged, keys=[one.pk, two.pk], deed=Deed("decide", "eligible"), notify=False)
    actions.decide(actor=staff, submission=two, code="nominated", notify=False)
    with pytest.raises(Conflict):
        undo_together(actor=staff, call=staged, batch=batch)
    assert IntakeResult.objects.filter(retracted_at=None).count() == 2
    assert Decision.objects.filter(undone_at=None).count() == 3


def test_staff_is_assigned_together_and_what_changed_since_stays(call, staff):
    other = person("Jean", "secretariat")
    one, two, three = (hand_in(call, title) for title in ("A", "B", "C"))
    actions.assign(actor=staff, submission=one, to=other)
    batch = do_together(actor=staff, call=call, keys=[one.pk, two.pk, three.pk], deed=Deed("assign", to=staff))
    assert set(Submission.objects.values_list("assignee", flat=True)) == {staff.pk}
    actions.assign(actor=staff, submission=three, to=other)
    assert undo_together(actor=staff, call=call, batch=batch) == 2
    assert dict(Submission.objects.values_list("title", "assignee")) == {"A": other.pk, "B": None, "C": other.pk}


def test_tags_are_added_and_taken_together(call, staff):
    one, two = hand_in(call, "A"), hand_in(call, "B")
    actions.set_tags(actor=staff, submission=one, names=["to read", "old"])

    def tags():
        return {each.title: sorted(tag.name for tag in each.tags.all()) for each in Submission.objects.all()}

    batch = do_together(actor=staff, call=call, keys=[one.pk, two.pk], deed=Deed("tag", "to read"))
    assert tags() == {"A": ["old", "to read"], "B": ["to read"]}
    actions.set_tags(actor=staff, submission=two, names=["to read", "new"])
    assert undo_together(actor=staff, call=call, batch=batch) == 1
    assert tags() == {"A": ["old", "to read"], "B": ["new"]}
    batch = do_together(actor=staff, call=call, keys=[one.pk, two.pk], deed=Deed("untag", "old"))
    assert tags() == {"A": ["to read"], "B": ["new"]}
    undo_together(actor=staff, call=call, batch=batch)
    assert tags() == {"A": ["old", "to read"], "B": ["new"]}


def test_only_those_who_decide_on_this_call_do(call, staff):
    made = hand_in(call, "A")
    deed = Deed("decide", "accepted")
    for who in (person("Ada"), person("Rita", "reader"), person("Edi", "editor"), person("Rev", "reviewer"), person("Far", "secretariat", "call:2021/photos")):
        with pytest.raises(NotAllowed):
            do_together(actor=who, call=call, keys=[made.pk], deed=deed)
    near = person("Near", "secretariat", "call:2021/prizes")
    batch = do_together(actor=near, call=call, keys=[made.pk], deed=deed)
    for who in (person("Rita"), person("Far")):
        with pytest.raises(NotAllowed):
            undo_together(actor=who, call=call, batch=batch)
    assert undo_together(actor=near, call=call, batch=batch) == 1


def test_keys_of_another_call_are_not_touched(call, staff):
    other = make_call(make_edition(), "photos")
    elsewhere = hand_in(other, "Picture")
    with pytest.raises(Conflict):
        do_together(actor=staff, call=call, keys=[elsewhere.pk], deed=Deed("decide", "accepted"))
    batch = do_together(actor=staff, call=other, keys=[elsewhere.pk], deed=Deed("decide", "accepted"))
    assert batch_of(call, batch) is None
    with pytest.raises(NotAllowed):
        undo_together(actor=staff, call=call, batch=batch)


def test_none_and_too_many_are_refused(call, staff):
    for keys in ([], [uuid.uuid4() for _each in range(MOST + 1)]):
        with pytest.raises(Invalid):
            do_together(actor=staff, call=call, keys=keys, deed=Deed("decide", "accepted"))
    with pytest.raises(Conflict):
        do_together(actor=staff, call=call, keys=[uuid.uuid4()], deed=Deed("decide", "accepted"))


def test_deciding_the_same_twice_makes_one_record(staged, staff, records):
    made = hand_in(staged, "A")
    first = actions.decide(actor=staff, submission=made, code="eligible", notify=False)
    assert actions.decide(actor=staff, submission=made, code="eligible", notify=False) == first
    assert len(records) == IntakeResult.objects.count() == 1
    with pytest.raises(Invalid):
        actions.decide(actor=staff, submission=made, code="invented")


def test_what_was_returned_comes_again_past_the_close(call, staff):
    from datetime import timedelta

    from django.utils import timezone

    made = hand_in(call, "A")
    with pytest.raises(Invalid):
        actions.return_for_changes(actor=staff, submission=made, message=" ")
    actions.return_for_changes(actor=staff, submission=made, message="Add the country", until=timezone.now() + timedelta(days=2))
    call.phases.update(closes_at=timezone.now() - timedelta(hours=1))
    made.refresh_from_db()
    assert (made.state, made.message) == ("returned", "Add the country")
    assert OutboxMessage.objects.get(template="calls-returned").to == "ada@example.org"
    actions.save_draft(actor=person("Ada"), submission=made, answers={"country": "KE"})
    again = actions.submit(actor=person("Ada"), submission=made)
    assert (again.state, again.message, again.country.code) == ("submitted", "", "KE")


def test_looking_after_and_notes_are_for_staff(call, staff):
    made = hand_in(call, "A")
    for who in (person("Ada"), person("Rita", "reader")):
        for act in (
            lambda who=who: actions.assign(actor=who, submission=made, to=who),
            lambda who=who: actions.add_note(actor=who, submission=made, text="Hello"),
            lambda who=who: actions.set_tags(actor=who, submission=made, names=["x"]),
            lambda who=who: actions.return_for_changes(actor=who, submission=made, message="x"),
            lambda who=who: actions.decide(actor=who, submission=made, code="accepted"),
        ):
            with pytest.raises(NotAllowed):
                act()
    note = actions.add_note(actor=staff, submission=made, text="Ask the ministry")
    with pytest.raises(Conflict):
        actions.remove_note(actor=person("Jean", "secretariat"), note=note)
    actions.remove_note(actor=staff, note=note)
    assert not made.notes.exists()


def test_the_trail_tells_what_was_done_together(call, staff):
    made = hand_in(call, "A")
    batch = do_together(actor=staff, call=call, keys=[made.pk], deed=Deed("decide", "declined"), message="Not this year")
    record = trail_of("calls.batch", str(batch)).get()
    assert record.actor_id == staff.trail_id
    assert record.payload.after["count"] == 1
    assert record.payload.before == {str(made.pk): "submitted"}
    assert next(each.verb for each in trail_of("calls.submission", str(made.pk))) == "decided"
    assert SYSTEM.trail_id != record.actor_id
