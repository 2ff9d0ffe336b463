"""The registry of measures."""

from __future__ import annotations

import pytest

from plenary.ground.measures import registry
from plenary.ground.measures.registry import Measure, UnknownMeasure, find, register


@pytest.fixture(autouse=True)
def empty(monkeypatch):
    monkeypatch.setattr(registry, "_measures", {})


def test_a_code_is_found_with_its_member():
    sessions = register(Measure("forum.sessions", "Sessions", "All.", "sessions"))
    tracks = register(Measure("forum.sessions.track", "By track", "By track.", "sessions", dimension="track"))
    assert find("forum.sessions") == (sessions, "")
    assert find("forum.sessions.track.older-persons") == (tracks, "older-persons")
    assert find("forum.sessions.track") == (tracks, "")


@pytest.mark.parametrize("code", ["forum", "forum.sessions.more", "", ".", "forum.sessions."])
def test_what_is_not_registered_is_unknown(code):
    register(Measure("forum.sessions", "Sessions", "All.", "sessions"))
    with pytest.raises(UnknownMeasure):
        find(code)


def test_a_code_is_registered_once():
    register(Measure("forum.sessions", "Sessions", "All.", "sessions"))
    with pytest.raises(ValueError, match="twice"):
        register(Measure("forum.sessions", "Sessions", "All.", "sessions"))


def test_group_and_proof_follow_from_code_and_functions():
    told = Measure("forum.audience", "Audience", "All.", "people")
    counted = Measure("forum.kinds", "Kinds", "All.", "things", dimension="kind", tally=lambda edition: {})
    assert (told.group, told.can_compute, counted.can_compute) == ("forum", False, True)
