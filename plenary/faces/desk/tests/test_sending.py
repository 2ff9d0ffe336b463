"""When mails leave: set for all calls or for one, followed by every mail, told where mails are listed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from plenary.engines.calls import actions
from plenary.engines.calls.models import Call, Submission
from plenary.engines.calls.tests.working import begin, hand_in, make_call, make_edition, person
from plenary.errors import Conflict, NotAllowed
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.models import TrailRecord
from plenary.ground.messages.actions import load_templates, send_due, set_sending
from plenary.ground.messages.models import OutboxMessage, SendingRule
from plenary.ground.messages.sending import is_held

pytestmark = pytest.mark.django_db
COMMON = "/desk/mails/"
OWN = "/desk/editions/2021/calls/prizes/mails/"


@pytest.fixture
def call(db: None) -> Call:
    load_templates(actor=SYSTEM)
    return make_call(make_edition(), closes_at=timezone.now() + timedelta(days=5))


def state_of(template: str) -> str:
    return OutboxMessage.objects.filter(template=template).latest("pk").state


def returned(call: Call, title: str) -> Submission:
    return actions.return_for_changes(actor=SYSTEM, submission=hand_in(call, title, title), message="Name the boats.")


def keep(client: Client, path: str, sending: str) -> None:
    answer = client.post(path, {"leaving": "1", "sending": sending})
    assert answer.status_code == 302 and answer["Location"] == path


def test_as_they_come_only_decisions_wait(call: Call) -> None:
    sent = returned(call, "Alpha")
    assert state_of("calls-returned") == "queued"
    actions.decide(actor=SYSTEM, submission=sent, code="declined")
    assert state_of("calls-declined") == "held"


def test_a_kind_waits_for_all_calls_or_for_one_and_what_one_says_counts_more(call: Call, at_desk: Callable[..., Client]) -> None:
    other = make_call(make_edition(), "photos")
    client = at_desk()
    keep(client, f"{COMMON}calls-returned/", "held")
    for each in (call, other):
        returned(each, f"Alpha {each.slug}")
        assert state_of("calls-returned") == "held"
    keep(client, f"{OWN}calls-returned/", "at-once")
    returned(call, "Beta")
    assert state_of("calls-returned") == "queued"
    returned(other, "Beta")
    assert state_of("calls-returned") == "held"
    page = client.get(f"{OWN}calls-returned/").content.decode()
    assert "As for all calls (When staff send them from the outbox)" in page
    keep(client, f"{OWN}calls-returned/", "same")
    assert list(SendingRule.objects.values_list("code", "scope")) == [("calls-returned", "")]
    returned(call, "Gamma")
    assert state_of("calls-returned") == "held"
    waits = {row.code: row.waits for row in client.get(OWN).context["rows"]}
    assert waits["calls-returned"] and waits["calls-accepted"] and not waits["calls-receipt"]
    assert {row.code for row in client.get(COMMON).context["rows"] if row.waits} == {"calls-returned", "calls-accepted", "calls-declined"}
    before = OutboxMessage.objects.filter(state="held").count()
    keep(client, f"{COMMON}calls-returned/", "same")
    assert OutboxMessage.objects.filter(state="held").count() == before, "what waits goes on waiting"
    told = [each.payload.after for each in TrailRecord.objects.filter(kind="outgoing.template", key="calls-returned").order_by("pk")]
    assert told == [{"held": True}, {"held": None}]


def test_a_decision_leaves_at_once_where_the_call_says_so_and_the_desk_tells(call: Call, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    first, second = hand_in(call, "Alpha", "Alpha"), hand_in(call, "Beta", "Beta")
    deed = {"verb": "decide", "decide-decision": "accepted", "decide-notify": "on"}
    path = f"/desk/submissions/{first.pk}/"
    assert "It waits in the outbox until somebody reads it and lets it go." in client.get(path).content.decode()
    assert "The mail waits in the outbox." in client.post(path, deed, follow=True).content.decode()
    for kind in ("calls-accepted", "calls-declined"):
        keep(client, f"{OWN}{kind}/", "at-once")
    path = f"/desk/submissions/{second.pk}/"
    assert "It leaves at once." in client.get(path).content.decode()
    assert "The mail is on its way." in client.post(path, deed, follow=True).content.decode()
    assert send_due() == 1


def test_the_desk_says_that_a_mail_could_not_be_made(call: Call, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    sent = actions.enter_for(actor=SYSTEM, call=call, answers={"title": "Boats"}, origin="paper", email="village@example.org")
    Submission.objects.filter(pk=sent.pk).update(email="a@b")
    page = client.post(f"/desk/submissions/{sent.pk}/", {"verb": "return", "return-message": "Name the boats."}, follow=True).content.decode()
    assert "The submission is returned." in page and "But no mail could be made to “a@b”, which is not an e-mail address." in page
    message = OutboxMessage.objects.get(template="calls-returned")
    shown = client.get(f"/desk/outbox/{message.pk}/").content.decode()
    assert "This is not an e-mail address." in shown and "Returned for changes" in shown
    answer = client.post(f"/desk/outbox/{message.pk}/release/", follow=True).content.decode()
    assert "Correct it first." in answer
    nobody = actions.enter_for(actor=SYSTEM, call=call, answers={"title": "Boats"}, origin="paper")
    page = client.post(f"/desk/submissions/{nobody.pk}/", {"verb": "return", "return-message": "Name the boats."}, follow=True).content.decode()
    assert "No mail was written, since no address is known." in page


def test_after_a_decision_on_many_the_desk_says_to_how_many_it_could_not_be_told(call: Call, at_desk: Callable[..., Client]) -> None:
    made = [actions.enter_for(actor=SYSTEM, call=call, answers={"title": "Boats"}, origin="paper", email="village@example.org") for _time in range(2)]
    Submission.objects.filter(pk=made[0].pk).update(email="a@b")
    keys = [str(each.pk) for each in made]
    sent = {"key": keys, "able": keys, "deed": "decide:accepted", "notify": "on", "confirm": "1"}
    client = at_desk()
    page = client.post("/desk/editions/2021/calls/prizes/submissions/together/", sent, follow=True).content.decode()
    assert "Accepted: 2 submissions." in page and "1 mail could not be made or sent; the decision stands." in page
    assert [each.to for each in client.get("/desk/outbox/?state=failed").context["page"]] == ["a@b"]


def test_the_address_of_a_draft_always_leaves_at_once(call: Call, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    for path in (f"{COMMON}calls-draft-link/", f"{OWN}calls-draft-link/"):
        page = client.get(path).content.decode()
        assert "always leave at once" in page and 'name="sending"' not in page
        client.post(path, {"leaving": "1", "sending": "held"})
    with pytest.raises(Conflict):
        set_sending(actor=SYSTEM, code="calls-draft-link", held=True)
    SendingRule.objects.create(code="calls-draft-link", scope=call.scope, held=True)
    draft = begin(call, title="Boats")
    actions.send_link(actor=draft.owner, submission=draft, secret="", email="ada@example.org")
    assert state_of("calls-draft-link") == "queued"


def test_only_staff_of_the_call_set_when_its_mails_leave(call: Call, at_desk: Callable[..., Client]) -> None:
    own = at_desk("secretariat", "call:2021/prizes")
    keep(own, f"{OWN}calls-receipt/", "held")
    assert is_held("calls-receipt", call.scope) and not is_held("calls-receipt")
    assert own.post(f"{COMMON}calls-receipt/", {"leaving": "1", "sending": "held"}).status_code == 403
    with pytest.raises(NotAllowed):
        set_sending(actor=person("Somebody"), code="calls-receipt", scope=call.scope, held=False)
    assert own.post(f"{OWN}calls-receipt/", {"leaving": "1", "sending": "whenever"}).status_code in (200, 400)
    assert is_held("calls-receipt", call.scope)


def test_the_outbox_tells_of_which_call_and_on_what_occasion_a_mail_is(call: Call, at_desk: Callable[..., Client]) -> None:
    returned(call, "Alpha")
    client = at_desk()
    page = client.get("/desk/outbox/").content.decode()
    assert "Returned for changes" in page and 'href="/desk/editions/2021/calls/prizes/submissions/"' in page and "Prizes" in page
    message = OutboxMessage.objects.get()
    shown = client.get(f"/desk/outbox/{message.pk}/").content.decode()
    assert "Returned for changes" in shown and 'href="/desk/editions/2021/calls/prizes/submissions/"' in shown
