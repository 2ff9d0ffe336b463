"""Which submissions the secretariat finds, and what is found by nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from plenary.engines.calls import actions
from plenary.engines.calls.models import Submission
from plenary.engines.calls.queries.selection import Selection, place_of, select, sight_of, staff_of, tags_of
from plenary.engines.calls.queries.tallies import states_of, tallies_of
from plenary.engines.calls.tests.working import FIELDS, begin, form_of, hand_in, make_call, make_edition, person
from plenary.errors import BadQuery
from plenary.ground.audit.actors import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition(db):
    return make_edition()


@pytest.fixture
def call(edition):
    return make_call(edition, closes_at=timezone.now() + timedelta(days=5))


def titles(actor, call, **asked) -> list[str]:
    return [each.title for each in select(actor, sight_of(actor, call), Selection(**asked))]


def find(call, words: str, actor=SYSTEM) -> set[str]:
    return set(titles(actor, call, q=words))


def test_words_are_found_in_any_script_and_case_and_all_must_be_there(call):
    hand_in(call, "Village clinic", summary="Solar power for nurses in the Ñandú valley")
    hand_in(call, "Санкт-Петербург учит", summary="Школа для ВСЕХ")
    hand_in(call, "مكتبة القرية", summary="كتب للأطفال")
    hand_in(call, "École du lac", summary="L’ÉNERGIE à l’école", body={"name": "Institut Électrique", "country": "CH"})
    assert find(call, "SOLAR village") == {"Village clinic"}
    assert find(call, "solar library") == set()
    assert find(call, "ñandÚ") == {"Village clinic"}
    assert find(call, "санкт всех") == {"Санкт-Петербург учит"}
    assert find(call, "ШКОЛА") == {"Санкт-Петербург учит"}
    assert find(call, "كتب") == {"مكتبة القرية"}
    assert find(call, "énergie électrique") == {"École du lac"}
    assert find(call, "%") == find(call, "_") == find(call, ".*") == find(call, "\\") == find(call, "[a-z]") == set()


def test_signs_that_patterns_and_databases_know_are_only_signs(call):
    hand_in(call, "100 % of_it", summary='He said "a+b (c)" \\ and more')
    for words in ("%", "of_it", '"a+b', "(c)", "\\", "a+b"):
        assert find(call, words) == {"100 % of_it"}, words


def test_numbers_and_references_are_found(call):
    first, second = hand_in(call, "First"), hand_in(call, "Second")
    assert find(call, str(second.number)) == {"Second"}
    assert find(call, f"#{first.number}") == {"First"}
    assert find(call, second.reference) == {"Second"}
    assert find(call, f"{second.reference} first") == set()
    assert find(call, "999999999") == set()


def test_codes_of_questions_and_names_of_files_keys_are_no_text(call):
    hand_in(call, "Clinic", summary="Nothing else")
    assert find(call, "summary") == set()
    assert find(call, "Telephone") == set()


def test_a_search_stays_in_its_call(call, edition):
    other = make_call(edition, "photos")
    hand_in(call, "Solar clinic")
    hand_in(other, "Solar picture")
    assert find(call, "solar") == {"Solar clinic"}
    assert find(other, "solar") == {"Solar picture"}


def test_what_was_not_handed_in_matches_nothing(call):
    draft = begin(call, "Bob", title="Secret plan", country="KE", category="health", body={"name": "Hidden House", "stakeholder_type": "government"})
    sent = hand_in(call, "Open plan", "Bob", country="CH")
    actions.save_draft(actor=person("Bob"), submission=sent, answers={"summary": "A secret change"})
    for asked in ({"q": "secret"}, {"q": "plan", "state": "draft"}, {"country": "KE"}, {"category": "health"}, {"stakeholder": "government"}):
        assert "Secret plan" not in titles(SYSTEM, call, **asked)
        found = list(select(SYSTEM, sight_of(SYSTEM, call), Selection(**asked)))
        assert draft not in found, asked
    assert find(call, "secret") == set()
    assert list(select(SYSTEM, sight_of(SYSTEM, call), Selection(state="draft"))) == [draft]
    assert titles(SYSTEM, call) == ["Open plan"]


def test_private_answers_match_nothing_for_those_who_do_not_read_them(call):
    hand_in(call, "Clinic", phone="+41227305111")
    reader, staff = person("Rita", "reader"), person("Sam", "secretariat")
    assert find(call, "41227305111", staff) == {"Clinic"}
    assert find(call, "41227305111", reader) == set()
    assert find(call, "clinic", reader) == {"Clinic"}


@pytest.mark.parametrize("secrecy", ["private", "anonymous"])
def test_what_is_for_those_who_decide_hides_what_it_becomes_too(edition, secrecy):
    fields = [{**field, secrecy: True} if field["code"] in ("body", "category") else field for field in FIELDS]
    call = make_call(edition, "quiet", form=form_of(*fields))
    hand_in(call, "Clinic", category="health", body={"name": "Hidden House", "country": "KE", "stakeholder_type": "government"})
    reader, staff = person("Rita", "reader"), person("Sam", "secretariat")
    for asked in ({"category": "health"}, {"country": "KE"}, {"order": "organisation"}):
        assert titles(staff, call, **asked) == ["Clinic"]
        with pytest.raises(BadQuery):
            titles(reader, call, **asked)
    assert titles(staff, call, stakeholder="government") == ["Clinic"]
    assert titles(reader, call, stakeholder="government") == []
    tallies = tallies_of(reader, sight_of(reader, call))
    assert tallies.countries == tallies.categories == []
    assert tallies_of(staff, sight_of(staff, call)).categories[0].count == 1


def test_a_field_that_was_private_once_stays_so(call):
    hand_in(call, "Clinic", phone="+41227305111")
    opened = [{**field, "private": False} if field["code"] == "phone" else field for field in FIELDS]
    actions.put_form(actor=SYSTEM, call=call, definition=form_of(*opened))
    assert "phone" in sight_of(person("Rita", "reader"), call).hidden
    assert find(call, "41227305111", person("Rita")) == set()


def test_filters(call, edition):
    staff = person("Sam", "secretariat")
    clinic = hand_in(call, "Clinic", country="KE", category="health", body={"name": "Ministry", "stakeholder_type": "government"})
    school = hand_in(call, "School", "Bob", country="CH", category="learning")
    hand_in(call, "Radio", "Eve")
    actions.assign(actor=staff, submission=clinic, to=staff)
    actions.set_tags(actor=staff, submission=school, names=["to read"])
    actions.decide(actor=staff, submission=school, code="accepted")
    entered = actions.submit(
        actor=staff,
        submission=actions.enter_for(actor=staff, call=call, answers={"title": "Letter"}, origin="paper", language="fr", draft_only=True),
    )
    assert entered.number == 4
    for asked, expected in (
        ({"country": "KE"}, {"Clinic"}),
        ({"country": "-"}, {"Radio", "Letter"}),
        ({"category": "learning"}, {"School"}),
        ({"category": "-"}, {"Radio", "Letter"}),
        ({"stakeholder": "government"}, {"Clinic"}),
        ({"decision": "accepted"}, {"School"}),
        ({"decision": "-"}, {"Clinic", "Radio", "Letter"}),
        ({"tag": "to read"}, {"School"}),
        ({"assignee": "me"}, {"Clinic"}),
        ({"assignee": str(staff.pk)}, {"Clinic"}),
        ({"assignee": "-"}, {"School", "Radio", "Letter"}),
        ({"assignee": "999999999999999999"}, set()),
        ({"origin": "paper"}, {"Letter"}),
        ({"language": "fr"}, {"Letter"}),
        ({"state": "accepted"}, {"School"}),
        ({"late": "yes"}, set()),
        ({"late": "no"}, {"Clinic", "School", "Radio", "Letter"}),
        ({"since": timezone.localdate() + timedelta(days=2)}, set()),
        ({"until": timezone.localdate() - timedelta(days=2)}, set()),
        ({"until": "9999-12-31"}, {"Clinic", "School", "Radio", "Letter"}),
        ({"duplicate": "yes"}, set()),
    ):
        assert set(titles(staff, call, **asked)) == expected, asked
    assert tags_of(call) == ["to read"]
    assert list(staff_of(call)) == [staff]


def test_the_kind_of_stakeholder_comes_from_the_profile_where_the_form_does_not_ask(edition):
    from plenary.ground.framework.queries import find_concept

    call = make_call(edition, "plain", form=form_of({"kind": "text", "code": "contains", "label": "T", "becomes": "title"}))
    ada = person("Ada")
    assert ada.person is not None
    ada.person.stakeholder_type = find_concept("stakeholder-types", "government")
    ada.person.save()
    made = actions.submit(actor=ada, submission=begin(call, "Ada", contains="Clinic"))
    begin(call, "Ada", contains="Draft")
    assert list(select(SYSTEM, sight_of(SYSTEM, call), Selection(stakeholder="government"))) == [made]


def test_what_comes_after_the_close_is_late(call):
    on_time = hand_in(call, "On time")
    Submission.objects.filter(pk=on_time.pk).update(submitted_at=timezone.now() - timedelta(days=3))
    hand_in(call, "Late")
    call.phases.update(closes_at=timezone.now() - timedelta(days=1), opens_at=timezone.now() - timedelta(days=9))
    assert titles(SYSTEM, call, late="yes") == ["Late"]
    assert titles(SYSTEM, call, late="no") == ["On time"]


def test_what_is_alike_is_found_until_one_goes(call):
    body = {"name": "Ministry of Health"}
    one = hand_in(call, "The Clinic", body=body)
    hand_in(call, "the  clinic", "Bob", body=body)
    hand_in(call, "Another", "Bob", body=body)
    assert set(titles(SYSTEM, call, duplicate="yes")) == {"The Clinic", "the  clinic"}
    assert titles(SYSTEM, call, duplicate="no") == ["Another"]
    assert select(SYSTEM, sight_of(SYSTEM, call), Selection(duplicate="yes", order="number")).first() == one


def test_numbers_are_those_of_the_lists_behind_them(call):
    hand_in(call, "Clinic", country="KE", category="health")
    hand_in(call, "School", "Bob", country="KE")
    gone = hand_in(call, "Gone", "Bob", country="CH")
    actions.withdraw(actor=person("Bob"), submission=gone)
    begin(call, "Eve", title="Draft", country="CH")
    thrown = begin(call, "Eve", title="Thrown away")
    actions.discard_draft(actor=person("Eve"), submission=thrown)
    sight = sight_of(SYSTEM, call)
    states = states_of(SYSTEM, sight)
    assert {each.value: each.count for each in states.tallies} == {"submitted": 2, "withdrawn": 1, "draft": 1, "discarded": 1}
    assert states.all == 3 and states.oldest_draft is not None
    for each in states.tallies:
        assert select(SYSTEM, sight, Selection(state=each.value)).count() == each.count
    tallies = tallies_of(SYSTEM, sight)
    assert [(each.value, each.count) for each in tallies.countries] == [("KE", 2), ("CH", 1)]
    assert [(each.value, str(each.label), each.count) for each in tallies.categories] == [("health", "E-health", 1), ("-", "Not given", 2)]
    for name, rows in (("country", tallies.countries), ("category", tallies.categories)):
        for each in rows:
            assert select(SYSTEM, sight, Selection(**{name: each.value})).count() == each.count
    for each in tallies.days:
        assert select(SYSTEM, sight, Selection(since=each.value, until=each.value)).count() == each.count == 3


def test_days_are_those_of_the_convener(call):
    made = hand_in(call, "Midnight")
    Submission.objects.filter(pk=made.pk).update(submitted_at="2021-01-31T23:30:00Z")  # 1 February in Geneva
    assert [each.value for each in tallies_of(SYSTEM, sight_of(SYSTEM, call)).days] == ["2021-02-01"]
    assert titles(SYSTEM, call, since="2021-02-01", until="2021-02-01") == ["Midnight"]
    assert titles(SYSTEM, call, until="2021-01-31") == []


def test_one_that_left_the_selection_has_neighbours_still(call):
    one, two, three = (hand_in(call, title) for title in ("A", "B", "C"))
    sight, asked = sight_of(SYSTEM, call), Selection(state="submitted", order="title")
    place = place_of(SYSTEM, sight, asked, two.pk)
    assert (place.before, place.after, place.number, place.count) == (one.pk, three.pk, 2, 3)
    actions.decide(actor=SYSTEM, submission=two, code="declined", notify=False)
    place = place_of(SYSTEM, sight, asked, two.pk)
    assert (place.before, place.after, place.number, place.count) == (one.pk, three.pk, None, 2)


def test_somebody_without_a_role_for_the_call_selects_only_their_own(call):
    hand_in(call, "Mine", "Ada")
    hand_in(call, "Not mine", "Bob")
    assert titles(person("Ada"), call) == ["Mine"]
    assert titles(person("Eve", "reader", "call:2021/photos"), call) == []


def test_too_many_words_are_said_to_be(call):
    with pytest.raises(BadQuery):
        titles(SYSTEM, call, q=" ".join("abcdefghijklmnop"))
