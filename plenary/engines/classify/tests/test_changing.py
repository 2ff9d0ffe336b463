"""Suggestions follow the concepts."""

from __future__ import annotations

from django.utils import timezone

from plenary.engines.classify.queries import suggest
from plenary.engines.classify.tests.test_suggesting import TELEMEDICINE, codes
from plenary.ground.audit.actions import record
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.models import Concept
from plenary.ground.framework.text import Text


def test_a_scheme_that_is_not_there_or_empty_has_no_suggestions(db):
    assert suggest(["telemedicine"], "action-lines") == []
    assert suggest(["telemedicine"], "none") == []


def test_retired_concepts_are_suggested_no_more(own_concepts):
    Concept.objects.filter(scheme__code="action-lines", code="C7-4").update(retired_on=timezone.localdate())
    record(actor=SYSTEM, verb="retired", kind="framework.concept", key="C7-4")  # as every action does
    assert "C7-4" not in codes(suggest([TELEMEDICINE["en"]], "action-lines", limit=20))


def test_a_changed_label_is_seen_at_once(own_concepts):
    assert suggest(["Abracadabra"], "action-lines") == []
    concept = Concept.objects.get(scheme__code="action-lines", code="C9")
    concept.label = Text({**concept.label.texts, "en": "Abracadabra"})
    concept.save()
    record(actor=SYSTEM, verb="changed", kind="framework.concept", key="C9")  # as every action does
    assert codes(suggest(["Abracadabra"], "action-lines")) == ["C9"]
