"""Submitting: the close to the second, limits under a lock, receipts, and what cannot be done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.test import Client

from plenary.engines.calls import actions
from plenary.engines.calls.holders import Holder
from plenary.engines.calls.models import Submission
from plenary.engines.calls.reminders import BEFORE
from plenary.engines.calls.tasks import remind, send_receipt
from plenary.engines.calls.tests.forms import GOOD, make_account, make_call, submitted
from plenary.engines.calls.tests.test_drafts import begun
from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.queries import versions_of
from plenary.ground.messages.actions import send_due
from plenary.ground.messages.models import OutboxMessage
from plenary.ground.people.actions import erase_person, export_person

pytestmark = pytest.mark.django_db
#: Clocks in Geneva went from 3:00 back to 2:00 on this day, so that 2:30 came twice; the call means the first.
AUTUMN = datetime(2031, 10, 26, 23, 0, tzinfo=ZoneInfo("Europe/Zurich"))
SPRING = datetime(2031, 3, 30, 23, 0, tzinfo=ZoneInfo("Europe/Zurich"))


@pytest.mark.parametrize("closes", [AUTUMN, SPRING])
def test_a_call_closes_at_its_second_also_for_a_form_opened_before(closes, client):
    with time_machine.travel(closes - timedelta(hours=30), tick=False):
        call = make_call(closes_at=closes)
        owner = make_account()
        first, _none = actions.start_draft(actor=owner, call=call, answers=GOOD)
        second, _none = actions.start_draft(actor=owner, call=call, answers=GOOD)
        client.force_login(owner)
        assert client.get(f"/calls/answers/{second.pk}/preview/").status_code == 200
    # On the day the clocks change, 23:00 in Geneva is 22:00 or 21:00 in UTC: the instant counts, not a number of hours.
    assert closes.astimezone(UTC).hour == (22 if closes is AUTUMN else 21)
    with time_machine.travel(closes - timedelta(seconds=1), tick=False):
        assert actions.submit(actor=owner, submission=first).state == Submission.State.SUBMITTED
    with time_machine.travel(closes, tick=False):
        answer = client.post(f"/calls/answers/{second.pk}/preview/")
        assert answer.status_code == 409 and "This call is closed" in answer.content.decode()
        # What was written is still there, and can be written on.
        assert client.post(f"/calls/answers/{second.pk}/", {"f-title": "Too late", "save": "draft"}).status_code == 302
    second.refresh_from_db()
    assert second.state == Submission.State.DRAFT and second.draft["title"] == "Too late"


def test_a_longer_deadline_opens_it_again(client):
    from plenary.ground.framework.text import Text

    call = make_call(closes_in=timedelta(hours=-1))
    owner = make_account()
    draft, _none = actions.start_draft(actor=owner, call=call, answers=GOOD)
    with pytest.raises(Conflict):
        actions.submit(actor=owner, submission=draft)
    later = call.phases.get().closes_at + timedelta(days=2)
    actions.extend_deadline(actor=SYSTEM, phase=call.phases.get(), closes_at=later, note=Text.of("The line was down."))
    assert actions.submit(actor=owner, submission=draft).number == 1


def test_a_code_lets_one_latecomer_in_and_no_second(client):
    call = make_call(closes_in=timedelta(hours=-1))
    _code, secret = actions.make_code(actor=SYSTEM, call=call, valid_until=call.phases.get().closes_at + timedelta(days=1))
    assert "Do you have a code?" in client.get("/calls/2031/prizes/answer/").content.decode()
    assert client.get("/calls/2031/prizes/answer/?code=WRONG-CODE-0000").status_code == 400
    assert client.get(f"/calls/2031/prizes/answer/?code={secret.lower()}").status_code == 200
    answer = client.post("/calls/2031/prizes/answer/", {"code": secret, "f-title": "Late boats", "save": "draft"})
    assert answer.status_code == 302
    assert Client().post("/calls/2031/prizes/answer/", {"code": secret, "f-title": "Another", "save": "draft"}).status_code == 400
    draft = Submission.objects.get()
    owner = make_account()
    actions.save_draft(actor=Holder(draft.pk), submission=draft, answers=GOOD)
    actions.claim(actor=owner, submission=draft, secret=answer["Location"].rstrip("/").rsplit("/", 1)[1])
    assert actions.submit(actor=owner, submission=draft).state == Submission.State.SUBMITTED


def test_what_is_wrong_is_told_at_each_field_and_nothing_is_half_submitted():
    call = make_call()
    owner = make_account()
    draft, _none = actions.start_draft(actor=owner, call=call, answers={"title": "", "summary": "two words", "kind": "old", "phone": "x"})
    with pytest.raises(Invalid) as caught:
        actions.submit(actor=owner, submission=draft)
    assert set(caught.value.problems) == {"title", "category", "summary", "since", "phone"}
    draft.refresh_from_db()
    assert (draft.state, draft.number, draft.answers) == ("draft", None, {})


def test_a_field_that_is_not_asked_does_not_count():
    call = make_call()
    owner = make_account()
    sent = submitted(call, owner, kind="new", since="not a day")
    assert "since" not in sent.answers


def test_without_an_account_only_calls_for_anyone_take_it():
    draft, _path = begun(make_call(), **GOOD)
    with pytest.raises(Conflict):
        actions.submit(actor=Holder(draft.pk), submission=draft, email="village@example.org")
    open_call = make_call(slug="open", audience="anyone")
    draft, path = begun(open_call, **GOOD)
    client = Client()
    assert client.post(f"{path}preview/", {"email": ""}).status_code == 400
    answer = client.post(f"{path}preview/", {"email": "village@example.org"})
    assert answer.status_code == 302
    assert "2031/open/1" in client.get(answer["Location"]).content.decode()


def test_an_invited_call_asks_for_its_code(client):
    call = make_call(audience="invited")
    asking = client.get("/calls/2031/prizes/answer/")
    assert asking.status_code == 200 and 'name="code"' in asking.content.decode() and 'name="f-title"' not in asking.content.decode()
    assert client.post("/calls/2031/prizes/answer/", {"f-title": "Boats", "save": ""}).status_code == 403
    _code, secret = actions.make_code(actor=SYSTEM, call=call, valid_until=call.phases.get().closes_at)
    assert client.get(f"/calls/2031/prizes/answer/?code={secret}").status_code == 200


@pytest.mark.parametrize(
    ("limit", "other", "fits"),
    [
        ({"per_person": 1}, {}, False),
        ({"per_organisation": 1}, {"organisation": {"name": "  HARBOUR  office", "country": "KE"}}, False),
        ({"per_organisation": 1}, {"organisation": {"name": "Harbour office", "country": "CH"}}, True),
        ({"per_organisation_and_category": 1}, {"category": "C7-4"}, False),
        ({"per_organisation_and_category": 1}, {"category": "C7-3"}, True),
    ],
)
def test_limits_of_a_call(limit, other, fits):
    call = make_call(**limit)
    owner = make_account()
    submitted(call, owner)
    if fits:
        assert submitted(call, owner, **other).number == 2
        return
    with pytest.raises(Conflict):
        submitted(call, owner, **other)
    # What was withdrawn does not count.
    actions.withdraw(actor=owner, submission=Submission.objects.get(number=1))
    assert submitted(call, owner, **other).number == 2


def test_a_call_for_some_stakeholders_says_so_at_the_field():
    call = make_call(stakeholder_types=["government"])
    owner = make_account()
    with pytest.raises(Invalid) as caught:
        submitted(call, owner)
    assert "Government" in caught.value.problems["organisation.stakeholder_type"][0]
    submitted(call, owner, organisation={"name": "Ministry", "stakeholder_type": "government"})


def test_editing_after_submitting_leaves_what_stands_until_it_is_submitted_again():
    call = make_call()
    owner = make_account()
    sent = submitted(call, owner)
    actions.save_draft(actor=owner, submission=sent, answers={"title": "Better boats", "summary": "no"})
    with pytest.raises(Invalid):
        actions.submit(actor=owner, submission=sent)
    sent.refresh_from_db()
    assert sent.answers["title"] == "Boats with radios" and sent.draft["title"] == "Better boats"
    actions.save_draft(actor=owner, submission=sent, answers={"summary": "Radios for six boats."})
    again = actions.submit(actor=owner, submission=sent)
    assert (again.number, again.title, again.draft) == (1, "Better boats", None)
    assert [each.payload.after["answers"]["title"] for each in versions_of("calls.submission", str(sent.pk))] == ["Better boats", "Boats with radios"]


def test_nobody_else_can_submit_withdraw_or_read_it(client):
    call = make_call()
    sent = submitted(call, make_account())
    stranger = make_account("other@example.org")
    for act in (actions.withdraw, actions.submit, actions.discard_draft):
        with pytest.raises(NotAllowed):
            act(actor=stranger, submission=sent)
    client.force_login(stranger)
    for path in (f"/calls/submissions/{sent.pk}/", f"/calls/answers/{sent.pk}/submission.pdf", f"/calls/answers/{sent.pk}/done/"):
        assert client.get(path).status_code == 404


def test_the_receipt_comes_with_reference_and_copies_go_to_focal_points_where_agreed(django_capture_on_commit_callbacks):
    make_account("ministry@example.org", role="focal-point", scope="country:KE")
    make_account("elsewhere@example.org", role="focal-point", scope="country:CH")
    call = make_call()
    owner = make_account()
    for shared in (False, True):
        sent = submitted(call, owner, shared=shared)
        OutboxMessage.objects.all().delete()
        send_receipt.call(str(sent.pk))
        assert set(OutboxMessage.objects.values_list("to", flat=True)) == ({owner.email, "ministry@example.org"} if shared else {owner.email})
    assert sent.reference in OutboxMessage.objects.get(template="calls-receipt").body
    send_due()
    receipt = next(each for each in mail.outbox if each.to == [owner.email])
    assert [name.endswith(".pdf") for name, _content, _kind in receipt.attachments] == [True]


def test_a_focal_point_sees_its_country_and_only_what_was_agreed(client):
    call = make_call()
    owner = make_account()
    submitted(call, owner, title="Agreed boats", shared=True)
    submitted(call, owner, title="Secret boats", shared=False)
    focal = make_account("ministry@example.org", role="focal-point", scope="country:KE")
    client.force_login(focal)
    page = client.get("/calls/countries/KE/").content.decode()
    assert "Agreed boats" in page and "Secret boats" not in page
    assert client.get("/calls/countries/CH/").status_code == 404
    client.force_login(owner)
    assert client.get("/calls/countries/KE/").status_code == 404


def test_unfinished_drafts_are_reminded_of_once_before_the_close():
    call = make_call(closes_in=timedelta(days=9))
    close = call.phases.get().closes_at
    owner = make_account()
    actions.start_draft(actor=owner, call=call, answers={"title": "Boats"})
    submitted(call, owner)
    with time_machine.travel(close - BEFORE - timedelta(hours=1), tick=False):
        assert remind.call() == 0
    with time_machine.travel(close - timedelta(days=2), tick=False):
        assert (remind.call(), remind.call()) == (1, 0)
    with time_machine.travel(close + timedelta(minutes=1), tick=False):
        assert remind.call() == 0
    assert OutboxMessage.objects.get(template="calls-reminder").to == owner.email


def test_erasing_a_person_takes_their_name_out_of_what_stays():
    call = make_call()
    owner = make_account()
    sent = submitted(call, owner, phone="+41227305111")
    draft, _none = actions.start_draft(actor=owner, call=call, answers={"title": "Boats"})
    told = export_person(actor=owner, person=owner.person)
    assert {each["reference"] for each in told["calls"]["submissions"]} == {sent.reference, draft.reference}
    erase_person(actor=owner, person=owner.person)
    sent = Submission.objects.get()
    assert sent.pk != draft.pk and sent.owner is None
    assert "phone" not in sent.answers and sent.answers["title"] == GOOD["title"]
    assert all(each.payload.after is None for each in versions_of("calls.submission", str(sent.pk)))
