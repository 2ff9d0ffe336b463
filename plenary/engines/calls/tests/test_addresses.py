"""Addresses of people without an account: told at the field, and a decision stands whether its mail can be made or not."""

from __future__ import annotations

import pytest
from django.test import Client

from plenary.engines.calls import actions
from plenary.engines.calls.actions.submitting import WrongAddress
from plenary.engines.calls.actions.together import Deed, do_together
from plenary.engines.calls.holders import Holder
from plenary.engines.calls.models import Submission
from plenary.engines.calls.tasks import send_receipt
from plenary.engines.calls.tests.forms import GOOD, make_call
from plenary.engines.calls.tests.test_drafts import begun
from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.messages import actions as outbox
from plenary.ground.messages.models import OutboxMessage
from plenary.ground.people.addresses import as_mailed, is_mail_address

pytestmark = pytest.mark.django_db
WRONG = ("not-an-email", "a@b", f"{'a' * 238}@example.org", "ann@example.org, bo@example.org", "<script>@example.org", "ſ@example.org")


@pytest.fixture
def call():
    return make_call(audience="anyone")


def from_before(call, address="a@b") -> Submission:
    """A submission that came before addresses were looked at."""
    draft, _path = begun(call, **GOOD)
    sent = actions.submit(actor=Holder(draft.pk), submission=draft, email="village@example.org")
    Submission.objects.filter(pk=sent.pk).update(email=address)
    sent.refresh_from_db()
    return sent


def test_one_rule():
    assert not any(is_mail_address(each) for each in (*WRONG, ""))
    for each in ("ann@example.org", f"{'a' * 64}@example.org", "o'neill+forum@bücher.example"):
        assert is_mail_address(each)
    assert as_mailed(" Ann.Lee@Example.ORG ") == "Ann.Lee@example.org"


@pytest.mark.parametrize("address", [*WRONG, "", "   "])
def test_an_address_that_is_none_is_told_at_its_field_and_nothing_is_handed_in(call, address):
    draft, path = begun(call, **GOOD)
    answer = Client().post(f"{path}preview/", {"email": address})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'aria-describedby="email-error"' in page and 'href="#email"' in page
    assert address.strip() or "Give an e-mail address for the receipt." in page
    assert 'name="email"' in page, "it can be corrected on the spot"
    draft.refresh_from_db()
    assert (draft.state, draft.number, draft.email) == ("draft", None, "")
    with pytest.raises(WrongAddress) as caught:
        actions.submit(actor=Holder(draft.pk), submission=draft, email=address)
    assert set(caught.value.problems) == {"email"}
    assert Client().post(f"{path}preview/", {"email": "village@Example.org"}).status_code == 302
    draft.refresh_from_db()
    assert draft.email == "village@example.org"


def test_one_from_before_with_a_bad_address_is_asked_for_a_good_one_when_it_is_changed(call):
    sent = from_before(call)
    from plenary.engines.calls.holders import secret_of

    path = f"/calls/answers/{secret_of(sent.pk)}/"
    actions.save_draft(actor=Holder(sent.pk), submission=sent, answers={"title": "Better boats"})
    page = Client().get(f"{path}preview/").content.decode()
    assert 'name="email"' in page and 'value="a@b"' in page
    assert Client().post(f"{path}preview/", {"email": "a@b"}).status_code == 400
    assert Client().post(f"{path}preview/", {"email": "village@example.org"}).status_code == 302
    sent.refresh_from_db()
    assert (sent.title, sent.email) == ("Better boats", "village@example.org")


@pytest.mark.parametrize("address", ["not-an-email", "a@b"])
def test_what_staff_enter_is_held_to_the_rule_too(call, address):
    with pytest.raises(Invalid) as caught:
        actions.enter_for(actor=SYSTEM, call=call, answers=GOOD, origin="paper", email=address)
    assert set(caught.value.problems) == {"email"} and not Submission.objects.exists()


def test_a_decision_and_a_return_stand_although_nobody_can_be_written_to(call):
    sent = from_before(call)
    actions.return_for_changes(actor=SYSTEM, submission=sent, message="Name the boats.")
    actions.decide(actor=SYSTEM, submission=sent, code="accepted")
    send_receipt.call(str(sent.pk))
    sent.refresh_from_db()
    assert sent.state == "accepted"
    failed = {each.template: each for each in OutboxMessage.objects.all()}
    assert set(failed) == {"calls-returned", "calls-accepted", "calls-receipt"}
    assert {(each.state, each.to, each.problem, each.attempts) for each in failed.values()} == {("failed", "a@b", outbox.NO_ADDRESS, 0)}
    message = failed["calls-accepted"]
    with pytest.raises(Conflict, match="Correct it first"):
        outbox.release(actor=SYSTEM, message=message)
    held = outbox.edit(actor=SYSTEM, message=message, to="village@example.org")
    assert (held.state, held.problem) == ("held", "")
    outbox.release(actor=SYSTEM, message=held)
    assert outbox.send_due() == 1


def test_one_bad_address_refuses_no_decision_on_many(call):
    good, bad = from_before(call, "village@example.org"), from_before(call)
    do_together(actor=SYSTEM, call=call, keys=[good.pk, bad.pk], deed=Deed("decide", "accepted"), message="Well done.")
    assert {each.state for each in Submission.objects.all()} == {"accepted"}
    assert dict(OutboxMessage.objects.filter(template="calls-accepted").values_list("to", "state")) == {"village@example.org": "held", "a@b": "failed"}


def test_undoing_takes_the_mail_away_that_could_not_be_made(call):
    sent = from_before(call)
    decision = actions.decide(actor=SYSTEM, submission=sent, code="declined")
    actions.undo_decision(actor=SYSTEM, decision=decision)
    assert not OutboxMessage.objects.exists()
