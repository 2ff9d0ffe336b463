"""What was typed is not lost where it cannot be saved: after the close, from another window, too much, too often."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from plenary.engines.calls import actions
from plenary.engines.calls.models import Submission
from plenary.engines.calls.tests.forms import GOOD, make_account, make_call, submitted
from plenary.engines.calls.tests.test_drafts import begun
from plenary.engines.calls.tests.test_uploads import picture
from plenary.engines.calls.views.access import Rate
from plenary.engines.calls.windows import GRACE
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.files.handling import MOST_KEPT
from plenary.ground.web.limits import buckets

pytestmark = pytest.mark.django_db
FORM = "/calls/2031/prizes/answer/"
SCRIPT = {"Accept": "application/json"}
TEXT = {"f-title": "Boats with radios", "f-summary": "Words of an hour."}


def text_of(answer) -> str:
    return answer.content.decode()


def shows_all(answer) -> bool:
    page = text_of(answer)
    return 'value="Boats with radios"' in page and "Words of an hour." in page


def close(call, ago=timedelta(seconds=1)):
    call.phases.update(closes_at=timezone.now() - ago)


# ---- after the close ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", [False, True])
def test_a_form_opened_before_the_close_is_kept_as_a_draft_that_cannot_be_submitted(client, script):
    call = make_call()
    close(call)
    answer = client.post(FORM, {**TEXT, "save": "draft"}, headers=SCRIPT if script else {})
    draft = Submission.objects.get()
    assert draft.draft["summary"] == "Words of an hour."
    path = answer.json()["path"] if script else answer["Location"]
    if script:
        assert answer.json()["saved"] and "cannot be submitted" in answer.json()["note"]
    page = client.get(path)
    assert shows_all(page) and "This call is closed." in text_of(page)
    assert client.post(f"{path}preview/", {"email": "ada@example.org"}).status_code in (400, 409)
    draft.refresh_from_db()
    assert draft.number is None


@pytest.mark.parametrize("script", [False, True])
def test_long_after_the_close_nothing_is_kept_and_all_is_given_back(client, script):
    call = make_call()
    close(call, GRACE)
    answer = client.post(FORM, {**TEXT, "save": "draft"}, headers=SCRIPT if script else {})
    assert answer.status_code == 409 and not Submission.objects.exists()
    if script:
        assert answer.json()["final"] and "closed" in answer.json()["problem"]
        return
    page = text_of(answer)
    assert shows_all(answer) and "copy or print it" in page and 'name="late"' in page and 'value="preview"' not in page
    # With a code it is kept after all.
    _code, secret = actions.make_code(actor=SYSTEM, call=call, valid_until=timezone.now() + timedelta(days=1))
    wrong = client.post(FORM, {**TEXT, "save": "late", "late": "NO-SUCH-CODE"})
    assert wrong.status_code == 400 and shows_all(wrong) and 'id="late-problem"' in text_of(wrong)
    assert client.post(FORM, {**TEXT, "save": "late", "late": secret}).status_code == 302
    assert Submission.objects.get().draft["title"] == "Boats with radios"


def test_an_empty_form_after_the_close_keeps_nothing(client):
    close(make_call())
    assert client.post(FORM, {"f-title": " ", "save": "draft"}).status_code == 409
    assert not Submission.objects.exists()


def test_who_is_not_invited_gets_back_what_they_sent(client):
    make_call(audience="invited")
    answer = client.post(FORM, {**TEXT, "save": "draft"})
    assert answer.status_code == 403 and shows_all(answer) and not Submission.objects.exists()


@pytest.mark.parametrize("script", [False, True])
def test_a_change_to_what_was_submitted_is_given_back_after_the_close(client, script):
    call, owner = make_call(), make_account()
    sent = submitted(call, owner)
    client.force_login(owner)
    close(call)
    path = f"/calls/answers/{sent.pk}/"
    answer = client.post(path, {**TEXT, "f-title": "Boats with radios", "save": "draft"}, headers=SCRIPT if script else {})
    assert answer.status_code == 409
    if script:
        assert answer.json()["final"] and "What you submitted stands" in answer.json()["problem"]
    else:
        assert shows_all(answer) and "What you submitted stands" in text_of(answer)
    sent.refresh_from_db()
    assert sent.draft is None and sent.answers["summary"] == GOOD["summary"]


def test_a_change_without_account_is_given_back_after_the_close(client):
    call = make_call(audience="anyone")
    draft, path = begun(call, **GOOD)
    client.post(f"{path}preview/", {"email": "ada@example.org"})
    draft.refresh_from_db()
    assert draft.number == 1
    close(call)
    answer = client.post(path, {**TEXT, "save": "draft"})
    assert answer.status_code == 409 and shows_all(answer)
    looked = client.get(path, follow=True)
    assert looked.status_code == 200 and looked.redirect_chain[-1][0].startswith("/calls/submissions/")


def test_changes_begun_before_the_close_are_seen_after_it_and_opened_by_a_code(client):
    call, owner = make_call(), make_account()
    sent = submitted(call, owner)
    client.force_login(owner)
    path = f"/calls/answers/{sent.pk}/"
    client.post(path, {**TEXT, "save": "draft"})
    close(call)
    page = text_of(client.get(f"/calls/submissions/{sent.pk}/"))
    assert f"{path}preview/" in page and "not submitted in time" in page
    _code, secret = actions.make_code(actor=SYSTEM, call=call, valid_until=timezone.now() + timedelta(days=1))
    assert shows_all(client.get(path, {"code": secret}))
    assert client.post(path, {**TEXT, "f-summary": "Three words more.", "code": secret, "save": "draft"}).status_code == 302
    sent.refresh_from_db()
    assert sent.draft["summary"] == "Three words more." and sent.late is not None


# ---- late codes on drafts -------------------------------------------------------------------------------------------


def test_a_code_opens_a_draft_begun_before_the_close_until_it_ends(client):
    call, owner = make_call(), make_account()
    draft, _none = actions.start_draft(actor=owner, call=call, answers=GOOD)
    close(call, timedelta(days=3))
    client.force_login(owner)
    path = f"/calls/answers/{draft.pk}/"
    assert 'name="late"' in text_of(client.get(path))
    wrong = client.post(path, {**TEXT, "save": "late", "late": "NO-SUCH-CODE"})
    assert wrong.status_code == 400 and 'id="late-problem"' in text_of(wrong) and 'href="#late"' in text_of(wrong)
    draft.refresh_from_db()
    assert draft.draft["title"] == "Boats with radios"  # saved all the same
    code, secret = actions.make_code(actor=SYSTEM, call=call, valid_until=timezone.now() + timedelta(days=1))
    assert client.post(path, {"f-title": "Late boats", "save": "late", "late": secret.lower()}).status_code == 302
    draft.refresh_from_db()
    assert draft.late == code and draft.draft["title"] == "Late boats"
    assert 'name="late"' not in text_of(client.get(path))
    other, _none = actions.start_draft(actor=owner, call=call, answers=GOOD)
    assert client.post(f"/calls/answers/{other.pk}/", {"save": "late", "late": secret}).status_code == 400  # one use each
    code.valid_until = timezone.now() - timedelta(seconds=1)
    code.save()
    assert client.post(f"{path}preview/").status_code == 409
    code.valid_until = timezone.now() + timedelta(minutes=1)
    code.save()
    client.post(path, {"f-summary": GOOD["summary"], "save": "draft"})
    assert client.post(f"{path}preview/").status_code == 302
    draft.refresh_from_db()
    assert draft.state == "submitted"


def test_a_code_in_the_address_of_a_draft_is_used_with_the_first_saving_not_by_looking(client):
    call, owner = make_call(), make_account()
    draft, _none = actions.start_draft(actor=owner, call=call, answers=GOOD)
    close(call)
    code, secret = actions.make_code(actor=SYSTEM, call=call, valid_until=timezone.now() + timedelta(days=1))
    client.force_login(owner)
    path = f"/calls/answers/{draft.pk}/"
    page = text_of(client.get(path, {"code": secret}))
    assert f'name="code" value="{secret}"' in page and "This call is closed." not in page
    assert code.submissions.count() == 0
    told = client.post(path, {"f-title": "Late", "code": secret}, headers=SCRIPT).json()
    assert told["saved"] and told["note"] == ""
    assert code.submissions.get() == draft
    assert 'id="late-problem"' in text_of(client.get(f"/calls/answers/{actions.start_draft(actor=owner, call=call)[0].pk}/", {"code": secret}))


# ---- a draft that an account has meanwhile --------------------------------------------------------------------------


@pytest.fixture
def claimed():
    """The secret address of a draft, the draft, and its owner, who has claimed it."""
    draft, path = begun(make_call(), title="Boats")
    owner = make_account()
    draft = actions.claim(actor=owner, submission=draft, secret=path.split("/")[-2])
    return path, draft, owner


def test_the_secret_address_leads_the_owner_to_the_draft_and_saves_there(claimed, client):
    path, draft, owner = claimed
    client.force_login(owner)
    own = f"/calls/answers/{draft.pk}/"
    assert client.get(f"{path}?check")["Location"] == f"{own}?check"
    assert client.get(f"{path}preview/")["Location"] == f"{own}preview/"
    saved = client.post(path, {**TEXT, "save": "draft"})
    assert saved["Location"] == own
    told = client.post(path, {"f-summary": "By the script."}, headers=SCRIPT).json()
    assert told["saved"] and told["path"] == own
    draft.refresh_from_db()
    assert draft.draft == {"title": "Boats with radios", "summary": "By the script."}


@pytest.mark.parametrize("who", ["nobody", "somebody else", "staff"])
def test_others_are_asked_to_sign_in_and_keep_what_they_wrote(claimed, client, who):
    path, draft, _owner = claimed
    if who != "nobody":
        client.force_login(make_account("other@example.org", role="secretariat" if who == "staff" else ""))
    looked = client.get(path)
    assert looked.status_code == 404 and "Sign in to go on" in text_of(looked) and "Boats" not in text_of(looked)
    sent = client.post(path, {**TEXT, "call": "2031/prizes", "save": "draft"})
    assert sent.status_code == 404 and shows_all(sent) and "/accounts/login" in text_of(sent).replace("/account/", "/accounts/")
    told = client.post(path, TEXT, headers=SCRIPT)
    assert told.status_code == 404 and "Sign in" in told.json()["problem"]
    for more in ("preview/", "done/", "submission.pdf"):
        assert client.get(f"{path}{more}").status_code == 404
    draft.refresh_from_db()
    assert draft.draft == {"title": "Boats"}


def test_nobody_learns_from_an_address_whether_there_ever_was_a_draft(claimed, client):
    path, _draft, _owner = claimed
    never = "/calls/answers/" + "A" * 24 + "/"

    def without_key(answer, key):
        return answer.status_code, text_of(answer).split("<main")[1].replace(key.split("/")[-2], "KEY")

    assert without_key(client.get(path), path) == without_key(client.get(never), never)
    assert client.post(path, TEXT, headers=SCRIPT).content == client.post(never, TEXT, headers=SCRIPT).content


def test_signing_in_elsewhere_makes_the_token_useless_and_loses_nothing(claimed):
    path, draft, owner = claimed
    client = Client(enforce_csrf_checks=True)
    client.get(path)  # whoever reads the page gets a cookie
    client.force_login(owner)
    stale = {**TEXT, "csrfmiddlewaretoken": "a" * 64, "save": "draft"}
    ours = {"Origin": "http://testserver"}
    client.get(f"/calls/answers/{draft.pk}/")
    answer = client.post(path, stale, headers=ours)
    assert answer.status_code == 403 and shows_all(answer) and "in another window" in text_of(answer)
    token = client.post(path, stale, headers={**ours, **SCRIPT}).json()["token"]
    assert client.post(path, {**stale, "csrfmiddlewaretoken": token}, headers={**ours, **SCRIPT}).json()["saved"]
    # From elsewhere nothing is shown, and nothing is told.
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "https://evil.example", **SCRIPT}, {"Origin": "null"}, {}):
        foreign = client.post(path, {**stale, "f-title": "Evil"}, headers=headers)
        assert foreign.status_code == 403 and "Evil" not in text_of(foreign) and "token" not in foreign.headers["Content-Type"]
        assert b'"token"' not in foreign.content
    draft.refresh_from_db()
    assert draft.draft["title"] == "Boats with radios"


# ---- too much -------------------------------------------------------------------------------------------------------


def test_thirty_files_for_twenty_places_are_told_at_the_field(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    draft, path = begun(make_call(), title="Boats")
    thirty = [SimpleUploadedFile(f"{number:02}.png", picture(40, 40)) for number in range(30)]
    answer = client.post(path, {**TEXT, "file-picture": thirty, "save": "draft"})
    assert answer.status_code == 400
    page = text_of(answer).split('id="f-picture-problem"')[1].split("</div>")[0]
    assert "At most 2 files" in page and "28 files were too many and were not added: 02.png" in page
    draft.refresh_from_db()
    assert len(draft.draft["picture"]) == 2 and draft.draft["title"] == "Boats with radios"


def test_a_field_that_is_just_filled_tells_of_the_rest(client, settings, tmp_path):
    from plenary.engines.calls.form.definition import Definition

    settings.MEDIA_ROOT = tmp_path
    call = make_call()
    fields = [{"code": "title", "kind": "text", "label": "Title"}, {"code": "photos", "kind": "image", "label": "Photos", "most": 20}]
    actions.put_form(actor=SYSTEM, call=call, definition=Definition.from_data({"parts": [{"title": "", "fields": fields}]}))
    draft, path = begun(call, title="Boats")
    thirty = [SimpleUploadedFile(f"{number:02}.png", picture(10, 10)) for number in range(30)]
    answer = client.post(path, {"file-photos": thirty, "save": "draft"})
    assert answer.status_code == 400 and "10 files were too many and were not added: 20.png" in text_of(answer)
    draft.refresh_from_db()
    assert len(draft.draft["photos"]) == 20


def test_more_files_than_the_site_opens_at_once_lose_no_answer(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    draft, path = begun(make_call())
    many = [SimpleUploadedFile(f"{number}.txt", b"x" * 20_000) for number in range(MOST_KEPT + 5)]
    answer = client.post(path, {**TEXT, "file-phone": many, "save": "draft"})
    assert answer.status_code == 400 and shows_all(answer)
    draft.refresh_from_db()
    assert draft.draft["title"] == "Boats with radios"


def test_thousands_of_controls_are_read(client):
    draft, path = begun(make_call())
    assert client.post(path, {**TEXT, **{f"f-x{number}": "1" for number in range(2_100)}, "save": "draft"}).status_code == 302
    draft.refresh_from_db()
    assert draft.draft["title"] == "Boats with radios"


@pytest.mark.parametrize("key", ["f-x", "file-x"])
def test_what_is_more_than_the_site_reads_is_answered_by_what_to_do(client, settings, key):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = settings.DATA_UPLOAD_MAX_NUMBER_FILES = 50
    _draft, path = begun(make_call(), title="Boats")
    more = {f"{key}{number}": SimpleUploadedFile("a", b"a") if key == "file-x" else "1" for number in range(60)}
    answer = client.post(path, {**TEXT, **more})
    assert answer.status_code == 413 and "as it was saved last" in text_of(answer) and f'href="{path}"' in text_of(answer)
    assert "Go back" in text_of(client.post(FORM, {**TEXT, **more}))


@pytest.mark.parametrize("form", ["multipart", "urlencoded"])
def test_ten_million_letters_are_told_at_the_field_and_all_other_answers_kept(client, form):
    draft, path = begun(make_call())  # a letter of Arabic is two bytes, and six in the other form
    sent = {**TEXT, "f-summary": "ع" * (10_000_000 if form == "multipart" else 2_500_000), "save": "draft"}
    if form == "multipart":
        answer = client.post(path, sent, headers=SCRIPT)
    else:
        from urllib.parse import urlencode

        answer = client.post(path, urlencode(sent), content_type="application/x-www-form-urlencoded", headers=SCRIPT)
    told = answer.json()
    assert told["saved"] and "too long to be kept" in told["problems"]["summary"][0]
    draft.refresh_from_db()
    assert draft.draft == {"title": "Boats with radios"}


@pytest.mark.parametrize("form", ["multipart", "urlencoded"])
def test_beyond_what_is_read_the_page_names_the_draft_as_it_was_saved(client, form, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000
    _draft, path = begun(make_call(), title="Boats")
    sent = {"f-title": "x" * 200_000, "save": "draft"}
    if form == "urlencoded":
        body, kind = "f-title=" + "x" * 200_000, "application/x-www-form-urlencoded"
        answer, told = client.post(path, body, content_type=kind), client.post(path, body, content_type=kind, headers=SCRIPT)
    else:
        answer, told = client.post(path, sent), client.post(path, sent, headers=SCRIPT)
    assert answer.status_code == 413 and f'href="{path}"' in text_of(answer)
    assert told.status_code == 413 and told.json()["saved"] is False and "Shorten" in told.json()["problem"]
    stranger = "/calls/answers/" + "A" * 24 + "/"
    assert "as it was saved last" not in text_of(client.post(stranger, sent))


# ---- too often ------------------------------------------------------------------------------------------------------


def test_a_room_behind_one_address_begins_and_a_machine_waits_without_losing_its_text(settings):
    settings.RATE_LIMIT = 120
    buckets.clear()
    make_call()
    for _person in range(30):
        assert Client().post(FORM, {**TEXT, "save": "draft"}).status_code == 302
    waited = None
    for _try in range(60):
        waited = Client().post(FORM, {**TEXT, "save": "draft"})
        if waited.status_code != 302:
            break
    assert waited.status_code == 429 and shows_all(waited) and int(waited["Retry-After"]) >= 1
    assert f"in {waited['Retry-After']} second" in text_of(waited) and "data-unsaved=" in text_of(waited)
    told = Client().post(FORM, TEXT, headers=SCRIPT)
    assert told.status_code == 429 and told.json()["wait"] == int(told["Retry-After"]) and not told.json()["final"]
    assert Submission.objects.count() <= 62
    buckets.clear()


def test_what_was_thrown_away_in_another_window_is_given_back(client):
    draft, path = begun(make_call(), title="Boats")
    actions.discard_draft(actor=SYSTEM, submission=draft)
    answer = client.post(path, {**TEXT, "call": "2031/prizes", "save": "draft"})
    assert answer.status_code == 404 and shows_all(answer)


def test_saving_too_often_gives_back_the_form_too(settings, client, monkeypatch):
    settings.RATE_LIMIT = 120
    monkeypatch.setattr("plenary.engines.calls.views.answering.SAVES", Rate(2))
    buckets.clear()
    _draft, path = begun(make_call())
    for _each in range(2):
        assert client.post(path, TEXT, headers=SCRIPT).status_code == 200
    assert client.post(path, TEXT, headers=SCRIPT).json()["wait"] > 1
    answer = client.post(path, {**TEXT, "f-summary": "Words of an hour.", "save": "draft"})
    assert answer.status_code == 429 and shows_all(answer)
    buckets.clear()
