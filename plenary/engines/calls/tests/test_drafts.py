"""Drafts: nothing written is lost, two writers never overwrite each other silently, nobody else gets in."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from plenary.engines.calls import actions
from plenary.engines.calls.form.posted import to_posted
from plenary.engines.calls.form.signs import seen_digest
from plenary.engines.calls.holders import Holder, secret_of
from plenary.engines.calls.models import Submission
from plenary.engines.calls.tests.forms import GOOD, make_account, make_call, submitted
from plenary.errors import Conflict, NotAllowed
from plenary.ground.messages.models import OutboxMessage

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return make_call()


def begun(call, **answers):
    """A draft begun by a visitor, and its address."""
    from plenary.ground.audit.actors import NOBODY

    draft, secret = actions.start_draft(actor=NOBODY, call=call, answers=answers)
    return draft, f"/calls/answers/{secret}/"


def post(client: Client, path: str, form, answers, **more):
    return client.post(path, {**as_form(form, answers), **more})


def as_form(form, answers) -> dict:
    sent: dict = {}
    for name, value in to_posted(form, answers):
        sent.setdefault(name, []).append(value)
    return sent


def test_looking_at_the_form_keeps_nothing_and_saving_gives_it_an_address_of_its_own(call, client):
    form = call.forms.get().form
    assert client.get("/calls/2031/prizes/answer/").status_code == 200
    assert Submission.objects.count() == 0
    answer = post(client, "/calls/2031/prizes/answer/", form, {"title": "Boats"}, save="draft")
    draft = Submission.objects.get()
    assert answer.status_code == 302 and answer["Location"] == f"/calls/answers/{secret_of(draft.pk)}/"
    page = Client().get(answer["Location"]).content.decode()  # from another device
    assert 'value="Boats"' in page


def test_an_empty_form_is_not_kept(call, client):
    form = call.forms.get().form
    post(client, "/calls/2031/prizes/answer/", form, {"title": "  "}, save="draft")
    assert Submission.objects.count() == 0


def test_whatever_is_wrong_is_kept_as_it_was_written(call, client):
    draft, path = begun(call)
    form = call.forms.get().form
    odd = {"title": "<b>x</b>\u202e", "category": "C99", "summary": "one", "kind": "old", "since": "31/02/2021", "phone": "call me", "country": "XX"}
    assert post(client, path, form, odd, save="draft").status_code == 302
    draft.refresh_from_db()
    assert {code: draft.draft[code] for code in odd} == odd
    page = client.get(f"{path}?check").content.decode()
    assert page.count('class="error-text"') >= 6
    assert "31/02/2021" in page and "call me" in page


def test_a_field_that_was_not_sent_stays_as_it_was(call, client):
    draft, path = begun(call, title="Boats", summary="Radios")
    client.post(path, {"f-title": "More boats", "save": "draft"})
    draft.refresh_from_db()
    assert draft.draft == {"title": "More boats", "summary": "Radios"}


def test_two_who_write_in_different_fields_both_keep_theirs(call):
    draft, _path = begun(call, title="Boats", summary="Radios")
    holder = Holder(draft.pk)
    seen = {code: seen_digest(draft.draft.get(code)) for code in ("title", "summary")}
    actions.save_draft(actor=holder, submission=draft, answers={"title": "A", "summary": "Radios"}, seen=seen)
    saved = actions.save_draft(actor=holder, submission=draft, answers={"title": "Boats", "summary": "B"}, seen=seen)
    assert not saved.conflicts
    assert saved.submission.draft == {"title": "A", "summary": "B"}


def test_two_who_write_in_one_field_see_both_versions_and_none_is_overwritten(call, client):
    draft, path = begun(call, title="Boats")
    first, second = Client(), Client()
    seen = json.dumps({"title": seen_digest("Boats")})
    first.post(path, {"f-title": "Mine", "seen": seen, "save": "draft"})
    answer = second.post(path, {"f-title": "Theirs", "seen": seen, "save": "draft"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert 'value="Theirs"' in page and "Mine" in page and "Somebody else changed this" in page
    draft.refresh_from_db()
    assert draft.draft["title"] == "Mine"
    # Saving once more, having seen it, is a decision.
    again = json.dumps({"title": seen_digest("Mine")})
    assert second.post(path, {"f-title": "Theirs", "seen": again, "save": "draft"}).status_code == 302
    draft.refresh_from_db()
    assert draft.draft["title"] == "Theirs"


def test_a_script_is_told_what_it_must_know(call, client):
    _draft, path = begun(call, title="Boats")
    seen = json.dumps({"title": seen_digest("Boats")})
    told = client.post(path, {"f-title": "Ships", "seen": seen}, headers={"Accept": "application/json"}).json()
    assert told["saved"] and told["path"] == path and json.loads(told["seen"])["title"] == seen_digest("Ships")
    assert client.post(path, {"f-organisation.name": "Harbour", "f-picture": [""], "seen": told["seen"]}, headers={"Accept": "application/json"}).json()[
        "saved"
    ]
    other = client.post(path, {"f-title": "Rafts", "seen": seen}, headers={"Accept": "application/json"}).json()
    assert other["conflicts"][0] == {"field": "title", "label": "Title", "theirs": "Ships", "written": "Ships"}


def test_a_page_that_was_not_told_of_a_change_does_not_overwrite_it_at_its_next_saving(call, client):
    """A script goes on with the page as it was loaded; what another tab wrote in another field must outlive all its savings."""
    draft, path = begun(call, title="Boats")
    page = {"f-title": "Boats", "f-summary": "", "seen": json.dumps({code: seen_digest(draft.draft.get(code)) for code in ("title", "summary")})}
    actions.save_draft(actor=Holder(draft.pk), submission=draft, answers={"summary": "Written elsewhere"})
    for title in ("Ships", "Rafts"):
        told = client.post(path, {**page, "f-title": title}, headers={"Accept": "application/json"}).json()
        page["seen"] = told["seen"]
    draft.refresh_from_db()
    assert draft.draft == {"title": "Rafts", "summary": "Written elsewhere"}


def test_ten_megabytes_of_text_are_refused_at_their_field_and_the_rest_is_kept(call, client):
    draft, path = begun(call, summary="Radios")
    answer = client.post(path, {"f-title": "New title", "f-summary": "x" * 10_000_000, "save": "draft"})
    assert answer.status_code == 400
    assert "too long to be kept" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.draft == {"title": "New title", "summary": "Radios"}


@pytest.mark.parametrize("key", ["x", "A" * 24, "../" * 8, "00000000-0000-0000-0000-000000000000", "\x00" * 24])
def test_no_other_address_leads_to_a_draft(call, client, key):
    begun(call, title="Boats")
    assert client.get(f"/calls/answers/{key}/").status_code in (404, 400)


def test_once_an_account_has_claimed_it_the_secret_opens_nothing(call, client):
    draft, path = begun(call, **GOOD)
    owner = make_account()
    mine = Client()
    mine.force_login(owner)
    answer = mine.get(f"{path}preview/")
    assert answer.status_code == 302 and answer["Location"] == f"/calls/answers/{draft.pk}/preview/"
    assert client.get(path).status_code == 404
    stranger = Client()
    stranger.force_login(make_account("other@example.org"))
    assert stranger.get(f"/calls/answers/{draft.pk}/").status_code == 404
    assert stranger.post(f"/calls/answers/{draft.pk}/", {"f-title": "Stolen"}).status_code == 404


def test_the_address_of_a_draft_comes_by_mail(call, client):
    _draft, path = begun(call, title="Boats")
    client.post(f"{path}link/", {"email": "village@example.org"})
    mail = OutboxMessage.objects.get(template="calls-draft-link")
    assert mail.to == "village@example.org" and path in mail.body


def test_somebody_who_was_asked_joins_and_writes(call, client):
    owner, friend = make_account(), make_account("friend@example.org")
    draft, _none = actions.start_draft(actor=owner, call=call, answers={"title": "Boats"})
    actions.invite(actor=owner, submission=draft, email="friend@example.org")
    link = next(word for word in OutboxMessage.objects.get(template="calls-invitation").body.split() if "/join/" in word)
    client.force_login(friend)
    page = client.get("/" + link.split("/", 3)[3])
    assert page.status_code == 200 and not draft.members.exists()  # opening a link joins nobody
    client.post("/" + link.split("/", 3)[3])
    assert list(draft.members.all()) == [friend]
    assert client.post(f"/calls/answers/{draft.pk}/", {"f-title": "Our boats", "save": "draft"}).status_code == 302
    third = make_account("third@example.org")
    with pytest.raises(Conflict):
        actions.join(actor=third, secret=link.rstrip("/").rsplit("/", 1)[1])


def test_a_draft_thrown_away_can_be_brought_back_by_staff_only(call, client):
    draft, path = begun(call, title="Boats")
    client.post(f"{path}discard/")
    assert client.get(path).status_code == 404
    with pytest.raises(NotAllowed):
        actions.restore_draft(actor=make_account("any@example.org"), submission=draft)
    staff = make_account("staff@example.org", role="secretariat", scope=call.scope)
    actions.restore_draft(actor=staff, submission=draft)
    assert client.get(path).status_code == 200


def test_answers_are_carried_over_to_another_call(call):
    owner = make_account()
    first = submitted(call, owner)
    other = make_call(slug="next")
    copy = actions.copy_to(actor=owner, submission=first, call=other)
    assert copy.copied_from == first
    assert {code: copy.draft[code] for code in ("title", "category", "organisation")} == {code: GOOD[code] for code in ("title", "category", "organisation")}
    with pytest.raises(NotAllowed):
        actions.copy_to(actor=make_account("other@example.org"), submission=first, call=other)


def test_typing_leaves_no_trail_of_every_letter(call):
    from plenary.ground.audit.queries import trail_of

    draft, _path = begun(call, title="B")
    for text in ("Bo", "Boa", "Boat"):
        actions.save_draft(actor=Holder(draft.pk), submission=draft, answers={"title": text})
    assert [each.verb for each in trail_of("calls.submission", str(draft.pk))] == ["started"]
