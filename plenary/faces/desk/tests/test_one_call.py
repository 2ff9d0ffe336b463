"""A secretariat that has a role for one call: all of that call's work, and nothing of any other's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_tasks_db.models import DBTaskResult

from plenary.engines.calls import actions as calls
from plenary.engines.calls.models import Call, Submission
from plenary.engines.calls.tasks import send_receipt
from plenary.engines.calls.tests.working import hand_in, make_call, make_edition, person
from plenary.errors import Conflict, NotAllowed
from plenary.faces.desk.tests.test_records_taken_back import CASES
from plenary.faces.desk.tests.test_records_taken_back import hand_in as hand_in_case
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.models import TrailRecord
from plenary.ground.framework.models import Edition
from plenary.ground.messages.actions import discard, edit, hold, put, release
from plenary.ground.messages.models import OutboxMessage
from plenary.ground.messages.queries import visible_to
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.tests.making import make_world
from plenary.programmes.stocktaking.tests.submitting import decide, results, staff, undo

pytestmark = pytest.mark.django_db
MINE, OTHER = "/desk/editions/2021/calls/prizes", "/desk/editions/2021/calls/photos"
SCOPE = "call:2021/prizes"
INTAKES = [{"decision": "eligible", "intake": "stocktaking.entry"}, {"decision": "nominated", "intake": "awards.nominee"}]


@pytest.fixture
def prizes(db: None, settings: Any, tmp_path: Path) -> Call:
    settings.DATA = tmp_path
    make_call(make_edition(), "photos")
    return make_call(make_edition(), "prizes", intakes=INTAKES)


@pytest.fixture
def client(prizes: Call, at_desk: Callable[..., Client]) -> Client:
    return at_desk("secretariat", SCOPE)


def mail_of(submission: Submission) -> OutboxMessage:
    return OutboxMessage.objects.filter(about_key=str(submission.pk)).latest("pk")


# ---- what they can do -----------------------------------------------------------------------------------------------


def test_the_first_page_leads_to_their_calls(client: Client, at_desk: Callable[..., Client]) -> None:
    page = client.get("/desk/").text
    assert "Your calls" in page and f'href="{MINE}/submissions/"' in page and f'href="{MINE}/settings/"' in page
    assert "photos" not in page
    readers = at_desk("reader", SCOPE).get("/desk/").text
    assert f'href="{MINE}/submissions/"' in readers and f'href="{MINE}/settings/"' not in readers
    assert "Your calls" not in at_desk().get("/desk/").text, "who works on all of them has the list of calls"


def test_they_list_decide_and_undo_though_the_records_are_made_elsewhere(client: Client, prizes: Call) -> None:
    made = hand_in(prizes, "Solar clinic", category="health", body={"name": "Harbour Board", "country": "KE"})
    path = f"/desk/submissions/{made.pk}/"
    assert "Solar clinic" in client.get(f"{MINE}/submissions/").text
    answer = client.post(path, {"verb": "decide", "decide-decision": "eligible", "decide-notify": "on"}, follow=True)
    assert "Decided: Eligible." in answer.text
    entry = Entry.objects.get()
    decider = TrailRecord.objects.filter(verb="decided").get().actor_id
    assert decider != "system"
    told = TrailRecord.objects.filter(kind="stocktaking.entry", key=entry.number)
    assert {each.actor_id for each in told} == {decider}, "the trail of the record says who decided"
    client.post(path, {"verb": "undo", "undo-key": made.decisions.get().pk})
    made.refresh_from_db()
    entry.refresh_from_db()
    assert (made.state, entry.state) == ("submitted", "withdrawn")


@pytest.mark.parametrize("name", CASES)
def test_every_kind_of_record_is_made_and_taken_back_by_the_right_of_the_decision(db: None, settings: Any, tmp_path: Path, name: str) -> None:
    settings.MEDIA_ROOT = tmp_path
    case = CASES[name]
    submission = hand_in_case(make_world(), case)
    theirs, strangers = staff("call:2021/asked"), staff("call:2021/other")
    codes = list(dict.fromkeys(code for code, _intake in case.intakes))
    with pytest.raises(NotAllowed):
        decide(submission, codes[0], by=strangers)
    for code in codes:
        decision = decide(submission, code, by=theirs)
    (made,) = case.stands()
    kind, key = submission.results.latest("pk").kind, submission.results.latest("pk").key
    assert len(results(submission)) == len({intake for _code, intake in case.intakes}), made
    assert set(TrailRecord.objects.filter(kind=kind, key=key).values_list("actor_id", flat=True)) == {theirs.trail_id}
    with pytest.raises(NotAllowed):
        undo(decision, by=strangers)
    undo(decision, by=theirs)
    assert not case.stands().exists()


def test_a_decision_before_its_turn_is_told_in_words(prizes: Call) -> None:
    made = hand_in(prizes, "Solar clinic")
    with pytest.raises(Conflict, match="Decide on “Eligible” first"):
        calls.decide(actor=staff(SCOPE), submission=made, code="nominated")


def test_the_mail_names_the_decision_in_the_language_of_its_reader(prizes: Call) -> None:
    from plenary.ground.framework.text import Text
    from plenary.ground.messages.actions import load_templates, own_template

    load_templates(actor=SYSTEM)
    words = {"subject": Text.of("It is {decision}"), "body": Text.of("{decision} {message}")}
    own_template(actor=staff(SCOPE), code="calls-accepted", scope=SCOPE, usable=("decision", "message"), **words)
    made = hand_in(prizes, "Solar clinic")
    calls.decide(actor=SYSTEM, submission=made, code="eligible", message="Well done")
    assert mail_of(made).subject == "It is Eligible"


def test_they_read_correct_hold_and_send_the_mails_of_their_call(client: Client, prizes: Call) -> None:
    made = hand_in(prizes, "Solar clinic")
    calls.decide(actor=SYSTEM, submission=made, code="eligible", hold=True)
    mail = mail_of(made)
    assert mail.scope == SCOPE
    assert "held until somebody lets" in client.get("/desk/").text
    listed = client.get("/desk/outbox/")
    assert listed.status_code == 200 and mail.subject in listed.text
    path = f"/desk/outbox/{mail.pk}/"
    assert f'href="{path}"' in client.get(f"/desk/submissions/{made.pk}/").text
    assert client.post(path, {"to": mail.to, "subject": "Better words", "body": "Text"}).status_code == 302
    for verb, state in (("release", "queued"), ("hold", "held"), ("release", "queued")):
        client.post(f"{path}{verb}/")
        assert OutboxMessage.objects.get(pk=mail.pk).state == state, verb
    client.post(f"{path}discard/")
    assert not OutboxMessage.objects.filter(pk=mail.pk).exists()


def test_they_import_enter_and_edit_the_form_but_do_not_choose_what_decisions_make(client: Client, prizes: Call) -> None:
    upload = {"file": SimpleUploadedFile("table.csv", b"title,category\nVillage school,learning\n"), "language": "en"}
    path = client.post(f"{MINE}/import/", upload)["Location"]
    assert "is imported" in client.post(path, {"import": "1"}, follow=True).text
    entered = client.post(f"{MINE}/enter/", {"origin": "paper", "email": "dee@example.org", "language": "en"})
    assert client.get(entered["Location"]).status_code == 200
    for page in ("form/", "form/preview/", "codes/", "mails/", "settings/", "phases/add/", "submissions/submissions.csv"):
        assert client.get(f"{MINE}/{page}").status_code == 200, page
    assert "intakes" not in client.get(f"{MINE}/settings/").context["form"].fields
    typed = {"title_en": "Prizes", "title_original": "en", "audience": "verified", "contact": "a@example.org", "intakes_decision_0": "", "intakes_intake_0": ""}
    assert client.post(f"{MINE}/settings/", typed).status_code == 302
    prizes.refresh_from_db()
    assert (prizes.contact, prizes.intakes) == ("a@example.org", INTAKES)
    with pytest.raises(NotAllowed):
        calls.edit_call(actor=staff(SCOPE), call=prizes, values={"intakes": []})
    calls.edit_call(actor=staff("edition:2021"), call=prizes, values={"intakes": INTAKES[:1]})


# ---- what is closed to them -----------------------------------------------------------------------------------------


def test_another_calls_submissions_are_closed(client: Client, prizes: Call) -> None:
    other = hand_in(Call.objects.select_related("edition").get(slug="photos"), "Solar picture")
    for page in ("submissions/", "submissions/submissions.csv", "settings/", "form/", "import/", "enter/", "mails/", "codes/", "publish/"):
        assert client.get(f"{OTHER}/{page}").status_code == 403, page
    assert client.get(f"/desk/submissions/{other.pk}/").status_code == 404
    assert client.post(f"/desk/submissions/{other.pk}/", {"verb": "decide", "decide-decision": "accepted"}).status_code == 404
    assert client.get(f"/calls/answers/{other.pk}/").status_code == 404
    assert "Solar picture" not in client.get(f"{MINE}/submissions/?q=solar").text
    assert client.get("/desk/editions/2021/calls/").status_code == 200 and "photos" not in client.get("/desk/editions/2021/calls/").text


def test_another_calls_mails_are_closed_and_so_are_those_of_the_site(client: Client, prizes: Call, at_desk: Callable[..., Client]) -> None:
    other = hand_in(Call.objects.select_related("edition").get(slug="photos"), "Solar picture")
    calls.decide(actor=SYSTEM, submission=other, code="accepted", hold=True)
    theirs = mail_of(other)
    site = put(to="a@example.org", language="en", subject="Of the site", body="Text", state="held")
    assert {theirs.subject, site.subject} & set(client.get("/desk/outbox/").text.split("<")) == set()
    assert client.get("/desk/outbox/").context["total"] == 0
    for mail in (theirs, site):
        path = f"/desk/outbox/{mail.pk}/"
        assert client.get(path).status_code == 403
        assert client.post(path, {"to": "thief@example.org", "subject": "S", "body": "B"}).status_code == 403
        assert {client.post(f"{path}{verb}/").status_code for verb in ("hold", "release", "discard")} == {403}
        for action in (hold, release, edit, discard):
            with pytest.raises(NotAllowed):
                action(actor=person("Call", "secretariat", SCOPE), message=mail)
    assert client.get("/desk/outbox/999999/").status_code == 403, "which keys there are is not told"
    assert OutboxMessage.objects.filter(pk__in=[theirs.pk, site.pk], state="held").count() == 2
    assert client.get("/desk/mails/").status_code == 403
    assert at_desk("reader", SCOPE).get("/desk/outbox/").status_code == 403
    assert at_desk("editor").get("/desk/outbox/").status_code == 403


def test_each_role_sees_the_mails_of_its_scope(prizes: Call) -> None:
    Edition.objects.create(code="2022", name=prizes.edition.name)
    subjects = {"call:2021/prizes": "a", "call:2021/photos": "b", "call:2022/prizes": "c", "call:20211/prizes": "d", "": "e"}
    for scope, subject in subjects.items():
        put(to="a@example.org", language="en", subject=subject, body="Text", scope=scope)

    def seen(actor: Any) -> str:
        return "".join(sorted(visible_to(actor).values_list("subject", flat=True)))

    assert seen(SYSTEM) == seen(person("Boss", "secretariat")) == "abcde"
    assert seen(person("Edit", "secretariat", "edition:2021")) == "ab"
    assert seen(person("Call", "secretariat", "call:2021/prizes")) == "a"
    assert seen(person("Read", "reader", "call:2021/prizes")) == seen(person("Nobody")) == ""


# ---- to whom a submission belongs -----------------------------------------------------------------------------------


def test_the_address_of_who_has_no_account_is_put_right(client: Client, prizes: Call, django_capture_on_commit_callbacks: Any) -> None:
    boss = person("Boss", "secretariat")
    made = calls.enter_for(actor=boss, call=prizes, answers={"title": "On paper"}, origin="paper", email="wrogn@example.org")
    calls.decide(actor=boss, submission=made, code="eligible", hold=True)
    path = f"/desk/submissions/{made.pk}/"
    assert client.post(path, {"verb": "address", "address-email": "no address"}).status_code == 400
    DBTaskResult.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(path, {"verb": "address", "address-email": "right@example.org"}).status_code == 302
    made.refresh_from_db()
    assert made.email == "right@example.org"
    assert OutboxMessage.objects.values_list("template", "to", "state").get() == ("calls-accepted", "right@example.org", "held")
    (asked,) = [each.args_kwargs for each in DBTaskResult.objects.filter(task_path=send_receipt.module_path)]
    assert send_receipt.call(*asked["args"], **asked["kwargs"]) == 1
    assert OutboxMessage.objects.get(template="calls-receipt").to == "right@example.org"
    told = TrailRecord.objects.select_related("payload").get(kind="calls.submission", verb="corrected address")
    assert (told.payload.before, told.payload.after) == ({"email": "wrogn@example.org"}, {"email": "right@example.org"})


def test_it_is_put_right_only_for_what_staff_entered_and_no_account_claimed(prizes: Call) -> None:
    boss = person("Boss", "secretariat")
    own = hand_in(prizes, "Solar clinic")
    with pytest.raises(Conflict, match="account"):
        calls.correct_email(actor=boss, submission=own, email="me@example.org")
    made = calls.enter_for(actor=boss, call=prizes, answers={"title": "On paper"}, origin="paper", email="dee@example.org")
    with pytest.raises(NotAllowed):
        calls.correct_email(actor=staff("call:2021/photos"), submission=made, email="me@example.org")
    before = TrailRecord.objects.count()
    calls.correct_email(actor=boss, submission=made, email="dee@example.org")
    assert TrailRecord.objects.count() == before, "nothing was wrong"
    made.members.add(person("Dee"))
    with pytest.raises(Conflict, match="account"):
        calls.correct_email(actor=boss, submission=made, email="me@example.org")
