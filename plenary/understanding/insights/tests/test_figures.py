"""Figures: loading them with their sources, reading counted and reported ones side by side."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from plenary.errors import NotAllowed
from plenary.ground.audit.actors import NOBODY, SYSTEM
from plenary.ground.audit.models import TrailRecord
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text
from plenary.ground.measures import registry
from plenary.ground.measures.registry import Measure, UnknownMeasure
from plenary.understanding.insights import actions, queries
from plenary.understanding.insights.models import ReportedFigure
from plenary.understanding.insights.sections import FigureRow, Figures
from plenary.understanding.insights.words import reported_value


@pytest.fixture
def edition(db) -> Edition:
    return Edition.objects.create(code="2031", name=Text.of("Forum 2031"), starts_on=datetime.date(2031, 5, 1))


@pytest.fixture
def measures(monkeypatch):
    """A registry of its own, with a counted measure, a small count of people and a dimension."""
    monkeypatch.setattr(registry, "_measures", {})
    registry.register(Measure("room.things", "Things", "All things.", "things", lambda edition, member: 12, lambda edition, member: "/things/"))
    registry.register(Measure("room.people", "People", "All people.", "people", lambda edition, member: 3, lambda e, m: "/people/", counts_people=True))
    registry.register(Measure("room.kinds", "Kinds", "By kind.", "things", dimension="kind", tally=lambda edition: {"a": 2, "b": 5}))
    registry.register(Measure("room.told", "Told", "Only told.", "things"))


def report(edition: Edition, measure: str, value: str = "15", **more: str) -> ReportedFigure:
    return actions.report_figure(actor=SYSTEM, edition=edition, measure=measure, source=more.pop("source", "a report"), value=Decimal(value), **more)


def test_counted_and_reported_values_stand_side_by_side(edition, measures):
    report(edition, "room.things", "15", source="one report", qualifier="more-than")
    report(edition, "room.things", "14", source="another report")
    figure = queries.figure(edition, "room.things")
    assert figure.computed == 12
    assert figure.records == "/things/"
    assert [(reported_value(each), each.source) for each in figure.reported] == [("more than 15", "one report"), ("14", "another report")]


def test_counts_of_fewer_than_five_people_are_withheld(edition, measures):
    figure = queries.figure(edition, "room.people")
    assert figure.computed is None
    assert figure.withheld
    assert figure.records == ""  # the list would tell what the figure does not


def test_members_of_a_dimension_are_figures_of_their_own(edition, measures):
    assert queries.figure(edition, "room.kinds.b").computed == 5
    report(edition, "room.kinds.c", "7")
    assert {figure.code for figure in queries.figures(edition, "room.kinds")} == {"room.kinds.c"}  # it names no members, so only told ones are listed


def test_a_measure_nobody_registered_is_unknown(edition, measures):
    with pytest.raises(UnknownMeasure):
        queries.figure(edition, "room.nothing")


def test_a_measure_over_editions_leaves_out_those_that_know_nothing(edition, measures):
    Edition.objects.create(code="2032")
    report(edition, "room.told")
    assert [figure.edition.code for figure in queries.figures_by_measure("room.told")] == ["2031"]


def test_reporting_again_changes_the_figure_and_leaves_a_trail(edition, measures):
    report(edition, "room.told", "15")
    report(edition, "room.told", "16")
    figure = ReportedFigure.objects.get()
    assert figure.value == 16
    assert list(TrailRecord.objects.filter(kind="insights.figure").order_by("pk").values_list("verb", flat=True)) == ["added", "changed"]


def test_reporting_the_same_again_leaves_no_trail(edition, measures):
    report(edition, "room.told", "15")
    report(edition, "room.told", "15")
    assert TrailRecord.objects.filter(kind="insights.figure").count() == 1


def test_nobody_may_change_figures_without_the_role(edition, measures):
    with pytest.raises(NotAllowed):
        actions.report_figure(actor=NOBODY, edition=edition, measure="room.told", source="x", value=Decimal(1))
    figure = report(edition, "room.told")
    with pytest.raises(NotAllowed):
        actions.withdraw_figure(actor=NOBODY, figure=figure)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"measure": "room.nothing", "value": "1"}, "no room has registered the measure 'room.nothing'"),
        ({"measure": "room.kinds", "value": "1"}, "one figure per kind"),
        ({"measure": "room.told", "value": "12,000"}, "is not a number"),
        ({"measure": "room.told", "value": "1e999"}, "out of range"),
        ({"measure": "room.told", "value": "NaN"}, "out of range"),
        ({"measure": "room.told"}, "either a value"),
        ({"measure": "room.told", "value": "1", "words": "one"}, "either a value"),
        ({"measure": "room.told", "value": "1", "qualifier": "nearly"}, "about"),
        ({"measure": "room.told", "value": "1", "sauce": "x"}, "not permitted"),
    ],
)
def test_a_wrong_line_is_refused_by_name(measures, given, said):
    with pytest.raises(ValidationError) as error:
        FigureRow(**{"source": "a report", **given})
    assert said in str(error.value)


@given(
    value=st.decimals(min_value=0, max_value=10**11, places=4, allow_nan=False, allow_infinity=False),
    source=st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=40).filter(lambda text: text.strip()),
    qualifier=st.sampled_from(["", "about", "more-than", "planned"]),
)
@pytest.mark.django_db
def test_what_is_loaded_is_dumped_the_same(value, source, qualifier):
    edition, _is_new = Edition.objects.get_or_create(code="2033")
    ReportedFigure.objects.all().delete()
    row = FigureRow(measure="social.instagram.posts", value=str(value), source=source, qualifier=qualifier, note="as told")
    Figures().write(edition, row, SYSTEM)
    again = Figures().read(edition)
    assert [each.model_dump() for each in again] == [row.model_dump()]
    Figures().remove(edition, again[0].key, SYSTEM)
    assert Figures().read(edition) == []
