"""Who else reads a submission: the focal point of its country, as far as its writers agreed; and its holder without an account."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone

from plenary.engines.calls import actions
from plenary.engines.calls.cards import _source
from plenary.engines.calls.holders import Holder, secret_of
from plenary.engines.calls.models import Call, Phase, Submission
from plenary.engines.calls.queries import answerable, timeline
from plenary.engines.calls.tasks import send_receipt
from plenary.engines.calls.tests.forms import GOOD, make_account, make_call, submitted
from plenary.ground.audit.actors import NOBODY, SYSTEM
from plenary.ground.framework.text import Text
from plenary.ground.messages.actions import send_due
from plenary.ground.messages.models import OutboxMessage

pytestmark = pytest.mark.django_db


def test_a_focal_point_reads_what_was_agreed_to_the_end_and_nothing_private(client):
    call = make_call()
    owner = make_account()
    agreed = submitted(call, owner, title="Agreed boats", shared=True, phone="+41227305111")
    secret = submitted(call, owner, title="Secret boats", shared=False)
    focal = make_account("ministry@example.org", role="focal-point", scope="country:KE")
    client.force_login(focal)
    path = f"/calls/countries/KE/{agreed.pk}/"
    assert path in client.get("/calls/countries/KE/").content.decode()
    page = client.get(path).content.decode()
    assert "Agreed boats" in page and agreed.answers["summary"][:20] in page
    assert "22 730" not in page and "227305111" not in page
    document = client.get(f"{path}submission.pdf")
    assert document["Content-Type"] == "application/pdf" and "no-store" in document["Cache-Control"]
    assert client.get(f"/calls/countries/KE/{secret.pk}/").status_code == 404
    assert client.get(f"/calls/countries/CH/{agreed.pk}/").status_code == 404
    actions.withdraw(actor=owner, submission=agreed)
    assert client.get(path).status_code == 404
    client.force_login(make_account("stranger@example.org"))
    assert client.get(path).status_code == 404


def test_the_copy_for_the_focal_point_is_a_copy_and_leads_to_the_submission():
    make_account("ministry@example.org", role="focal-point", scope="country:KE")
    sent = submitted(make_call(), make_account(), shared=True)
    OutboxMessage.objects.all().delete()
    send_receipt.call(str(sent.pk))
    send_due()
    copy = next(each for each in mail.outbox if each.to == ["ministry@example.org"])
    assert f"/calls/countries/KE/{sent.pk}/" in copy.body
    assert [name for name, _content, _kind in copy.attachments] == [f"{sent.reference.replace('/', '-')}.pdf"]


@pytest.fixture
def held():
    """A submission without an account, and its secret."""
    call = make_call(audience=Call.Audience.ANYONE)
    draft, secret = actions.start_draft(actor=NOBODY, call=call, answers=GOOD)
    actions.submit(actor=Holder(draft.pk), submission=draft, email="anyone@example.org")
    return Submission.objects.get(pk=draft.pk), secret


def test_without_an_account_one_reads_withdraws_and_puts_back_what_one_sent(client, held):
    sent, secret = held
    assert secret == secret_of(sent.pk)
    path = f"/calls/submissions/{secret}/"
    done = client.get(f"/calls/answers/{secret}/done/").content.decode()
    assert f'href="{path}"' in done
    page = client.get(path)
    assert page.status_code == 200 and GOOD["title"] in page.content.decode()
    assert "no-store" in page["Cache-Control"] and "My submissions" not in page.content.decode()
    assert client.post(f"{path}withdraw/", {"reason": "A slip"}).status_code == 302
    sent.refresh_from_db()
    assert sent.state == Submission.State.WITHDRAWN
    assert client.post(f"{path}reopen/").status_code == 302
    sent.refresh_from_db()
    assert sent.state == Submission.State.SUBMITTED
    assert client.get(f"/calls/submissions/{'x' * 24}/").status_code == 404


def test_without_an_account_it_stays_to_be_read_after_the_decision(client, held):
    sent, secret = held
    actions.decide(actor=SYSTEM, submission=sent, code="declined")
    page = client.get(f"/calls/submissions/{secret}/")
    assert page.status_code == 200 and str(Submission.State.DECLINED.label) in page.content.decode()
    assert client.get(f"/calls/answers/{secret}/").status_code == 302
    assert client.post(f"/calls/submissions/{secret}/withdraw/", follow=True).status_code == 200
    sent.refresh_from_db()
    assert sent.state == Submission.State.DECLINED


def test_a_claimed_submission_is_no_longer_opened_by_its_secret(client, held):
    sent, secret = held
    sent.owner = make_account()
    sent.save()
    assert client.get(f"/calls/submissions/{secret}/").status_code != 200


def test_while_only_the_vote_is_open_nobody_is_asked_to_submit(client):
    call = make_call(closes_in=timedelta(days=-1))
    assert "Submit late" in client.get("/calls/2031/prizes/").content.decode()
    vote = Phase.objects.create(call=call, code="vote", kind=Phase.Kind.VOTE, title=Text.of("Public vote"), position=5)
    vote.opens_at, vote.closes_at = call.phases.get(code="submission").closes_at, call.phases.get(code="submission").closes_at + timedelta(days=9)
    vote.save()
    page = client.get("/calls/2031/prizes/").content.decode()
    assert "Answer this call" not in page
    assert "Public vote" in page and "Submissions are closed." in page and "Submit late" in page


@pytest.mark.parametrize(("opens", "closes", "words"), [(3, 9, "Opens"), (-9, 3, "Open until"), (-9, -3, "Closed"), (None, None, "")])
def test_the_picture_of_a_call_says_where_it_stands(opens, closes, words):
    call = make_call()
    now = timezone.now()
    instants = [None if days is None else now + timedelta(days=days) for days in (opens, closes)]
    kind = Phase.Kind.COLLECT if words else Phase.Kind.MEETING
    call.phases.update(opens_at=instants[0], closes_at=instants[1], kind=kind)
    call = Call.objects.get(pk=call.pk)
    drawn = _source(call, timeline(call, now), answerable(call, now))
    assert [each for each in ("Opens", "Open until", "Closed") if each in drawn] == ([words] if words else [])


def test_linked_data_names_the_day_where_only_the_day_is_known_and_else_the_instant_in_its_zone():
    from plenary.engines.calls.linked_data import of_call

    call = make_call(closes_at=datetime(2031, 1, 25, 23, 0, tzinfo=ZoneInfo("Europe/Zurich")))
    phase = call.phases.get()
    phase.opens_at = datetime(2030, 11, 5, 0, 0, tzinfo=ZoneInfo("Europe/Zurich"))
    phase.save()

    def dates(**values: object) -> tuple[str, str]:
        Phase.objects.filter(pk=phase.pk).update(**values)
        part = of_call(call, timeline(Call.objects.get(pk=call.pk), timezone.now()))["subEvent"][0]
        return part["startDate"], part["endDate"]

    assert dates() == ("2030-11-05", "2031-01-25T23:00:00+01:00")
    end_of_day = datetime(2031, 1, 26, 0, 0, tzinfo=ZoneInfo("Europe/Zurich")) - timedelta(microseconds=1)
    assert dates(all_day=True, closes_at=end_of_day) == ("2030-11-05", "2031-01-25")
