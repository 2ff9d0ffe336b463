"""Submissions that become nominees, photographs and teams."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from PIL import Image

from plenary.engines.calls import actions as calls
from plenary.engines.calls import intakes
from plenary.errors import Conflict, NotAllowed
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.files import actions as files
from plenary.ground.files.models import StoredFile
from plenary.ground.framework.text import Text
from plenary.ground.people import actions as people
from plenary.ground.people.models import Person
from plenary.ground.web.panels import panels_for
from plenary.programmes.awards import actions
from plenary.programmes.awards.actions import AwardDraft
from plenary.programmes.awards.models import Award, Contest, Photo, Team
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.tests.submitting import change, contributor, decide, hand_in, make_call, make_form, results, staff, undo

ELIGIBLE_AND_NOMINATED = (("eligible", "stocktaking.entry"), ("nominated", "awards.nominee"))


def levels() -> list[tuple[str, str]]:
    return [(award.category.code if award.category else "", award.level) for award in Award.objects.select_related("category")]


# ---- nominees -------------------------------------------------------------------------------------------------------


@pytest.fixture
def prizes(world):
    return make_call(world.editions["2021"], "prizes", make_form("title", "category"), *ELIGIBLE_AND_NOMINATED, title=Text.of("Prizes 2021: submit"))


def test_a_project_is_an_entry_when_eligible_and_a_nominee_when_nominated(client, prizes):
    submission = hand_in(prizes, title="Telemedicine", category="C7-4")
    eligible = decide(submission, "eligible", by=staff())
    assert (Entry.objects.count(), Award.objects.count()) == (1, 0)
    nominated = decide(submission, "nominated")
    contest = Contest.objects.get()
    assert (str(contest), contest.call, contest.categories.code) == ("2021/prizes", prizes, "action-lines")
    assert levels() == [("C7-4", "nominated")]
    assert Award.objects.get().source == "Submission 2021/prizes/1"
    assert results(submission) == [("stocktaking.entry", "2021-1"), ("awards.nominee", "2021/prizes/2021-1")]
    assert intakes.submission_of("awards.award", "2021/prizes/2021-1") == submission
    assert "Telemedicine" in client.get(submission.results.get(intake="awards.nominee").path).content.decode()
    assert decide(submission, "nominated").pk == nominated.pk
    assert Award.objects.count() == 1
    with pytest.raises(Conflict):
        undo(eligible)  # the nomination rests on it
    undo(nominated)
    assert (Award.objects.count(), Entry.objects.get().is_public) == (0, True)
    decide(submission, "nominated")
    assert levels() == [("C7-4", "nominated")]
    undo(submission.decisions.filter(undone_at=None).last())
    undo(eligible)
    assert (Award.objects.count(), Entry.objects.get().is_public, results(submission)) == (0, False, [])


def test_no_nominee_without_an_entry(world):
    call = make_call(world.editions["2021"], "prizes", make_form("title", "category"), ("nominated", "awards.nominee"))
    submission = hand_in(call, title="Telemedicine", category="C7-4")
    with pytest.raises(Conflict, match="no Stocktaking entry yet"):
        decide(submission, "nominated")
    submission.refresh_from_db()
    assert (submission.state, Award.objects.count(), Contest.objects.count()) == ("submitted", 0, 0)


def test_eligible_projects_can_be_on_record_before_nomination(world):
    intakes_of_call = (("eligible", "stocktaking.entry"), ("eligible", "awards.nominee"), ("nominated", "awards.nominee"))
    call = make_call(world.editions["2021"], "prizes", make_form("title", "category"), *intakes_of_call)
    submission = hand_in(call, title="Telemedicine", category="C1")
    eligible = decide(submission, "eligible")
    assert levels() == [("C1", "eligible")]
    nominated = decide(submission, "nominated")
    assert levels() == [("C1", "nominated")]
    undo(nominated)
    assert levels() == [("C1", "eligible")]
    undo(eligible)
    assert (levels(), Entry.objects.get().is_public) == ([], False)


def test_a_level_given_before_comes_back(world, prizes):
    contest = actions.save_contest(actor=SYSTEM, edition=world.editions["2021"], title=Text.of("Prizes 2021"))
    submission = hand_in(prizes, title="Telemedicine", category="C1")
    decide(submission, "eligible")
    draft = AwardDraft(entry=Entry.objects.get(), category=world.concept("action-lines C1"), level="submitted", number="17", source="press")
    actions.give_award(actor=SYSTEM, contest=contest, draft=draft)
    decision = decide(submission, "nominated")
    award = Award.objects.get()
    assert (award.level, award.number, award.source) == ("nominated", "17", "press ; Submission 2021/prizes/1")
    undo(decision)
    award = Award.objects.get()
    assert (award.level, award.number, award.source) == ("submitted", "17", "press")


def test_a_winner_is_neither_lowered_nor_undone_by_the_way(world, prizes):
    submission = hand_in(prizes, title="Telemedicine", category="C1")
    decide(submission, "eligible")
    decision = decide(submission, "nominated")
    award = Award.objects.select_related("contest", "entry", "category").get()
    actions.give_award(actor=SYSTEM, contest=award.contest, draft=AwardDraft(entry=award.entry, category=award.category, level="winner"))
    with pytest.raises(Conflict, match="Winner"):
        undo(decision)
    submission.refresh_from_db()
    assert (levels(), submission.state) == ([("C1", "winner")], "accepted")


def test_a_level_that_was_higher_before_stays(world, prizes):
    submission = hand_in(prizes, title="Telemedicine", category="C1")
    decide(submission, "eligible")
    contest = actions.save_contest(actor=SYSTEM, edition=world.editions["2021"], title=Text.of("Prizes 2021"))
    draft = AwardDraft(entry=Entry.objects.get(), category=world.concept("action-lines C1"), level="champion")
    actions.give_award(actor=SYSTEM, contest=contest, draft=draft)
    decision = decide(submission, "nominated")
    assert levels() == [("C1", "champion")]
    undo(decision)
    assert levels() == [("C1", "champion")]


def test_the_contest_of_the_call_comes_first(world):
    edition = world.editions["2021"]
    call = make_call(edition, "submit-a-project", make_form("title", "category"), *ELIGIBLE_AND_NOMINATED)
    actions.save_contest(actor=SYSTEM, edition=edition, code="prizes", title=Text.of("Prizes"), call=call)
    actions.save_contest(actor=SYSTEM, edition=edition, code="submit-a-project", title=Text.of("Another"))
    actions.save_contest(actor=SYSTEM, edition=edition, code="prizes", title=Text.of("Prizes renamed"))  # as loading the edition does
    submission = hand_in(call, title="One", category="C1")
    decide(submission, "eligible")
    decide(submission, "nominated")
    assert str(Award.objects.get().contest) == "2021/prizes"


def test_a_category_that_the_contest_does_not_have_is_told(world, prizes):
    actions.save_contest(actor=SYSTEM, edition=world.editions["2021"], title=Text.of("Prizes"), categories=world.concept("themes health").scheme)
    submission = hand_in(prizes, title="One", category="C1")
    decide(submission, "eligible")
    from plenary.errors import Invalid

    with pytest.raises(Invalid):
        decide(submission, "nominated")
    assert [each.code for each in submission.decisions.all()] == ["eligible"]


def test_only_the_secretariat_nominates(prizes):
    submission = hand_in(prizes, title="One", category="C1")
    decide(submission, "eligible")
    for other in (contributor(), staff("edition:2020")):
        with pytest.raises(NotAllowed):
            decide(submission, "nominated", by=other)
    assert not Award.objects.exists()
    decide(submission, "nominated", by=staff("edition:2021"))
    assert levels() == [("C1", "nominated")]


# ---- photographs ----------------------------------------------------------------------------------------------------


def picture(side: int = 40, form: str = "JPEG") -> bytes:
    """A photograph with the place where it was taken written into it."""
    made, image = io.BytesIO(), Image.new("RGB", (side * 2, side), "navy")
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (46.0, 12.0, 0.0)}
    exif[0x0110] = "A camera"
    image.save(made, form, exif=exif)
    return made.getvalue()


PHOTO_FORM = {
    "alt": {"kind": "text", "becomes": "alt"},
    "photo": {"kind": "image", "becomes": "photo", "most": 2},
    "author": {"kind": "person", "becomes": "author"},
}


@pytest.fixture
def contest(world):
    form = make_form("title", "summary", "country", **PHOTO_FORM)
    return make_call(world.editions["2021"], "photo-contest", form, ("accepted", "awards.photo"))


def send_photo(call, *pictures: bytes, **answers):
    submission, _secret = calls.start_draft(actor=contributor(), call=call, answers=answers)
    for number, content in enumerate(pictures):
        upload = SimpleUploadedFile(f"photo-{number}.jpg", content, "image/jpeg")
        calls.attach(actor=submission.owner, submission=submission, code="photo", upload=upload)
    return calls.submit(actor=submission.owner, submission=submission)


def test_a_chosen_photograph_is_shown_without_what_the_camera_wrote(client, contest):
    original = picture(side=1000)
    submission = send_photo(contest, original, title="Harbour", summary="Boats at dawn.", country="KE", author={"name": "Wanjiru Kamau"}, alt="Four boats")
    decision = decide(submission, by=staff("edition:2021"))
    photo = Photo.objects.select_related("file", "author").get()
    assert (str(photo.title), str(photo.caption), photo.author.name, photo.country.code) == ("Harbour", "Boats at dawn.", "Wanjiru Kamau", "KE")
    page = client.get("/prizes/2021/photos/").content.decode()
    assert "Harbour" in page and "Boats at dawn." in page and "Photograph: Wanjiru Kamau" in page and photo.file.path in page
    assert 'alt="Four boats"' in page
    sent = client.get(photo.file.path)
    assert sent.status_code == 200
    shown = Image.open(io.BytesIO(b"".join(sent.streaming_content)))
    assert (shown.size, dict(shown.getexif())) == ((1600, 800), {})
    kept = StoredFile.objects.exclude(pk=photo.file_id).get()
    assert not kept.is_public and client.get(kept.path).status_code == 404
    assert results(submission) == [("awards.photo", "2021/1")]
    assert decide(submission).pk == decision.pk and Photo.objects.count() == 1
    undo(decision)
    assert "Harbour" not in client.get("/prizes/2021/photos/").content.decode()
    assert client.get(photo.file.path).status_code == 404
    decide(submission)
    assert Photo.objects.count() == 1
    assert "Harbour" in client.get("/prizes/2021/photos/").content.decode()
    assert client.get(photo.file.path).status_code == 200


def test_what_the_contributor_changed_in_between_is_shown_at_the_second_time(client, contest):
    submission = send_photo(contest, picture(), title="Harbour")
    undo(decide(submission))
    old = Photo.objects.select_related("file").get().file
    change(submission, title="Harbour at dawn")
    decide(submission)
    page = client.get("/prizes/2021/photos/").content.decode()
    assert "Harbour at dawn" in page
    assert client.get(old.path).status_code == 404


def test_one_photograph_is_one_file(contest):
    submission = send_photo(contest, picture(40), picture(50), title="Two")
    with pytest.raises(Conflict, match="Several files"):
        decide(submission)
    without = send_photo(contest, title="None")
    with pytest.raises(Conflict, match="photo"):
        decide(without)
    assert (Photo.objects.count(), results(submission), results(without)) == (0, [], [])


def test_a_file_that_was_put_away_meanwhile_is_told(contest):
    submission = send_photo(contest, picture(), title="Gone")
    files.delete(actor=SYSTEM, file=StoredFile.objects.get())
    with pytest.raises(Conflict, match="not here any more"):
        decide(submission)


def test_the_name_of_a_photographer_can_be_erased(client, contest):
    submission = send_photo(contest, picture(), title="Harbour")  # who submits took it, where nobody else is named
    decide(submission)
    person = submission.owner.person
    assert Photo.objects.get().author == person
    told = people.export_person(actor=SYSTEM, person=person)["awards"]
    assert [each["title"] for each in told["photographs"]] == [{"en": "Harbour"}]
    people.erase_person(actor=SYSTEM, person=person)
    page = client.get("/prizes/2021/photos/").content.decode()
    assert "Harbour" in page
    assert "Photograph:" not in page and "Amina" not in page


def test_the_gallery_costs_the_same_for_many(client, world, contest, django_assert_max_num_queries):
    def fill(count: int) -> None:
        for _each in range(count):
            decide(send_photo(contest, picture(4), title="One", country="KE", author={"name": "Wanjiru Kamau"}))

    fill(1)
    with django_assert_max_num_queries(12) as few:
        client.get("/prizes/2021/photos/?utm_a=1")
    asked = len(few)
    fill(13)
    with django_assert_max_num_queries(asked):
        first = client.get("/prizes/2021/photos/?utm_a=2").content.decode()
    assert first.count("<figure>") == 12
    assert client.get("/prizes/2021/photos/?page=2").content.decode().count("<figure>") == 2
    assert client.get("/prizes/2021/photos/?page=3").status_code == 400
    assert client.get("/prizes/1066/photos/").status_code == client.get("/prizes/1066/teams/").status_code == 404
    assert "No photograph of this edition" in client.get("/prizes/2020/photos/").content.decode()


# ---- teams ----------------------------------------------------------------------------------------------------------


def team_form(**more):
    members = {f"member_{number}": {"kind": "person", "becomes": f"member-{number}"} for number in (1, 2)}
    return make_form("name", "title", "description", "organisation", **members, **more)


NAMES = {"publish_names": {"kind": "consent", "becomes": "publish-names"}}
TEAM = {
    "name": "Lighthouse", "title": "Lamps for harbours", "description": "How it works.", "organisation": {"name": "Technical University", "country": "KE"},
    "member_1": {"name": "Achieng Otieno", "email": "achieng@example.org"}, "member_2": {"name": "Amina Diallo"},
}  # fmt: skip


def test_a_team_is_listed_with_its_project(client, world):
    call = make_call(world.editions["2021"], "hackathon", team_form(**NAMES), ("accepted", "awards.team"))
    submission = hand_in(call, **TEAM, publish_names=True)
    decision = decide(submission, by=staff("edition:2021"))
    team = Team.objects.get()
    members = [place.person for place in team.places.select_related("person")]
    assert [person.name for person in members] == ["Achieng Otieno", "Amina Diallo"]
    assert members[1] == submission.owner.person  # who submits and names themselves is one person
    page = client.get("/prizes/2021/teams/").content.decode()
    assert all(
        words in page for words in ("Lighthouse", "Lamps for harbours", "How it works.", "Technical University", "Kenya", "Achieng Otieno, Amina Diallo")
    )
    assert "achieng@example.org" not in page
    assert results(submission) == [("awards.team", "2021/1")]
    assert decide(submission).pk == decision.pk and Team.objects.count() == 1
    undo(decision)
    assert "Lighthouse" not in client.get("/prizes/2021/teams/").content.decode()
    decide(submission)
    assert Team.objects.count() == 1 and "Lighthouse" in client.get("/prizes/2021/teams/").content.decode()
    change_of_name = undo(submission.decisions.filter(undone_at=None).get())
    change(change_of_name, name="Beacon")
    decide(submission)
    assert "Beacon" in client.get("/prizes/2021/teams/").content.decode()


def test_names_of_members_are_published_only_where_they_agreed(client, world):
    asked = make_call(world.editions["2021"], "hackathon", team_form(**NAMES), ("accepted", "awards.team"))
    decide(hand_in(asked, **TEAM))
    not_asked = make_call(world.editions["2020"], "hackathon", team_form(), ("accepted", "awards.team"))
    decide(hand_in(not_asked, **TEAM))
    for year in ("2021", "2020"):
        page = client.get(f"/prizes/{year}/teams/").content.decode()
        assert "2 members" in page and "Achieng" not in page


def test_a_team_needs_a_name(world):
    call = make_call(world.editions["2021"], "hackathon", make_form("description"), ("accepted", "awards.team"))
    submission = hand_in(call, description="Nameless.")
    with pytest.raises(Conflict, match="title"):
        decide(submission)
    assert not Team.objects.exists()


def test_members_named_line_by_line_and_those_who_joined(world):
    form = make_form("name", members={"kind": "long-text", "becomes": "members"})
    call = make_call(world.editions["2021"], "hackathon", form, ("accepted", "awards.team"))
    submission, _secret = calls.start_draft(actor=contributor(), call=call, answers={"name": "Lines", "members": "Achieng Otieno\n\n Wanjiru Kamau \n"})
    submission.members.add(contributor("joined@example.org", "Chebet Rono"))
    decide(calls.submit(actor=submission.owner, submission=submission))
    names = [place.person.name for place in Team.objects.get().places.select_related("person")]
    assert names == ["Achieng Otieno", "Wanjiru Kamau", "Chebet Rono"]


def test_members_leave_when_they_are_erased_and_follow_when_records_are_merged(client, world):
    call = make_call(world.editions["2021"], "hackathon", team_form(**NAMES), ("accepted", "awards.team"))
    submission = hand_in(call, **TEAM, publish_names=True)
    decide(submission)
    other = Person.objects.create(name="Achieng O.")
    people.merge_persons(actor=SYSTEM, keep=other, merge=Person.objects.get(name="Achieng Otieno"))
    assert "Achieng O.," in client.get("/prizes/2021/teams/").content.decode()
    assert [each["name"] for each in people.export_person(actor=SYSTEM, person=other)["awards"]["teams"]] == ["Lighthouse"]
    people.erase_person(actor=SYSTEM, person=other)
    page = client.get("/prizes/2021/teams/").content.decode()
    assert "Lighthouse" in page and "Achieng" not in page and "Amina Diallo" in page


def test_the_edition_leads_to_photographs_and_teams(world, contest):
    request = RequestFactory().get("/")
    edition = world.editions["2021"]
    assert "showcase" not in [panel.anchor for panel in panels_for("edition", edition, request)]
    decide(send_photo(contest, picture(), title="Harbour"))
    panel = next(panel for panel in panels_for("edition", edition, request) if panel.anchor == "showcase")
    assert (panel.context["photos"], panel.context["teams"]) == (1, 0)


def test_the_list_of_teams_costs_the_same_for_many(client, world, django_assert_max_num_queries):
    call = make_call(world.editions["2021"], "hackathon", team_form(**NAMES), ("accepted", "awards.team"))
    decide(hand_in(call, **TEAM, publish_names=True))
    with django_assert_max_num_queries(12) as few:
        client.get("/prizes/2021/teams/?utm_a=1")
    asked = len(few)
    for _each in range(8):
        decide(hand_in(call, **TEAM, publish_names=True))
    with django_assert_max_num_queries(asked):
        page = client.get("/prizes/2021/teams/?utm_a=2").content.decode()
    assert page.count("<article") == 9


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_other_pictures_are_shown_too(client, contest, form):
    submission, _secret = calls.start_draft(actor=contributor(), call=contest, answers={"title": "Drawing"})
    upload = SimpleUploadedFile(f"drawing.{form.lower()}", picture(40, form))
    calls.attach(actor=submission.owner, submission=submission, code="photo", upload=upload)
    decide(calls.submit(actor=submission.owner, submission=submission))
    photo = Photo.objects.select_related("file").get()
    assert (photo.file.kind, photo.file.name, photo.file.width, photo.file.height) == ("image/jpeg", "drawing.jpg", 80, 40)
