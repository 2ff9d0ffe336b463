"""Tallies count all members at once; they must say what counting one by one says."""

from __future__ import annotations

import pytest

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.actions import load_concepts
from plenary.ground.framework.models import Edition
from plenary.ground.measures.registry import find
from plenary.programmes.forum.demo import make_demo_programme

pytestmark = pytest.mark.django_db

MEASURES = ("forum.sessions.action-line", "forum.sessions.sdg", "forum.sessions.theme", "forum.sessions.track")


@pytest.fixture
def edition():
    load_concepts(actor=SYSTEM)
    made = Edition.objects.create(code="2031", zone="Europe/Zurich", starts_on="2031-05-01", ends_on="2031-05-05")
    make_demo_programme(made, 60)
    return made


@pytest.mark.parametrize("code", MEASURES)
def test_a_tally_equals_the_counts_one_by_one(edition, code, django_assert_max_num_queries):
    measure, _member = find(code)
    with django_assert_max_num_queries(3):
        tallied = measure.tally(edition)
    one_by_one = {member: measure.count(edition, member) for member, _label in measure.members(edition)}
    assert tallied is not None
    assert {member: tallied.get(member, 0) for member in one_by_one} == one_by_one


@pytest.mark.parametrize("code", MEASURES)
def test_without_sessions_on_record_nothing_is_tallied(edition, code):
    empty = Edition.objects.create(code="2032", zone="Europe/Zurich")
    assert find(code)[0].tally(empty) is None
