"""Asking and deciding: changes, claims, handing over, problems; who may what, cell by cell."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import replace

import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actors import NOBODY, SYSTEM, may
from plenary.ground.audit.models import TrailRecord
from plenary.ground.framework.text import Text
from plenary.ground.people.models import User
from plenary.ground.web.limits import buckets
from plenary.programmes.stocktaking.actions import edit_entry
from plenary.programmes.stocktaking.actions.deciding import draft_with, end_handovers, grant, handover_of, receive, refuse
from plenary.programmes.stocktaking.actions.requests import claim, hand_over, object_to_claim, report_problem, take_back
from plenary.programmes.stocktaking.actions.snapshots import current_draft, snapshot
from plenary.programmes.stocktaking.editing.differences import three_way
from plenary.programmes.stocktaking.models import Entry, EntryOwner, EntryRequest
from plenary.programmes.stocktaking.owning import in_queue, number_waiting, same_house, strong_proofs, visible_to
from plenary.programmes.stocktaking.tests.making import World, make_entry, make_world
from plenary.programmes.stocktaking.tests.owning import edit_page, form_of, mails, owned, signed_in, wish
from plenary.programmes.stocktaking.tests.submitting import contributor, staff

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def owner(db) -> User:
    return contributor("owner@example.org", "Owner 0001")


@pytest.fixture
def stranger(db) -> User:
    return contributor("stranger@example.org", "Stranger 0001")


@pytest.fixture
def entry(world: World, owner) -> Entry:
    made = make_entry(
        world, "Telemedicine", "countries KE", "sdgs 3", body="Clinic", summary=Text.of("Doctors by video."), website="https://www.clinic.example.org/"
    )
    return owned(made, owner)


# ---- who may what ----


def test_who_may_do_what_cell_by_cell(entry, owner, stranger, world):
    people = {
        "anonymous": NOBODY,
        "stranger": stranger,
        "owner": owner,
        "editor elsewhere": staff("edition:2020", "editor"),
        "editor": staff("edition:2021", "editor"),
        "secretariat": staff("edition:2021"),
        "reader": staff("edition:2021", "reader"),
        "administrator": staff("site", "administrator"),
    }
    change = wish(owner, entry, reach="global")
    claimed = claim(actor=stranger, entry=entry, message="I lead it.")
    expected = {
        ("ask_change", entry): {"owner"},
        ("confirm_entry", entry): {"owner", "editor", "secretariat", "administrator"},
        ("hand_over", entry): {"owner"},
        ("leave_entry", entry): {"owner"},
        ("change_entry", entry): {"editor", "secretariat", "administrator"},
        ("see_contact", entry): {"owner", "secretariat", "administrator"},
        ("change_contact", entry): {"owner", "secretariat", "administrator"},
        ("change_owners", entry): {"secretariat", "administrator"},
        ("claim_entry", entry): {"stranger", "editor elsewhere", "editor", "secretariat", "reader", "administrator"},
        ("report_problem", entry): set(people),
        ("open_queue", None): {"editor elsewhere", "editor", "secretariat", "reader", "administrator"},
        ("view_request", change): {"editor", "secretariat", "reader", "administrator"},
        ("decide_request", change): {"editor", "secretariat", "administrator"},
        ("see_private_request", change): {"editor", "secretariat", "administrator"},
        ("take_back_request", change): {"owner"},
        ("see_own_request", change): {"owner"},
        ("view_request", claimed): {"editor", "secretariat", "reader", "administrator"},
        ("decide_request", claimed): {"secretariat", "administrator"},
        ("see_private_request", claimed): {"secretariat", "administrator"},
        ("take_back_request", claimed): {"stranger"},
        ("see_own_request", claimed): {"stranger", "owner"},
        ("object_to_claim", claimed): {"owner"},
    }
    for (permission, subject), allowed in expected.items():
        held = {name for name, actor in people.items() if may(actor, f"stocktaking.{permission}", subject)}
        assert held == allowed, (permission, subject)
    seen = {name: visible_to(actor).count() for name, actor in people.items()}
    assert seen == {name: 2 if name in ("editor", "secretariat", "reader", "administrator") else 0 for name in people}


def test_a_closed_account_speaks_for_nothing(entry, owner):
    owner.is_active = False
    owner.save()
    assert not may(owner, "stocktaking.ask_change", entry)


PAGES = ["edit", "hand_over", "leave", "contact", "owners"]


@pytest.mark.parametrize("name", PAGES)
def test_pages_of_owners_are_closed_to_strangers(entry, stranger, client, name):
    address = reverse(f"stocktaking:{name}", args=[entry.number])
    assert client.get(address).status_code == 302  # to sign in
    assert signed_in(stranger).get(address).status_code == 403
    assert signed_in(stranger).post(address, {"email": "x@example.org"}).status_code == 403
    assert signed_in(stranger).get(reverse(f"stocktaking:{name}", args=["no-such-entry"])).status_code == 404


# ---- changes ----


def test_a_change_is_granted_once(entry, owner, secretary):
    request = wish(owner, entry, reach="global")
    grant(actor=secretary, request=request, answer="Thank you.")
    assert Entry.objects.get().reach == "global"
    sent = mails("stocktaking-granted")
    assert [each.to for each in sent] == [owner.email]
    assert "Thank you." in sent[0].body
    for again in (grant, refuse):
        with pytest.raises(Conflict):
            again(actor=secretary, request=request, answer="x")
    with pytest.raises(Conflict):
        take_back(actor=owner, request=request)
    assert [each.verb for each in TrailRecord.objects.filter(kind="stocktaking.request").order_by("pk")] == ["asked", "granted"]


def test_a_refusal_has_a_reason_that_is_mailed(entry, owner, secretary):
    request = wish(owner, entry, reach="global")
    with pytest.raises(Invalid):
        refuse(actor=secretary, request=request, answer=" ")
    refuse(actor=secretary, request=request, answer="Say where it is used.")
    assert Entry.objects.get().reach == ""
    assert "Say where it is used." in mails("stocktaking-refused")[0].body


def test_part_of_a_change_can_be_granted(entry, owner, secretary, world):
    request = wish(owner, entry, reach="global", status="completed", results=Text.of("Forty clinics."))
    with pytest.raises(Invalid):
        grant(actor=secretary, request=request, parts=[])
    grant(actor=secretary, request=request, parts=["results"], also=[world.concept("action-lines C7-4")])
    found = Entry.objects.get()
    assert (found.reach, found.status, str(found.results)) == ("", "", "Forty clinics.")
    assert found.links.filter(concept__code="C7-4").exists()


def test_what_staff_changed_meanwhile_stays_and_a_collision_is_marked(entry, owner, secretary):
    request = wish(owner, entry, summary=Text.of("By the owner."), reach="global")
    edit_entry(actor=secretary, entry=entry, draft=replace(current_draft(entry), summary=Text.of("By staff."), status="completed"))
    request.refresh_from_db()
    found = {each.part: each for each in three_way(snapshot(request.entry), request.wanted)}
    assert set(found) == {"summary", "reach"}
    assert found["summary"].conflict
    assert [line.before for line in found["summary"].seen] == ["Doctors by video."]
    assert not found["reach"].conflict
    assert draft_with(request).status == "completed"
    grant(actor=secretary, request=request, parts=["reach"])
    now = Entry.objects.get()
    assert (str(now.summary), now.reach, now.status) == ("By staff.", "global", "completed")


def test_a_moderator_edits_before_granting(entry, owner, secretary):
    request = wish(owner, entry, summary=Text.of("By the ownr."), reach="global")
    address = f"{edit_page(entry)}?request={request.pk}"
    client = signed_in(secretary)
    data = form_of(client, address)
    assert (data["summary"], data["reach"]) == ("By the ownr.", "global")
    assert client.post(address, {**data, "summary": "By the owner.", "message": "A slip of the pen.", "do": "send"}).status_code == 302
    request.refresh_from_db()
    assert (request.state, str(Entry.objects.get().summary)) == ("granted", "By the owner.")
    assert "A slip of the pen." in mails("stocktaking-granted")[0].body
    assert client.get(address).status_code == 409  # it is decided


def test_an_owner_takes_back_a_change_on_its_page(entry, owner, stranger):
    request = wish(owner, entry, reach="global")
    address = reverse("stocktaking:request", args=[request.pk])
    assert signed_in(stranger).get(address).status_code == 404
    page = signed_in(owner).get(address)
    assert "Global" in page.content.decode()
    assert signed_in(owner).post(address, {"take_back": "1"}).status_code == 302
    request.refresh_from_db()
    assert request.state == "withdrawn"
    wish(owner, entry, reach="local")  # and can ask anew


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="one writer at a time")
def test_two_moderators_at_the_same_instant_decide_once():
    world = make_world()
    owner = contributor("owner@example.org", "Owner 0001")
    entry = owned(make_entry(world, "Telemedicine"), owner)
    request = wish(owner, entry, reach="global")
    outcomes: list[str] = []
    ready = threading.Barrier(2)

    def decide(verb) -> None:
        ready.wait()
        try:
            verb(actor=SYSTEM, request=EntryRequest.objects.select_related("entry").get(pk=request.pk), answer="x")
            outcomes.append("done")
        except Conflict:
            outcomes.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=(verb,)) for verb in (grant, refuse)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict", "done"]
    assert TrailRecord.objects.filter(kind="stocktaking.request", verb__in=("granted", "refused")).count() == 1


# ---- claims ----


def test_whoever_claims_an_entry_and_is_believed_owns_it(entry, owner, stranger, secretary):
    address = reverse("stocktaking:claim", args=[entry.number])
    proof = SimpleUploadedFile("letter.pdf", PDF, "application/pdf")
    page = signed_in(stranger).post(address, {"message": "I lead the clinic since 2018.", "proof": proof})
    assert page.status_code == 302
    request = EntryRequest.objects.get()
    assert not request.proof.is_public
    told = mails("stocktaking-claimed")
    assert [each.to for each in told] == [owner.email]
    assert "Stranger 0001" in told[0].body
    assert stranger.email not in told[0].body
    grant(actor=secretary, request=request)
    assert set(EntryOwner.objects.values_list("user", flat=True)) == {owner.pk, stranger.pk}
    assert [each.to for each in mails("stocktaking-claim-granted")] == [stranger.email]


def test_owners_read_a_claim_and_object(entry, owner, stranger, secretary):
    request = claim(actor=stranger, entry=entry, message="I lead it.")
    address = reverse("stocktaking:request", args=[request.pk])
    page = signed_in(owner).get(address).content.decode()
    assert "I lead it." in page
    assert stranger.email not in page
    assert signed_in(owner).post(address, {"message": "They left in 2019."}).status_code == 302
    assert TrailRecord.objects.get(verb="objected").reason == "They left in 2019."
    with pytest.raises(NotAllowed):
        object_to_claim(actor=stranger, request=request, message="No.")
    refuse(actor=secretary, request=request, answer="The owners object.")
    with pytest.raises(Conflict):
        object_to_claim(actor=owner, request=request, message="Again.")


def test_editors_do_not_decide_who_speaks_for_an_entry(entry, stranger):
    request = claim(actor=stranger, entry=entry, message="I lead it.")
    with pytest.raises(NotAllowed):
        grant(actor=staff("site", "editor"), request=request)


def test_a_claim_needs_words_and_an_owner_needs_none(entry, owner, stranger, client):
    address = reverse("stocktaking:claim", args=[entry.number])
    assert client.get(address).status_code == 302
    assert signed_in(stranger).get(address).status_code == 200
    assert signed_in(stranger).post(address, {"message": " "}).status_code == 400
    assert signed_in(stranger).post(address, {"message": "Me", "proof": SimpleUploadedFile("x.pdf", b"<html>", "application/pdf")}).status_code == 400
    assert signed_in(owner).get(address).status_code == 302
    with pytest.raises(NotAllowed):
        claim(actor=owner, entry=entry, message="Mine.")


@pytest.mark.parametrize(
    ("email", "website", "strong"),
    [
        ("a@clinic.example.org", "https://www.clinic.example.org/about", True),
        ("a@mail.clinic.example.org", "https://clinic.example.org", True),
        ("a@example.org", "https://project.example.org", True),
        ("a@EXAMPLE.org", "http://example.org:8080", True),
        ("a@badexample.org", "https://example.org", False),
        ("a@example.org.evil.net", "https://example.org", False),
        ("a@gmail.com", "https://gmail.com", False),
        ("a@mail.ru", "https://project.mail.ru", False),
        ("a@org", "https://example.org", False),
        ("a@example.org", "", False),
        ("a@example.org", "https://[", False),
    ],
)
def test_an_address_at_the_domain_of_the_website_is_strong(email, website, strong):
    assert same_house(email, website) == strong


def test_only_a_verified_address_proves_anything(entry, stranger):
    address = EmailAddress.objects.create(user=stranger, email="me@clinic.example.org", verified=False)
    assert strong_proofs(stranger, entry) == []
    address.verified = True
    address.save()
    assert [each.email for each in strong_proofs(stranger, entry)] == ["me@clinic.example.org"]


# ---- handing over ----


def secret_in(body: str) -> str:
    found = re.search(r"/stocktaking/handover/([\w-]+)/", body)
    assert found, body
    return found[1]


def test_an_entry_is_handed_over_by_a_link_that_works_once(entry, owner, stranger):
    page = signed_in(owner).post(reverse("stocktaking:hand_over", args=[entry.number]), {"email": stranger.email, "leaves": "on", "message": "Take care."})
    assert page.status_code == 302
    mail = mails("stocktaking-handover")[0]
    assert mail.to == stranger.email
    secret = secret_in(mail.body)
    assert secret not in repr(list(EntryRequest.objects.values()))  # the database keeps a digest only
    address = reverse("stocktaking:receive", args=[secret])
    assert Client().get(address).status_code == 302
    assert signed_in(contributor("third@example.org", "Third 0001")).post(address, {"answer": "accept"}).status_code == 403
    client = signed_in(stranger)
    assert "Take care." in client.get(address).content.decode()
    assert set(EntryOwner.objects.values_list("user", flat=True)) == {owner.pk}  # looking changes nothing
    assert client.post(address, {"answer": "accept"}).status_code == 302
    assert set(EntryOwner.objects.values_list("user", flat=True)) == {stranger.pk}
    assert client.post(address, {"answer": "accept"}).status_code == 410
    assert [each.to for each in mails("stocktaking-handover-accepted")] == [owner.email]


def test_an_entry_can_be_refused_and_its_giver_stay(entry, owner, stranger):
    hand_over(actor=owner, entry=entry, email=stranger.email, leaves=True)
    found = handover_of(secret_in(mails("stocktaking-handover")[0].body))
    receive(actor=stranger, request=found, accepts=False)
    assert set(EntryOwner.objects.values_list("user", flat=True)) == {owner.pk}
    assert len(mails("stocktaking-handover-refused")) == 1


def test_a_link_ends_after_two_weeks_or_with_a_new_one(entry, owner, stranger):
    hand_over(actor=owner, entry=entry, email=stranger.email)
    first = secret_in(mails("stocktaking-handover")[0].body)
    hand_over(actor=owner, entry=entry, email=stranger.email)
    second = secret_in(mails("stocktaking-handover")[1].body)
    assert handover_of(first) is None
    found = handover_of(second)
    EntryRequest.objects.update(expires_at=timezone.now())
    assert handover_of(second) is None
    found.refresh_from_db()
    with pytest.raises(Conflict):
        receive(actor=stranger, request=found, accepts=True)


def test_what_nobody_accepts_in_time_is_taken_back_and_its_address_forgotten(entry, owner, stranger):
    request = hand_over(actor=owner, entry=entry, email=stranger.email)
    assert end_handovers() == 0
    EntryRequest.objects.update(expires_at=timezone.now())
    assert end_handovers() == 1
    request.refresh_from_db()
    assert (request.state, request.email) == ("withdrawn", "")


def test_whoever_lost_an_entry_cannot_hand_it_over_any_more(entry, owner, stranger):
    request = hand_over(actor=owner, entry=entry, email=stranger.email)
    EntryOwner.objects.all().delete()
    with pytest.raises(Conflict):
        receive(actor=stranger, request=request, accepts=True)


@pytest.mark.parametrize("secret", ["x", "a" * 32, "é" * 32, "%00" * 10, "-" * 60])
def test_links_that_are_none_are_told_so(secret, stranger):
    page = signed_in(stranger).get(f"/stocktaking/handover/{secret}/")
    assert page.status_code in (404, 410)


def test_an_address_must_be_one_and_not_an_owners(entry, owner):
    for email in ("no address", owner.email.upper()):
        with pytest.raises(Invalid):
            hand_over(actor=owner, entry=entry, email=email)


# ---- problems ----


def test_anybody_reports_a_problem_and_is_answered(entry, client, secretary):
    address = reverse("stocktaking:problem", args=[entry.number])
    assert client.get(address).status_code == 200
    assert client.post(address, {"message": "The link leads elsewhere.", "email": "reader@example.org"}).status_code == 200
    request = EntryRequest.objects.get()
    assert (request.kind, request.asked_by, request.email) == ("problem", None, "reader@example.org")
    grant(actor=secretary, request=request, answer="Corrected, thank you.")
    mail = mails("stocktaking-problem-answered")[0]
    assert (mail.to, "Corrected, thank you." in mail.body, "The link leads elsewhere." in mail.body) == ("reader@example.org", True, True)


def test_without_an_address_there_is_no_answer(entry, secretary):
    request = report_problem(actor=NOBODY, entry=entry, message="A mistake.")
    grant(actor=secretary, request=request)
    assert mails("stocktaking-problem-answered") == []


def test_programs_fall_into_the_trap_and_learn_nothing(entry, client):
    page = client.post(reverse("stocktaking:problem", args=[entry.number]), {"message": "Buy now", "website": "https://spam.example"})
    assert page.status_code == 200
    assert not EntryRequest.objects.exists()


def test_problems_are_limited(entry, client, settings):
    settings.RATE_LIMIT = 120
    buckets.clear()
    address = reverse("stocktaking:problem", args=[entry.number])
    answers = [client.post(address, {"message": f"Wrong {number}"}).status_code for number in range(8)]
    buckets.clear()
    assert answers.count(200) == 6
    assert answers[-1] == 429
    assert EntryRequest.objects.count() == 6


@pytest.mark.parametrize("sent", [{"message": ""}, {"message": "x" * 2001}, {"message": "Wrong", "email": "nobody"}, {"message": "a\x00b"}])
def test_a_problem_must_be_readable(entry, client, sent):
    assert client.post(reverse("stocktaking:problem", args=[entry.number]), sent).status_code == 400
    assert not EntryRequest.objects.exists()


def test_a_hidden_entry_takes_no_problems_or_claims(entry, stranger, client):
    Entry.objects.update(state="withdrawn")
    assert client.get(reverse("stocktaking:problem", args=[entry.number])).status_code == 404
    assert signed_in(stranger).get(reverse("stocktaking:claim", args=[entry.number])).status_code == 404
    with pytest.raises(Conflict):
        report_problem(actor=NOBODY, entry=Entry.objects.get(), message="x")


def test_what_waits_is_counted_for_those_who_decide(entry, owner, stranger, world):
    wish(owner, entry, reach="global")
    hand_over(actor=owner, entry=entry, email=stranger.email)  # waits for its receiver, not for staff
    report_problem(actor=NOBODY, entry=make_entry(world, "Elsewhere", edition="2020"), message="x")
    report_problem(actor=NOBODY, entry=make_entry(world, "Nowhere", edition=""), message="x")
    assert number_waiting(staff("edition:2021")) == 1
    assert number_waiting(staff("edition:2020", "reader")) == 1
    assert number_waiting(staff("call:2021/prizes")) == 0
    assert number_waiting(staff("site", "editor")) == 3
    assert in_queue(visible_to(stranger)).count() == 0


def test_a_message_holds_what_people_write(entry, client, samples):
    strings = json.loads((samples / "5-messy" / "blns.json").read_text())
    address = reverse("stocktaking:problem", args=[entry.number])
    for string in strings:
        assert client.post(address, {"message": string, "email": ""}).status_code in (200, 400)
    assert EntryRequest.objects.filter(message__in=strings[:400]).exists()
