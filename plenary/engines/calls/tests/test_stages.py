"""What is open follows from instants and the clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from plenary.engines.calls import actions, queries
from plenary.engines.calls.actions import CallValues, PhaseValues
from plenary.engines.calls.instants import end_of, start_of
from plenary.engines.calls.models import Phase
from plenary.engines.calls.queries import Stage
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import Text

GENEVA = ZoneInfo("Europe/Zurich")
UTC = ZoneInfo("UTC")


def geneva(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=GENEVA)


def make_edition(code: str = "2021", year: int = 2021) -> Edition:
    return Edition.objects.create(code=code, name=Text.of(f"Forum {code}"), starts_on=date(year, 1, 1), ends_on=date(year, 5, 21))


def make_call(edition: Edition, slug: str, *phases: PhaseValues):
    return actions.put_call(actor=SYSTEM, edition=edition, values=CallValues(slug=slug, title=Text.of(slug.title()), phases=phases))


def collect(opens_at=None, closes_at=None, **more) -> PhaseValues:
    return PhaseValues(code="submission", kind="collect", title=Text.of("Submission"), opens_at=opens_at, closes_at=closes_at, **more)


@pytest.mark.django_db
def test_it_closes_at_its_instant_to_the_second():
    make_call(make_edition(), "prizes", collect(geneva(2020, 11, 5), geneva(2021, 1, 25, 23)))
    with time_machine.travel(datetime(2021, 1, 25, 21, 59, 59, tzinfo=UTC), tick=False):
        assert [each.call.slug for each in queries.open_calls()] == ["prizes"]
        assert queries.closed_calls() == []
    with time_machine.travel(datetime(2021, 1, 25, 22, 0, 0, tzinfo=UTC), tick=False):
        assert queries.open_calls() == []
        assert [each.call.slug for each in queries.closed_calls()] == ["prizes"]


@pytest.mark.django_db
def test_it_opens_at_its_instant():
    make_call(make_edition(), "prizes", collect(geneva(2020, 11, 5), geneva(2021, 1, 25, 23)))
    with time_machine.travel(geneva(2020, 11, 4, 23, 59, 59), tick=False):
        assert [(each.call.slug, each.opens_at) for each in queries.coming_calls()] == [("prizes", geneva(2020, 11, 5))]
        assert queries.open_calls() == [] == queries.closed_calls()
    with time_machine.travel(geneva(2020, 11, 5), tick=False):
        assert queries.coming_calls() == []
        assert len(queries.open_calls()) == 1


@pytest.mark.django_db
def test_a_day_lasts_to_its_end_in_geneva():
    closes = end_of(date(2021, 3, 8), "Europe/Zurich")
    make_call(make_edition(), "photo-contest", collect(None, closes, all_day=True))
    with time_machine.travel(geneva(2021, 3, 8, 23, 59, 59), tick=False):
        assert queries.open_calls()[0].all_day
    with time_machine.travel(geneva(2021, 3, 9), tick=False):
        assert queries.open_calls() == []


@pytest.mark.parametrize(("day", "hours"), [(date(2021, 3, 28), 23), (date(2021, 10, 31), 25), (date(2021, 6, 1), 24)])
def test_days_of_clock_changes_have_their_own_length(day, hours):
    length = end_of(day, "Europe/Zurich").astimezone(UTC) - start_of(day, "Europe/Zurich").astimezone(UTC)
    assert length + timedelta(microseconds=1) == timedelta(hours=hours)


@pytest.mark.django_db
def test_the_soonest_deadline_comes_first_and_the_ongoing_last():
    edition = make_edition()
    make_call(edition, "late", collect(None, geneva(2021, 3, 8)))
    make_call(edition, "always", collect())
    make_call(edition, "soon", collect(None, geneva(2021, 1, 25)))
    with time_machine.travel(geneva(2021, 1, 20), tick=False):
        assert [each.call.slug for each in queries.open_calls()] == ["soon", "late", "always"]
        assert queries.next_deadline().call.slug == "soon"


@pytest.mark.django_db
def test_an_ongoing_call_goes_on_in_the_later_edition():
    first = make_call(make_edition("2020", 2020), "repository", collect())
    make_call(make_edition("2021", 2021), "repository", collect())
    assert [str(each.call) for each in queries.open_calls()] == ["2021/repository"]
    assert str(queries.continued_in(first)) == "2021/repository"


@pytest.mark.django_db
def test_meetings_and_juries_do_not_make_a_call_open():
    moment = (geneva(2021, 2, 1, 14), geneva(2021, 2, 1, 15))
    make_call(make_edition(), "consultation", PhaseValues("meeting", "meeting", Text.of("Meeting"), opens_at=moment[0], closes_at=moment[1]))
    with time_machine.travel(geneva(2021, 2, 1, 14, 30), tick=False):
        assert queries.open_calls() == []
        assert [phase.code for phase in queries.coming_meetings()] == ["meeting"]
        call = queries.call_of("2021", "consultation")
        step = queries.timeline(call)[0]
        assert step.is_now and step.is_today
        assert step.words == "Under way"
    with time_machine.travel(geneva(2021, 2, 1, 15), tick=False):
        assert queries.coming_meetings() == []
        assert queries.timeline(queries.call_of("2021", "consultation"))[0].words == "Over"


@given(
    opens=st.none() | st.integers(0, 1000),
    length=st.none() | st.integers(0, 1000),
    kind=st.sampled_from(Phase.Kind.values),
    moments=st.lists(st.integers(-10, 2100), min_size=2),
)
def test_a_phase_only_ever_goes_forward(opens, length, kind, moments):
    start = datetime(2021, 1, 1, tzinfo=UTC)
    opens_at = None if opens is None else start + timedelta(seconds=opens)
    closes_at = None if length is None else (opens_at or start) + timedelta(seconds=length)
    phase = Phase(kind=kind, opens_at=opens_at, closes_at=closes_at)
    order = [Stage.COMING, Stage.UNDATED, Stage.OPEN, Stage.ONGOING, Stage.CLOSED]
    stages = [queries.stage_of(phase, start + timedelta(seconds=seconds)) for seconds in sorted(moments)]
    assert [order.index(stage) for stage in stages] == sorted(order.index(stage) for stage in stages)
    assert (Stage.UNDATED in stages) == (opens_at is None and closes_at is None and kind != "collect")


@pytest.mark.django_db
@pytest.mark.parametrize("now", [geneva(2020, 1, 1), geneva(2021, 1, 20), geneva(2021, 2, 10), geneva(2021, 3, 15), geneva(2022, 1, 1)])
def test_each_call_is_in_exactly_one_list(now):
    edition = make_edition()
    vote = PhaseValues("vote", "vote", Text.of("Vote"), opens_at=geneva(2021, 3, 1), closes_at=geneva(2021, 3, 31, 23))
    make_call(edition, "prizes", collect(geneva(2020, 11, 5), geneva(2021, 1, 25, 23)), vote)
    make_call(edition, "photo", collect(None, geneva(2021, 3, 8)))
    make_call(edition, "bare")
    lists = [queries.open_calls(now), queries.coming_calls(now), queries.closed_calls(now)]
    assert sorted(each.call.slug for one in lists for each in one) == ["bare", "photo", "prizes"]
