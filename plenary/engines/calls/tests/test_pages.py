"""Pages, calendars and the API of calls."""

from __future__ import annotations

import pytest
import time_machine
from icalendar import Calendar

from plenary.engines.calls import actions
from plenary.engines.calls.actions import CallValues, PhaseValues
from plenary.engines.calls.tests.test_stages import collect, geneva, make_call, make_edition
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.text import Text
from plenary.ground.measures.registry import find


@pytest.fixture
def calls(db):
    edition = make_edition()
    prizes = CallValues(
        slug="prizes",
        title=Text({"en": "Prizes", "ar": "الجوائز"}),
        purpose=Text.of("Submit a project."),
        rules=Text.of("One category only.\n\nNo <b>markup</b>."),
        contact="wsis@example.org",
        languages=["en"],
        phases=(
            PhaseValues("submission", "collect", Text.of("Submission"), opens_at=geneva(2020, 11, 5), closes_at=geneva(2021, 1, 25, 23), position=0),
            PhaseValues("vote", "vote", Text.of("Vote"), opens_at=geneva(2021, 3, 1), closes_at=geneva(2021, 3, 31, 23), position=1),
            PhaseValues("meeting", "meeting", Text.of("Ceremony"), opens_at=geneva(2021, 5, 18, 13), closes_at=geneva(2021, 5, 18, 13, 30), position=2),
        ),
    )
    actions.put_call(actor=SYSTEM, edition=edition, values=prizes)
    make_call(edition, "photo-contest", collect(None, geneva(2021, 3, 8, 23, 59, 59), all_day=True))
    return edition


def test_the_list_shows_days_left_and_the_conveners_time(calls, client):
    with time_machine.travel(geneva(2021, 1, 22, 14), tick=False):
        page = client.get("/calls/").content.decode()
    assert page.index("Prizes") < page.index("Photo-Contest")
    assert "3 days left" in page
    assert '<time datetime="2021-01-25T22:00:00Z" data-zone="Europe/Zurich">25 January 2021, 23:00' in page
    assert "Geneva" in page


def test_the_page_of_a_call_tells_how_to_answer_honestly(calls, client):
    with time_machine.travel(geneva(2021, 1, 22), tick=False):
        page = client.get("/calls/2021/prizes/").content.decode()
    assert "cannot be answered on this site yet" in page
    assert "mailto:wsis@example.org" in page
    assert "<button" not in page.split("<main")[1].split("</main>")[0]
    assert "No &lt;b&gt;markup&lt;/b&gt;." in page


@pytest.mark.parametrize(
    ("now", "words"),
    [(geneva(2020, 10, 1), "Not open yet"), (geneva(2021, 2, 10), "Not open yet"), (geneva(2021, 3, 5), "weeks left"), (geneva(2021, 6, 1), "is closed")],
)
def test_the_page_says_where_the_call_stands(calls, client, now, words):
    with time_machine.travel(now, tick=False):
        assert words in client.get("/calls/2021/prizes/").content.decode()


@pytest.mark.parametrize("path", ["/calls/2021/none/", "/calls/1999/prizes/", "/calls/2021/none/calendar.ics", "/api/v1/calls/2021/none"])
def test_what_is_not_there_is_404(calls, client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/calls/?nonsense=1", "/calls/2021/prizes/?page=0"])
def test_a_senseless_query_is_400(calls, client, path):
    assert client.get(path).status_code == 400


def events(response) -> dict[str, object]:
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return {str(event["UID"]).split("@")[0]: event for event in Calendar.from_ical(response.content).walk("VEVENT")}


def test_a_calendar_has_deadlines_and_meetings_in_their_zone(calls, client):
    with time_machine.travel(geneva(2021, 1, 22), tick=False):
        found = events(client.get("/calls/calendar.ics"))
    deadline = found["call-2021-prizes-submission"]
    assert deadline["DTSTART"].dt == geneva(2021, 1, 25, 23)
    assert deadline["DTSTART"].params["TZID"] == "Europe/Zurich"
    assert "DTEND" not in deadline
    assert found["call-2021-prizes-meeting"]["DTEND"].dt == geneva(2021, 5, 18, 13, 30)
    assert str(found["call-2021-photo-contest-submission"]["DTSTART"].dt) == "2021-03-08"


def test_a_moved_deadline_keeps_its_uid(calls, client):
    phase = calls.calls.get(slug="prizes").phases.get(code="submission")
    with time_machine.travel(geneva(2021, 1, 22), tick=False):
        before = events(client.get("/calls/2021/prizes/calendar.ics"))
        actions.extend_deadline(actor=SYSTEM, phase=phase, closes_at=geneva(2021, 2, 1, 23), note=Text.of("More time."))
        after = events(client.get("/calls/2021/prizes/calendar.ics"))
    assert set(before) == set(after)
    moved = after["call-2021-prizes-submission"]
    assert moved["DTSTART"].dt == geneva(2021, 2, 1, 23)
    assert int(moved["SEQUENCE"]) > int(before["call-2021-prizes-submission"]["SEQUENCE"])


def test_a_meeting_whose_beginning_or_place_changes_is_a_later_revision_of_the_same(calls, client):
    phase = calls.calls.get(slug="prizes").phases.get(code="meeting")
    with time_machine.travel(geneva(2021, 1, 22), tick=False):
        revisions = []
        for values in ({}, {"opens_at": geneva(2021, 5, 18, 12)}, {"link": "https://example.org/room"}):
            if values:
                actions.edit_phase(actor=SYSTEM, phase=phase, values=values)
            found = [events(client.get(path))["call-2021-prizes-meeting"] for path in ("/calls/calendar.ics", "/calls/2021/prizes/calendar.ics")]
            assert found[0]["SEQUENCE"] == found[1]["SEQUENCE"]
            revisions.append(int(found[0]["SEQUENCE"]))
    assert revisions == sorted(set(revisions))
    assert found[0]["DTSTART"].dt == geneva(2021, 5, 18, 12) and found[0]["LOCATION"] == "https://example.org/room"


def test_a_calendar_speaks_the_language_of_its_address(calls, client):
    with time_machine.travel(geneva(2021, 1, 22), tick=False):
        found = events(client.get("/ar/calls/2021/prizes/calendar.ics"))
    assert "الجوائز" in str(found["call-2021-prizes-submission"]["SUMMARY"])


def test_the_api_gives_calls_with_their_stage(calls, client):
    with time_machine.travel(geneva(2021, 2, 10), tick=False):
        everything = client.get("/api/v1/calls").json()["items"]
        open_now = client.get("/api/v1/calls?stage=open").json()["items"]
        one = client.get("/api/v1/calls/2021/prizes").json()
    assert {call["slug"] for call in everything} == {"prizes", "photo-contest"}
    assert [call["slug"] for call in open_now] == ["photo-contest"]
    assert [phase["stage"] for phase in one["phases"]] == ["closed", "coming", "coming"]


def test_the_number_of_phases_is_counted(calls):
    measure, member = find("prizes.phases")
    assert measure.count(calls, member) == 3
    assert measure.records(calls, member) == "/calls/2021/prizes/"
    assert find("ocp.phases")[0].count(calls, "") is None


def test_queries_do_not_grow_with_calls(calls, client, django_assert_max_num_queries):
    for number in range(40):
        make_call(calls, f"extra-{number}", collect(None, geneva(2021, 3, 1 + number % 20)))
    with time_machine.travel(geneva(2021, 1, 22), tick=False):
        with django_assert_max_num_queries(12):
            client.get("/calls/")
        with django_assert_max_num_queries(8):
            client.get("/calls/2021/prizes/")
        with django_assert_max_num_queries(6):
            client.get("/calls/calendar.ics")
