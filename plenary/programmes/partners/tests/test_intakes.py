"""Submissions that become offers of partnership."""

import pytest
from django.db import IntegrityError, transaction

from plenary.engines.calls import intakes
from plenary.errors import Conflict, NotAllowed
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.text import Text
from plenary.ground.people import actions as people
from plenary.ground.people.models import Organisation, Person, User
from plenary.programmes.partners import actions
from plenary.programmes.partners.models import Offer, Package
from plenary.programmes.stocktaking.tests.making import make_world
from plenary.programmes.stocktaking.tests.submitting import change, contributor, decide, hand_in, make_call, make_form, results, staff, undo

FORM = make_form(
    "organisation",
    package={"kind": "choice", "becomes": "package", "options": [{"code": code, "label": code} for code in ("platinum", "gold", "paper")]},
    contact={"kind": "person", "becomes": "contact", "private": True},
    message={"kind": "long-text", "becomes": "message", "private": True},
)


@pytest.fixture
def edition(db):
    edition = make_world().editions["2021"]
    actions.put_package(actor=SYSTEM, edition=edition, code="platinum", title=Text.of("Platinum partner"), is_exclusive=True)
    actions.put_package(actor=SYSTEM, edition=edition, code="gold", title=Text.of("Gold partner"), position=1)
    return edition


@pytest.fixture
def call(edition):
    return make_call(edition, "partnership", FORM, ("accepted", "partners.offer"))


def offer(call, name: str = "Acme Telecom", package: str = "gold", **more):
    return hand_in(call, organisation={"name": name, "country": "KE"}, package=package, **more)


PRIVATE = {"contact": {"name": "Wanjiru Kamau", "email": "wanjiru@example.org"}, "message": "We would bring lamps."}


def test_a_partner_is_named_at_its_level_and_contact_and_message_stay_private(client, call):
    submission = offer(call, **PRIVATE)
    assert "Acme Telecom" not in client.get("/editions/2021/").content.decode()
    decision = decide(submission, by=staff("site"))
    made = Offer.objects.get()
    assert (made.package.code, str(made.organisation), made.contact_email, str(made.message)) == (
        "gold",
        "Acme Telecom",
        "wanjiru@example.org",
        PRIVATE["message"],
    )
    page = client.get("/editions/2021/").content.decode()
    assert "Acme Telecom" in page and page.index("Gold partner") < page.index("Acme Telecom")
    assert not any(words in page for words in ("Wanjiru", "wanjiru@", "lamps", "partnership/1"))
    result = submission.results.get()
    assert (result.kind, result.key, result.path) == ("partners.offer", "2021/1", "/editions/2021/#partners")
    assert intakes.submission_of("partners.offer", "2021/1") == submission
    client.force_login(User.objects.get(email__startswith="secretariat"))
    page = client.get("/editions/2021/").content.decode()
    assert all(words in page for words in ("wanjiru@example.org", "We would bring lamps.", f"/calls/submissions/{submission.pk}/"))
    client.force_login(contributor())
    assert "wanjiru@" not in client.get("/editions/2021/").content.decode()
    assert decide(submission).pk == decision.pk
    assert Offer.objects.count() == 1


def test_undoing_takes_the_partner_off_and_deciding_again_brings_it_back(client, call):
    submission = offer(call)
    undo(decide(submission))
    assert "Acme Telecom" not in client.get("/editions/2021/").content.decode()
    assert results(submission) == []
    decide(submission)
    assert [(made.number, made.state) for made in Offer.objects.all()] == [(1, "accepted")]
    undo(submission.decisions.filter(undone_at=None).get())
    change(submission, package="platinum")
    decide(submission)
    made = Offer.objects.select_related("package").get()
    assert (made.number, made.package.code, made.is_exclusive) == (1, "platinum", True)
    page = client.get("/editions/2021/").content.decode()
    assert page.index("Acme Telecom") < page.index("Gold partner")


def test_an_exclusive_package_goes_to_one_partner(call):
    first, second = offer(call, "Acme Telecom", "platinum"), offer(call, "Beacon Bank", "platinum")
    decision = decide(first)
    with pytest.raises(Conflict, match="Acme Telecom has it"):
        decide(second)
    second.refresh_from_db()
    assert (second.state, results(second), Organisation.objects.filter(aliases__folded="beacon bank").count()) == ("submitted", [], 0)
    undo(decision)
    decide(second)
    with pytest.raises(Conflict, match="Beacon Bank has it"):
        decide(first)


def test_the_database_itself_holds_exclusive_packages_to_one(call):
    decide(offer(call, "Acme Telecom", "platinum"))
    made = Offer.objects.select_related("package", "edition").get()
    other = Organisation.objects.create(name=Text.of("Beacon Bank"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.create(edition=made.edition, number=2, package=made.package, is_exclusive=True, organisation=other)


def test_other_packages_go_to_many_but_to_each_once(call):
    decide(offer(call, "Acme Telecom"))
    decide(offer(call, "Beacon Bank"))
    again = offer(call, "Acme Telecom")
    with pytest.raises(Conflict, match="already"):
        decide(again)
    assert Offer.objects.count() == 2


def test_a_package_becomes_exclusive_only_while_it_has_one_partner(edition, call):
    put = {"actor": SYSTEM, "edition": edition, "code": "gold", "title": Text.of("Gold partner"), "position": 1}
    first = decide(offer(call, "Acme Telecom"))
    second = offer(call, "Beacon Bank")
    actions.put_package(**put, is_exclusive=True)
    with pytest.raises(Conflict):
        decide(second)
    actions.put_package(**put, is_exclusive=False)
    decide(second)
    with pytest.raises(Conflict, match="several partners"):
        actions.put_package(**put, is_exclusive=True)
    assert not Package.objects.get(code="gold").is_exclusive
    undo(first)
    actions.put_package(**put, is_exclusive=True)
    with pytest.raises(Conflict):
        actions.remove_package(actor=SYSTEM, edition=edition, code="gold")


@pytest.mark.parametrize(("answers", "words"), [({"package": "paper"}, "no package “paper”"), ({}, "package")])
def test_without_a_package_of_the_edition_nothing_is_made(call, answers, words):
    submission = hand_in(call, organisation={"name": "Acme Telecom"}, **answers)
    with pytest.raises(Conflict, match=words):
        decide(submission)
    submission.refresh_from_db()
    assert (submission.state, Offer.objects.count(), Organisation.objects.count()) == ("submitted", 0, 0)


def test_only_the_secretariat_of_the_edition_or_the_call_accepts_offers(call):
    submission = offer(call)
    for other in (contributor(), staff("edition:2020"), staff("call:2021/prizes")):
        with pytest.raises(NotAllowed):
            decide(submission, by=other)
    assert not Offer.objects.exists()
    decision = decide(submission, by=staff("edition:2021"))
    with pytest.raises(NotAllowed):
        actions.withdraw_offer(actor=contributor(), offer=Offer.objects.get(), reason="x")
    undo(decision, by=User.objects.get(email="secretariat-edition-2021@example.org"))


def test_a_contact_is_exported_and_erased(call):
    decide(offer(call, **PRIVATE))
    person = Person.objects.create(name="Wanjiru K.")
    User.objects.create_user("wanjiru@example.org", person=person)
    told = people.export_person(actor=SYSTEM, person=person)["partners"]
    assert [(each["package"], each["contact"]) for each in told] == [("gold", "Wanjiru Kamau")]
    people.erase_person(actor=SYSTEM, person=person)
    made = Offer.objects.get()
    assert (made.contact_name, made.contact_email, str(made.organisation)) == ("", "", "Acme Telecom")


def test_offers_follow_when_two_organisations_turn_out_to_be_one(client, call):
    decide(offer(call, "Acme Telecom"))
    decide(offer(call, "Acme"))
    keep, gone = (Organisation.objects.get(aliases__folded=name) for name in ("acme telecom", "acme"))
    people.merge_organisations(actor=SYSTEM, keep=keep, merge=gone)
    assert list(Offer.objects.order_by("number").values_list("organisation", "state")) == [(keep.pk, "accepted"), (keep.pk, "withdrawn")]


def test_the_panel_costs_the_same_for_many_partners(client, call, django_assert_max_num_queries):
    decide(offer(call, "One"))
    client.force_login(staff())
    client.get("/editions/2021/")
    with django_assert_max_num_queries(60) as few:
        client.get("/editions/2021/?utm_a=1")
    asked = len(few)
    for number in range(6):
        decide(offer(call, f"Body {number}"))
    with django_assert_max_num_queries(asked):
        client.get("/editions/2021/?utm_a=2")
