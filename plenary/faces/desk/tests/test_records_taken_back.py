"""What a submission became goes when the decision is undone or the submission refused, and comes back as the same record."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model, QuerySet
from PIL import Image

from plenary.engines.calls import actions as calls
from plenary.engines.calls import intakes
from plenary.engines.calls.actions.records import ChangedSince
from plenary.engines.calls.models import IntakeResult, Submission
from plenary.engines.calls.tests.programs import MINE, Program
from plenary.errors import Conflict
from plenary.ground.audit.actions import record
from plenary.ground.audit.actors import NOBODY, SYSTEM
from plenary.ground.audit.queries import trail_of
from plenary.ground.framework.text import Text
from plenary.ground.people.actions import grant_role
from plenary.programmes.awards.actions import AwardDraft, give_award
from plenary.programmes.awards.models import Award, Photo, Team
from plenary.programmes.forum.models import Facilitator, Session
from plenary.programmes.partners.actions import put_package
from plenary.programmes.partners.models import Offer
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.tests.making import World, make_world
from plenary.programmes.stocktaking.tests.submitting import contributor, decide, make_call, make_form, results, undo
from plenary.voice.publications.models import Contribution

pytestmark = pytest.mark.django_db
BODY = {"name": "Harbour Board", "country": "KE", "stakeholder_type": "government"}


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@dataclass(frozen=True)
class Case:
    """An intake with a form that it can read. decisions: the last one makes the record. stands: the records that count."""

    intakes: tuple[tuple[str, str], ...]
    form: dict[str, Any]
    answers: dict[str, Any]
    stands: Callable[[], QuerySet[Any]]
    model: type[Model]


PHOTO = {"photo": {"kind": "image", "becomes": "photo"}}
PERSON = {"person": {"kind": "person", "becomes": "person"}}
PACKAGE = {"package": {"kind": "choice", "becomes": "package", "options": [{"code": "gold", "label": "Gold"}]}}
TEXT = {"text": {"kind": "long-text", "becomes": "text"}}
CASES = {
    "entry": Case(
        (("accepted", "stocktaking.entry"),),
        make_form("title", "organisation"),
        {"title": "Lamps", "organisation": BODY},
        lambda: Entry.objects.filter(state="public"),
        Entry,
    ),
    "nominee": Case(
        (("eligible", "stocktaking.entry"), ("nominated", "awards.nominee")),
        make_form("title", "category"),
        {"title": "Lamps", "category": "C7-4"},
        Award.objects.all,
        Award,
    ),
    "photo": Case((("accepted", "awards.photo"),), make_form("title", **PHOTO), {"title": "Harbour"}, lambda: Photo.objects.exclude(state="withdrawn"), Photo),
    "team": Case((("accepted", "awards.team"),), make_form("name", "title"), {"name": "Lamps"}, lambda: Team.objects.exclude(state="withdrawn"), Team),
    "session": Case((("accepted", "forum.session"),), make_form("title"), {"title": "Lamps"}, lambda: Session.objects.exclude(state="withdrawn"), Session),
    "facilitator": Case(
        (("proposed", "forum.facilitator"), ("selected", "forum.facilitator")),
        make_form("stakeholder-type", **PERSON),
        {"person": {"name": "Wanjiru Kamau"}, "stakeholder_type": "government"},
        lambda: Facilitator.objects.filter(state="selected"),
        Facilitator,
    ),
    "offer": Case(
        (("accepted", "partners.offer"),),
        make_form("organisation", **PACKAGE),
        {"organisation": BODY, "package": "gold"},
        lambda: Offer.objects.filter(state="accepted"),
        Offer,
    ),
    "section": Case(
        (("accepted", "publications.section"),),
        make_form("title", **TEXT),
        {"title": "Lamps", "text": "We lit the harbour."},
        lambda: Contribution.objects.filter(state="accepted"),
        Contribution,
    ),
}


def hand_in(world: World, case: Case) -> Submission:
    edition = world.editions["2021"]
    if "package" in case.answers:
        put_package(actor=SYSTEM, edition=edition, code="gold", title=Text.of("Gold partner"))
    call = make_call(edition, "asked", case.form, *case.intakes)
    made, _secret = calls.start_draft(actor=contributor(), call=call, answers=case.answers)
    if "photo" in case.form["parts"][0]["fields"][-1]["code"]:
        picture = io.BytesIO()
        Image.new("RGB", (90, 40), "navy").save(picture, "JPEG")
        calls.attach(actor=contributor(), submission=made, code="photo", upload=SimpleUploadedFile("a.jpg", picture.getvalue(), "image/jpeg"))
    return calls.submit(actor=contributor(), submission=made)


def accept(submission: Submission, case: Case) -> Any:
    """All decisions of the call, each once; the last."""
    for code in dict.fromkeys(code for code, _intake in case.intakes):
        made = decide(submission, code)
    return made


@pytest.mark.parametrize("name", CASES)
def test_undone_and_made_again_it_is_one_record(world: World, name: str) -> None:
    case = CASES[name]
    submission = hand_in(world, case)
    decision = accept(submission, case)
    (made,) = case.stands()
    first = results(submission)
    undo(decision)
    assert not case.stands().exists()
    accept(submission, case)
    assert results(submission) == first and len(first) == len(dict(first))
    (again,) = case.stands()
    assert case.model._default_manager.count() == 1 and (again.pk == made.pk or name == "nominee")
    last = first[-1][1]
    kind = IntakeResult.objects.get(submission=submission, key=last).kind
    assert intakes.submission_of(kind, last) == submission  # from the record to its submission
    assert {"taken in", "taken back"} <= {each.verb for each in trail_of(kind, last)} or name == "facilitator"


@pytest.mark.parametrize("name", CASES)
def test_refused_after_all_it_goes_and_comes_back_when_that_is_undone(world: World, name: str) -> None:
    case = CASES[name]
    submission = hand_in(world, case)
    accept(submission, case)
    first = results(submission)
    kind = IntakeResult.objects.get(submission=submission, key=first[-1][1]).kind
    refusal = decide(submission, "declined")
    assert not case.stands().exists() and not Entry.objects.filter(state="public").exists()
    assert results(submission) == []
    assert all(intakes.path_for(NOBODY, each) == "" for each in submission.results.all())
    assert intakes.submission_of(kind, first[-1][1]) is None
    assert trail_of(kind, first[-1][1])[0].reason == "Submission 2021/asked/1: it was not accepted"
    undo(refusal)
    submission.refresh_from_db()
    assert (submission.state, results(submission)) == ("accepted", first)
    assert case.stands().count() == case.model._default_manager.count() == 1
    assert intakes.submission_of(kind, first[-1][1]) == submission


@pytest.mark.parametrize("name", CASES)
def test_what_somebody_has_changed_since_is_asked_about_first(world: World, name: str) -> None:
    case = CASES[name]
    submission = hand_in(world, case)
    decision = accept(submission, case)
    result = IntakeResult.objects.get(submission=submission, key=results(submission)[-1][1])
    record(actor=contributor("staff@example.org"), verb="changed", kind=result.kind, key=result.key)
    # A facilitator who is not selected any more is a proposal again: nothing goes, so nothing is asked.
    attempts = [lambda: undo(decision), lambda: decide(submission, "declined")][name == "facilitator" :]
    for attempt in attempts:
        with pytest.raises(ChangedSince, match=result.key) as caught:
            attempt()
        assert [(each.result.pk, each.actor_id) for each in caught.value.records] == [(result.pk, contributor("staff@example.org").trail_id)]
        submission.refresh_from_db()
        assert (submission.state, case.stands().count()) == ("accepted", 1)
    calls.decide(actor=SYSTEM, submission=submission, code="declined", changed_too=True, notify=False)
    assert not case.stands().exists()


def test_programs_are_asked_too(world: World) -> None:
    case = CASES["entry"]
    submission = hand_in(world, case)
    accept(submission, case)
    result = IntakeResult.objects.get(submission=submission)
    record(actor=contributor("staff@example.org"), verb="changed", kind=result.kind, key=result.key)
    boss = contributor("boss@example.org")
    grant_role(actor=SYSTEM, person=boss.person, role="secretariat")
    program, path = Program(boss, "decisions:write"), f"{MINE}/{submission.pk}/decisions"
    refusal = {"decision": "declined", "notify": False}
    for method, where, body in (("POST", path, refusal), ("DELETE", f"{path}/accepted", None)):
        refused = program.send(method, where, body)
        assert refused.status_code == 409 and result.key in refused.json()["detail"]
    assert program.send("DELETE", f"{path}/accepted?changed_too=true").json()["state"] == "submitted" and not case.stands().exists()
    accept(submission, case)
    record(actor=contributor("staff@example.org"), verb="changed", kind=result.kind, key=result.key)
    assert program.send("POST", path, {**refusal, "changed_too": True}).json()["state"] == "declined" and not case.stands().exists()


def test_what_went_too_far_says_that_before_anything_is_asked(world: World) -> None:
    case = CASES["nominee"]
    submission = hand_in(world, case)
    decision = accept(submission, case)
    award = Award.objects.select_related("contest", "entry", "category").get()
    give_award(actor=SYSTEM, contest=award.contest, draft=AwardDraft(entry=award.entry, category=award.category, level="winner"))
    for attempt in (lambda: undo(decision), lambda: decide(submission, "declined"), lambda: undo(decision, changed_too=True)):
        with pytest.raises(Conflict, match="Winner") as caught:
            attempt()
        assert not isinstance(caught.value, ChangedSince)
    assert Award.objects.get().level == "winner" and Entry.objects.get().is_public


def test_a_later_decision_is_no_change_by_others(world: World) -> None:
    case = CASES["facilitator"]
    submission = hand_in(world, case)
    first = decide(submission, "proposed")
    second = decide(submission, "selected")
    undo(second)  # only proposed again
    assert Facilitator.objects.get().state == "proposed"
    undo(first)
    assert Facilitator.objects.get().state == "withdrawn"
