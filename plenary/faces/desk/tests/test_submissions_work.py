"""Working on submissions as the secretariat does: many together, one by one, and entering what came on paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from plenary.engines.calls import actions
from plenary.engines.calls.models import Call, Decision, Submission
from plenary.engines.calls.tests.working import FIELDS, begin, form_of, hand_in, make_call, make_edition, person
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.messages.models import OutboxMessage

pytestmark = pytest.mark.django_db
LIST = "/desk/editions/2021/calls/prizes/submissions/"
ENTER = "/desk/editions/2021/calls/prizes/enter/"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


@pytest.fixture
def call(db: None) -> Call:
    return make_call(make_edition(), closes_at=timezone.now() + timedelta(days=5))


def one(submission: Submission, query: str = "") -> str:
    return f"/desk/submissions/{submission.pk}/{query}"


def fresh(submission: Submission) -> Submission:
    return Submission.objects.get(pk=submission.pk)


def hidden(page: str, name: str) -> list[str]:
    return re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)


# ---- many together ----------------------------------------------------------------------------------------------------


def test_many_are_decided_after_a_look_and_the_look_can_be_undone(call: Call, at_desk: Callable[..., Client]) -> None:
    made = [hand_in(call, title, title) for title in ("Alpha", "Beta", "Gamma")]
    actions.withdraw(actor=person("Gamma"), submission=made[2])
    client = at_desk()
    query = "?order=title"
    looked = client.post(f"{LIST}together/{query}", {"key": [str(each.pk) for each in made], "deed": "decide:accepted", "notify": "on"})
    page = looked.content.decode()
    assert looked.status_code == 200
    assert "Do it for these 2 submissions" in page
    assert "Withdrawn" in page and "cannot; they are left out" in page
    assert set(hidden(page, "able")) == {str(each.pk) for each in made[:2]}
    assert not Decision.objects.exists()
    sent = {"key": hidden(page, "key"), "able": hidden(page, "able"), "deed": "decide:accepted", "message": "Well done", "notify": "on", "confirm": "1"}
    done = client.post(f"{LIST}together/{query}", sent, follow=True)
    assert [each.state for each in map(fresh, made)] == ["accepted", "accepted", "withdrawn"]
    path, _status = done.redirect_chain[-1]
    assert path.startswith(f"{LIST}?order=title&done=")
    told = done.content.decode()
    assert "Accepted: 2 submissions." in told
    outbox = re.search(r'href="(/desk/outbox/[^"]+)"', told)
    assert outbox is not None
    held = client.get(outbox[1].replace("&amp;", "&"))
    assert {each.to for each in held.context["page"]} == {"alpha@example.org", "beta@example.org"}
    assert all("Well done" in each.body for each in held.context["page"])
    undo = re.search(rf'action="({LIST}undo/[^"]+)"', told)
    assert undo is not None
    back = client.post(undo[1].replace("&amp;", "&"), follow=True)
    assert "Undone for 2 submissions." in back.content.decode()
    assert [each.state for each in map(fresh, made)] == ["submitted", "submitted", "withdrawn"]
    assert not OutboxMessage.objects.filter(state="held", template="calls-accepted").exists()
    assert "It was undone." in client.get(path).content.decode()
    assert "already" in client.post(undo[1].replace("&amp;", "&"), follow=True).content.decode()


def test_what_changed_between_look_and_yes_stops_it(call: Call, at_desk: Callable[..., Client]) -> None:
    good, gone = hand_in(call, "Good", "Ada"), hand_in(call, "Gone", "Bob")
    keys = [str(good.pk), str(gone.pk)]
    actions.withdraw(actor=person("Bob"), submission=gone)
    sent = {"key": keys, "able": keys, "deed": "decide:accepted", "message": "Kept words", "confirm": "1"}
    answer = at_desk().post(f"{LIST}together/", sent)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Nothing was done" in page and "Kept words" in page
    assert hidden(page, "able") == [str(good.pk)]
    assert fresh(good).state == "submitted"


def test_all_of_a_selection_is_taken_and_too_many_are_refused(call: Call, at_desk: Callable[..., Client], monkeypatch: Any) -> None:
    for number in range(4):
        hand_in(call, f"Clinic {number}", f"Person {number}", country="KE")
    hand_in(call, "Elsewhere", "Zoe", country="CH")
    client = at_desk()
    looked = client.post(f"{LIST}together/?country=KE", {"all": "1", "deed": "tag", "tag": "  to   read "})
    assert len(looked.context["able"]) == 4
    monkeypatch.setattr("plenary.faces.desk.views.together.MOST", 3)
    refused = client.post(f"{LIST}together/?country=KE", {"all": "1", "deed": "tag", "tag": "x"}, follow=True)
    assert "Narrow the selection" in refused.content.decode()
    monkeypatch.undo()
    page = looked.content.decode()
    client.post(
        f"{LIST}together/?country=KE", {"key": hidden(page, "key"), "able": hidden(page, "able"), "deed": "tag", "tag": hidden(page, "tag")[-1], "confirm": "1"}
    )
    assert client.get(f"{LIST}?tag=to+read").context["page"].paginator.count == 4


def test_nothing_chosen_or_nothing_to_do_is_said(call: Call, at_desk: Callable[..., Client]) -> None:
    made = hand_in(call, "Clinic")
    client = at_desk()
    for keys in ([], ["nonsense"], ["00000000-0000-0000-0000-000000000000"]):
        assert "Choose at least one" in client.post(f"{LIST}together/", {"key": keys, "deed": "tag", "tag": "x"}, follow=True).content.decode()
    for deed, tag in (("", ""), ("tag", ""), ("tag", "a, b"), ("decide:invented", ""), ("assign:999999", ""), ("fly", "")):
        answer = client.post(f"{LIST}together/", {"key": str(made.pk), "deed": deed, "tag": tag})
        assert answer.status_code == 400, (deed, tag)
        assert hidden(answer.content.decode(), "key") == [str(made.pk)]
    assert not made.tags.exists()


def test_drafts_can_be_tagged_but_not_decided(call: Call, at_desk: Callable[..., Client]) -> None:
    draft = begin(call, "Ada", title="Secret plan")
    client = at_desk()
    looked = client.post(f"{LIST}together/?state=draft", {"key": str(draft.pk), "deed": "decide:accepted"})
    assert len(looked.context["refused"]) == 1
    assert "Secret" not in looked.content.decode()
    assert len(client.post(f"{LIST}together/?state=draft", {"key": str(draft.pk), "deed": "tag", "tag": "x"}).context["able"]) == 1


# ---- one by one -------------------------------------------------------------------------------------------------------


def test_one_submission_is_shown_whole(call: Call, at_desk: Callable[..., Client], settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    draft = begin(
        call, "Ada", title="Solar clinic", country="KE", category="health", phone="+41227305111", body={"name": "Ministry", "website": "https://example.org"}
    )
    attachment = actions.attach(actor=person("Ada"), submission=draft, code="report", upload=SimpleUploadedFile("plan.pdf", PDF))
    made = actions.submit(actor=person("Ada"), submission=fresh(draft))
    twin = hand_in(call, "solar  CLINIC", "Bob", body={"name": "ministry"})
    page = at_desk().get(one(made)).content.decode()
    for words in ("Solar clinic", "Kenya", "E-health", "Ministry", "+41227305111", "private", "ada@example.org", "plan.pdf", twin.reference, "Version 1"):
        assert words in page, words
    path = f"/calls/answers/{made.pk}/files/{attachment.file_id}/"
    assert path in page
    for role in ("secretariat", "reader"):
        answer = at_desk(role).get(path)
        assert answer.status_code == 200 and b"".join(answer.streaming_content) == PDF
    assert at_desk("reader", "call:2021/photos").get(path).status_code == 404


def test_one_walks_through_a_selection(call: Call, at_desk: Callable[..., Client]) -> None:
    a, b, c = (hand_in(call, title, title) for title in "ABC")
    client = at_desk()
    query = "?state=submitted&order=title"
    listed = client.get(LIST + query)
    assert [row["path"] for row in listed.context["rows"]] == [one(each, query) for each in (a, b, c)]
    page = client.get(one(b, query))
    assert (page.context["previous"], page.context["following"]) == (one(a, query), one(c, query))
    assert "2 of 3" in page.content.decode()
    decided = client.post(one(b, query), {"verb": "decide", "decide-decision": "declined", "decide-message": "Not this year"})
    assert decided["Location"] == one(b, query)
    after = client.get(one(b, query))
    assert (after.context["previous"], after.context["following"]) == (one(a, query), one(c, query))
    assert "No longer in this selection" in after.content.decode()
    assert client.get(one(b, "?colour=red")).status_code == 400


def test_decisions_are_made_one_after_another_and_undone_backwards(at_desk: Callable[..., Client], monkeypatch: Any) -> None:
    from plenary.engines.calls import intakes
    from plenary.engines.calls.intakes import Intake, Made

    monkeypatch.setitem(
        intakes._intakes, "test.record", Intake("test.record", "Test record", lambda actor, s: Made("test", "17", "/records/17/"), lambda actor, result: None)
    )
    call = make_call(make_edition(), intakes=[{"decision": "eligible", "intake": "test.record"}, {"decision": "nominated", "intake": "test.record"}])
    made = hand_in(call, "Clinic")
    client = at_desk()
    first = client.get(one(made))
    assert [code for code, _label in first.context["forms"]["decide"].fields["decision"].choices] == ["eligible", "declined"]
    told = client.post(
        one(made), {"verb": "decide", "decide-decision": "eligible", "decide-message": "Good", "decide-notify": "on"}, follow=True
    ).content.decode()
    assert "The mail waits in the outbox." in told
    assert 'href="/records/17/"' in told and "Test record" in told
    assert client.post(one(made), {"verb": "decide", "decide-decision": "eligible"}).status_code == 400
    client.post(one(made), {"verb": "decide", "decide-decision": "nominated"})
    assert OutboxMessage.objects.filter(template="calls-accepted").count() == 1
    older, newer = Decision.objects.order_by("pk")
    refused = client.post(one(made), {"verb": "undo", "undo-key": older.pk})
    assert refused.status_code == 409 and "Undo the later decision first." in refused.content.decode()
    client.post(one(made), {"verb": "undo", "undo-key": newer.pk})
    client.post(one(made), {"verb": "undo", "undo-key": older.pk})
    assert fresh(made).state == "submitted"
    page = client.get(one(made)).content.decode()
    assert "taken back" in page and "undone" in page
    other = hand_in(call, "Other", "Bob")
    actions.decide(actor=SYSTEM, submission=other, code="eligible", notify=False)
    assert client.post(one(made), {"verb": "undo", "undo-key": Decision.objects.get(submission=other).pk}).status_code == 302
    assert Decision.objects.filter(submission=other, undone_at=None).exists()


def test_it_is_returned_with_words_and_a_date(call: Call, at_desk: Callable[..., Client]) -> None:
    made = hand_in(call, "Clinic")
    client = at_desk()
    day = timezone.localdate() + timedelta(days=9)
    for message, until, clock in (("", str(day), ""), ("Change it", "2001-01-01", ""), ("Change it", "tomorrow", ""), ("Change it", "", "12:00")):
        sent = {"verb": "return", "return-message": message, "return-until_0": until, "return-until_1": clock}
        answer = client.post(one(made), sent)
        assert answer.status_code == 400, (message, until, clock)
        assert message in answer.content.decode()
    assert fresh(made).state == "submitted"
    client.post(one(made), {"verb": "return", "return-message": "Please add the country", "return-until_0": str(day), "return-until_1": ""})
    found = fresh(made)
    assert (found.state, found.message) == ("returned", "Please add the country")
    assert found.editable_until is not None and found.editable_until.astimezone().date() >= day - timedelta(days=1)
    assert "Please add the country" in OutboxMessage.objects.get(template="calls-returned").body
    page = client.get(one(made)).content.decode()
    assert "Must come again" in page and "Please add the country" in page


def test_staff_acts_for_the_contributor(call: Call, at_desk: Callable[..., Client]) -> None:
    made = hand_in(call, "Clinic")
    client = at_desk()
    assert client.post(one(made), {"verb": "withdraw", "withdraw-reason": ""}).status_code == 400
    client.post(one(made), {"verb": "withdraw", "withdraw-reason": "Asked by telephone"})
    assert fresh(made).state == "withdrawn"
    assert "Asked by telephone" in client.get(one(made)).content.decode()
    client.post(one(made), {"verb": "reopen"})
    assert fresh(made).state == "submitted"
    again = client.post(one(made), {"verb": "reopen"}, follow=True)
    assert "cannot be done now" in again.content.decode()
    draft = begin(call, "Bob", title="Thrown away")
    actions.discard_draft(actor=person("Bob"), submission=draft)
    assert [row["submission"] for row in client.get(f"{LIST}?state=discarded").context["rows"]] == [draft]
    client.post(one(draft), {"verb": "restore"})
    assert fresh(draft).deleted_at is None
    assert "Thrown" not in client.get(one(draft)).content.decode().split("<main")[1].split("desk-side")[0]


def test_staff_talks_among_itself(call: Call, at_desk: Callable[..., Client]) -> None:
    made = hand_in(call, "Clinic")
    client, colleague = at_desk(), person("Jean Favre", "secretariat")
    client.post(one(made), {"verb": "assign", "assign-to": str(colleague.pk)})
    client.post(one(made), {"verb": "tags", "tags-names": "to read, good، new"})
    client.post(one(made), {"verb": "note", "note-text": "Ask the ministry\n<b>first</b>"})
    assert fresh(made).assignee == colleague
    assert [each.name for each in made.tags.all()] == ["good", "new", "to read"]
    page = client.get(one(made)).content.decode()
    assert "Jean Favre" in page and "&lt;b&gt;first" in page
    assert client.post(one(made), {"verb": "note", "note-text": " "}).status_code == 400
    assert client.post(one(made), {"verb": "assign", "assign-to": "999999"}).status_code == 400
    note = made.notes.get()
    assert "Only its author" in at_desk().post(one(made), {"verb": "unnote", "unnote-key": note.pk}).content.decode()
    client.post(one(made), {"verb": "unnote", "unnote-key": note.pk})
    assert not made.notes.exists()
    assert client.post(one(made), {"verb": "burn"}).status_code == 302
    owner = Client()
    owner.force_login(person("Ada"), backend="django.contrib.auth.backends.ModelBackend")
    assert "to read" not in owner.get(f"/calls/submissions/{made.pk}/").content.decode()


def test_two_versions_stand_beside_each_other(call: Call, at_desk: Callable[..., Client]) -> None:
    made = hand_in(call, "Clinic", summary="Five boats with radios", country="KE")
    actions.put_form(actor=SYSTEM, call=call, definition=form_of(*FIELDS, {"kind": "text", "code": "motto", "label": "Motto"}))
    actions.save_draft(actor=person("Ada"), submission=made, answers={"summary": "Nine boats with <b>radios", "motto": "Onwards"})
    client = at_desk()
    waiting = client.get(one(made)).content.decode()
    assert "The contributor is changing it" in waiting and "Nine" not in waiting
    assert "<b" not in fresh(made).answers["summary"]
    actions.save_draft(actor=person("Ada"), submission=made, answers={"summary": "Nine boats with radios"})
    actions.submit(actor=person("Ada"), submission=made)
    page = client.get(one(made, "?before=1&after=2")).content.decode()
    shown = page[page.index('id="comparison"') :]
    assert "<del>Five</del>" in shown and "<ins>Nine</ins>" in shown
    assert "Motto" in shown and "Onwards" in shown
    assert "Kenya" not in shown.split("</section>")[0]
    for query in ("?before=1&after=99", "?before=0&after=0", "?before=-1&after=2"):
        assert client.get(one(made, query)).status_code in (200, 400)
    assert client.get(one(made, "?before=one")).status_code == 400


# ---- on paper ---------------------------------------------------------------------------------------------------------


def test_what_came_on_paper_is_entered(call: Call, at_desk: Callable[..., Client], django_capture_on_commit_callbacks: Any) -> None:
    client = at_desk()
    assert client.post(ENTER, {"origin": "site", "language": "xx", "email": "nobody"}).status_code == 400
    assert not Submission.objects.exists()
    form = client.post(ENTER, {"origin": "paper", "email": "Old.Friend@example.org", "language": "fr"})["Location"]
    (draft,) = Submission.objects.all()
    assert form == f"/desk/submissions/{draft.pk}/edit/"
    assert (draft.owner, draft.secret, draft.origin, draft.language, draft.state) == (None, "", "paper", "fr", "draft")
    assert client.post(form, {"f-title": "", "f-summary": "Kept words", "f-phone": "12"})["Location"] == form
    page = client.get(form).content.decode()
    assert "Kept words" in page
    wrong = client.post(form, {"f-title": "", "f-summary": "Kept words", "f-phone": "12", "finish": "1"})
    assert wrong.status_code == 400
    told = wrong.content.decode()
    assert 'href="#f-title"' in told and 'href="#f-phone"' in told and "Kept words" in told
    done = client.post(form, {"f-title": "By letter", "f-summary": "Kept words", "f-phone": "+41227305111", "f-country": "KE", "finish": "1"}, follow=True)
    found = fresh(draft)
    assert (found.state, found.number, found.title, found.language) == ("submitted", 1, "By letter", "fr")
    assert "Entered as 2021/prizes/1." in done.content.decode()
    assert client.get(form)["Location"] == one(found)
    assert "Paper" in client.get(LIST).content.decode()
    shown = client.get(one(found)).content.decode()
    assert "entered by secretariat of site" in shown and "Old.Friend@example.org" in shown


def test_what_is_unfinished_is_found_again_and_thrown_away(call: Call, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    form = client.post(ENTER, {"origin": "mail", "email": "", "language": "en"})["Location"]
    client.post(form, {"f-title": "Half a letter", "save": "draft"})
    assert form in client.get(ENTER).content.decode()
    listed = client.get(f"{LIST}?state=draft").content.decode()
    assert "Half a letter" in listed  # staff wrote it, so staff reads it
    assert "Half a letter" in at_desk().get(form).content.decode()
    client.post(form, {"discard": "1"})
    assert Submission.objects.get().deleted_at is not None
    assert form not in client.get(ENTER).content.decode()


def test_two_who_enter_the_same_do_not_overwrite_each_other(call: Call, at_desk: Callable[..., Client]) -> None:
    client, other = at_desk(), at_desk()
    form = client.post(ENTER, {"origin": "paper", "language": "en"})["Location"]
    seen = client.get(form).context["form"].seen
    other.post(form, {"f-title": "Theirs", "seen": seen})
    answer = client.post(form, {"f-title": "Mine", "seen": seen, "finish": "1"})
    assert answer.status_code == 409
    assert "Theirs" in answer.content.decode() and "Mine" in answer.content.decode()
    assert Submission.objects.get().draft == {"title": "Theirs"}


def test_files_of_paper_are_added_by_the_form(call: Call, at_desk: Callable[..., Client], settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    client = at_desk()
    form = client.post(ENTER, {"origin": "paper", "language": "en"})["Location"]
    wrong = client.post(form, {"f-title": "A", "file-report": SimpleUploadedFile("x.pdf", b"not a pdf"), "finish": "1"})
    assert wrong.status_code == 400 and "x.pdf" in wrong.content.decode()
    client.post(form, {"f-title": "A", "file-report": SimpleUploadedFile("scan.pdf", PDF), "save": "file"})
    page = client.get(form).content.decode()
    key = hidden(page, "f-report")[-1]
    assert "scan.pdf" in page
    client.post(form, {"f-title": "A", "f-report": ["", key], "detach": key})
    assert "scan.pdf" not in client.get(form).content.decode()
    client.post(form, {"f-title": "A", "file-report": SimpleUploadedFile("again.pdf", PDF), "finish": "1"})
    assert Submission.objects.get().state == "submitted"
    assert "again.pdf" in client.get(one(Submission.objects.get())).content.decode()


def test_staff_does_not_enter_into_what_is_not_theirs(call: Call, at_desk: Callable[..., Client]) -> None:
    draft, made = begin(call, "Ada", title="Secret plan"), hand_in(call, "Handed in", "Bob")
    client = at_desk()
    for each in (draft, made):
        path = f"/desk/submissions/{each.pk}/edit/"
        assert client.get(path)["Location"] == one(each)
        assert client.post(path, {"f-title": "Changed", "finish": "1"})["Location"] == one(each)
        assert client.post(path, {"discard": "1"})["Location"] == one(each)
    assert fresh(draft).draft == {"title": "Secret plan"}
    assert fresh(made).title == "Handed in"


def test_a_call_without_a_form_takes_nothing(at_desk: Callable[..., Client]) -> None:
    call = make_call(make_edition())
    call.forms.all().delete()
    answer = at_desk().get(ENTER, follow=True)
    assert "has no form yet" in answer.content.decode()
    assert not Submission.objects.exists()
