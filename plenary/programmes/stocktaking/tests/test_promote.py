"""A project is proposed by its owners, nominated by others, and shown on other sites."""

import json
from urllib.parse import quote

import pytest
from django.conf import settings

from plenary.engines.calls.models import Submission
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.messages.models import OutboxMessage
from plenary.programmes.stocktaking.actions.nominating import TEMPLATE, tell_owners
from plenary.programmes.stocktaking.models import Entry, EntryNumber, EntryOwner
from plenary.programmes.stocktaking.tests.making import make_entry
from plenary.programmes.stocktaking.tests.submitting import change, contributor, hand_in, make_call, make_form, staff

PRIZES = make_form("updates", "title", "summary", "category")


@pytest.fixture
def entry(world):
    return make_entry(world, "Telemedicine", "action-lines C7-4", body="Ministry")


@pytest.fixture
def owner(entry):
    user = contributor("owner@example.org", "Owner 0001")
    EntryOwner.objects.create(entry=entry, user=user)
    return user


@pytest.fixture
def call(world):
    return make_call(world.editions["2021"], "prizes", PRIZES, ("eligible", "stocktaking.entry"), ("nominated", "awards.nominee"))


def told() -> list[str]:
    return list(OutboxMessage.objects.filter(template=TEMPLATE).order_by("pk").values_list("to", flat=True))


def test_a_session_can_be_proposed_for_a_project_and_a_photograph_cannot(client, world, entry):
    edition = world.editions["2021"]
    make_call(edition, "workshops", make_form("title", "description", "action-lines"), ("accepted", "forum.session"))
    make_call(edition, "photos", make_form("title", "summary", "country"), ("accepted", "awards.photo"))
    make_call(edition, "talks", make_form("title", "description", "action-lines"))
    page = client.get(f"/stocktaking/{entry.number}/").content.decode()
    assert f"/calls/2021/workshops/answer/?from=entry:{entry.number}" in page
    assert "/calls/2021/photos/" not in page
    assert "/calls/2021/talks/" not in page


def test_each_reader_is_told_what_it_means_to_propose_it(client, entry, owner, call):
    def panel() -> str:
        return client.get(f"/stocktaking/{entry.number}/").content.decode()

    assert "you nominate a project of somebody else" in panel()
    client.force_login(owner)
    assert "you can change everything before you submit it" in panel()
    client.force_login(staff())
    assert "Offer it for one of these" in panel()


def test_the_owner_hears_of_a_nomination_once_and_not_by_whom(entry, owner, call, django_capture_on_commit_callbacks):
    nominator = contributor("nominator@example.org", "Nominator 0001")
    with django_capture_on_commit_callbacks(execute=True):
        submission = hand_in(call, nominator, updates=entry.number, title="Telemedicine", summary="x", category="C7-4")
    assert told() == ["owner@example.org"]
    mail = OutboxMessage.objects.get(template=TEMPLATE)
    assert "Telemedicine" in mail.body
    assert f"/stocktaking/{entry.number}/" in mail.body
    assert "Prizes" in mail.body
    assert "Nominator" not in mail.body + mail.subject
    assert "nominator@" not in mail.body
    with django_capture_on_commit_callbacks(execute=True):
        change(submission, updates=entry.number, title="Telemedicine for all", summary="x", category="C7-4")
    assert told() == ["owner@example.org"]


def test_the_mail_is_in_the_language_of_the_owner(entry, owner, call, django_capture_on_commit_callbacks):
    owner.language = "fr"
    owner.save()
    with django_capture_on_commit_callbacks(execute=True):
        hand_in(call, contributor("other@example.org", "Other"), updates=entry.number, title="x", summary="x", category="C7-4")
    assert OutboxMessage.objects.get(template=TEMPLATE).subject.startswith("Votre projet a été proposé")


def test_who_proposes_their_own_project_hears_nothing(entry, owner, call, django_capture_on_commit_callbacks):
    second = contributor("second@example.org", "Second")
    EntryOwner.objects.create(entry=entry, user=second)
    with django_capture_on_commit_callbacks(execute=True):
        hand_in(call, owner, updates=entry.number, title="x", summary="x", category="C7-4")
    assert told() == []


@pytest.mark.parametrize("named", ["2021-1", "https://example.org/stocktaking/2021-1/", "/fr/stocktaking/2021-1/?x=1#cite", "1359648246"])
def test_the_project_is_recognised_however_it_is_named(entry, owner, call, named, django_capture_on_commit_callbacks):
    EntryNumber.objects.create(entry=entry, number="1359648246")
    with django_capture_on_commit_callbacks(execute=True):
        hand_in(call, contributor("other@example.org", "Other"), updates=named, title="x", summary="x", category="C7-4")
    assert told() == ["owner@example.org"]


@pytest.mark.parametrize("named", ["", "no-such", "../..", "x" * 100])
def test_a_submission_about_no_entry_tells_nobody(entry, owner, call, named, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        hand_in(call, contributor("other@example.org", "Other"), updates=named, title="x", summary="x", category="C7-4")
    assert told() == []


def test_an_imported_table_tells_nobody(entry, owner, call):
    submission = hand_in(call, contributor("other@example.org", "Other"), updates=entry.number, title="x", summary="x", category="C7-4")
    submission.origin = Submission.Origin.IMPORT
    assert tell_owners(actor=SYSTEM, submission=submission, entry=entry) is False
    assert told() == []


# ---- the card and oEmbed --------------------------------------------------------------------------------------------


def test_the_card_may_be_framed_by_anybody_and_is_small(client, entry):
    response = client.get(f"/stocktaking/{entry.number}/card/")
    assert response.status_code == 200
    policy = response["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "script-src 'self'" in policy
    assert "X-Frame-Options" not in response
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not response.cookies
    page = response.content.decode()
    assert len(response.content) < 15_000
    assert "<script" not in page
    assert page.count("<a ") == page.count('target="_top"') > 0
    assert "Ministry" in page
    assert client.get(f"/ar/stocktaking/{entry.number}/card/").content.decode().startswith('<!doctype html>\n<html lang="ar" dir="rtl">')


def test_a_card_from_the_page_cache_may_be_framed_too(client, entry, settings):
    settings.PAGE_CACHE_SECONDS = 60
    answers = [client.get(f"/stocktaking/{entry.number}/card/") for _turn in range(2)]
    assert all("ETag" in each for each in answers)
    assert all("frame-ancestors *" in each["Content-Security-Policy"] and "X-Frame-Options" not in each for each in answers)


def test_no_other_page_may_be_framed(client, entry):
    for path in ("", "print/", "versions/"):
        response = client.get(f"/stocktaking/{entry.number}/{path}")
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
        assert response["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("title", ["</title><script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_nothing_written_becomes_markup_in_the_card_or_its_code(client, world, title):
    entry = make_entry(world, title, body=title)
    assert title not in client.get(f"/stocktaking/{entry.number}/card/").content.decode()
    page = client.get(f"/stocktaking/{entry.number}/").content.decode()
    assert title not in page
    assert "&lt;iframe src=" in page
    told = json.loads(client.get(f"/oembed?url={quote(f'{settings.BASE_URL}/stocktaking/{entry.number}/')}").content)
    assert title not in told["html"]
    assert told["title"] == title


@pytest.mark.parametrize("state", [Entry.State.DRAFT, Entry.State.WITHDRAWN])
def test_a_hidden_entry_has_no_card(client, world, state):
    entry = make_entry(world, "Secret", state=state)
    client.force_login(staff())
    assert client.get(f"/stocktaking/{entry.number}/card/").status_code == 404
    assert client.get(f"/oembed?url={settings.BASE_URL}/stocktaking/{entry.number}/").status_code == 404


def test_oembed_gives_the_card_in_the_language_of_the_page(client, entry):
    response = client.get(f"/oembed?url={settings.BASE_URL}/fr/stocktaking/{entry.number}/&maxwidth=300&maxheight=99999")
    told = json.loads(response.content)
    assert (told["version"], told["type"], told["width"], told["height"]) == ("1.0", "rich", 300, 260)
    assert f'src="{settings.BASE_URL}/fr/stocktaking/{entry.number}/card/"' in told["html"]
    assert response["Access-Control-Allow-Origin"] == "*"
    assert client.get(f"/oembed?format=xml&url={settings.BASE_URL}/stocktaking/{entry.number}/").status_code == 501


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "https://evil.example/stocktaking/2021-1/",
        "http://[",
        "/stocktaking/2021-1/",
        "javascript:alert(1)",
        "%00",
        "{base}/",
        "{base}/stocktaking/none/",
        "{base}/nothing/here/",
    ],
)
def test_oembed_knows_no_other_address(client, entry, url):
    assert client.get("/oembed", {"url": url.replace("{base}", settings.BASE_URL)}).status_code == 404


def test_the_page_leads_to_its_card(client, entry):
    page = client.get(f"/stocktaking/{entry.number}/").content.decode()
    assert 'type="application/json+oembed"' in page
    assert f"/stocktaking/{entry.number}/card/" in page
