"""Who may do what with a submission: role by state by permission, and the pages and actions that ask for them."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from plenary.engines.calls import actions
from plenary.engines.calls.holders import Holder
from plenary.engines.calls.models import Call, Submission
from plenary.engines.calls.tests.working import FIELDS, begin, form_of, hand_in, make_call, make_edition, person
from plenary.errors import NotAllowed
from plenary.ground.audit.actors import NOBODY, SYSTEM, may

pytestmark = pytest.mark.django_db

HELD = {
    "administrator": ("administrator", "site"),
    "secretariat": ("secretariat", "site"),
    "secretariat of the edition": ("secretariat", "edition:2021"),
    "secretariat of the call": ("secretariat", "call:2021/prizes"),
    "secretariat of another call": ("secretariat", "call:2021/photos"),
    "secretariat of another edition": ("secretariat", "edition:2020"),
    "editor": ("editor", "site"),
    "reader of the call": ("reader", "call:2021/prizes"),
    "reviewer": ("reviewer", "call:2021/prizes"),
}
DECIDE = {"administrator", "secretariat", "secretariat of the edition", "secretariat of the call"}
READ = DECIDE | {"editor", "reader of the call"}
OWN, WROTE, PLATFORM = {"owner"}, {"owner", "member"}, {"platform"}

#: For each permission: who holds it on a draft, on what was handed in, on a draft that staff entered, on an entered one handed in.
CELLS: dict[str, tuple[set[str], set[str], set[str], set[str]]] = {
    "calls.write_answers": (WROTE | PLATFORM, WROTE | PLATFORM, DECIDE | PLATFORM, DECIDE | PLATFORM),
    "calls.read_answers": (WROTE | PLATFORM, WROTE | READ | PLATFORM, READ | PLATFORM, READ | PLATFORM),
    "calls.copy": (WROTE | PLATFORM, WROTE | PLATFORM, DECIDE | PLATFORM, DECIDE | PLATFORM),
    "calls.discard": (OWN | PLATFORM, OWN | PLATFORM, DECIDE | PLATFORM, DECIDE | PLATFORM),
    "calls.invite": (OWN | PLATFORM, OWN | PLATFORM, DECIDE | PLATFORM, DECIDE | PLATFORM),
    "calls.withdraw": (OWN | DECIDE | PLATFORM, OWN | DECIDE | PLATFORM, DECIDE | PLATFORM, DECIDE | PLATFORM),
    "calls.view_submissions": (READ | PLATFORM, READ | PLATFORM, READ | PLATFORM, READ | PLATFORM),
    "calls.decide": (DECIDE | PLATFORM, DECIDE | PLATFORM, DECIDE | PLATFORM, DECIDE | PLATFORM),
}
STATES = ("draft", "submitted", "changed", "returned", "accepted", "declined", "withdrawn", "thrown away", "entered draft", "entered")


@pytest.fixture
def call(db) -> Call:
    return make_call(make_edition(), "prizes")


def people() -> dict[str, object]:
    found: dict[str, object] = {name: person(name.title(), *held) for name, held in HELD.items()}
    return {**found, "owner": person("Ada"), "member": person("Bea"), "another": person("Cleo"), "nobody": NOBODY, "platform": SYSTEM}


def in_state(call: Call, state: str) -> Submission:
    """A submission as it stands after that; by Ada and Bea, unless staff entered it."""
    if state.startswith("entered"):
        given = {"answers": {"title": "On paper"}, "origin": "paper", "email": "dee@example.org"}
        return actions.enter_for(actor=person("Secretariat", *HELD["secretariat"]), call=call, draft_only="draft" in state, **given)
    found = begin(call) if state in ("draft", "thrown away") else hand_in(call, "Village clinic")
    found.members.add(person("Bea"))
    if state == "changed":
        actions.save_draft(actor=person("Ada"), submission=found, answers={"title": "Not handed in"})
    elif state == "returned":
        actions.return_for_changes(actor=SYSTEM, submission=found, message="Say more")
    elif state in ("accepted", "declined"):
        actions.decide(actor=SYSTEM, submission=found, code=state, notify=False)
    elif state == "withdrawn":
        actions.withdraw(actor=SYSTEM, submission=found)
    elif state == "thrown away":
        actions.discard_draft(actor=SYSTEM, submission=found)
    return Submission.objects.select_related("call__edition").get(pk=found.pk)


@pytest.mark.parametrize("state", STATES)
def test_each_cell(call: Call, state: str) -> None:
    found = in_state(call, state)
    column = (2 if "draft" in state else 3) if state.startswith("entered") else (0 if state in ("draft", "thrown away") else 1)
    for permission, cells in CELLS.items():
        assert {name for name, actor in people().items() if may(actor, permission, found)} == cells[column], f"{permission}, {state}"


def test_who_knows_the_secret_writes_an_unclaimed_draft_and_nobody_else_does(call: Call) -> None:
    found, _secret = actions.start_draft(actor=NOBODY, call=call, answers={"title": "One"})
    other, _secret = actions.start_draft(actor=NOBODY, call=call, answers={"title": "Two"})
    for permission in ("calls.write_answers", "calls.read_answers", "calls.copy", "calls.discard"):
        assert may(Holder(found.pk), permission, found), permission
        assert not may(Holder(found.pk), permission, other), permission
        assert {name for name, actor in people().items() if may(actor, permission, found)} == PLATFORM, permission


def test_of_one_whose_writer_was_erased_nobody_goes_on_writing(call: Call) -> None:
    found = hand_in(call, "Clinic")
    Submission.objects.filter(pk=found.pk).update(owner=None, entered_by="erased")
    found.refresh_from_db()
    assert {name for name, actor in people().items() if may(actor, "calls.write_answers", found)} == PLATFORM
    assert {name for name, actor in people().items() if may(actor, "calls.read_answers", found)} == READ | PLATFORM


# ---- actions --------------------------------------------------------------------------------------------------------

WRITING = {
    "save": lambda actor, found: actions.save_draft(actor=actor, submission=found, answers={"title": "By staff"}),
    "submit": lambda actor, found: actions.submit(actor=actor, submission=found),
    "discard": lambda actor, found: actions.discard_draft(actor=actor, submission=found),
    "invite": lambda actor, found: actions.invite(actor=actor, submission=found, email="me-too@example.org"),
    "copy": lambda actor, found: actions.copy_to(actor=actor, submission=found, call=found.call),
    "send link": lambda actor, found: actions.send_link(actor=actor, submission=found, secret="", email="staff@example.org"),
}


@pytest.mark.parametrize("verb", WRITING)
@pytest.mark.parametrize("state", ["draft", "changed", "returned", "accepted"])
@pytest.mark.parametrize("role", sorted(DECIDE))
def test_staff_do_nothing_in_the_contributors_place(call: Call, role: str, state: str, verb: str) -> None:
    found = in_state(call, state)
    before = Submission.objects.filter(pk=found.pk).values().get()
    with pytest.raises(NotAllowed):
        WRITING[verb](person(role.title(), *HELD[role]), found)
    assert Submission.objects.filter(pk=found.pk).values().get() == before
    assert Submission.objects.count() == 1 and not found.invitations.exists()


def test_staff_finish_what_they_entered_and_its_address_stays_that_of_the_contributor(call: Call) -> None:
    staff = person("Secretariat of the call", *HELD["secretariat of the call"])
    found = in_state(call, "entered draft")
    actions.save_draft(actor=staff, submission=found, answers={"title": "On paper, page 2"})
    actions.send_link(actor=staff, submission=found, secret="", email=staff.email)
    found = actions.submit(actor=staff, submission=found)
    assert (found.state, found.email, found.title) == ("submitted", "dee@example.org", "On paper, page 2")


# ---- pages ----------------------------------------------------------------------------------------------------------


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(person(role.title(), *HELD[role]), backend="django.contrib.auth.backends.ModelBackend")
    return client


PAGES = ("calls:answer", "calls:preview", "calls:done", "calls:link", "calls:discard")


@pytest.mark.parametrize("state", ["draft", "changed", "returned", "accepted"])
@pytest.mark.parametrize("role", sorted(READ))
def test_staff_are_led_from_the_pages_of_contributors_to_the_desk(call: Call, role: str, state: str) -> None:
    found = in_state(call, state)
    before = Submission.objects.filter(pk=found.pk).values().get()
    client, at_desk = signed_in(role), reverse("desk:submission", args=[found.pk])
    for page in PAGES:
        path = reverse(page, args=[found.pk])
        for answer in (client.get(path), client.post(path, {"f-title": "By staff", "save": "draft"})):
            assert answer.status_code == 405 or (answer.status_code == 403 and f'href="{at_desk}"' in answer.text), (page, answer.status_code)
            assert "Not handed in" not in answer.text
    assert client.post(reverse("calls:upload", args=[found.pk]), {}).status_code == 404
    assert client.get(at_desk).status_code == 200 and "Not handed in" not in client.get(at_desk).text
    assert Submission.objects.filter(pk=found.pk).values().get() == before


@pytest.mark.parametrize("role", ["reviewer", "secretariat of another call", "secretariat of another edition"])
def test_for_all_others_the_pages_are_not_there(call: Call, role: str) -> None:
    found = in_state(call, "changed")
    for page in PAGES:
        path = reverse(page, args=[found.pk])
        assert {signed_in(role).get(path).status_code, signed_in(role).post(path).status_code} <= {404, 405}, page


def test_those_who_read_at_the_desk_do_not_get_the_document_with_private_answers(call: Call) -> None:
    found = hand_in(call, "Clinic", phone="+41 22 730 5111")
    path = reverse("calls:document", args=[found.pk])
    assert signed_in("reader of the call").get(path).status_code == 403
    assert signed_in("editor").get(path).status_code == 403
    assert signed_in("secretariat of the call").get(path).status_code == 200


def test_files_follow_the_answers_they_belong_to(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    fields = [FIELDS[0], {"kind": "file", "code": "report", "label": "Report"}, {"kind": "file", "code": "passport", "label": "Passport", "private": True}]
    call = make_call(make_edition(), "prizes", form=form_of(*fields))
    found, ada = begin(call, title="Clinic"), person("Ada")

    def attach(code: str) -> str:
        upload = SimpleUploadedFile(f"{code}.pdf", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n")
        return reverse("calls:file", args=[found.pk, actions.attach(actor=ada, submission=found, code=code, upload=upload).file_id])

    def given_to(path: str) -> set[str]:
        return {role for role in HELD if signed_in(role).get(path).status_code == 200}

    report, passport = attach("report"), attach("passport")
    assert given_to(report) == given_to(passport) == set(), "nothing is handed in yet"
    actions.submit(actor=ada, submission=found)
    assert (given_to(report), given_to(passport)) == (READ, DECIDE)
    found.refresh_from_db()
    found = actions.detach(actor=ada, submission=found, key=found.attachments.get(field="report").file_id)
    assert given_to(attach("report")) == set(), "the new one waits among changes that are not handed in"
