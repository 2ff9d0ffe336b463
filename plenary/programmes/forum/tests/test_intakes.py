"""Submissions that become proposals of sessions and facilitators."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from plenary.engines.calls import actions as calls
from plenary.engines.calls import intakes
from plenary.engines.calls.actions.records import ChangedSince
from plenary.errors import Conflict, NotAllowed
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.files.models import StoredFile
from plenary.ground.framework.models import Concept, Scheme
from plenary.ground.framework.text import Text
from plenary.ground.people import actions as people
from plenary.ground.people.models import Person
from plenary.programmes.forum import actions
from plenary.programmes.forum.models import Facilitator, Session
from plenary.programmes.stocktaking.tests.making import make_world
from plenary.programmes.stocktaking.tests.submitting import change, contributor, decide, hand_in, make_call, make_form, results, staff, undo


@pytest.fixture
def world(db):
    world = make_world()
    scheme = Scheme.objects.create(code="session-types", title=Text.of("Types"))
    Concept.objects.create(scheme=scheme, code="thematic-workshop", label=Text.of("Thematic workshop"))
    return world


# ---- sessions -------------------------------------------------------------------------------------------------------

KIND = {"kind": "concept", "scheme": "session-types", "becomes": "kind"}
LANGUAGES = {"kind": "choices", "becomes": "languages", "options": [{"code": code, "label": code} for code in ("en", "fr")]}
WORKSHOP = {
    "title": "Lamps for harbours", "description": "How it works.", "organisation": {"name": "Technical University", "country": "KE"}, "type": "thematic-workshop",
    "tongues": ["fr"], "action_lines": ["C7-4"], "sdgs": ["3"],
}  # fmt: skip


@pytest.fixture
def call(world):
    form = make_form("title", "description", "organisation", "action-lines", "sdgs", type=KIND, tongues=LANGUAGES)
    return make_call(world.editions["2021"], "open-consultation", form, ("accepted", "forum.session"))


def test_a_proposal_is_a_draft_that_only_the_secretariat_sees(client, call):
    submission = hand_in(call, **WORKSHOP)
    secretary = staff("edition:2021")
    decision = decide(submission, by=secretary)
    session = Session.objects.select_related("kind").get()
    assert (session.number, session.state, str(session.title), str(session.description)) == ("s1", "draft", "Lamps for harbours", "How it works.")
    assert (session.kind.code, session.languages, session.hosts, session.source) == (
        "thematic-workshop", ["fr"], "Technical University", "Submission 2021/open-consultation/1",
    )  # fmt: skip
    assert [str(body.name) for body in session.organisers.all()] == ["Technical University"]
    assert sorted(link.concept.code for link in session.links.all()) == ["3", "C7-4"]
    assert results(submission) == [("forum.session", "2021/s1")]
    assert intakes.submission_of("forum.session", "2021/s1") == submission
    result, page, address = submission.results.get(), "/forum/2021/sessions/s1/", f"/calls/submissions/{submission.pk}/"
    assert result.path == page
    for user in (None, contributor()):
        if user:
            client.force_login(user)
        assert client.get(page).status_code == client.get("/forum/2021/proposals/").status_code == 404
        assert "Lamps" not in client.get("/forum/2021/").content.decode()
    assert (intakes.path_for(submission.owner, result), intakes.path_for(secretary, result)) == ("", page)
    client.force_login(secretary)
    shown = client.get(page).content.decode()
    assert "Only the secretariat sees this page" in shown and address in shown
    assert 'href="/forum/2021/proposals/"' in client.get("/forum/2021/").content.decode()
    listed = client.get("/forum/2021/proposals/").content.decode()
    assert "Lamps for harbours" in listed and address in listed
    assert decide(submission).pk == decision.pk and Session.objects.count() == 1


def test_the_secretariat_puts_a_proposal_into_the_programme_on_its_page(client, call):
    submission = hand_in(call, **WORKSHOP)
    decision = decide(submission)
    address = "/forum/2021/sessions/s1/state/"
    assert client.post(address, {"to": "public"}).status_code == 302  # to the sign-in page
    client.force_login(contributor())
    assert client.post(address, {"to": "public"}).status_code == 404
    client.force_login(staff("edition:2021"))
    assert client.post(address, {"to": "anything"}).status_code == 409
    assert client.post(address, {"to": "public"}).status_code == 302
    client.logout()
    page = client.get("/forum/2021/sessions/s1/").content.decode()
    assert "Lamps for harbours" in page and "For the secretariat" not in page and "/calls/submissions/" not in page
    assert intakes.path_for(submission.owner, submission.results.get()) == "/forum/2021/sessions/s1/"
    with pytest.raises(Conflict, match="in the programme"):
        undo(decision)
    submission.refresh_from_db()
    assert submission.state == "accepted"
    client.force_login(contributor())
    assert client.post(address, {"to": "cancelled"}).status_code == 403
    actions.change_state(actor=SYSTEM, session=Session.objects.get(), state="draft")
    with pytest.raises(ChangedSince):
        undo(decision)  # the secretariat has had it in hand
    undo(decision, changed_too=True)
    assert Session.objects.get().state == "withdrawn"


def test_undoing_withdraws_a_proposal_and_deciding_again_brings_it_back(client, call):
    submission = hand_in(call, **WORKSHOP)
    undo(decide(submission))
    session = Session.objects.get()
    assert (session.state, results(submission)) == ("withdrawn", [])
    actions.edit_session(actor=SYSTEM, session=session, values={"summary": Text.of("Edited by staff.")})
    decide(submission)
    session = Session.objects.get()
    assert (session.number, session.state, str(session.summary)) == ("s1", "draft", "Edited by staff.")
    undo(submission.decisions.filter(undone_at=None).get())
    change(submission, title="Lamps for all harbours", sdgs=["4"], organisation={"name": "Harbour Board"})
    decide(submission)
    session = Session.objects.get()
    assert (str(session.title), session.hosts, session.state) == ("Lamps for all harbours", "Harbour Board", "draft")
    assert sorted(link.concept.code for link in session.links.all()) == ["4", "C7-4"]
    assert [str(body.name) for body in session.organisers.all()] == ["Harbour Board"]


def test_a_proposal_needs_a_title(world):
    call = make_call(world.editions["2021"], "open-consultation", make_form("description"), ("accepted", "forum.session"))
    submission = hand_in(call, description="Nameless.")
    with pytest.raises(Conflict, match="title"):
        decide(submission)
    submission.refresh_from_db()
    assert (submission.state, Session.objects.count()) == ("submitted", 0)


def test_only_the_secretariat_of_the_edition_or_the_call_takes_proposals(call):
    submission = hand_in(call, **WORKSHOP)
    for other in (contributor(), staff("edition:2020"), staff("call:2021/facilitators")):
        with pytest.raises(NotAllowed):
            decide(submission, by=other)
    assert not Session.objects.exists()


def test_the_list_of_proposals_costs_the_same_for_many(client, call, django_assert_max_num_queries):
    client.force_login(staff())
    decide(hand_in(call, **WORKSHOP))
    client.get("/forum/2021/proposals/")
    with django_assert_max_num_queries(24) as few:
        client.get("/forum/2021/proposals/")
    asked = len(few)
    for _each in range(7):
        decide(hand_in(call, **WORKSHOP))
    with django_assert_max_num_queries(asked):
        page = client.get("/forum/2021/proposals/").content.decode()
    assert page.count("<article") == 8
    assert client.get("/forum/2021/proposals/?page=2").status_code == 400


# ---- facilitators ---------------------------------------------------------------------------------------------------

PERSON = {"person": {"kind": "person", "becomes": "person"}, "portrait": {"kind": "image", "becomes": "portrait"}}
WHO = {
    "person": {"name": "Wanjiru Kamau", "email": "wanjiru@example.org", "post": "Director"}, "organisation": {"name": "Harbour Board", "country": "KE"},
    "country": "KE", "stakeholder_type": "government",
}  # fmt: skip


def facilitators(world, *decisions):
    form = make_form("organisation", "country", "stakeholder-type", **PERSON)
    return make_call(world.editions["2021"], "facilitators", form, *((decision, "forum.facilitator") for decision in decisions or ("accepted",)))


def with_portrait(call, **answers):
    submission, _secret = calls.start_draft(actor=contributor(), call=call, answers=answers)
    made = io.BytesIO()
    Image.new("RGB", (900, 1200), "navy").save(made, "JPEG")
    calls.attach(actor=submission.owner, submission=submission, code="portrait", upload=SimpleUploadedFile("me.jpg", made.getvalue()))
    return calls.submit(actor=submission.owner, submission=submission)


def test_a_selected_facilitator_is_shown_with_portrait_and_post(client, world):
    submission = with_portrait(facilitators(world), **WHO)
    decision = decide(submission, by=staff("edition:2021"))
    made = Facilitator.objects.select_related("person__country", "portrait", "stakeholder_type").get()
    assert (made.state, made.person.name, made.person.country.code, made.post, made.organisation) == (
        "selected",
        "Wanjiru Kamau",
        "KE",
        "Director",
        "Harbour Board",
    )
    page = client.get("/forum/2021/").content.decode()
    assert all(words in page for words in ("High-Level Track Facilitators", "Wanjiru Kamau", "Director · Harbour Board", "Government", made.portrait.path))
    assert "wanjiru@example.org" not in page
    assert (made.portrait.width, made.portrait.height) == (360, 480)
    assert client.get(made.portrait.path).status_code == 200
    assert results(submission) == [("forum.facilitator", "2021/1")]
    assert decide(submission).pk == decision.pk and Facilitator.objects.count() == 1
    undo(decision)
    page = client.get("/forum/2021/").content.decode()
    assert "Facilitators" not in page and client.get(made.portrait.path).status_code == 404
    decide(submission)
    assert Facilitator.objects.count() == 1 and "Wanjiru Kamau" in client.get("/forum/2021/").content.decode()
    assert client.get(made.portrait.path).status_code == 200
    undo(submission.decisions.filter(undone_at=None).get())
    change(submission, person={"name": "Wanjiru Kamau", "post": "Director-General"})
    decide(submission)
    assert "Director-General" in client.get("/forum/2021/").content.decode()
    assert client.get(made.portrait.path).status_code == 404  # a new copy took its place


def test_the_last_of_several_decisions_selects(client, world):
    submission = hand_in(facilitators(world, "shortlisted", "selected"), **WHO)
    shortlisted = decide(submission, "shortlisted")
    assert Facilitator.objects.get().state == "proposed" and "Wanjiru" not in client.get("/forum/2021/").content.decode()
    selected = decide(submission, "selected")
    assert Facilitator.objects.get().state == "selected" and "Wanjiru" in client.get("/forum/2021/").content.decode()
    undo(selected)
    assert Facilitator.objects.get().state == "proposed"
    undo(shortlisted)
    assert Facilitator.objects.get().state == "withdrawn"


def test_who_submits_themselves_is_the_facilitator(world):
    call = make_call(world.editions["2021"], "facilitators", make_form("organisation"), ("accepted", "forum.facilitator"))
    submission = hand_in(call, organisation={"name": "Harbour Board"})
    decide(submission)
    assert Facilitator.objects.get().person == submission.owner.person


def test_a_facilitator_is_somebody(world):
    call = make_call(world.editions["2021"], "facilitators", make_form("organisation"), ("accepted", "forum.facilitator"))
    submission = calls.enter_for(actor=SYSTEM, call=call, answers={"organisation": {"name": "Harbour Board"}}, origin="paper", email="a@example.org")
    with pytest.raises(Conflict, match="who is to be the facilitator"):
        decide(submission)
    assert (results(submission), Facilitator.objects.count()) == ([], 0)


def test_nobody_is_a_facilitator_twice_in_an_edition(world):
    call = facilitators(world)
    first, second = hand_in(call, **WHO), hand_in(call, **WHO)
    decision = decide(first)
    with pytest.raises(Conflict, match="Wanjiru Kamau is a facilitator"):
        decide(second)
    undo(decision)
    decide(second)
    with pytest.raises(Conflict):
        decide(first)
    assert list(Facilitator.objects.order_by("number").values_list("number", "state")) == [(1, "withdrawn"), (2, "selected")]


def test_only_the_secretariat_of_the_edition_or_the_call_selects(world):
    submission = hand_in(facilitators(world), **WHO)
    for other in (contributor(), staff("edition:2020"), staff("call:2021/open-consultation")):
        with pytest.raises(NotAllowed):
            decide(submission, by=other)
    assert not Facilitator.objects.exists() and not Person.objects.filter(name="Wanjiru Kamau").exists()
    decide(submission, by=staff("edition:2021"))
    made = Facilitator.objects.get()
    for action in (
        lambda: actions.withdraw_facilitator(actor=contributor(), facilitator=made, reason="x"),
        lambda: actions.select_facilitator(actor=contributor(), facilitator=made, state="proposed"),
    ):
        with pytest.raises(NotAllowed):
            action()


def test_a_facilitator_is_exported_and_erased_with_the_portrait(client, world):
    submission = with_portrait(facilitators(world), **WHO)
    decide(submission)
    made = Facilitator.objects.select_related("person", "portrait").get()
    told = people.export_person(actor=SYSTEM, person=made.person)["forum"]
    assert [(each["post"], each["portrait"]) for each in told] == [("Director", made.portrait.path)]
    people.erase_person(actor=SYSTEM, person=made.person)
    assert not Facilitator.objects.exists() and not StoredFile.objects.filter(pk=made.portrait_id).exists()
    assert "Wanjiru" not in client.get("/forum/2021/").content.decode()
    undo(submission.decisions.get())  # nothing is left to take back, which is no error


def test_facilitators_follow_when_two_records_are_one_person(world):
    call = facilitators(world)
    decide(hand_in(call, **WHO))
    decide(hand_in(call, **{**WHO, "person": {"name": "W. Kamau"}}))
    keep, gone = Person.objects.get(name="Wanjiru Kamau"), Person.objects.get(name="W. Kamau")
    people.merge_persons(actor=SYSTEM, keep=keep, merge=gone)
    assert list(Facilitator.objects.order_by("number").values_list("person", "state")) == [(keep.pk, "selected"), (keep.pk, "withdrawn")]
