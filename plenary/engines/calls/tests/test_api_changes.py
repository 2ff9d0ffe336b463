"""Two at once, by the API: every change says what its program saw; what was read is told once; files; taking back and throwing away."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client

from plenary.engines.calls.models import Submission
from plenary.engines.calls.tests.programs import MINE, picture, revision
from plenary.ground.files.models import StoredFile

pytestmark = pytest.mark.django_db

# ---- taking back, throwing away ----


def test_what_was_withdrawn_is_put_back_while_the_call_is_open(prizes, program):
    ann, bob, boss = program("ann"), program("bob"), program("boss", role="secretariat")
    key = ann.start(title="One")["id"]
    assert ann.send("POST", f"{MINE}/{key}/reopen").status_code == 409, "a draft was not withdrawn"
    ann.send("POST", f"{MINE}/{key}/submit")
    ann.send("POST", f"{MINE}/{key}/withdraw")
    Submission.objects.get(pk=key).members.add(bob.user)
    assert bob.send("POST", f"{MINE}/{key}/reopen").status_code == 403, "who joined neither takes back nor puts back"
    back = ann.send("POST", f"{MINE}/{key}/reopen")
    assert (back.status_code, back.json()["state"], back.json()["reference"]) == (200, "submitted", "2021/prizes/1")
    ann.send("POST", f"{MINE}/{key}/withdraw")
    with time_machine.travel(prizes.phases.get().closes_at, tick=False):
        assert ann.send("POST", f"{MINE}/{key}/reopen").status_code == 409
        assert boss.send("POST", f"{MINE}/{key}/reopen").json()["state"] == "submitted", "staff may"


def test_a_draft_is_discarded(prizes, program):
    ann, bob = program("ann"), program("bob")
    key = ann.start(title="One")["id"]
    Submission.objects.get(pk=key).members.add(bob.user)
    assert bob.send("DELETE", f"{MINE}/{key}/draft").status_code == 403, "who joined does not throw away"
    gone = ann.send("DELETE", f"{MINE}/{key}/draft")
    assert (gone.status_code, gone.content) == (204, b"")
    assert ann.get(f"{MINE}/{key}").status_code == ann.send("DELETE", f"{MINE}/{key}/draft").status_code == 404
    assert ann.get(MINE).json()["items"] == []


def test_changes_are_discarded_and_what_was_submitted_stands(prizes, program):
    ann = program("ann")
    key = ann.start(title="One")["id"]
    ann.send("POST", f"{MINE}/{key}/submit")
    assert ann.send("DELETE", f"{MINE}/{key}/draft").status_code == 404, "there are no changes"
    ann.change(key, 2, title="Two")
    assert ann.send("DELETE", f"{MINE}/{key}/draft").status_code == 204
    told = ann.get(f"{MINE}/{key}").json()
    assert (told["state"], told["answers"], told["draft"], told["revision"]) == ("submitted", {"title": "One"}, None, 4)


# ---- two at once ----


def test_two_programs_never_overwrite_each_other(prizes, program):
    ann, bob = program("ann"), program("bob")
    key = ann.start(title="One")["id"]
    Submission.objects.get(pk=key).members.add(bob.user)
    assert bob.get(f"{MINE}/{key}").json()["draft"] == {"title": "One"}
    assert ann.change(key, 1, title="Two").status_code == 200
    late = bob.change(key, 1, title="Three", why="Why not")
    assert late.status_code == 412 and late["Content-Type"] == "application/problem+json"
    assert ann.get(f"{MINE}/{key}").json()["draft"] == {"title": "Two"}
    now = bob.get(f"{MINE}/{key}")
    assert bob.send("PATCH", f"{MINE}/{key}", {"answers": {"title": "Three"}}, **{"If-Match": now["ETag"]}).status_code == 200
    assert bob.change(key, 3, title="Three").json()["revision"] == 3, "the same again is no change"


def test_the_revision_survives_compression(prizes, program):
    ann = program("ann")
    key = ann.start(title="One", why="word " * 400)["id"]
    packed = Client().get(f"{MINE}/{key}", headers={"Authorization": f"Bearer {ann.secret}", "Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert ann.send("PATCH", f"{MINE}/{key}", {"answers": {"title": "Two"}}, **{"If-Match": packed["ETag"]}).status_code == 200


@pytest.mark.parametrize(
    ("given", "status"), [("", 428), ("*", 428), (None, 428), ('"0"', 412), ('"2"', 412), ('"x"', 412), ("-1", 412), ('"1", "2"', 412), ("1", 200)]
)
def test_what_was_seen_must_be_said(prizes, program, given, status):
    ann = program("ann")
    key = ann.start(title="One")["id"]
    assert ann.send("PATCH", f"{MINE}/{key}", {"answers": {"title": "Two"}}, **{"If-Match": given}).status_code == status
    assert ann.get(f"{MINE}/{key}").json()["draft"]["title"] == ("Two" if status == 200 else "One")


#: Where a submission stands, and what can be sent then that changes it.
CHANGES = [
    ("draft", "ann", "PATCH", "", {"answers": {"title": "Two"}}),
    ("draft", "ann", "POST", "/submit", None),
    ("draft", "ann", "DELETE", "/draft", None),
    ("draft", "ann", "FILE", "", None),
    ("draft", "ann", "DELETE", "/files/{file}", None),
    ("submitted", "ann", "POST", "/withdraw", {"reason": "Why not"}),
    ("submitted", "boss", "POST", "/decisions", {"decision": "accepted"}),
    ("submitted", "boss", "POST", "/return", {"message": "More"}),
    ("accepted", "boss", "DELETE", "/decisions/accepted", None),
    ("withdrawn", "ann", "POST", "/reopen", None),
]


@pytest.mark.parametrize(("state", "who", "method", "path", "body"), CHANGES, ids=[f"{each[2]} {each[3]}" for each in CHANGES])
def test_every_change_names_what_was_seen_and_is_a_new_revision(prizes, program, state, who, method, path, body):
    people = {"ann": program("ann"), "boss": program("boss", role="secretariat")}
    ann, boss = people.values()
    key = ann.start(title="One")["id"]
    file = ann.upload(key, "photo", "a.png", picture()).json()["key"]
    if state != "draft":
        ann.send("POST", f"{MINE}/{key}/submit")
    if state == "accepted":
        boss.send("POST", f"{MINE}/{key}/decisions", {"decision": "accepted"})
    if state == "withdrawn":
        ann.send("POST", f"{MINE}/{key}/withdraw")
    before = Submission.objects.get(pk=key)

    def send(seen):
        if method == "FILE":
            return people[who].upload(key, "photo", "b.png", picture(), **{"If-Match": seen})
        return people[who].send(method, f"{MINE}/{key}{path.format(file=file)}", body, **{"If-Match": seen})

    held = StoredFile.objects.count()
    for given, status in (("", 428), (f'"{before.revision - 1}"', 412), (f'"{before.revision + 1}"', 412)):
        refused = send(given)
        assert refused.status_code == status and refused["Content-Type"] == "application/problem+json", refused.content
    now = Submission.objects.get(pk=key)
    assert (now.state, now.revision, now.draft, now.answers) == (before.state, before.revision, before.draft, before.answers)
    assert StoredFile.objects.count() == held, "a file that came too late is not kept"
    told = people[who].get(f"{MINE}/{key}")
    done = send(told["ETag"])
    assert done.status_code in (200, 201, 204), done.content
    now = Submission.objects.get(pk=key)
    assert now.deleted_at or now.revision == before.revision + 1 == revision(done)


def test_a_decision_taken_meanwhile_is_not_overlooked(prizes, program):
    ann, boss = program("ann"), program("boss", role="secretariat")
    key = ann.start(title="One")["id"]
    ann.send("POST", f"{MINE}/{key}/submit")
    seen = ann.get(f"{MINE}/{key}")["ETag"]
    boss.send("POST", f"{MINE}/{key}/return", {"message": "More"})
    assert ann.send("POST", f"{MINE}/{key}/withdraw", **{"If-Match": seen}).status_code == 412
    assert Submission.objects.get().state == "returned"


# ---- reading again ----


def test_what_has_not_changed_is_not_sent_twice(prizes, program):
    ann, boss = program("ann"), program("boss", role="secretariat")
    key = ann.start(title="One")["id"]
    ann.send("POST", f"{MINE}/{key}/submit")
    for path in (MINE, f"{MINE}/{key}"):
        first = ann.get(path)
        assert first["Cache-Control"] == "private, no-store", "no cache keeps it; the program may"
        again = ann.send("GET", path, **{"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    seen = ann.get(f"{MINE}/{key}")["ETag"]
    with time_machine.travel(prizes.phases.get().closes_at, tick=False):
        now = ann.send("GET", f"{MINE}/{key}", **{"If-None-Match": seen})
        assert now.status_code == 200 and not now.json()["is_open"], "time changes what is told, too"
    boss.send("POST", f"{MINE}/{key}/decisions", {"decision": "accepted"})
    assert ann.send("GET", f"{MINE}/{key}", **{"If-None-Match": seen}).json()["state"] == "accepted"


def test_a_file_is_had_as_it_was_added(prizes, program):
    ann = program("ann")
    key = ann.start(title="One")["id"]
    added = ann.upload(key, "photo", "../bus “ü”.png", picture()).json()
    told = ann.get(added["address"])
    assert (told.status_code, told["Content-Type"], b"".join(told.streaming_content)) == (200, "image/png", picture())
    assert told["Content-Disposition"].startswith("attachment") and told["Cache-Control"] == "private, no-store"
    assert ann.get(f"{MINE}/{key}").json()["files"] == [added]
    again = ann.send("GET", added["address"], **{"If-None-Match": told["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = Client().head(added["address"], headers={"Authorization": f"Bearer {ann.secret}"})
    assert head.status_code == 200 and head["ETag"] == told["ETag"] and b"".join(head.streaming_content) == b""
    ann.send("DELETE", added["address"])
    assert ann.get(added["address"]).status_code == 404


@pytest.mark.parametrize(("role", "opens"), [("secretariat", {"photo", "paper"}), ("reader", {"photo"}), ("juror", set()), ("", set())])
def test_files_are_read_by_those_who_read_the_answers(prizes, program, role, opens):
    ann, other = program("ann"), program("other", "submissions:read", role=role)
    key = ann.start(title="One")["id"]
    files = {"photo": ann.upload(key, "photo", "a.png", picture()).json(), "paper": ann.upload(key, "paper", "a.pdf", b"%PDF-1.7\n%%EOF\n").json()}
    assert {other.get(each["address"]).status_code for each in files.values()} == {404}, "what is not handed in is nobody else's"
    ann.send("POST", f"{MINE}/{key}/submit")
    later = ann.upload(key, "photo", "b.png", picture()).json()
    assert {field for field, each in files.items() if other.get(each["address"]).status_code == 200} == opens
    assert other.get(later["address"]).status_code == 404, "changes that wait are nobody else's either"
    assert ann.get(later["address"]).status_code == 200
    assert program("bob").get(files["photo"]["address"]).status_code == 404
