"""Pages of the Forum, what they count, and what they hide."""

from __future__ import annotations

import gzip
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actors import NOBODY, SYSTEM
from plenary.ground.framework.text import Text
from plenary.ground.measures.registry import all_measures, find
from plenary.ground.people.models import Person
from plenary.ground.search.registry import kinds
from plenary.programmes.forum import actions
from plenary.programmes.forum.demo import make_demo_programme
from plenary.programmes.forum.models import Session, SessionConcept, SessionPerson
from plenary.programmes.forum.tests.data import make_concepts, make_edition

GENEVA = ZoneInfo("Europe/Zurich")
START = datetime(2020, 7, 1, 13, tzinfo=GENEVA)


@pytest.fixture
def concepts(db):
    return make_concepts()


@pytest.fixture
def edition(concepts):
    edition = make_edition()
    actions.put_track(actor=SYSTEM, edition=edition, code="youth", title=Text({"en": "ICTs and Youth", "ar": "الشباب"}), is_special=True)
    actions.put_venue(actor=SYSTEM, edition=edition, code="room-a", name=Text.of("Room A"))
    return edition


def make_session(edition, number: str, concepts=(), state: str = "public", **values):
    session = actions.add_session(actor=SYSTEM, edition=edition, values={"title": Text.of(f"Session {number}"), **values}, number=number, state=state)
    SessionConcept.objects.bulk_create(SessionConcept(session=session, concept=concept) for concept in concepts)
    return session


@pytest.fixture
def programme(edition, concepts):
    youth, room = edition.tracks.get(), edition.venues.get()
    first = make_session(
        edition,
        "208",
        [concepts["C7-4"], concepts["3"]],
        starts_at=START,
        ends_at=START + timedelta(hours=1),
        track=youth,
        venue=room,
        kind=concepts["thematic-workshop"],
        hosts="A Group; Another",
        languages=["en", "fr"],
        source="page of the convener",
        recording="https://example.org/recording",
        summary=Text({"en": "What we did.", "fr": "Ce que nous avons fait.", "ar": "جلسة"}),
    )
    person = Person.objects.create(name="Participant 0001")
    SessionPerson.objects.create(session=first, person=person, role="moderator", post="Director", organisation="Organisation 0001")
    make_session(edition, "10", [concepts["C1"]], day=datetime(2020, 7, 1).date(), kind=concepts["high-level-policy-session"])
    make_session(edition, "s1", [concepts["C7"], concepts["covid-19"]])
    return edition


def numbers(page: str) -> list[str]:
    import re

    return list(dict.fromkeys(re.findall(r"/sessions/([^/]+)/", page)))


def test_the_programme_is_in_order_of_time_with_the_undated_last(programme, client):
    page = client.get("/forum/2020/").content.decode()
    assert numbers(page) == ["208", "10", "s1"]
    assert "1 July 2020" in page and "13:00" in page and "14:00" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("track=youth", ["208"]),
        ("action_line=C7-4", ["208"]),
        ("action_line=C7", ["208", "s1"]),
        ("action_line=C1&action_line=C7-4", ["208", "10"]),
        ("sdg=3", ["208"]),
        ("sdg=5", []),
        ("theme=covid-19", ["s1"]),
        ("kind=high-level-policy-session", ["10"]),
        ("day=2020-07-01", ["208", "10"]),
        ("q=208", ["208"]),
        ("q=what+did", ["208"]),
        ("q=participant", ["208"]),
        ("q=another", ["208"]),
        ("q=%22", []),
        ("q=texts", []),
        ("q=%D8%AC%D9%84%D8%B3%D8%A9", ["208"]),
        ("sdg=3&track=youth&day=2020-07-01", ["208"]),
    ],
)
def test_filters_narrow_the_programme(programme, client, query, found):
    response = client.get(f"/forum/2020/?{query}")
    assert response.status_code == 200
    assert numbers(response.content.decode()) == found


@pytest.mark.parametrize(
    "query", ["track=none", "action_line=C99", "sdg=99", "kind=x", "day=2020-02-30", "page=0", "page=9", "page=x", "nonsense=1", "theme=%00"]
)
def test_senseless_filters_are_400(programme, client, query):
    assert client.get(f"/forum/2020/?{query}").status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/forum/1999/",
        "/forum/2020/sessions/none/",
        "/forum/2020/sessions/%00/",
        "/forum/2020/tracks/none/",
        "/forum/2020/sessions/s1/session.ics",
        "/api/v1/sessions/2020/none",
    ],
)
def test_what_is_not_there_is_404(programme, client, path):
    assert client.get(path).status_code == 404


def test_counts_of_filters_are_what_they_lead_to(programme, client):
    from plenary.programmes.forum import queries

    for name, options in queries.options(programme, queries.Selection()).items():
        for option in options:
            page = client.get(f"/forum/2020/?{name}={option.value}").content.decode()
            assert len(numbers(page)) == option.count, (name, option.value)


def test_the_page_of_a_session_has_everything(programme, client):
    page = client.get("/forum/2020/sessions/208/").content.decode()
    for words in (
        "Session 208",
        '<time datetime="2020-07-01T11:00:00Z" data-zone="Europe/Zurich">1 July 2020, 13:00–14:00',
        "Geneva",
        "Room A",
        "ICTs and Youth",
        "Participant 0001",
        "Moderator",
        "Director",
        "Organisation 0001",
        "E-health",
        "page of the convener",
        "https://example.org/recording",
        "A Group; Another",
        "English, French",
        "What we did.",
        "/forum/2020/sessions/208/session.ics",
    ):
        assert words in page, words
    assert "Ce que nous avons fait." in client.get("/fr/forum/2020/sessions/208/").content.decode()


def test_a_track_has_its_sessions(programme, client):
    page = client.get("/forum/2020/tracks/youth/").content.decode()
    assert numbers(page) == ["208"]
    assert "الشباب" in client.get("/ar/forum/2020/tracks/youth/").content.decode()


def test_forums_are_listed_with_counts(programme, client):
    make_edition("2019")
    page = client.get("/forum/").content.decode()
    assert "/forum/2020/" in page and "/forum/2019/" not in page
    assert "3 sessions on record" in page


def test_calendars_hold_what_has_a_day(programme, client):
    found = {str(each["UID"]).split("@")[0]: each for each in Calendar.from_ical(client.get("/forum/2020/schedule.ics").content).walk("VEVENT")}
    assert set(found) == {"session-2020-208", "session-2020-10"}
    assert found["session-2020-208"]["DTSTART"].dt == START
    assert found["session-2020-208"]["DTEND"].dt == START + timedelta(hours=1)
    assert str(found["session-2020-10"]["DTSTART"].dt) == "2020-07-01"
    one = Calendar.from_ical(client.get("/fr/forum/2020/sessions/208/session.ics").content).walk("VEVENT")[0]
    assert "Ce que nous avons fait." in str(one["DESCRIPTION"])


def test_a_cancelled_session_says_so_and_does_not_count(programme, client):
    before = find("forum.sessions")[0].count(programme, "")
    actions.change_state(actor=SYSTEM, session=Session.objects.get(number="208"), state="cancelled", reason="Speaker ill")
    assert "Cancelled" in client.get("/forum/2020/").content.decode()
    assert "This session was cancelled." in client.get("/forum/2020/sessions/208/").content.decode()
    event = Calendar.from_ical(client.get("/forum/2020/sessions/208/session.ics").content).walk("VEVENT")[0]
    assert event["STATUS"] == "CANCELLED"
    assert find("forum.sessions")[0].count(programme, "") == before - 1


WHERE_SESSIONS_SHOW = [
    "/forum/",
    "/forum/2020/",
    "/forum/2020/?action_line=C5",
    "/forum/2020/?q=secret",
    "/forum/2020/?track=youth",
    "/forum/2020/?day=2020-07-03",
    "/forum/2020/tracks/youth/",
    "/forum/2020/schedule.ics",
    "/forum/2020/sessions/secret-1/",
    "/forum/2020/sessions/secret-1/session.ics",
    "/api/v1/sessions",
    "/api/v1/sessions?q=secret",
    "/api/v1/sessions?edition=2020&action_line=C5",
    "/api/v1/sessions/2020/secret-1",
    "/ar/forum/2020/",
]


def answers(client) -> list[tuple[str, int, str]]:
    """All that a visitor can learn, without what changes from one request to the next."""
    import re

    found = []
    for path in WHERE_SESSIONS_SHOW:
        response = client.get(path)
        body = response.content.decode()
        body = re.sub(r"DTSTAMP:\w+|<code>[0-9a-f]{6,40}</code>|csrfmiddlewaretoken[^>]*|[0-9a-f]{10,40}", "", body)
        found.append((path, response.status_code, body))
    edition = Session.objects.get(number="208").edition
    counts = [(measure.code, measure.count(edition, "youth")) for measure in all_measures() if measure.code.startswith("forum.") and measure.count]
    indexed = sorted(document.key for document in kinds()["session"].documents())
    some = sorted(document.key for document in kinds()["session"].some(["2020/208", "2020/secret-1"]))
    return [*found, ("measures", 0, str(counts)), ("index", 0, str(indexed)), ("some", 0, str(some))]


@pytest.mark.parametrize("hidden", [1, 7])
def test_drafts_are_absent_everywhere(programme, concepts, client, hidden):
    before = answers(client)
    for number in range(1, hidden + 1):
        draft = make_session(
            programme,
            f"secret-{number}",
            [concepts["C5"], concepts["5"], concepts["youth"]],
            state="draft",
            starts_at=START + timedelta(days=2),
            ends_at=START + timedelta(days=2, hours=1),
            track=programme.tracks.get(),
            kind=concepts["thematic-workshop"],
            hosts="Secret hosts",
        )
        person = Person.objects.create(name="Secret Person")
        SessionPerson.objects.create(session=draft, person=person)
    assert answers(client) == before


def test_publishing_makes_it_appear(programme, client):
    draft = make_session(programme, "secret-1", state="draft")
    assert client.get("/forum/2020/sessions/secret-1/").status_code == 404
    actions.change_state(actor=SYSTEM, session=draft, state="public")
    assert client.get("/forum/2020/sessions/secret-1/").status_code == 200


@pytest.mark.parametrize(("state", "to"), [("draft", "cancelled"), ("draft", "draft"), ("public", "public")])
def test_states_go_only_where_they_may(programme, state, to):
    session = make_session(programme, "77", state=state)
    with pytest.raises(Conflict):
        actions.change_state(actor=SYSTEM, session=session, state=to)


@pytest.mark.parametrize(
    "values",
    [{"title": Text()}, {"ends_at": START - timedelta(hours=1)}, {"link": "javascript:alert(1)"}, {"number": "1"}, {"starts_at": None}],
)
def test_a_session_that_does_not_hold_is_refused(programme, values):
    with pytest.raises(Invalid):
        actions.edit_session(actor=SYSTEM, session=Session.objects.get(number="208"), values=values)


def test_nobody_may_change_the_programme(programme):
    session = Session.objects.get(number="208")
    for action in (
        lambda: actions.edit_session(actor=NOBODY, session=session, values={}),
        lambda: actions.change_state(actor=NOBODY, session=session, state="draft"),
        lambda: actions.add_session(actor=NOBODY, edition=programme, values={"title": Text.of("X")}),
        lambda: actions.put_track(actor=NOBODY, edition=programme, code="x", title=Text.of("X")),
        lambda: actions.remove_track(actor=NOBODY, edition=programme, code="youth"),
        lambda: actions.put_venue(actor=NOBODY, edition=programme, code="x", name=Text.of("X")),
        lambda: actions.remove_venue(actor=NOBODY, edition=programme, code="room-a"),
    ):
        with pytest.raises(NotAllowed):
            action()


def test_measures_count_what_their_records_show(programme, client):
    for code in (
        "forum.sessions",
        "forum.sessions.track.youth",
        "forum.sessions.action-line.C7",
        "forum.sessions.sdg.3",
        "forum.sessions.theme.covid-19",
        "forum.sessions.high-level-policy",
    ):
        measure, member = find(code)
        page = client.get(measure.records(programme, member)).content.decode()
        assert measure.count(programme, member) == len(numbers(page)) > 0, code
    assert find("forum.tracks")[0].count(programme, "") == 1
    assert find("forum.sessions")[0].count(make_edition("2019"), "") is None


def test_the_api_pages_through_sessions(programme, client):
    first = client.get("/api/v1/sessions?size=2").json()
    second = client.get(f"/api/v1/sessions?size=2&cursor={first['next']}").json()
    assert [each["number"] for each in first["items"] + second["items"]] == ["208", "10", "s1"]
    assert second["next"] is None
    one = client.get("/api/v1/sessions/2020/208").json()
    assert one["starts_at"] == "2020-07-01T11:00:00Z"
    assert {(each["scheme"], each["code"]) for each in one["concepts"]} == {("action-lines", "C7-4"), ("sdgs", "3")}
    assert one["people"] == [{"name": "Participant 0001", "role": "moderator", "post": "Director", "organisation": "Organisation 0001"}]


def test_erasing_a_person_takes_them_out_of_sessions(programme):
    from plenary.ground.people.privacy import handlers, subject_of

    handler = next(each for each in handlers() if each.name == "forum")
    subject = subject_of(Person.objects.get(name="Participant 0001"))
    assert handler.export(subject)[0]["session"] == "208"
    handler.erase(subject)
    assert not SessionPerson.objects.exists()
    assert handler.export(subject) == []


@pytest.mark.parametrize("sessions", [500, 1000])
def test_a_large_programme_costs_no_more(edition, client, django_assert_max_num_queries, sessions):
    assert make_demo_programme(edition, sessions) == sessions
    with django_assert_max_num_queries(22):
        response = client.get("/forum/2020/")
    assert len(gzip.compress(response.content)) < 60_000
    with django_assert_max_num_queries(22):
        assert client.get("/forum/2020/?page=5").status_code == 200
    with django_assert_max_num_queries(10):
        client.get("/forum/2020/sessions/0042/")
    with django_assert_max_num_queries(12):
        client.get("/forum/2020/tracks/forum-track/")
    with django_assert_max_num_queries(8):
        client.get("/forum/2020/schedule.ics")
    with django_assert_max_num_queries(8):
        client.get("/api/v1/sessions?size=100")


def test_the_demo_is_plainly_made_up_and_made_once(edition):
    assert make_demo_programme(edition) == 40
    assert make_demo_programme(edition) == 0
    assert str(Session.objects.get(number="0040").title) == "Session 0040"
    assert all(name.startswith("Participant ") for name in Person.objects.values_list("name", flat=True))
