"""Submissions that become entries or bring news of them, and entries that submissions start from."""

from dataclasses import replace

import pytest

from plenary.engines.calls import intakes
from plenary.engines.calls.models import IntakeResult, Submission
from plenary.errors import Conflict, NotAllowed
from plenary.ground.audit.actors import NOBODY, SYSTEM
from plenary.ground.audit.queries import trail_of, versions_of
from plenary.ground.framework.text import Text
from plenary.ground.people.models import Organisation
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.drafts import LinkDraft
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.tests.making import make_entry
from plenary.programmes.stocktaking.tests.submitting import change, contributor, decide, hand_in, make_call, make_form, results, staff, undo

ROLES = ("title", "summary", "description", "country", "organisation", "action-lines", "sdgs", "themes", "website", "timeframe")
CHOICES = {
    "status": {"kind": "choice", "becomes": "status", "options": [{"code": code, "label": code} for code in ("ongoing", "asleep")]},
    "reach": {"kind": "choice", "becomes": "reach", "options": [{"code": "national", "label": "National"}]},
}
ANSWERS = {
    "title": "Telemedicine for islands",
    "summary": "Doctors by video.",
    "description": "At length.",
    "country": "KE",
    "organisation": {"name": "Ministry of Health", "country": "KE", "stakeholder_type": "government", "website": "https://health.example.org"},
    "action_lines": ["C7-4"],
    "sdgs": ["3", "3.8"],
    "themes": ["health"],
    "website": "https://tele.example.org",
    "timeframe": {"from": "2019-02-01"},
    "status": "ongoing",
    "reach": "national",
}


@pytest.fixture
def call(world):
    return make_call(world.editions["2021"], "new-entry", make_form(*ROLES, **CHOICES), ("accepted", "stocktaking.entry"))


def about(entry: Entry) -> list[str]:
    return sorted(f"{link.concept.scheme.code} {link.concept.code}" for link in entry.links.select_related("concept__scheme"))


def test_an_accepted_submission_is_an_entry_with_all_its_answers(client, call):
    submission = hand_in(call, **ANSWERS)
    decide(submission, by=staff())
    entry = Entry.objects.get()
    assert (entry.number, entry.state, entry.edition.code, entry.year) == ("2021-1", "public", "2021", 2021)
    assert [str(each) for each in (entry.title, entry.summary, entry.description)] == ["Telemedicine for islands", "Doctors by video.", "At length."]
    assert about(entry) == ["action-lines C7-4", "countries KE", "sdg-targets 3.8", "sdgs 3", "themes health"]
    assert (entry.status, entry.reach, entry.starts_on.isoformat(), entry.ends_on) == ("ongoing", "national", "2019-02-01", None)
    assert (entry.website, entry.stakeholder_type.code) == ("https://tele.example.org", "government")
    body = Organisation.objects.get()
    assert list(entry.organisations.all()) == [body]
    assert (str(body.name), body.country.code, body.website) == ("Ministry of Health", "KE", "https://health.example.org")
    assert entry.source == "Submission 2021/new-entry/1"
    result = IntakeResult.objects.get()
    assert (result.kind, result.key, result.path) == ("stocktaking.entry", "2021-1", "/stocktaking/2021-1/")
    assert intakes.submission_of(result.kind, result.key) == submission
    page = client.get(result.path).content.decode()
    assert "Telemedicine for islands" in page and "Submission 2021/new-entry/1" in page


def test_accepting_twice_makes_one_entry_and_undoing_withdraws_it(client, call):
    submission = hand_in(call, **ANSWERS)
    first = decide(submission)
    assert decide(submission).pk == first.pk
    assert Entry.objects.count() == 1
    undo(first)
    entry = Entry.objects.get()
    assert entry.state == Entry.State.WITHDRAWN
    assert "2021/new-entry/1" in trail_of(actions.KIND, entry.number)[0].payload.reason
    assert client.get("/stocktaking/2021-1/").status_code == 410
    assert (results(submission), intakes.submission_of(actions.KIND, entry.number)) == ([], None)
    decide(submission)
    assert [(each.number, each.state) for each in Entry.objects.all()] == [("2021-1", "public")]
    assert results(submission) == [("stocktaking.entry", "2021-1")]


def test_what_staff_wrote_stays_unless_the_contributor_wrote_anew(call):
    submission = hand_in(call, **ANSWERS)
    undo(decide(submission))
    entry = Entry.objects.get()
    actions.edit_entry(actor=SYSTEM, entry=entry, draft=replace(actions.current_draft(entry), summary=Text.of("Edited by staff.")))
    undo(decide(submission))
    entry.refresh_from_db()
    assert str(entry.summary) == "Edited by staff."
    change(submission, summary="Written anew.")
    decide(submission)
    entry.refresh_from_db()
    assert (str(entry.summary), entry.state) == ("Written anew.", "public")


def test_an_entry_that_staff_withdrew_does_not_stop_the_undoing(call):
    submission = hand_in(call, **ANSWERS)
    decision = decide(submission)
    actions.withdraw_entry(actor=SYSTEM, entry=Entry.objects.get(), reason="asked by the owner")
    assert undo(decision).state == Submission.State.SUBMITTED


def test_a_second_decision_with_the_same_intake_keeps_the_one_entry(world):
    form = make_form("title")
    call = make_call(world.editions["2021"], "prizes", form, ("eligible", "stocktaking.entry"), ("nominated", "stocktaking.entry"))
    submission = hand_in(call, title="One")
    eligible = decide(submission, "eligible")
    nominated = decide(submission, "nominated")
    assert Entry.objects.count() == 1
    undo(nominated)
    assert Entry.objects.get().is_public  # the earlier decision still stands
    undo(eligible)
    assert not Entry.objects.get().is_public


def test_without_a_title_nothing_is_made(world):
    call = make_call(world.editions["2021"], "new-entry", make_form("summary"), ("accepted", "stocktaking.entry"))
    submission = hand_in(call, summary="No title was asked for.")
    with pytest.raises(Conflict, match="title"):
        decide(submission)
    submission.refresh_from_db()
    assert (submission.state, submission.decisions.count(), Entry.objects.count()) == ("submitted", 0, 0)


def test_private_answers_are_not_published(world):
    secret = {"kind": "long-text", "becomes": "description", "private": True}
    call = make_call(world.editions["2021"], "new-entry", make_form("title", story=secret), ("accepted", "stocktaking.entry"))
    decide(hand_in(call, title="Open", story="For the secretariat only."))
    assert not Entry.objects.get().description


def test_values_that_entries_do_not_know_are_left_out(call):
    decide(hand_in(call, title="Sleeper", status="asleep"))
    assert Entry.objects.get().status == ""


def test_the_country_of_the_organisation_stands_in_for_that_of_the_project(call):
    decide(hand_in(call, title="One", organisation={"name": "Body", "country": "QA"}))
    assert about(Entry.objects.get()) == ["countries QA"]


def test_texts_in_several_languages_stay_so(world):
    fields = {"title": {"kind": "text", "per_language": True, "becomes": "title"}, "summary": {"kind": "long-text", "becomes": "summary"}}
    call = make_call(world.editions["2021"], "new-entry", make_form(**fields), ("accepted", "stocktaking.entry"), languages=["fr", "en"])
    decide(hand_in(call, title={"en": "Bridge", "fr": "Pont"}, summary="Un pont."))
    entry = Entry.objects.get()
    assert (entry.title.texts, entry.title.original) == ({"en": "Bridge", "fr": "Pont"}, "en")
    assert entry.summary == Text({"en": "Un pont."}, "en")  # the contributor reads English, which the call takes


def test_a_project_that_comes_back_stays_one_entry(world, call):
    """The same title from the same organisation in the same country is the same project, whichever call it comes by."""
    known = make_entry(world, "Telemedicine for Islands", "countries KE", body="Ministry of Health", edition="2020")
    submission = hand_in(call, **ANSWERS)
    decision = decide(submission)
    entry = Entry.objects.get()
    assert (entry.number, str(entry.description), entry.edition.code) == (known.number, "At length.", "2020")
    undo(decision)
    entry = Entry.objects.get()
    assert (str(entry.description), entry.is_public) == ("", True)


def test_an_entry_on_which_another_submission_rests_stays(call):
    first, second = hand_in(call, **ANSWERS), hand_in(call, **{**ANSWERS, "summary": "Told again."})
    decision = decide(first)
    later = decide(second)
    assert [str(each.summary) for each in Entry.objects.all()] == ["Told again."]
    assert {each.number for each in intakes.submissions_of(actions.KIND, "2021-1")} == {1, 2}
    undo(decision)
    assert Entry.objects.get().is_public
    undo(later)
    assert str(Entry.objects.get().summary) == "Doctors by video."


def test_bare_titles_are_no_sign_of_the_same_project(call):
    for _each in range(2):
        decide(hand_in(call, title="Untitled"))
    assert Entry.objects.count() == 2


# ---- who may --------------------------------------------------------------------------------------------------------


def test_the_secretariat_of_the_edition_may_and_others_may_not(call):
    submission = hand_in(call, **ANSWERS)
    for other in (contributor(), staff("edition:2020"), staff("site", "editor")):
        with pytest.raises(NotAllowed):
            decide(submission, by=other)
    assert not Entry.objects.exists()
    decision = decide(submission, by=staff("edition:2021"))
    with pytest.raises(NotAllowed):
        undo(decision, by=contributor())
    assert Entry.objects.get().is_public


def test_who_decides_on_one_call_makes_its_entries_and_no_other_call_s(call):
    submission = hand_in(call, **ANSWERS)
    with pytest.raises(NotAllowed):
        decide(submission, by=staff("call:2021/update"))
    submission.refresh_from_db()
    assert (submission.state, Entry.objects.count()) == ("submitted", 0)
    decide(submission, by=staff("call:2021/new-entry"))
    assert Entry.objects.count() == 1


# ---- updates --------------------------------------------------------------------------------------------------------


@pytest.fixture
def update(world):
    return make_call(world.editions["2021"], "update", make_form("updates", *ROLES), ("accepted", "stocktaking.entry"))


@pytest.fixture
def known(world):
    entry = make_entry(
        world, "", "countries KE", "sdgs 3", "themes health", text=Text({"en": "Old", "fr": "Vieux"}), body="Ministry", summary=Text.of("Short."),
        website="https://old.example.org", source="a report",
    )  # fmt: skip
    links = tuple(replace(link, reason=Text.of("Because.")) if link.concept.code == "3" else link for link in actions.current_draft(entry).links)
    return actions.edit_entry(actor=SYSTEM, entry=entry, draft=replace(actions.current_draft(entry), links=links))


def test_an_update_changes_what_it_tells_and_nothing_else(update, known):
    submission = hand_in(update, updates="2021-1", title="Old", summary="Longer.", sdgs=["3", "4"], organisation={"name": "Ministry"})
    decide(submission)
    entry = Entry.objects.get()
    assert entry.title.texts == {"en": "Old", "fr": "Vieux"}  # what did not change keeps its translations
    assert (str(entry.summary), entry.website) == ("Longer.", "https://old.example.org")
    assert about(entry) == ["countries KE", "sdgs 3", "sdgs 4", "themes health"]
    assert str(entry.links.get(concept__code="3").reason) == "Because."
    assert entry.source == "a report ; Submission 2021/update/1"
    assert results(submission) == [("stocktaking.entry", "2021-1")]
    assert versions_of(actions.KIND, entry.number)[0].payload.reason == "Submission 2021/update/1"


def test_undoing_an_update_puts_back_what_it_changed_and_keeps_what_came_later(update, known):
    before = actions.snapshot(known)
    submission = hand_in(update, updates="https://plenary.example/fr/stocktaking/2021-1/", summary="Longer.", sdgs=["4"])
    decision = decide(submission)
    entry = Entry.objects.get()
    later = replace(actions.current_draft(entry), website="https://later.example.org")
    actions.edit_entry(actor=SYSTEM, entry=entry, draft=later)
    undo(decision)
    entry = Entry.objects.get()
    assert actions.snapshot(entry) == {**before, "website": "https://later.example.org"}
    assert entry.is_public
    second = decide(submission)
    assert str(Entry.objects.get().summary) == "Longer."
    undo(second)
    assert str(Entry.objects.get().summary) == "Short."


def test_an_update_that_tells_nothing_new_can_be_undone_too(update, known):
    submission = hand_in(update, updates="2021-1", summary="Short.")
    decision = decide(submission)
    undo(decision)
    assert str(Entry.objects.get().summary) == "Short."


@pytest.mark.parametrize("number", ["2021-99", "x" * 90, "a\u00a0b"])
def test_an_update_of_no_entry_is_a_conflict(update, known, number):
    submission = hand_in(update, updates=number, title="New")
    with pytest.raises(Conflict, match="There is no entry"):
        decide(submission)
    assert results(submission) == []


def test_a_withdrawn_entry_is_not_updated(update, known):
    actions.withdraw_entry(actor=SYSTEM, entry=known, reason="asked")
    with pytest.raises(Conflict, match="withdrawn"):
        decide(hand_in(update, updates="2021-1", title="New"))


# ---- entries that submissions start from ----------------------------------------------------------------------------


def test_an_entry_gives_its_answers_by_role(world):
    make_entry(
        world, "", "countries KE", "countries UG", "action-lines C7-4", "sdgs 3", "sdg-targets 3.8", "themes health", kind="government", body="Ministry",
        text=Text({"fr": "Titre", "en": "Title"}, "fr"), summary=Text({"fr": "Original", "en": "By machine"}, "fr", frozenset({"en"})),
        website="https://old.example.org", status="ongoing",
    )  # fmt: skip
    given = intakes.find_source("entry").answers(NOBODY, "2021-1")
    assert given == {
        "title": "Title", "summary": "Original", "country": "KE", "countries": ["KE", "UG"], "organisation": {"name": "Ministry", "stakeholder_type": "government"},
        "stakeholder-type": "government", "action-lines": ["C7-4"], "action-line": "C7-4", "category": "C7-4", "sdgs": ["3", "3.8"], "targets": ["3.8"],
        "themes": ["health"], "website": "https://old.example.org", "status": "ongoing", "updates": "2021-1",
    }  # fmt: skip


def test_hidden_entries_give_nothing_to_anybody(world, secretary):
    make_entry(world, "Hidden", state=Entry.State.DRAFT)
    source = intakes.find_source("entry")
    assert [source.answers(actor, number) for actor in (NOBODY, secretary) for number in ("2021-1", "nothing", "a\x00b")] == [None] * 6


def test_a_project_proposed_for_the_prizes_stays_one_entry(world):
    make_entry(world, "Telemedicine", "action-lines C7-4", "countries KE", body="Ministry")
    form = make_form("updates", "title", "country", "organisation", "category")
    call = make_call(world.editions["2021"], "prizes", form, ("eligible", "stocktaking.entry"))
    given = intakes.find_source("entry").answers(NOBODY, "2021-1")
    submission = hand_in(call, **{role.replace("-", "_"): given[role] for role in ("updates", "title", "country", "organisation", "category")})
    decide(submission, "eligible")
    assert [str(each.title) for each in Entry.objects.all()] == ["Telemedicine"]
    assert (submission.category, results(submission)) == ("C7-4", [("stocktaking.entry", "2021-1")])


def test_the_page_of_an_entry_leads_to_the_calls_that_take_it(client, world):
    entry = make_entry(world, "Telemedicine")
    edition = world.editions["2021"]
    address = "/calls/2021/{}/answer/?from=entry:2021-1"
    assert "Propose this project" not in client.get("/stocktaking/2021-1/").content.decode()
    make_call(edition, "new-entry", make_form("title"), ("accepted", "stocktaking.entry"))
    make_call(edition, "photo-contest", make_form("title"), ("accepted", "awards.photo"))
    make_call(edition, "closed-circle", make_form("title", "updates"), ("accepted", "stocktaking.entry"), audience="invited")
    assert "Propose this project" not in client.get("/stocktaking/2021-1/").content.decode()
    make_call(edition, "update", make_form("title", "updates"), ("accepted", "stocktaking.entry"))
    make_call(edition, "prizes", make_form("title"), ("eligible", "stocktaking.entry"), ("nominated", "awards.nominee"))
    page = client.get("/stocktaking/2021-1/").content.decode()
    assert "Propose this project" in page
    assert [slug for slug in ("update", "prizes", "new-entry", "photo-contest", "closed-circle") if address.format(slug) in page] == ["update", "prizes"]
    actions.withdraw_entry(actor=SYSTEM, entry=entry, reason="asked")
    client.force_login(staff())
    assert "Propose this project" not in client.get("/stocktaking/2021-1/").content.decode()


def test_only_those_who_read_the_submission_see_it_on_the_entry(client, call):
    submission = hand_in(call, **ANSWERS)
    decide(submission)
    address = f"/calls/submissions/{submission.pk}/"
    assert address not in client.get("/stocktaking/2021-1/").content.decode()
    for user, sees in ((staff(), True), (submission.owner, True), (contributor("other@example.org", "Other"), False)):
        client.force_login(user)
        assert (address in client.get("/stocktaking/2021-1/").content.decode()) is sees, user


def test_who_submitted_sees_the_page_while_it_is_public(call):
    submission = hand_in(call, **ANSWERS)
    decide(submission)
    result = submission.results.get()
    assert intakes.path_for(submission.owner, result) == "/stocktaking/2021-1/"
    actions.withdraw_entry(actor=SYSTEM, entry=Entry.objects.get(), reason="asked")
    assert intakes.path_for(submission.owner, result) == ""
    assert intakes.path_for(staff(), result) == "/stocktaking/2021-1/"


def test_a_reason_given_on_the_entry_is_kept(world, update, known):
    """Concepts that the update names again keep why they were given."""
    draft = actions.current_draft(known)
    actions.edit_entry(actor=SYSTEM, entry=known, draft=replace(draft, links=(LinkDraft(world.concept("themes health"), Text.of("It heals.")),)))
    decide(hand_in(update, updates="2021-1", themes=["health", "covid-19"]))
    assert {link.concept.code: str(link.reason) for link in Entry.objects.get().links.all()} == {"health": "It heals.", "covid-19": ""}
