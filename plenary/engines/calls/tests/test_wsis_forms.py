"""The forms that the WSIS process asks with, in the edition 2021 and in the demonstration."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from plenary.engines.calls import actions, intakes
from plenary.engines.calls.form.checking import check
from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.form.lookups import Lookups, concepts_of
from plenary.engines.calls.models import Call, FormVersion, Submission
from plenary.engines.calls.queries import answerable, form_in_force
from plenary.engines.calls.tests.forms import make_account
from plenary.engines.classify.words import count_words
from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.actions import load_concepts
from plenary.ground.framework.editions import loading

EDITIONS = settings.ROOT / "editions"


@pytest.fixture(scope="module")
def _loaded(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        load_concepts(actor=SYSTEM)
        loading.load(actor=SYSTEM, paths=[EDITIONS / "wsis-2021", EDITIONS / "demo"])
        yield
        transaction.set_rollback(True)


@pytest.fixture
def both(_loaded, db):
    """The editions 2021 and demo, loaded once for all tests that ask for them; what one of these writes is taken back."""


def test_every_call_that_takes_answers_has_a_form(both):
    for call in Call.objects.filter(edition__code__in=("2021", "demo")).exclude(slug="side-events"):
        assert form_in_force(call) is not None, str(call)


def test_the_demonstration_has_all_calls_of_2021_open(both):
    named = {"covid-19-repository": "case-repository", "itu-report": "report-contributions"}
    for call in Call.objects.filter(edition__code="2021"):
        twin = Call.objects.get(edition__code="demo", slug=named.get(call.slug, call.slug))
        assert answerable(twin) is not None, str(twin)
        assert twin.intakes == call.intakes, str(twin)


def words(least: int) -> str:
    return " ".join(f"word{number}" for number in range(max(least, 1)))


def answers_to(definition: Definition, **given: Any) -> dict[str, Any]:
    """Answers to all questions but those for files, the first that is offered where one chooses."""
    lookups = Lookups(concepts_of(definition.schemes))
    plain: dict[str, Any] = {
        "text": "A line",
        "link": "https://example.org/",
        "email": "ann@example.org",
        "phone": "+41 22 730 51 11",
        "date": "2021-01-25",
        "date-range": {"from": "2020-01-01", "to": "2020-12-31"},
        "number": 1,
        "money": {"amount": 1, "currency": "CHF"},
        "country": "KE",
        "organisation": {"name": "Harbour office", "country": "KE", "stakeholder_type": "international-organisation"},
        "person": {"name": "Ann", "email": "ann@example.org"},
        "consent": True,
    }
    found: dict[str, Any] = {}
    for field in definition:
        if field.kind in plain:
            found[field.code] = plain[field.kind]
        elif field.kind == "long-text":
            found[field.code] = words(field.min_words)
        elif field.kind in ("choice", "choices"):
            found[field.code] = field.options[0].code if field.kind == "choice" else [field.options[0].code]
        elif field.kind == "concept":
            found[field.code] = lookups.offered((field.scheme,), leaves=field.leaves)[0].code
        elif field.kind == "concepts":
            found[field.code] = [lookups.offered(field.schemes)[0].code]
    return {**found, **given}


def test_every_form_can_be_answered(both):
    for version in FormVersion.objects.select_related("call__edition"):
        definition = version.form
        checked = check(definition, answers_to(definition), Lookups(concepts_of(definition.schemes)), languages=tuple(version.call.languages))
        of_files = {field.code for field in definition if field.kind in ("file", "image") and field.required}
        assert set(checked.problems) == of_files, str(version.call)


def hand_in(slug: str, by: Any = None, **given: Any) -> Submission:
    call = Call.objects.get(edition__code="demo", slug=slug)
    form = form_in_force(call)
    assert form is not None
    actor = by or make_account()
    draft, _secret = actions.start_draft(actor=actor, call=call, answers=answers_to(form.form, **given))
    return actions.submit(actor=actor, submission=draft)


def test_the_prizes_take_one_of_eighteen_categories_and_150_to_200_words(both):
    account = make_account()
    call = Call.objects.get(edition__code="2021", slug="prizes")
    form = form_in_force(call)
    assert form is not None
    lookups = Lookups(concepts_of(form.form.schemes))
    assert len(lookups.offered(("action-lines",), leaves=form.form.by_code["category"].leaves)) == 18
    for wrong, field in (
        ({"category": "C7"}, "category"),
        ({"summary": words(149)}, "summary"),
        ({"summary": words(201)}, "summary"),
        ({"rules": False}, "rules"),
    ):
        assert list(check(form.form, answers_to(form.form, **wrong), lookups).problems) == [field]
    first = hand_in("prizes", account, category="C7-4", summary=words(200), title="Boats with radios")
    assert count_words(first.answers["summary"]) == 200
    assert (first.category, first.organisation, first.country.code, first.shared_with_focal_point) == ("C7-4", "Harbour office", "KE", True)
    with pytest.raises(Conflict):
        hand_in("prizes", account, category="C7-4", title="Another")
    assert hand_in("prizes", account, category="C7-5", title="Another").number == 2


def test_an_input_is_asked_only_what_belongs_to_its_kind(both):
    account = make_account()
    event = hand_in("open-consultation", account, input_kind="event")
    assert "conclusions" in event.answers and "structure" not in event.answers
    on_format = hand_in("open-consultation", account, input_kind="format")
    assert "structure" in on_format.answers and "conclusions" not in on_format.answers
    with pytest.raises(Invalid) as caught:
        hand_in("open-consultation", account, input_kind="event", conclusions="")
    assert list(caught.value.problems) == ["conclusions"]


def test_facilitators_are_named_by_the_stakeholder_groups_of_the_process(both):
    account = make_account()
    named = hand_in("high-level-track-facilitators", account, stakeholder_type="technical-community")
    assert (named.number, named.title) == (1, "Ann")
    with pytest.raises(Invalid) as caught:
        hand_in("high-level-track-facilitators", account, stakeholder_type="other")
    assert list(caught.value.problems) == ["stakeholder_type"]


def test_the_report_is_for_those_who_were_invited(both):
    account = make_account()
    call = Call.objects.get(edition__code="demo", slug="report-contributions")
    with pytest.raises(Invalid):
        actions.start_draft(actor=account, call=call)


#: Roles that some forms give although their intakes do not read them: what a picture shows, the sector of ITU that reports,
#: and tags that answers carry over from one call to another.
_UNREAD = {"alt", "sector", "action-lines", "sdgs", "themes"}


def test_what_a_form_gives_is_read_by_the_call_s_intakes(both):
    """A role that is spelt otherwise than the room spells it would be lost in silence."""
    own = {"title", "summary", "category", "country", "organisation", "stakeholder-type", "focal-point"}
    for call in Call.objects.filter(edition__code__in=("2021", "demo")).exclude(intakes=[]):
        form = form_in_force(call)
        named = [intakes.find(each["intake"]) for each in call.intakes]
        assert form is not None
        assert None not in named, str(call)
        read = {role for each in named if each is not None for role in each.reads}
        assert set(form.form.by_role) - own - read <= _UNREAD, str(call)
