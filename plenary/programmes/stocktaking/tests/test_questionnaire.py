"""All that the questionnaire asks, on its way into an entry and back into the form that brings it up to date."""

import io
import tomllib
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from plenary.engines.calls import actions as calls
from plenary.engines.calls import intakes
from plenary.ground.audit.actors import NOBODY, SYSTEM
from plenary.ground.audit.models import TrailRecord
from plenary.ground.audit.queries import versions_of
from plenary.ground.files.models import StoredFile
from plenary.ground.framework.text import Text
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.intakes import difference_of
from plenary.programmes.stocktaking.models import Collection, Entry, EntryContact, EntryEdition, EntryOwner
from plenary.programmes.stocktaking.submitted import READS, reasons_in, web_links
from plenary.programmes.stocktaking.tests.making import make_entry
from plenary.programmes.stocktaking.tests.submitting import change, contributor, decide, hand_in, make_call, make_form, staff, undo

STORY = ("beneficiaries", "results", "challenges", "partnerships", "replicability")
ROLES = (
    "title", "summary", *STORY, "country", "organisation", "partners", "funders", "action-lines", "sdgs", "sdg-reasons", "themes", "website", "links", "media",
    "media-alt", "media-credit", "contact", "contact-phone",
)  # fmt: skip
ANSWERS = {
    "title": "Telemedicine for islands",
    "summary": "Doctors by video.",
    **{name: f"The {name} in whole sentences." for name in STORY},
    "country": "KE",
    "organisation": {"name": "Ministry of Health", "country": "KE", "stakeholder_type": "government"},
    "partners": "University of the Coast (Kenya)\nDoctors (volunteers)",
    "funders": "Bank for Islands (UG)",
    "action_lines": ["C7-4"],
    "sdgs": ["3", "3.8"],
    "sdg_reasons": "3: Clinics reach islands,\nalso at night.\n3.8 – Nobody pays.",
    "themes": ["health"],
    "links": "Report of 2020: https://example.org/report.pdf.\nFilm\nwww.example.org/film",
    "contact": {"name": "Amina Diallo", "email": "amina@example.org"},
    "contact_phone": "+254700000000",
}


@pytest.fixture
def call(world):
    return make_call(world.editions["2021"], "new-entry", make_form(*ROLES), ("accepted", "stocktaking.entry"))


@pytest.fixture
def update(world):
    return make_call(world.editions["2022"], "update", make_form("updates", *ROLES, "targets"), ("accepted", "stocktaking.entry"))


def picture(colour: str = "navy", name: str = "clinic.jpg") -> SimpleUploadedFile:
    made = io.BytesIO()
    image = Image.new("RGB", (80, 40), colour)
    exif = image.getexif()
    exif[0x010F] = "Camera 0001"
    image.save(made, "JPEG", exif=exif)
    return SimpleUploadedFile(name, made.getvalue(), "image/jpeg")


def with_files(call, *uploads, **answers):
    submission, _secret = calls.start_draft(actor=contributor(), call=call, answers=answers)
    for upload in uploads:
        calls.attach(actor=submission.owner, submission=submission, code="media", upload=upload)
    submission.refresh_from_db()
    return calls.submit(actor=submission.owner, submission=submission)


def test_all_answers_stand_in_the_entry(call):
    decide(hand_in(call, **ANSWERS))
    entry = Entry.objects.get()
    assert {name: str(getattr(entry, name)) for name in STORY} == {name: ANSWERS[name] for name in STORY}
    assert entry.web_links == [
        {"url": "https://example.org/report.pdf", "label": "Report of 2020"},
        {"url": "https://www.example.org/film", "label": "Film"},
    ]
    bodies = [(str(each.organisation.name), each.role, each.organisation.country and each.organisation.country.code) for each in entry.organisation_links.all()]
    assert bodies == [
        ("Ministry of Health", "lead", "KE"),
        ("University of the Coast", "partner", "KE"),
        ("Doctors (volunteers)", "partner", None),
        ("Bank for Islands", "funder", "UG"),
    ]
    reasons = {link.concept.code: str(link.reason) for link in entry.links.select_related("concept")}
    assert reasons == {"C7-4": "", "3": "Clinics reach islands,\nalso at night.", "3.8": "Nobody pays.", "KE": "", "health": ""}
    assert [(each.edition.code, each.how) for each in entry.history.all()] == [("2021", "added")]


def test_the_contact_is_kept_apart_and_stands_nowhere_else(client, call):
    decide(hand_in(call, **ANSWERS))
    contact = EntryContact.objects.get()
    assert (contact.name, contact.email, contact.phone) == ("Amina Diallo", "amina@example.org", "+254700000000")
    page = client.get("/stocktaking/2021-1/").content.decode() + client.get("/api/v1/entries/2021-1").content.decode()
    told = [str(record.payload.after) for record in TrailRecord.objects.filter(kind=actions.KIND, payload__isnull=False)]
    kept = [str(version.payload.after) for version in versions_of(actions.KIND, "2021-1")]
    assert not [text for text in (page, *told, *kept) if "amina@example.org" in text or "+254700000000" in text]
    assert "changed_contact" in TrailRecord.objects.filter(kind=actions.KIND).values_list("verb", flat=True)


def test_who_adds_an_entry_speaks_for_it_and_who_updates_one_does_not(call, update):
    submission = hand_in(call, **ANSWERS)
    member = contributor("member@example.org", "Member")
    submission.members.add(member)
    decide(submission, by=staff("call:2021/new-entry"))
    other = contributor("other@example.org", "Other")
    decide(hand_in(update, by=other, updates="2021-1", results="Told by somebody else."))
    assert {each.user for each in EntryOwner.objects.all()} == {submission.owner, member}


def test_pictures_are_shown_as_copies_without_what_the_camera_wrote(call):
    submission = with_files(call, picture(), picture("green", "team.jpg"), **{**ANSWERS, "media_alt": "A clinic by the sea\nThe team", "media_credit": "Amina"})
    decision = decide(submission)
    media = list(Entry.objects.get().media.select_related("file"))
    assert [(str(each.alt), each.credit, each.file.is_public) for each in media] == [("A clinic by the sea", "Amina", True), ("The team", "Amina", True)]
    with Image.open(media[0].file.file) as shown:
        assert not shown.getexif()
    assert not StoredFile.objects.filter(attachment__isnull=False, is_public=True).exists()  # what was handed in stays with the secretariat
    undo(decision)
    change(submission, summary="Written anew.")
    decide(submission)
    assert [each.file_id for each in Entry.objects.get().media.all()] == [each.file_id for each in media]  # the same pictures, not copied again


def test_a_document_is_shown_too(call):
    content = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
    decide(with_files(call, SimpleUploadedFile("report.pdf", content, "application/pdf"), **ANSWERS))
    shown = Entry.objects.get().media.select_related("file").get()
    assert (shown.file.kind, shown.file.is_public) == ("application/pdf", True)


def test_what_a_call_accepts_goes_into_its_collections(world, call):
    Collection.objects.create(code="cases", name=Text.of("Cases"), calls=["2021/new-entry"])
    Collection.objects.create(code="others", name=Text.of("Others"), calls=["2021/another", "2020/new-entry"])
    submission = hand_in(call, **ANSWERS)
    decision = decide(submission)
    entry = Entry.objects.get()
    assert [each.code for each in entry.collections.all()] == ["cases"]
    draft = actions.current_draft(entry)
    assert draft.collections == ("cases",)
    undo(decision)
    change(submission, summary="Written anew.")
    decide(submission)
    assert [each.code for each in Entry.objects.get().collections.all()] == ["cases"]


def test_an_answer_can_choose_collections(world):
    Collection.objects.create(code="cases", name=Text.of("Cases"))
    options = [{"code": code, "label": code} for code in ("cases", "gone")]
    form = make_form("title", wanted={"kind": "choices", "becomes": "collections", "options": options})
    call = make_call(world.editions["2021"], "new-entry", form, ("accepted", "stocktaking.entry"))
    decide(hand_in(call, title="One", wanted=["cases", "gone"]))
    assert [each.code for each in Entry.objects.get().collections.all()] == ["cases"]


# ---- bringing up to date --------------------------------------------------------------------------------------------


def test_an_update_starts_with_everything_and_changes_nothing_by_itself(call, update):
    decide(hand_in(call, **ANSWERS))
    before = actions.snapshot(Entry.objects.get())
    given = intakes.find_source("entry").answers(NOBODY, "2021-1")
    assert set(given) >= {"updates", *ROLES} - {"media", "media-alt", "media-credit", "contact", "contact-phone", "website"}
    assert given["sdg-reasons"] == "3: Clinics reach islands,\nalso at night.\n3.8: Nobody pays."
    assert given["partners"] == "University of the Coast (Kenya)\nDoctors (volunteers)"
    form = update.forms.get().form
    decide(hand_in(update, **{form.by_role[role].code: answer for role, answer in given.items() if role in form.by_role}))
    entry = Entry.objects.get()
    after = actions.snapshot(entry)
    assert {name for name in before if before[name] != after[name]} == {"source"}
    assert [(each.edition.code, each.how) for each in entry.history.all()] == [("2021", "added"), ("2022", "updated")]
    assert entry.confirmed_at is not None


def test_only_who_owns_the_entry_is_given_its_contact_again(call):
    decide(hand_in(call, **ANSWERS))
    entry, owner = Entry.objects.get(), contributor("owner@example.org", "Owner")
    source = intakes.find_source("entry")
    EntryOwner.objects.all().delete()
    assert [actor for actor in (NOBODY, owner) if {"contact", "contact-phone"} & set(source.answers(actor, "2021-1"))] == []
    EntryOwner.objects.create(entry=entry, user=owner)
    given = source.answers(owner, "2021-1")
    assert (given["contact"], given["contact-phone"]) == ({"name": "Amina Diallo", "email": "amina@example.org"}, "+254700000000")


def test_a_target_that_is_not_named_any_more_goes(call, update):
    decide(hand_in(call, **ANSWERS))
    decide(hand_in(update, updates="2021-1", title="Telemedicine for islands", sdgs=["3"], funders="Another fund"))
    entry = Entry.objects.get()
    assert sorted(link.concept.code for link in entry.links.filter(concept__scheme__code__in=("sdgs", "sdg-targets")).select_related("concept")) == ["3"]
    assert str(entry.links.get(concept__code="3").reason).startswith("Clinics reach")
    assert [(str(each.organisation.name), each.role) for each in entry.organisation_links.all()][1:] == [
        ("University of the Coast", "partner"),
        ("Doctors (volunteers)", "partner"),
        ("Another fund", "funder"),
    ]


def test_what_an_update_would_change_is_seen_before_it_is_accepted(call, update):
    decide(hand_in(call, **ANSWERS))
    submission = with_files(update, picture(), updates="2021-1", results="Forty clinics.", sdgs=["4"])
    before, after = difference_of(submission)
    assert {name for name in before if before[name] != after[name]} == {"results", "concepts", "source", "media"}
    assert after["results"]["texts"] == {"en": "Forty clinics."}
    assert (str(Entry.objects.get().results), Entry.objects.get().media.count()) == (ANSWERS["results"], 0)
    decide(submission)
    assert actions.snapshot(Entry.objects.get())["results"] == after["results"]
    assert difference_of(submission) is None  # it is no wish any more


def test_there_is_no_difference_to_see_where_there_is_no_entry(call, update):
    assert difference_of(hand_in(call, **ANSWERS)) is None
    assert difference_of(hand_in(update, updates="2021-99", title="New")) is None


def test_a_project_that_comes_back_shows_what_it_would_change(world, call):
    make_entry(world, "Telemedicine for Islands", "countries KE", body="Ministry of Health", edition="2020")
    # The same organisation carries it; partners are named anew, so that the project is another one without them.
    submission = hand_in(call, **{name: value for name, value in ANSWERS.items() if name not in ("partners", "funders")})
    before, after = difference_of(submission)
    assert (before["number"], before["summary"], str(Text.from_json(after["summary"]))) == ("2020-1", {}, "Doctors by video.")


def test_an_update_that_is_undone_is_no_part_of_the_history(call, update):
    decide(hand_in(call, **ANSWERS))
    first = decide(hand_in(update, updates="2021-1", results="More."))
    second = decide(hand_in(update, updates="2021-1", challenges="Many."))
    undo(first)
    assert EntryEdition.objects.filter(how="updated").count() == 1
    undo(second)
    assert not EntryEdition.objects.filter(how="updated").exists()


def test_an_update_finds_the_entry_by_a_number_it_had_before(world, update):
    entry = make_entry(world, "Telemedicine")
    entry.other_numbers.create(number="1378827145")
    decide(hand_in(update, updates="1378827145", results="Found."))
    assert str(Entry.objects.get().results) == "Found."


def test_an_update_of_a_merged_entry_goes_to_the_one_it_became_part_of(world, update):
    kept, gone = make_entry(world, "Kept"), make_entry(world, "Gone")
    actions.withdraw_entry(actor=SYSTEM, entry=gone, reason="the same project")
    Entry.objects.filter(pk=gone.pk).update(merged_into=kept)
    decide(hand_in(update, updates=gone.number, results="Found."))
    assert [str(each.results) for each in Entry.objects.order_by("pk")] == ["Found.", ""]


# ---- the questionnaires of the editions ------------------------------------------------------------------------------

EDITIONS = Path(__file__).resolve().parents[4] / "editions"
#: What every questionnaire of the repository asks, by what it becomes.
ASKED = {*ROLES, "description", "countries", "status", "reach", "timeframe", "media-credit"}


def questionnaires() -> dict[str, list[dict]]:
    """The fields of the forms by which entries come in, by edition and call."""
    found = {}
    for path in sorted(EDITIONS.glob("*/forms.toml")):
        calls = {call["slug"]: call for call in tomllib.loads((path.parent / "calls.toml").read_text())["calls"]}
        for form in tomllib.loads(path.read_text())["forms"]:
            taken = {each["intake"] for each in calls[form["call"]].get("intakes", ())}
            if taken == {"stocktaking.entry"}:
                found[f"{path.parent.name}/{form['call']}"] = [field for part in form["parts"] for field in part["fields"]]
    return found


def test_each_questionnaire_asks_all_that_entries_hold():
    known = questionnaires()
    assert set(known) == {
        "demo/stocktaking", "demo/stocktaking-update", "demo/case-repository", "demo/digital-transformation-repository", "wsis-2020/covid-19-repository",
        "wsis-2021/stocktaking", "wsis-2021/stocktaking-update", "wsis-2021/covid-19-repository",
    }  # fmt: skip
    for name, fields in known.items():
        roles = {field["becomes"]: field for field in fields if field.get("becomes")}
        assert set(roles) - {"focal-point"} == ASKED | ({"updates"} if "update" in name else set()), name
        assert set(roles) - {"focal-point"} <= set(READS), name
        assert all(roles[role].get("private") for role in ("contact", "contact-phone")), name
        assert "global" in {option["code"] for option in roles["reach"]["options"]}, name
        for field in fields:
            assert set(field["label"]) == {"en", "ar", "zh", "fr", "ru", "es"}, (name, field["code"])
            assert set(field.get("help") or field["label"]) == {"en", "ar", "zh", "fr", "ru", "es"}, (name, field["code"])


def test_an_update_must_tell_no_more_than_what_it_is_about():
    for name, fields in questionnaires().items():
        if "update" in name:
            assert {field["code"] for field in fields if field.get("required")} == {"entry_number", "title", "changes", "contact", "consent_publish"}, name


# ---- answers written line by line -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("https://example.org/a", [("https://example.org/a", "")]),
        ("(https://example.org/a).", [("https://example.org/a", "")]),
        ("报告：https://example.org/a。", [("https://example.org/a", "报告")]),
        ("- Report - https://example.org/a\n\n- https://example.org/a", [("https://example.org/a", "Report")]),
        ("https://example.org/a https://example.org/b", [("https://example.org/a", ""), ("https://example.org/b", "")]),
        ("No address here.\njavascript:alert(1)", []),
    ],
)
def test_addresses_are_found_in_what_people_write(text, links):
    assert [(each.url, each.label) for each in web_links(text)] == links


def test_of_very_many_addresses_the_first_are_kept():
    assert len(web_links("\n".join(f"https://example.org/{n}" for n in range(99)))) == 20


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("Because.", {"": "Because."}),
        ("SDG 3: Health.\nODS 3.8 – Cover.", {"3": "Health.", "3.8": "Cover."}),
        ("٣: لأن", {"3": "لأن"}),
        ("4: Not named.", {"": "4: Not named."}),
        ("3.8: One.\nThree more lines.\n3: Two.", {"3.8": "One.\nThree more lines.", "3": "Two."}),
        ("", {}),
    ],
)
def test_reasons_are_found_by_the_goal_they_begin_with(text, reasons):
    assert reasons_in(text, {"3", "3.8"}) == reasons
