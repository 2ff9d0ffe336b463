"""Reminders: before every deadline once, anew when it moves, and of whatever is not handed in."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django_tasks_db.models import DBTaskResult

from plenary.engines.calls import actions
from plenary.engines.calls.reminders import BEFORE, QUIET
from plenary.engines.calls.tasks import EVERY, keep_reminding, remind
from plenary.engines.calls.tests.forms import GOOD, make_account, make_call, submitted
from plenary.engines.calls.tests.test_drafts import begun
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.text import Text
from plenary.ground.messages.models import OutboxMessage

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def call():
    return make_call(closes_in=timedelta(days=9))


def at(instant):
    return time_machine.travel(instant, tick=False)


def closing(call):
    return call.phases.get().closes_at


def mails(template="calls-reminder"):
    return list(OutboxMessage.objects.filter(template=template).order_by("pk"))


def extend(call, by):
    actions.extend_deadline(actor=SYSTEM, phase=call.phases.get(), closes_at=closing(call) + by, note=Text.of("The line was down."))


def test_a_deadline_that_moves_is_told_anew_and_each_only_once(call):
    actions.start_draft(actor=make_account(), call=call, answers=GOOD)
    first = closing(call)
    with at(first - 2 * DAY):
        assert (remind.call(), remind.call()) == (1, 0)
    with at(first - DAY):
        extend(call, timedelta(days=5))
        assert remind.call() == 0, "the new one is still far"
    second = closing(call)
    with at(second - BEFORE):
        assert (remind.call(), remind.call()) == (1, 0)
    with at(second - HOUR):
        assert remind.call() == 0
    assert len({each.body for each in mails()}) == 2, "each tells its own deadline"


def test_a_deadline_moved_just_after_a_reminder_waits_a_little_before_it_is_told(call):
    actions.start_draft(actor=make_account(), call=call, answers=GOOD)
    moment = closing(call) - 2 * DAY
    with at(moment):
        assert remind.call() == 1
        extend(call, HOUR)
        assert remind.call() == 0
    with at(moment + QUIET + timedelta(minutes=1)):
        assert remind.call() == 1


def test_one_person_with_several_drafts_gets_one_mail_with_all_of_them(call):
    ada, bo = make_account("ada@example.org"), make_account("bo@example.org")
    drafts = [actions.start_draft(actor=ada, call=call, answers=GOOD)[0] for _time in range(2)]
    drafts[0].members.add(bo)
    with at(closing(call) - 2 * DAY):
        assert remind.call() == 2
    told = {each.to: each.body for each in mails()}
    assert all(str(draft.pk) in told["ada@example.org"] for draft in drafts)
    assert str(drafts[0].pk) in told["bo@example.org"] and str(drafts[1].pk) not in told["bo@example.org"]


def test_somebody_told_once_is_not_told_again_of_the_same_deadline_for_a_later_draft(call):
    ada = make_account()
    actions.start_draft(actor=ada, call=call, answers=GOOD)
    with at(closing(call) - 2 * DAY):
        assert remind.call() == 1
        actions.start_draft(actor=ada, call=call, answers=GOOD)
    with at(closing(call) - DAY):
        assert remind.call() == 0


def test_what_was_returned_is_reminded_of_before_its_own_time_ends(call):
    ada = make_account()
    until = closing(call) + timedelta(days=10)
    sent = actions.return_for_changes(actor=SYSTEM, submission=submitted(call, ada), message="Name the boats.", until=until)
    with at(until - BEFORE - HOUR):
        assert remind.call() == 0
    with at(until - DAY):
        assert (remind.call(), remind.call()) == (1, 0)
    assert "Still to be changed" in mails("calls-reminder-returned")[0].subject and sent.reference in mails("calls-reminder-returned")[0].body
    with at(until):
        assert remind.call() == 0


def test_nobody_is_reminded_right_after_it_was_returned_to_them(call):
    sent = submitted(call, make_account())
    begin = closing(call) - timedelta(days=5)
    with at(begin):
        actions.return_for_changes(actor=SYSTEM, submission=sent, message="Name the boats.", until=begin + DAY)
        assert remind.call() == 0
    with at(begin + QUIET + HOUR):
        assert remind.call() == 1


def test_changes_that_are_not_handed_in_are_reminded_of(call):
    ada = make_account()
    sent = submitted(call, ada)
    submitted(call, ada, title="Other boats")
    with at(closing(call) - 2 * DAY):
        assert remind.call() == 0
        actions.save_draft(actor=ada, submission=sent, answers={"title": "Better boats"})
        assert remind.call() == 0, "they are still writing"
    with at(closing(call) - 2 * DAY + 2 * HOUR):
        assert (remind.call(), remind.call()) == (1, 0)
    assert "Your changes are not handed in" in mails("calls-reminder-changes")[0].subject


def test_a_draft_without_an_account_and_one_by_a_late_code_are_reminded_of():
    call = make_call(closes_in=timedelta(hours=-1))
    until = closing(call) + timedelta(days=8)
    code, secret = actions.make_code(actor=SYSTEM, call=call, valid_until=until)
    draft, _none = actions.start_draft(actor=make_account(), call=call, answers=GOOD, late=code)
    other, _path = begun(make_call(slug="open", audience="anyone", closes_in=timedelta(days=8)), **GOOD)
    other.email = "village@example.org"
    other.save()
    with at(until - 2 * DAY):
        assert remind.call() == 2
    assert {each.to for each in mails()} == {draft.owner.email, "village@example.org"}
    assert secret


def waiting():
    return DBTaskResult.objects.filter(task_path=remind.module_path, status="READY")


def test_the_look_goes_on_while_anything_may_become_due(call):
    keep_reminding()
    assert not waiting().exists(), "nothing is here"
    ada = make_account()
    sent = submitted(call, ada)
    with at(closing(call) - 4 * DAY):
        remind.call()
        following = waiting().get()
        assert following.run_after == closing(call) - 4 * DAY + EVERY, "what was handed in can be changed yet"
        remind.call()
        keep_reminding()
        assert waiting().count() == 1, "arranged once"
    waiting().delete()
    with at(closing(call) + DAY):
        remind.call()
        assert not waiting().exists(), "nothing can be handed in any more"
        actions.return_for_changes(actor=SYSTEM, submission=sent, message="Name the boats.", until=closing(call) + 9 * DAY)
        remind.call()
        assert waiting().count() == 1


def test_a_mail_that_fails_stops_neither_the_others_nor_the_look(call, monkeypatch):
    from plenary.engines.calls import reminders

    for name in ("ada", "bo"):
        actions.start_draft(actor=make_account(f"{name}@example.org"), call=call, answers=GOOD)
    real = reminders.mail

    def fails_once(template, submission, **more):
        if more["to"] == "ada@example.org":
            raise RuntimeError("no")
        return real(template, submission, **more)

    monkeypatch.setattr(reminders, "mail", fails_once)
    with at(closing(call) - DAY):
        assert remind.call() == 1
    assert waiting().count() == 1


def test_a_moved_deadline_and_what_is_given_back_start_the_look_again(call, django_capture_on_commit_callbacks):
    sent = submitted(call, make_account())
    waiting().delete()
    with django_capture_on_commit_callbacks(execute=True):
        extend(call, DAY)
    assert waiting().count() == 1
    waiting().delete()
    with django_capture_on_commit_callbacks(execute=True):
        actions.return_for_changes(actor=SYSTEM, submission=sent, message="Name the boats.", until=closing(call) + DAY)
    assert waiting().count() == 1
