"""Those who write together: an invitation is withdrawn, somebody is taken off or leaves, and then it is closed to them."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from plenary.engines.calls import actions
from plenary.engines.calls.actions.submitting import send_invitations
from plenary.engines.calls.models import Invitation, Submission
from plenary.engines.calls.tests.forms import GOOD, make_account, make_call
from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.models import TrailRecord
from plenary.ground.messages.actions import send_due
from plenary.ground.messages.models import OutboxMessage

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> Submission:
    made, _none = actions.start_draft(actor=make_account("ada@example.org"), call=make_call(), answers=GOOD)
    return made


def asked(draft: Submission, email: str) -> str:
    """Somebody is asked to join; the secret in their mail."""
    actions.invite(actor=draft.owner, submission=draft, email=email)
    message = OutboxMessage.objects.filter(template="calls-invitation", to=email).first()
    return re.search(r"/calls/join/([^/\s]+)/", message.body)[1]


def joined(draft: Submission, email: str):
    user = make_account(email)
    actions.join(actor=user, secret=asked(draft, email))
    return user


def at(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def verbs(draft: Submission) -> list[str]:
    return list(TrailRecord.objects.filter(kind="calls.submission", key=str(draft.pk)).order_by("pk").values_list("verb", flat=True))


def page(draft: Submission) -> str:
    return f"/calls/answers/{draft.pk}/"


def test_a_mistyped_address_is_taken_back_and_its_mail_opens_nothing(draft):
    secret = asked(draft, "bo@exmaple.org")
    owner = at(draft.owner)
    invitation = Invitation.objects.get()
    shown = owner.get(page(draft)).content.decode()
    path = f"/calls/submissions/{draft.pk}/invitations/{invitation.pk}/withdraw/"
    assert path in shown and "bo@exmaple.org" in shown
    assert owner.post(path).status_code == 302
    assert "bo@exmaple.org" not in owner.get(page(draft), follow=True).content.decode().split("Write together")[1]
    assert not OutboxMessage.objects.filter(template="calls-invitation").exists(), "it had not left yet"
    with pytest.raises(NotAllowed):
        actions.join(actor=make_account("bo@exmaple.org"), secret=secret)
    assert at(make_account("else@example.org")).get(f"/calls/join/{secret}/").status_code == 200  # says nothing about whether there is one
    with pytest.raises(Conflict):
        actions.withdraw_invitation(actor=draft.owner, invitation=invitation)
    assert verbs(draft)[-1] == "withdrew invitation"
    again = asked(draft, "bo@exmaple.org")
    assert again != secret and actions.join(actor=make_account("bo2@example.org"), secret=again) == draft


def test_a_mail_that_has_left_stays_in_the_outbox_when_its_invitation_is_withdrawn(draft):
    secret = asked(draft, "bo@example.org")
    send_due()
    actions.withdraw_invitation(actor=draft.owner, invitation=Invitation.objects.get())
    assert OutboxMessage.objects.get().state == "sent" and len(mail.outbox) == 1
    with pytest.raises(NotAllowed):
        actions.join(actor=make_account("bo@example.org"), secret=secret)


def test_who_is_taken_off_neither_reads_nor_writes_and_the_old_address_lets_them_in_no_more(draft):
    secret = asked(draft, "bo@example.org")
    bo = make_account("bo@example.org")
    actions.join(actor=bo, secret=secret)
    owner = at(draft.owner)
    path = f"/calls/submissions/{draft.pk}/members/{bo.pk}/remove/"
    assert path in owner.get(page(draft)).content.decode()
    assert at(bo).get(page(draft)).status_code == 200
    assert owner.post(path, follow=True).status_code == 200
    assert at(bo).get(page(draft)).status_code == 404
    with pytest.raises(NotAllowed):
        actions.save_draft(actor=bo, submission=draft, answers={"title": "Mine"})
    with pytest.raises(NotAllowed):
        actions.join(actor=bo, secret=secret)
    with pytest.raises(Conflict):
        actions.remove_member(actor=draft.owner, submission=draft, member=bo)
    record = TrailRecord.objects.filter(kind="calls.submission", verb="removed member").get()
    assert record.payload.after == {"member": bo.trail_id}
    actions.join(actor=bo, secret=asked(draft, "bo@example.org"))
    assert at(bo).get(page(draft)).status_code == 200


def test_who_joined_leaves_and_is_offered_neither_inviting_nor_throwing_away(draft):
    bo, carl = joined(draft, "bo@example.org"), joined(draft, "carl@example.org")
    shown = at(bo).get(page(draft)).content.decode()
    assert "You write this together with" in shown and str(draft.owner) in shown and str(carl) in shown
    assert "Throw this draft away" not in shown and "Ask them to join" not in shown and "/remove/" not in shown
    assert "Throw this draft away" in at(draft.owner).get(page(draft)).content.decode()
    assert at(draft.owner).get(page(draft)).content.decode().count("/leave/") == 0
    assert at(bo).post(f"/calls/submissions/{draft.pk}/leave/")["Location"] == "/calls/submissions/"
    assert at(bo).get(page(draft)).status_code == 404 and verbs(draft)[-1] == "left"
    assert list(draft.members.all()) == [carl]
    with pytest.raises(Conflict):
        actions.leave(actor=draft.owner, submission=draft)


def test_only_the_owner_takes_off_and_withdraws(draft):
    bo, carl = joined(draft, "bo@example.org"), joined(draft, "carl@example.org")
    asked(draft, "dora@example.org")
    invitation = Invitation.objects.get(accepted_at=None)
    staff = make_account("staff@example.org", role="secretariat")
    for stranger in (bo, staff, make_account("stranger@example.org")):
        with pytest.raises(NotAllowed):
            actions.remove_member(actor=stranger, submission=draft, member=carl)
        with pytest.raises(NotAllowed):
            actions.withdraw_invitation(actor=stranger, invitation=invitation)
    client = at(bo)
    assert client.post(f"/calls/submissions/{draft.pk}/members/{carl.pk}/remove/").status_code == 403
    assert client.get(f"/calls/submissions/{draft.pk}/leave/").status_code == 405
    assert at(draft.owner).post(f"/calls/submissions/{draft.pk}/invitations/{invitation.pk + 999}/withdraw/").status_code == 404
    assert at(draft.owner).post(f"/calls/submissions/{draft.pk}/members/999999/remove/").status_code == 404
    assert draft.members.count() == 2


def test_what_was_handed_in_can_be_left_too_also_after_its_time(draft):
    bo = joined(draft, "bo@example.org")
    actions.submit(actor=draft.owner, submission=draft)
    actions.decide(actor=SYSTEM, submission=draft, code="accepted", notify=False)
    shown = at(bo).get(f"/calls/submissions/{draft.pk}/").content.decode()
    assert "/leave/" in shown
    assert f"/members/{bo.pk}/remove/" in at(draft.owner).get(f"/calls/submissions/{draft.pk}/").content.decode()
    actions.leave(actor=bo, submission=draft)
    assert at(bo).get(f"/calls/submissions/{draft.pk}/").status_code == 404


def test_who_is_named_in_the_answers_and_was_taken_back_is_not_asked_again_by_itself():
    from plenary.engines.calls.form.definition import Definition

    call = make_call()
    person = {"kind": "person", "code": "partner", "label": "Partner", "invite": True}
    title = {"kind": "text", "code": "title", "label": "Title", "becomes": "title"}
    actions.put_form(actor=SYSTEM, call=call, definition=Definition.from_data({"parts": [{"fields": [title, person]}]}))
    owner = make_account()
    answers = {"title": "Boats", "partner": {"name": "Bo", "email": "bo@example.org"}}
    draft, _none = actions.start_draft(actor=owner, call=call, answers=answers)
    sent = actions.submit(actor=owner, submission=draft)
    send_invitations(sent)
    actions.withdraw_invitation(actor=owner, invitation=Invitation.objects.get())
    send_invitations(sent)
    assert Invitation.objects.get().withdrawn_at and not OutboxMessage.objects.filter(template="calls-invitation").exists()


def test_an_address_that_is_none_is_refused_where_it_is_typed(draft):
    for address in ("not-an-email", "a@b", f"{'a' * 238}@example.org"):
        with pytest.raises(Invalid):
            actions.invite(actor=draft.owner, submission=draft, email=address)
        answer = at(draft.owner).post(f"/calls/submissions/{draft.pk}/invite/", {"email": address}, follow=True)
        assert "Give an e-mail address such as name@example.org." in answer.content.decode()
    assert not OutboxMessage.objects.exists() and not Invitation.objects.exists()
