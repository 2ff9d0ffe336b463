"""The moderation queue at the desk: who sees what, what helps to decide, deciding."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from plenary.ground.audit.actors import NOBODY, SYSTEM
from plenary.ground.files.actions import store
from plenary.ground.files.kinds import PHOTO
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.text import Text
from plenary.ground.messages.models import OutboxMessage
from plenary.ground.people.models import User
from plenary.programmes.stocktaking.actions import create_entry, edit_entry
from plenary.programmes.stocktaking.actions.ownership import own
from plenary.programmes.stocktaking.actions.requests import ask_change, claim, hand_over, report_problem
from plenary.programmes.stocktaking.actions.snapshots import current_draft
from plenary.programmes.stocktaking.drafts import EntryDraft, LinkDraft, MediaDraft, OrganisationDraft
from plenary.programmes.stocktaking.models import Entry, EntryRequest, LinkState
from plenary.programmes.stocktaking.tests.submitting import hand_in, make_call, make_form

LIST = "/desk/moderation/"


@pytest.fixture(autouse=True)
def no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """The index outlives a test's transaction; doubles are found by what the database knows."""
    monkeypatch.setattr("plenary.programmes.stocktaking.checking.similar", lambda kind, key, limit: [])
    monkeypatch.setattr("plenary.programmes.stocktaking.checking.matching_keys", lambda text, kind, limit: [])


@pytest.fixture
def owner(account: Callable[..., User]) -> User:
    return account(name="Owner 0001")


@pytest.fixture
def entry(edition: Edition, owner: User) -> Entry:
    draft = EntryDraft(
        title=Text.of("Telemedicine for islands"),
        summary=Text.of("Doctors by video."),
        edition=edition,
        organisations=(OrganisationDraft("Clinic"),),
        website="https://clinic.example.org/gone",
    )
    made = create_entry(actor=SYSTEM, draft=draft)
    own(actor=SYSTEM, entry=made, user=owner)
    return made


def wish(owner: User, entry: Entry, **changes: Any) -> EntryRequest:
    return ask_change(actor=owner, entry=entry, draft=replace(current_draft(entry), **changes))


def page_of(request: EntryRequest) -> str:
    return reverse("desk:request", args=[request.pk])


# ---- the list ----


def test_one_list_of_all_that_waits_with_a_number_on_its_tab(entry: Entry, owner: User, at_desk: Callable[..., Client], account: Callable[..., User]) -> None:
    wish(owner, entry, reach="global")
    claim(actor=account(name="Claimant 0001"), entry=entry, message="Mine.")
    report_problem(actor=NOBODY, entry=entry, message="Wrong.")
    hand_over(actor=owner, entry=entry, email="receiver@example.org")
    page = at_desk().get(LIST).content.decode()
    assert page.count("Telemedicine for islands") == 3
    assert "receiver@example.org" not in page
    assert '3<span class="unseen"> waiting' in page
    home = at_desk().get("/desk/").content.decode()
    assert "3 requests about entries wait." in home


@pytest.mark.parametrize(("query", "number"), [
    ("?kind=change", 1), ("?kind=problem", 1), ("?kind=claim", 0), ("?kind=handover", 1), ("?state=granted", 0), ("?where=2021", 2), ("?where=2099", 0),
])  # fmt: skip
def test_the_list_is_filtered(entry: Entry, owner: User, at_desk: Callable[..., Client], query: str, number: int) -> None:
    wish(owner, entry, reach="global")
    report_problem(actor=NOBODY, entry=entry, message="Wrong.")
    hand_over(actor=owner, entry=entry, email="receiver@example.org")
    assert at_desk().get(LIST + query).content.decode().count("Telemedicine for islands") == number


@pytest.mark.parametrize("query", ["?kind=wish", "?state=lost", "?page=0", "?colour=blue", "?page=99"])
def test_a_filter_that_does_not_exist_is_told_so(edition: Edition, at_desk: Callable[..., Client], query: str) -> None:
    assert at_desk().get(LIST + query).status_code == 400


@pytest.mark.parametrize(
    ("role", "scope", "sees", "decides"),
    [
        ("secretariat", "site", True, True),
        ("administrator", "site", True, True),
        ("editor", "site", True, True),
        ("reader", "site", True, False),
        ("secretariat", "edition:2021", True, True),
        ("editor", "edition:2021", True, True),
        ("secretariat", "edition:2020", False, False),
        ("editor", "edition:2020", False, False),
        ("secretariat", "call:2021/prizes", False, False),
    ],
)
def test_who_sees_and_decides(entry: Entry, owner: User, at_desk: Callable[..., Client], role: str, scope: str, sees: bool, decides: bool) -> None:
    request = wish(owner, entry, reach="global")
    client = at_desk(role, scope)
    assert ("Telemedicine" in client.get(LIST).content.decode()) is sees
    page = client.get(page_of(request))
    assert page.status_code == (200 if sees else 404)
    assert ('name="decision"' in page.content.decode()) is decides
    if sees and not decides:  # readers do not learn who asks and what they write
        assert owner.email not in page.content.decode()
    answer = client.post(page_of(request), {"decision": "grant", "parts": ["reach"]})
    assert answer.status_code == (302 if decides else 403 if sees else 404)
    assert Entry.objects.get().reach == ("global" if decides else "")


def test_strangers_and_visitors_stay_outside(entry: Entry, owner: User, client: Client) -> None:
    request = wish(owner, entry, reach="global")
    for address in (LIST, page_of(request)):
        assert client.get(address).status_code == 302
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    for address in (LIST, page_of(request)):
        assert client.get(address).status_code == 403


def test_the_list_costs_the_same_with_more_rows(
    entry: Entry, owner: User, edition: Edition, at_desk: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    client = at_desk("secretariat", "edition:2021")
    for number in range(12):
        made = create_entry(actor=SYSTEM, draft=EntryDraft(title=Text.of(f"Project {number}"), edition=edition))
        report_problem(actor=NOBODY, entry=made, message="Wrong.", email="a@example.org")
    client.get(LIST)
    with django_assert_max_num_queries(18):
        client.get(LIST)


# ---- one request ----


def test_a_request_shows_the_difference_and_what_helps(entry: Entry, owner: User, edition: Edition, at_desk: Callable[..., Client]) -> None:
    double = create_entry(
        actor=SYSTEM, draft=EntryDraft(title=Text.of("Telemedicine for islands"), edition=edition, organisations=(OrganisationDraft("Clinic"),))
    )
    LinkState.objects.create(url="https://clinic.example.org/gone", status=404, failures=3)
    telling = "Nurses and doctors treat patients by video; hospitals and clinics on the islands improve public health and health services."
    request = wish(owner, entry, summary=Text.of("Doctors by telephone."), description=Text.of(telling))
    page = at_desk().get(page_of(request)).content.decode()
    assert "<del>video.</del>" in page
    assert "<ins>telephone.</ins>" in page
    assert f"/stocktaking/{double.number}/" in page
    assert "answers with the error 404" in page
    assert "Text too short" in page
    assert 'name="also" value="sdgs 3"' in page
    assert "Owner 0001" in page


def test_granting_with_a_suggestion_and_in_part(entry: Entry, owner: User, at_desk: Callable[..., Client]) -> None:
    request = wish(owner, entry, reach="global", status="completed")
    client = at_desk()
    answer = client.post(page_of(request), {"decision": "grant", "parts": ["reach"], "also": ["sdgs 3", "nonsense", "no such"], "answer": "Thank you."})
    assert answer.status_code == 302
    found = Entry.objects.get()
    assert (found.reach, found.status) == ("global", "")
    assert found.links.get().concept.code == "3"
    assert "Thank you." in OutboxMessage.objects.get(template="stocktaking-granted").body
    assert client.post(page_of(request), {"decision": "refuse", "answer": "x"}).status_code == 409
    assert "Thank you." in client.get(page_of(request)).content.decode()


def test_refusing_needs_a_reason(entry: Entry, owner: User, at_desk: Callable[..., Client]) -> None:
    request = wish(owner, entry, reach="global")
    client = at_desk()
    assert client.post(page_of(request), {"decision": "refuse", "answer": ""}).status_code == 400
    assert client.post(page_of(request), {"decision": "grant"}).status_code == 400  # nothing is ticked
    assert client.post(page_of(request), {"decision": "refuse", "answer": "Say where."}).status_code == 302
    request.refresh_from_db()
    assert (request.state, request.answer) == ("refused", "Say where.")


def test_a_collision_is_marked_and_not_ticked(entry: Entry, owner: User, at_desk: Callable[..., Client]) -> None:
    request = wish(owner, entry, summary=Text.of("By the owner."), reach="global")
    edit_entry(actor=SYSTEM, entry=entry, draft=replace(current_draft(entry), summary=Text.of("By staff.")))
    page = at_desk().get(page_of(request)).content.decode()
    assert "changed by somebody else meanwhile" in page
    assert "Doctors by video." in page  # what the owner saw
    assert '<input type="checkbox" name="parts" value="summary">' in page
    assert '<input type="checkbox" name="parts" value="reach" checked>' in page


def test_the_next_of_the_kind_follows(entry: Entry, owner: User, at_desk: Callable[..., Client], account: Callable[..., User]) -> None:
    first = report_problem(actor=NOBODY, entry=entry, message="One.")
    second = report_problem(actor=NOBODY, entry=entry, message="Two.")
    wish(owner, entry, reach="global")
    answer = at_desk().post(page_of(first), {"decision": "grant", "next": "1"})
    assert answer["Location"] == page_of(second)


# ---- claims and what is private ----


def test_a_claim_shows_its_proofs_to_the_secretariat_only(entry: Entry, at_desk: Callable[..., Client], account: Callable[..., User], client: Client) -> None:
    from allauth.account.models import EmailAddress

    claimant = account(name="Claimant 0001")
    EmailAddress.objects.update_or_create(user=claimant, email="me@clinic.example.org", defaults={"verified": True})
    proof = store(actor=claimant, upload=ContentFile(b"%PDF-1.4\n%%EOF\n", name="letter.pdf"))
    request = claim(actor=claimant, entry=entry, message="I lead it.", proof=proof)
    file = reverse("desk:request_file", args=[request.pk, proof.pk])
    page = at_desk("secretariat", "edition:2021").get(page_of(request)).content.decode()
    assert "Strong proof" in page
    assert "letter.pdf" in page
    assert at_desk("secretariat", "edition:2021").get(file).status_code == 200
    for role, scope, status in (("editor", "edition:2021", 403), ("reader", "site", 403), ("secretariat", "edition:2020", 404)):
        assert at_desk(role, scope).get(file).status_code == status
        assert "I lead it." not in at_desk(role, scope).get(page_of(request)).content.decode()
    assert client.get(file).status_code == 302
    assert client.get(proof.path).status_code == 404
    at_desk("secretariat", "edition:2021").post(page_of(request), {"decision": "grant"})
    assert entry.ownerships.filter(user=claimant).exists()


def test_pictures_of_a_change_are_seen_by_who_decides_and_no_other_files(entry: Entry, owner: User, at_desk: Callable[..., Client]) -> None:
    content = io.BytesIO()
    Image.new("RGB", (20, 20), "green").save(content, "PNG")
    picture = store(actor=owner, upload=ContentFile(content.getvalue(), name="field.png"), limits=PHOTO)
    other = store(actor=owner, upload=ContentFile(content.getvalue(), name="private.png"), limits=PHOTO)
    request = wish(owner, entry, media=(MediaDraft(str(picture.pk), Text.of("A green field")),))
    client = at_desk("editor", "edition:2021")
    assert "A green field" in client.get(page_of(request)).content.decode()
    assert client.get(reverse("desk:request_file", args=[request.pk, picture.pk])).status_code == 200
    assert client.get(reverse("desk:request_file", args=[request.pk, other.pk])).status_code == 404
    assert client.post(page_of(request), {"decision": "grant", "parts": ["media"]}).status_code == 302
    assert entry.media.get().file.is_public


@pytest.mark.parametrize("key", ["0", "999999", "9" * 18, "9" * 30, "x"])
def test_requests_that_are_none(edition: Edition, at_desk: Callable[..., Client], key: str) -> None:
    assert at_desk().get(f"{LIST}{key}/").status_code == 404


def test_a_concept_that_was_chosen_already_is_not_suggested(entry: Entry, owner: User, at_desk: Callable[..., Client]) -> None:
    goal = Concept.objects.get(scheme__code="sdgs", code="3")
    edit_entry(actor=SYSTEM, entry=entry, draft=replace(current_draft(entry), links=(LinkDraft(goal),)))
    entry.refresh_from_db()
    telling = "Nurses and doctors treat patients; hospitals and clinics improve public health and health services."
    request = wish(owner, entry, description=Text.of(telling))
    assert 'value="sdgs 3"' not in at_desk().get(page_of(request)).content.decode()


# ---- submissions that are to become entries ----


def test_the_page_of_a_submission_shows_the_same_help(edition: Edition, entry: Entry, at_desk: Callable[..., Client]) -> None:
    form = make_form("title", "summary", "description", "organisation")
    call = make_call(edition, "projects", form, ("accepted", "stocktaking.entry"))
    telling = "Nurses and doctors treat patients by video; hospitals and clinics improve public health."
    submission = hand_in(call, title="Telemedicine for the islands", summary="Doctors by video.", description=telling, organisation={"name": "Clinic"})
    address = reverse("desk:submission", args=[submission.pk])
    page = at_desk().get(address).content.decode()
    assert "What helps to judge" in page
    assert "No country" in page
    assert "because of:" in page
    assert "What helps to judge" not in at_desk("reader").get(address).content.decode()
