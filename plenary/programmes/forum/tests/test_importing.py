"""Importing programmes: whole or not at all, once or a hundred times."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plenary.errors import Invalid, NotAllowed
from plenary.ground.audit.actors import NOBODY, SYSTEM
from plenary.ground.audit.queries import trail_of
from plenary.ground.framework.text import Text
from plenary.ground.people.models import Person
from plenary.ground.search.models import IndexChange
from plenary.programmes.forum import actions
from plenary.programmes.forum.models import Session, SessionConcept, SessionPerson, Track, Venue
from plenary.programmes.forum.tests.data import event, frab_json, make_concepts, make_edition, table

SAMPLES = Path(os.environ.get("PLENARY_SAMPLES", "/nowhere"))
needs_samples = pytest.mark.skipif(not SAMPLES.exists(), reason="PLENARY_SAMPLES names no folder of sample files")


@pytest.fixture
def edition(db):
    make_concepts()
    return make_edition()


def bring(path, edition, **options):
    return actions.import_programme(actor=SYSTEM, path=path, edition=edition, **options)


def refuse(path, edition) -> str:
    """The problems of a file; nothing of it may have been written."""
    with pytest.raises(Invalid) as caught:
        bring(path, edition)
    for model in (Session, Track, Venue, Person, SessionPerson, SessionConcept, IndexChange):
        assert not model.objects.exists()
    return "\n".join(f"{where}: {' '.join(texts)}" for where, texts in caught.value.problems.items())


@needs_samples
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("camp2019.frab.schedule.json", 79),
        ("democon.pretalx.schedule.json", 36),
        ("fosdem-2007.schedule.xml", 215),
        ("rc3-2020.pretalx.schedule.json", 48),
    ],
)
def test_real_programmes_come_in_whole(edition, name, count):
    path = SAMPLES / "1-programmes" / name
    assert bring(path, edition).added == count
    assert Session.objects.filter(edition=edition).count() == count
    assert not Session.objects.filter(starts_at=None).exists()
    again = bring(path, edition)
    assert (again.added, again.changed, again.same) == (0, 0, count)


@needs_samples
def test_the_invalid_example_is_refused_with_reasons(edition):
    problems = refuse(SAMPLES / "1-programmes" / "invalid-example.schedule.json", edition)
    assert "event 2814, id: must be a whole number" in problems
    assert "event 2814, person 1, id: must be a whole number" in problems
    assert "daysCount" in problems


@needs_samples
@pytest.mark.parametrize(
    "name",
    [
        "hostile-made-here/xml-billion-laughs.xml",
        "hostile-made-here/json-deep-nesting.json",
        "hostile-made-here/html-named-photo.jpg",
        "hostile-made-here/svg-xxe.svg",
        "hostile-made-here/ratio-1000.zip",
        "hostile-made-here/csv-formula-cells.csv",
        "odd-encodings-made-from-unsd/es.utf-16le-bom.tab.csv",
        "odd-encodings-made-from-unsd/cn.gb18030.comma.csv",
        "odd-encodings-made-from-unsd/ru.koi8-r.tab.csv",
        "blns.json",
        "blns.txt",
    ],
)
def test_messy_files_are_refused(edition, name):
    assert refuse(SAMPLES / "5-messy" / name, edition)


@needs_samples
def test_naughty_strings_are_kept_or_refused_but_never_break_anything(edition, tmp_path, client):
    import json

    words = json.loads((SAMPLES / "5-messy" / "blns.json").read_text(encoding="utf-8"))
    path = frab_json(tmp_path, *(event(number, title=f"a {word}"[:500], abstract=word, track="x", persons=[]) for number, word in enumerate(words)))
    assert bring(path, edition).added == len(words)
    page = client.get("/forum/2020/")
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()


def test_a_session_comes_with_everything(edition, tmp_path):
    bring(frab_json(tmp_path, event(7, url="https://example.org/7", links=[{"title": "Video", "url": "https://example.org/v"}])), edition)
    session = Session.objects.select_related("kind", "track", "venue").get()
    assert (session.number, session.source_id, session.state) == ("7", "0000-7", "public")
    assert session.starts_at.isoformat() == "2020-07-01T11:00:00+00:00"
    assert session.ends_at.isoformat() == "2020-07-01T12:00:00+00:00"
    assert str(session.day) == "2020-07-01"
    assert (session.kind.code, str(session.track.title), str(session.venue.name)) == ("thematic-workshop", "ICTs and Youth", "Room A")
    assert (session.link, session.recording) == ("https://example.org/7", "https://example.org/v")
    assert [part.person.name for part in session.people.all()] == ["Participant 0001"]
    assert IndexChange.objects.filter(kind="session", key="2020/7").exists()
    assert trail_of("forum.session", "2020/7")[0].verb == "imported"


def test_an_unknown_type_is_kept_in_words(edition, tmp_path):
    bring(frab_json(tmp_path, event(type="Lightning 5 min")), edition)
    session = Session.objects.get()
    assert session.kind is None
    assert session.note == "type in the source: Lightning 5 min"


def test_texts_lose_their_markup(edition, tmp_path):
    bring(frab_json(tmp_path, event(title="A <b>bold</b> & plain 3 < 4", abstract="<p>One</p><p>Two<script>alert(1)</script></p>")), edition)
    session = Session.objects.get()
    assert str(session.title) == "A bold & plain 3 < 4"
    assert str(session.summary) == "One\nTwo"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"duration": "00:00"}, "ends before it has started"),
        ({"duration": "30:00"}, "lasts 30 hours"),
        ({"duration": "soon"}, "is not a duration"),
        ({"date": "2020-02-30T10:00:00+01:00"}, "is not a date and time"),
        ({"date": "2020-03-29T02:30:00"}, "does not exist in Europe/Zurich"),
        ({"date": "0001-01-01T00:00:00+14:00"}, "is not a date and time"),
        ({"date": None}, "date: is missing"),
        ({"title": " "}, "title: is missing"),
        ({"id": "1"}, "id: must be a whole number"),
        ({"url": "javascript:alert(1)"}, "is not a web address"),
        ({"language": "../../etc"}, "is not a language tag"),
        ({"persons": [{"id": 1}]}, "public_name: is missing"),
        ({"persons": "Participant"}, "must be a list"),
        ({"persons": [{"public_name": "x" * 201}]}, "at most 200"),
    ],
)
def test_a_wrong_event_is_told_by_number_and_field(edition, tmp_path, wrong, words):
    problems = refuse(frab_json(tmp_path, event(1), event(2, **wrong)), edition)
    assert words in problems
    assert "schedule.json, event" in problems


def test_all_problems_are_told_at_once(edition, tmp_path):
    problems = refuse(frab_json(tmp_path, event(1, duration="x"), event(2, title=""), event(2), days=3), edition)
    for words in ("event 1, duration", "event 2, title", "same session as", "daysCount"):
        assert words in problems


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", "null", '{"schedule": 1}', '{"schedule": {"conference": {"days": {}}}}', "<", "<a/>", "<schedule/>", "a,b\n1,2"]
)
def test_what_is_no_programme_is_refused(edition, tmp_path, text):
    assert refuse(table(tmp_path, text), edition)


def test_nesting_and_size_are_limited(edition, tmp_path):
    assert "nested too deeply" in refuse(table(tmp_path, '{"a":' + "[" * 100_000 + "]" * 100_000 + "}"), edition)
    assert "not read" in refuse(table(tmp_path, "x" * 10_000_000), edition)
    assert "bytes" in refuse(table(tmp_path, "title\n" + "x" * 10_000_000), edition)


XML = """<schedule><conference><title>T</title><day_change>09:00:00</day_change>{zone}</conference>
<day date="2020-10-24" index="1">{direct}<room name="Hall">{inside}</room></day></schedule>"""


def xml_event(number: str, start: str, duration: str = "01:00") -> str:
    return f'<event id="{number}"><start>{start}</start><duration>{duration}</duration><title>E {number}</title><persons><person id="1">P 1</person></persons></event>'


def test_pentabarf_events_stand_directly_under_their_day(edition, tmp_path):
    text = XML.format(zone="", direct=xml_event("0", "10:00"), inside=xml_event("5", "11:00"))
    assert bring(table(tmp_path, text, "s.xml"), edition).added == 2
    assert str(Session.objects.get(number="5").venue.name) == "Hall"


def test_hours_before_the_change_of_day_belong_to_the_night_after(edition, tmp_path):
    bring(table(tmp_path, XML.format(zone="", direct=xml_event("0", "01:00"), inside=""), "s.xml"), edition)
    assert Session.objects.get().starts_at.isoformat() == "2020-10-24T23:00:00+00:00"


def test_a_session_over_the_change_of_the_clock_has_its_real_length(edition, tmp_path):
    bring(table(tmp_path, XML.format(zone="", direct=xml_event("0", "01:30", "03:00"), inside=""), "s.xml"), edition)
    session = Session.objects.get()
    assert (session.ends_at - session.starts_at).total_seconds() == 3 * 3600


def test_the_files_own_zone_counts(edition, tmp_path):
    zone = "<time_zone_name>Africa/Nairobi</time_zone_name>"
    bring(table(tmp_path, XML.format(zone=zone, direct=xml_event("0", "10:00"), inside=""), "s.xml"), edition)
    assert Session.objects.get().starts_at.isoformat() == "2020-10-24T07:00:00+00:00"
    assert Session.objects.get().zone == "Africa/Nairobi"


@pytest.mark.parametrize("head", ['<!DOCTYPE schedule [<!ENTITY a "b">]>', '<!DOCTYPE schedule SYSTEM "file:///etc/passwd">'])
def test_documents_that_declare_things_are_refused(edition, tmp_path, head):
    assert "declares entities" in refuse(table(tmp_path, head + "<schedule/>", "s.xml"), edition)


HEAD = "session_id,edition_year,title,organiser,date,start,end,utc_offset,session_type,special_track,action_lines,sdgs,source,note\n"


def test_a_table_in_the_conveners_shape(edition, tmp_path):
    text = HEAD + (
        "0208,2020,Opening,WSIS,2020-07-01,13:00,14:00,+02:00,Thematic Workshop,ICTs and Youth,C7-4;C5,5,page 1,seen\n"
        ",2020,No day,,,14:30,15:30,,,,,,,\n"
        ",2020,Only a day,A; B,2020-07-02,,,,,,,,,\n"
        "9,2021,Other edition,,,,,,,,,,,\n"
    )
    report = bring(table(tmp_path, text), edition)
    assert (report.added, report.others) == (3, 1)
    first = Session.objects.get(number="0208")
    assert {link.concept.code for link in first.links.all()} == {"C7-4", "C5", "5"}
    assert (first.source, first.note) == ("page 1", "seen")
    undated = Session.objects.get(number="s1")
    assert (undated.starts_at, undated.day) == (None, None)
    assert "14:30–15:30" in undated.note
    dated = Session.objects.get(number="s2")
    assert (str(dated.day), dated.starts_at, dated.hosts) == ("2020-07-02", None, "A; B")


@pytest.mark.parametrize(
    ("row", "where", "words"),
    [
        (",2020,,,,,,,,,,,,", "line 3, title", "is missing"),
        (",2020,T,,2020-13-01,,,,,,,,,", "line 3, date", "is not a day"),
        (",2020,T,,2020-07-01,25:00,,,,,,,,", "line 3, start", "is not a time of day"),
        (",2020,T,,2020-07-01,14:00,13:00,,,,,,,", "line 3, end", "ends before"),
        (",2020,T,,2020-07-01,,13:00,,,,,,,", "line 3, start", "is missing"),
        (",2020,T,,2020-07-01,13:00,14:00,GMT,,,,,,", "line 3, utc_offset", "is not an offset"),
        (",2020,T,,2020-03-29,02:30,04:00,,,,,,,", "line 3, start", "does not exist"),
        (",2020,T,,,,,,,,C99,,,", "line 3, action-lines", "is not known"),
        (",2020,T,,,,,,,,,18,,", "line 3, sdgs", "is not known"),
        ("a/b,2020,T,,,,,,,,,,,", "line 3, session_id", "may hold"),
        ("1,2020,Other,,,,,,,,,,,", "line 3", "same session"),
        (",2020,T", "line 3", "columns"),
    ],
)
def test_a_wrong_row_is_told_by_line_and_column(edition, tmp_path, row, where, words):
    problems = refuse(table(tmp_path, HEAD + "1,2020,Right,,,,,,,,,,,\n" + row + "\n"), edition)
    assert f"sessions.csv, {where}" in problems
    assert words in problems


def test_the_conveners_numbers_stay_text(edition, tmp_path):
    bring(table(tmp_path, "session_id,title\n0012,A\n12,B\n16706023296029494,C\n"), edition)
    assert set(Session.objects.values_list("number", flat=True)) == {"0012", "12", "16706023296029494"}


def test_a_number_of_another_session_is_refused(edition, tmp_path):
    bring(table(tmp_path, "session_id,title\n1,A\n"), edition)
    with pytest.raises(Invalid) as caught:
        bring(frab_json(tmp_path, event(1)), edition)
    assert "belongs to another session" in str(caught.value)
    assert Session.objects.count() == 1


def test_a_dry_run_writes_nothing(edition, tmp_path):
    report = bring(frab_json(tmp_path, event()), edition, dry_run=True)
    assert (report.added, report.is_dry_run) == (1, True)
    assert not Session.objects.exists() and not Person.objects.exists() and not Track.objects.exists()


def test_nobody_may_import_without_being_asked_to(edition, tmp_path):
    with pytest.raises(NotAllowed):
        actions.import_programme(actor=NOBODY, path=frab_json(tmp_path, event()), edition=edition)


def test_importing_again_follows_the_source(edition, tmp_path):
    bring(frab_json(tmp_path, event(1), event(2)), edition)
    moved = event(1, date="2020-07-01T15:00:00+02:00", room="Room B", persons=[{"public_name": "Participant 0002"}])
    report = bring(frab_json(tmp_path, moved, event(2), event(3)), edition)
    assert (report.added, report.changed, report.same, report.kept) == (1, 1, 1, [])
    session = Session.objects.get(number="1")
    assert session.starts_at.hour == 13
    assert str(session.venue.name) == "Room B"
    assert [part.person.name for part in session.people.all()] == ["Participant 0002"]
    assert trail_of("forum.session", "2020/1")[0].verb == "imported again"


def test_what_was_edited_here_survives_importing_again(edition, tmp_path):
    bring(frab_json(tmp_path, event(1)), edition)
    actions.edit_session(actor=SYSTEM, session=Session.objects.get(), values={"title": Text.of("Edited at the desk")})
    assert bring(frab_json(tmp_path, event(1)), edition).kept == []
    report = bring(frab_json(tmp_path, event(1, title="Changed by the source", abstract="New.")), edition)
    assert report.kept == ["2020/1, title"]
    session = Session.objects.get()
    assert (str(session.title), str(session.summary)) == ("Edited at the desk", "New.")
    assert bring(frab_json(tmp_path, event(1, title="Changed by the source", abstract="New.")), edition).kept == ["2020/1, title"]


def test_a_withdrawn_session_stays_withdrawn(edition, tmp_path):
    bring(frab_json(tmp_path, event(1)), edition)
    actions.change_state(actor=SYSTEM, session=Session.objects.get(), state="draft")
    bring(frab_json(tmp_path, event(1, title="Changed")), edition)
    assert Session.objects.get().state == "draft"


def test_one_name_is_one_person_in_a_programme(edition, tmp_path):
    persons = [{"public_name": "Ada Example"}, {"public_name": "ada  example"}]
    bring(frab_json(tmp_path, event(1, persons=persons), event(2, persons=persons[:1])), edition)
    assert Person.objects.count() == 1
    assert SessionPerson.objects.count() == 2


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    content=st.text(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda deeper: (
            st.lists(deeper, max_size=3)
            | st.dictionaries(st.sampled_from(["schedule", "conference", "days", "rooms", "id", "title", "date", "duration", "persons"]), deeper, max_size=4)
        ),
        max_leaves=20,
    )
)
def test_no_file_breaks_the_readers(content, tmp_path, django_db_blocker):
    import json

    from plenary.ground.framework.models import Edition
    from plenary.programmes.forum.importing.files import read_programme

    path = tmp_path / "any"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    programme = read_programme(path, Edition(code="2020", zone="Europe/Zurich"))
    assert programme.sessions or programme.problems
