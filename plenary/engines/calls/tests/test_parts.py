"""Deciding on many in parts: others write in between, what broke off goes on, nothing is done twice, all is undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from plenary.engines.calls import actions, intakes, models, tasks
from plenary.engines.calls.actions import together
from plenary.engines.calls.actions.records import ChangedSince
from plenary.engines.calls.actions.together import PATIENCE, Deed, batch_of, begin_together, begin_undoing, do_together, go_on, try_again, undo_together
from plenary.engines.calls.intakes import Intake, Made
from plenary.engines.calls.models import Decision, IntakeResult, Submission
from plenary.engines.calls.tests.working import hand_in, make_call, make_edition, person
from plenary.errors import Conflict, NotAllowed
from plenary.ground.audit.actions import record
from plenary.ground.audit.queries import trail_of
from plenary.ground.messages.models import OutboxMessage

pytestmark = pytest.mark.django_db
ELIGIBLE = Deed("decide", "eligible")


@pytest.fixture
def staff(db):
    return person("Sam", "secretariat")


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(together, "PART", 3)
    monkeypatch.setattr(tasks, "TURN", 0)


@pytest.fixture
def refused():
    """Titles of submissions of which no record can be made."""
    return set()


@pytest.fixture
def call(monkeypatch, refused):
    def accept(actor, submission):
        if submission.title in refused:
            raise Conflict("No record can be made of this.")
        return Made("test.record", str(submission.pk))

    monkeypatch.setitem(intakes._intakes, "test.record", Intake("test.record", "Test records", accept, lambda actor, result: None))
    return make_call(make_edition(), "staged", intakes=[{"decision": "eligible", "intake": "test.record"}, {"decision": "nominated", "intake": "other"}])


@pytest.fixture
def ten(call):
    return [hand_in(call, f"Clinic {number}", f"Person {number}") for number in range(10)]


def keys(submissions):
    return [each.pk for each in submissions]


def states():
    return sorted(Submission.objects.values_list("state", flat=True))


def test_a_part_at_a_time_is_done_and_the_rest_waits(call, staff, ten):
    batch = begin_together(actor=staff, call=call, keys=keys(ten), deed=ELIGIBLE, notify=False)
    assert states() == ["submitted"] * 10
    assert go_on(actor=staff, batch=batch)
    assert states().count("accepted") == 3
    told = batch_of(call, batch)
    assert (told.finished, told.total, told.is_working, told.count) == (3, 10, True, 3)
    assert not trail_of("calls.batch", str(batch))
    while go_on(actor=staff, batch=batch):
        pass
    told = batch_of(call, batch)
    assert (told.finished, told.count, told.is_over, told.problems) == (10, 10, True, ())
    assert states() == ["accepted"] * 10
    assert trail_of("calls.batch", str(batch)).get().payload.after["count"] == 10
    assert not go_on(actor=staff, batch=batch)  # once more does nothing
    assert Decision.objects.count() == 10 and trail_of("calls.batch", str(batch)).count() == 1


def test_a_part_ends_after_a_while_however_many_it_would_take(call, staff, ten):
    batch = begin_together(actor=staff, call=call, keys=keys(ten), deed=ELIGIBLE, notify=False)
    assert go_on(actor=staff, batch=batch, at_most=0)
    assert states().count("accepted") == 1


def test_what_cannot_be_is_named_and_can_be_tried_again(call, staff, ten, refused):
    refused |= {"Clinic 4", "Clinic 8"}
    batch = do_together(actor=staff, call=call, keys=keys(ten), deed=ELIGIBLE)
    told = batch_of(call, batch)
    assert {each.title: why for each, why in told.problems} == dict.fromkeys(refused, "No record can be made of this.")
    assert (told.count, told.is_over, states().count("accepted")) == (8, True, 8)
    assert OutboxMessage.objects.filter(template="calls-accepted").count() == IntakeResult.objects.count() == 8
    refused -= {"Clinic 4"}
    try_again(actor=staff, call=call, batch=batch)
    tasks.work_together.call(str(batch), staff.pk)
    told = batch_of(call, batch)
    assert ([each.title for each, _why in told.problems], told.count) == (["Clinic 8"], 9)
    assert OutboxMessage.objects.filter(template="calls-accepted").count() == Decision.objects.count() == 9  # nobody twice
    assert undo_together(actor=staff, call=call, batch=batch) == 9
    assert states() == ["submitted"] * 10


def test_work_that_broke_off_goes_on_and_nothing_is_done_twice(call, staff, ten, monkeypatch):
    batch = begin_together(actor=staff, call=call, keys=keys(ten), deed=ELIGIBLE)
    real, seen = together.decide, []

    def power_cut(**given):
        seen.append(given["submission"].pk)
        if len(seen) == 5:
            raise RuntimeError("the machine went down")
        return real(**given)

    monkeypatch.setattr(together, "decide", power_cut)
    with pytest.raises(RuntimeError):
        tasks.work_together.call(str(batch), staff.pk)
    monkeypatch.setattr(together, "decide", real)
    told = batch_of(call, batch)
    assert (told.is_broken, told.is_working, told.finished) == (True, False, 3)  # the part that broke is as it was before
    assert states().count("accepted") == 3
    try_again(actor=staff, call=call, batch=batch)
    assert tasks.work_together.call(str(batch), staff.pk) == 3
    assert batch_of(call, batch).is_over and states() == ["accepted"] * 10
    assert Decision.objects.count() == IntakeResult.objects.count() == OutboxMessage.objects.filter(template="calls-accepted").count() == 10


def test_without_a_sign_of_life_it_is_taken_for_broken_off_and_can_be_undone(call, staff, ten):
    batch = begin_together(actor=staff, call=call, keys=keys(ten), deed=ELIGIBLE, notify=False)
    go_on(actor=staff, batch=batch)
    with pytest.raises(Conflict, match="still being done"):
        begin_undoing(actor=staff, call=call, batch=batch)
    models.Batch.objects.update(worked_at=timezone.now() - PATIENCE - timedelta(seconds=1))
    assert batch_of(call, batch).is_broken
    assert undo_together(actor=staff, call=call, batch=batch) == 3
    assert states() == ["submitted"] * 10
    assert batch_of(call, batch).is_undone


def test_undoing_goes_in_parts_too_and_stops_before_it_begins_where_a_later_decision_stands(call, staff, ten):
    batch = do_together(actor=staff, call=call, keys=keys(ten), deed=ELIGIBLE, notify=False)
    actions.decide(actor=staff, submission=ten[7], code="declined", notify=False)
    with pytest.raises(Conflict, match=ten[7].reference):
        begin_undoing(actor=staff, call=call, batch=batch)
    actions.undo_decision(actor=staff, decision=ten[7].decisions.filter(undone_at=None).last())
    begin_undoing(actor=staff, call=call, batch=batch)
    assert go_on(actor=staff, batch=batch)
    told = batch_of(call, batch)
    assert (told.finished, told.total, told.is_being_undone, told.is_working) == (3, 10, True, True)
    assert states().count("submitted") == 3
    tasks.work_together.call(str(batch), staff.pk)
    assert states() == ["submitted"] * 10 and batch_of(call, batch).is_undone
    assert [each.verb for each in trail_of("calls.batch", str(batch))] == ["undone together", "done together"]


@pytest.mark.parametrize("count", [2, 10])
def test_records_that_were_changed_since_are_asked_about_before_anything_is_undone(call, staff, ten, count):
    chosen = ten[:count]
    batch = do_together(actor=staff, call=call, keys=keys(chosen), deed=ELIGIBLE, notify=False)
    record(actor=person("Edi"), verb="changed", kind="test.record", key=str(chosen[1].pk))
    with pytest.raises(ChangedSince) as caught:
        undo_together(actor=staff, call=call, batch=batch)
    assert [each.result.submission_id for each in caught.value.records] == [chosen[1].pk]
    assert states().count("accepted") == count
    assert undo_together(actor=staff, call=call, batch=batch, changed_too=True) == count
    assert states() == ["submitted"] * 10


def test_refusing_many_leaves_those_out_whose_records_were_changed_unless_it_is_said(call, staff, ten):
    do_together(actor=staff, call=call, keys=keys(ten), deed=ELIGIBLE, notify=False)
    record(actor=person("Edi"), verb="changed", kind="test.record", key=str(ten[2].pk))
    batch = do_together(actor=staff, call=call, keys=keys(ten), deed=Deed("decide", "declined"), notify=False)
    assert [each.pk for each, _why in batch_of(call, batch).problems] == [ten[2].pk]
    assert IntakeResult.objects.get(retracted_at=None).submission_id == ten[2].pk
    do_together(actor=staff, call=call, keys=[ten[2].pk], deed=Deed("decide", "declined", changed_too=True), notify=False)
    assert states() == ["declined"] * 10 and not IntakeResult.objects.filter(retracted_at=None).exists()


def test_a_role_that_ends_meanwhile_stops_the_work_and_somebody_else_goes_on(call, staff, ten):
    batch = begin_together(actor=staff, call=call, keys=keys(ten), deed=Deed("tag", "to read"))
    tasks.work_together.call(str(batch), person("Ada").pk)
    assert batch_of(call, batch).is_broken and not models.SubmissionTag.objects.exists()
    with pytest.raises(NotAllowed):
        try_again(actor=person("Ada"), call=call, batch=batch)
    try_again(actor=staff, call=call, batch=batch)
    tasks.work_together.call(str(batch), staff.pk)
    assert models.SubmissionTag.objects.filter(name="to read").count() == 10
    assert undo_together(actor=staff, call=call, batch=batch) == 10
    assert not models.SubmissionTag.objects.exists()
