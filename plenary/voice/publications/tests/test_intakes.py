"""Submissions that become contributions to a report."""

import pytest

from plenary.engines.calls import intakes
from plenary.errors import Conflict, NotAllowed
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.text import Text
from plenary.ground.people import actions as people
from plenary.ground.people.models import Organisation
from plenary.programmes.stocktaking.tests.making import make_world
from plenary.programmes.stocktaking.tests.submitting import change, contributor, decide, hand_in, make_call, make_form, results, staff, undo
from plenary.voice.publications import actions
from plenary.voice.publications.models import Contribution

SECTION = {"title": "Fibre along the railway", "text": "In 2020 we laid cables.", "organisation": {"name": "Rail and Data", "country": "KE"},
           "stakeholder_type": "government"}  # fmt: skip
SECTOR = {"kind": "choice", "becomes": "sector", "options": [{"code": "radio", "label": {"en": "Radiocommunication", "fr": "Radiocommunications"}}]}


@pytest.fixture
def call(db):
    form = make_form("title", "organisation", "stakeholder-type", text={"kind": "long-text", "becomes": "text"}, sector=SECTOR)
    title = Text.of("Report on the implementation of WSIS outcomes")
    return make_call(make_world().editions["2021"], "implementation-report", form, ("accepted", "publications.section"), title=title)


def test_an_accepted_contribution_is_kept_for_its_report_and_read_by_the_secretariat_only(client, call):
    submission = hand_in(call, **SECTION)
    secretary = staff("edition:2021")
    decision = decide(submission, by=secretary)
    made = Contribution.objects.select_related("organisation", "country").get()
    assert (made.report, str(made.report_title), str(made.title), str(made.text)) == (
        "implementation-report", "Report on the implementation of WSIS outcomes", SECTION["title"], SECTION["text"],
    )  # fmt: skip
    assert (str(made.organisation), str(made.sector), made.country.code) == ("Rail and Data", "Government", "KE")
    result, page = submission.results.get(), "/reports/contributions/2021/"
    assert (result.kind, result.key, result.path) == ("publications.contribution", "2021/1", f"{page}#contribution-1")
    assert intakes.submission_of(result.kind, result.key) == submission
    assert (intakes.path_for(submission.owner, result), intakes.path_for(secretary, result)) == ("", result.path)
    for user in (None, contributor()):
        if user:
            client.force_login(user)
        assert client.get(page).status_code == 404
        assert "contributions" not in client.get("/editions/2021/").content.decode()
    client.force_login(secretary)
    shown = client.get(page).content.decode()
    assert all(words in shown for words in ("Fibre along the railway", "In 2020 we laid cables.", "Rail and Data", f"/calls/submissions/{submission.pk}/"))
    assert f'href="{page}"' in client.get("/editions/2021/").content.decode()
    assert client.get(f"{page}?page=2").status_code == 400
    assert client.get("/reports/contributions/1066/").status_code == 404
    assert decide(submission).pk == decision.pk and Contribution.objects.count() == 1


def test_the_sector_stands_in_the_words_of_the_form(call):
    decide(hand_in(call, **SECTION, sector="radio"))
    assert Contribution.objects.get().sector == Text({"en": "Radiocommunication", "fr": "Radiocommunications"})


def test_undoing_leaves_it_out_and_deciding_again_takes_it_in(call):
    submission = hand_in(call, **SECTION)
    undo(decide(submission))
    assert (Contribution.objects.get().state, results(submission)) == ("withdrawn", [])
    decide(submission)
    undo(submission.decisions.filter(undone_at=None).get())
    change(submission, text="In 2020 we laid longer cables.")
    decide(submission)
    made = Contribution.objects.get()
    assert (made.number, made.state, str(made.text)) == (1, "accepted", "In 2020 we laid longer cables.")


@pytest.mark.parametrize(("missing", "words"), [("title", "title"), ("text", "text")])
def test_a_contribution_without_title_or_text_is_none(call, missing, words):
    submission = hand_in(call, **{**SECTION, missing: ""})
    with pytest.raises(Conflict, match=words):
        decide(submission)
    submission.refresh_from_db()
    assert (submission.state, Contribution.objects.count(), Organisation.objects.count()) == ("submitted", 0, 0)


def test_only_the_secretariat_of_the_edition_or_the_call_takes_contributions(call):
    submission = hand_in(call, **SECTION)
    for other in (contributor(), staff("edition:2020"), staff("call:2021/prizes")):
        with pytest.raises(NotAllowed):
            decide(submission, by=other)
    decide(submission, by=staff("edition:2021"))
    with pytest.raises(NotAllowed):
        actions.withdraw_contribution(actor=contributor(), contribution=Contribution.objects.get(), reason="x")


def test_contributions_follow_when_two_organisations_turn_out_to_be_one(call):
    decide(hand_in(call, **SECTION))
    keep = people.ensure_organisation(actor=SYSTEM, name="Rail & Data Ltd")
    people.merge_organisations(actor=SYSTEM, keep=keep, merge=Organisation.objects.get(aliases__folded="rail and data"))
    assert Contribution.objects.get().organisation == keep


def test_the_list_costs_the_same_for_many(client, call, django_assert_max_num_queries):
    client.force_login(staff())
    decide(hand_in(call, **SECTION))
    client.get("/reports/contributions/2021/")
    with django_assert_max_num_queries(20) as few:
        client.get("/reports/contributions/2021/")
    asked = len(few)
    for _each in range(6):
        decide(hand_in(call, **SECTION))
    with django_assert_max_num_queries(asked):
        page = client.get("/reports/contributions/2021/").content.decode()
    assert page.count("<article") == 7
