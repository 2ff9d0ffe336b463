"""Calls by the API: from the first word of a draft to the decision, by programs that carry a token."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from plenary.engines.calls import actions
from plenary.engines.calls.actions import CallValues
from plenary.engines.calls.models import Submission
from plenary.engines.calls.tests.programs import API, MINE, SMALL, open_call, picture, revision
from plenary.engines.calls.tests.test_stages import collect
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.queries import trail_of
from plenary.ground.framework.text import Text
from plenary.ground.messages.models import OutboxMessage
from plenary.ground.people import actions as people
from plenary.ground.people.models import LegalText

pytestmark = pytest.mark.django_db


# ---- the whole way ----


def test_from_the_first_word_to_the_decision(prizes, program):
    ann, boss = program("ann"), program("boss", role="secretariat")
    begun = ann.send("POST", MINE, {"call": "2021/prizes", "answers": {"why": "Because"}, "language": "fr"})
    draft = begun.json()
    assert (begun.status_code, revision(begun), begun["Location"]) == (201, 1, f"{MINE}/{draft['id']}")
    assert (draft["state"], draft["origin"], draft["language"], draft["answers"]) == ("draft", "api", "fr", None)
    assert draft["draft"] == {"why": "Because"} and draft["problems"] == {"title": ["This is needed."]}
    assert draft["is_open"] and draft["staff"] is None

    refused = ann.send("POST", f"{MINE}/{draft['id']}/submit")
    assert refused.status_code == 422 and refused.json()["problems"] == {"title": ["This is needed."]}

    changed = ann.change(draft["id"], 1, title="A library on a bus", why=None)
    assert changed.status_code == 200 and revision(changed) == 2
    assert changed.json()["draft"] == {"title": "A library on a bus"} and changed.json()["problems"] == {}

    added = ann.upload(draft["id"], "photo", "bus.png", picture())
    assert added.status_code == 201 and (added.json()["kind"], added.json()["width"]) == ("image/png", 20)
    assert revision(added) == 3 and added["Location"] == added.json()["address"]

    done = ann.send("POST", f"{MINE}/{draft['id']}/submit").json()
    assert (done["state"], done["reference"], done["title"], done["draft"]) == ("submitted", "2021/prizes/1", "A library on a bus", None)
    assert done["answers"]["photo"] == [added.json()["key"]] == [each["key"] for each in done["files"]]
    assert ann.send("POST", f"{MINE}/{draft['id']}/submit").status_code == 409, "there is nothing new to submit"

    (listed,) = boss.get(f"{API}/calls/2021/prizes/submissions").json()["items"]
    assert listed["staff"]["contributor"] == {"name": "Ann", "email": "ann@example.org"}
    assert listed["staff"]["open_decisions"] == ["accepted", "declined"]
    decided = boss.send("POST", f"{MINE}/{draft['id']}/decisions", {"decision": "accepted", "message": "Well done"})
    assert decided.status_code == 200 and [each["decision"] for each in decided.json()["staff"]["decisions"]] == ["accepted"]
    assert boss.send("POST", f"{MINE}/{draft['id']}/decisions", {"decision": "accepted"}).status_code == 200
    mail = OutboxMessage.objects.get(about_key=draft["id"])
    assert (mail.to, mail.state) == ("ann@example.org", "held"), "one mail, which waits for staff"

    told = ann.get(f"{MINE}/{draft['id']}").json()
    assert (told["state"], told["message"], told["is_open"], told["staff"]) == ("accepted", "Well done", False, None)
    assert ann.change(draft["id"], told["revision"], title="Other").status_code == 409
    assert [record.verb for record in trail_of("calls.submission", draft["id"])] == ["decided", "submitted", "started"]
    assert {record.actor_id for record in trail_of("calls.submission", draft["id"])} == {ann.user.trail_id, boss.user.trail_id}


def test_a_decision_is_undone(prizes, program):
    ann, boss = program("ann"), program("boss", role="secretariat")
    key = ann.start(title="One")["id"]
    ann.send("POST", f"{MINE}/{key}/submit")
    boss.send("POST", f"{MINE}/{key}/decisions", {"decision": "declined"})
    undone = boss.send("DELETE", f"{MINE}/{key}/decisions/declined")
    assert undone.status_code == 200 and undone.json()["state"] == "submitted" and undone.json()["staff"]["decisions"] == []
    assert boss.send("DELETE", f"{MINE}/{key}/decisions/declined").status_code == 404
    assert not OutboxMessage.objects.exists(), "the mail that waited is thrown away"
    quiet = boss.send("POST", f"{MINE}/{key}/decisions", {"decision": "accepted", "notify": False})
    assert quiet.json()["state"] == "accepted" and not OutboxMessage.objects.exists()


def test_returned_changed_and_submitted_again(prizes, program):
    ann, boss = program("ann"), program("boss", role="secretariat")
    key = ann.start(title="One")["id"]
    ann.send("POST", f"{MINE}/{key}/submit")
    path = f"{MINE}/{key}/return"
    until = (timezone.now() + timedelta(days=9)).isoformat()
    assert boss.send("POST", path, {"message": ""}).status_code == 422
    assert boss.send("POST", path, {"message": "More", "until": "2021-01-01T00:00:00Z"}).json()["problems"].keys() == {"until"}
    for no_instant in ("tomorrow", "2030-01-01", "9999-12-31T23:59:59-23:59"):
        assert boss.send("POST", path, {"message": "More", "until": no_instant}).status_code == 422
    assert boss.send("POST", path, {"message": "Say more", "until": until}).json()["state"] == "returned"
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        told = ann.get(f"{MINE}/{key}").json()
        assert told["is_open"] and told["message"] == "Say more"
        again = ann.change(key, told["revision"], why="For everybody").json()
        assert again["answers"] == {"title": "One"} and again["draft"] == {"title": "One", "why": "For everybody"}
        seen = boss.get(f"{MINE}/{key}").json()
        assert seen["answers"] == {"title": "One"} and seen["draft"] is None, "what is not submitted is nobody else's to read"
        assert ann.send("POST", f"{MINE}/{key}/submit").json()["answers"]["why"] == "For everybody"


def test_withdrawing(prizes, program):
    ann = program("ann")
    key = ann.start(title="One")["id"]
    assert ann.send("POST", f"{MINE}/{key}/withdraw").status_code == 409, "a draft was not handed in"
    ann.send("POST", f"{MINE}/{key}/submit")
    assert ann.send("POST", f"{MINE}/{key}/withdraw", {"reason": "We moved"}).json()["state"] == "withdrawn"
    assert trail_of("calls.submission", key)[0].payload.reason == "We moved"


# ---- who may ----

#: method, path, what is sent, the scope that is needed
OPERATIONS = [
    ("GET", MINE, None, "submissions:read"),
    ("GET", f"{API}/calls/2021/prizes/submissions", None, "submissions:read"),
    ("GET", MINE + "/{key}", None, "submissions:read"),
    ("POST", MINE, {"call": "2021/prizes"}, "submissions:write"),
    ("PATCH", MINE + "/{key}", {"answers": {}}, "submissions:write"),
    ("POST", MINE + "/{key}/submit", None, "submissions:write"),
    ("POST", MINE + "/{key}/withdraw", None, "submissions:write"),
    ("POST", MINE + "/{key}/reopen", None, "submissions:write"),
    ("DELETE", MINE + "/{key}/draft", None, "submissions:write"),
    ("GET", MINE + "/{key}/files/" + str(uuid.UUID(int=1)), None, "submissions:read"),
    ("POST", MINE + "/{key}/files?field=photo", None, "submissions:write"),
    ("DELETE", MINE + "/{key}/files/" + str(uuid.UUID(int=1)), None, "submissions:write"),
    ("POST", MINE + "/{key}/decisions", {"decision": "accepted"}, "decisions:write"),
    ("DELETE", MINE + "/{key}/decisions/accepted", None, "decisions:write"),
    ("POST", MINE + "/{key}/return", {"message": "More"}, "decisions:write"),
]
SCOPES = ["submissions:read", "submissions:write", "decisions:write"]


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize(("method", "path", "body", "needed"), OPERATIONS, ids=[f"{method} {path}" for method, path, _body, _needed in OPERATIONS])
def test_each_scope_opens_its_own_operations_only(prizes, program, method, path, body, needed, scope):
    staff = program("boss", scope, role="secretariat")
    submission, _secret = actions.start_draft(actor=staff.user, call=prizes, answers={"title": "One"})
    before = (submission.state, submission.revision)
    answered = staff.send(method, path.format(key=submission.pk), body)
    if scope == needed:
        assert answered.status_code not in (401, 403), answered.content
    else:
        assert answered.status_code == 403 and needed in answered.json()["detail"]
        submission.refresh_from_db()
        assert (submission.state, submission.revision) == before and Submission.objects.count() == 1


def test_no_operation_that_needs_a_token_is_missing_above(client):
    described = json.loads(client.get(f"{API}/openapi.json").content)["paths"]
    secured = {
        (method.upper(), scope)
        for methods in described.values()
        for method, each in methods.items()
        for need in each.get("security", [])
        for scope in need["Token"]
    }
    assert secured == {(method, scope) for method, _path, _body, scope in OPERATIONS}
    assert sum("security" in each for methods in described.values() for each in methods.values()) == len(OPERATIONS)


@pytest.mark.parametrize("role", ["", "reviewer", "focal-point"])
def test_what_is_anothers_is_not_there(prizes, program, role):
    ann = program("ann")
    draft, handed_in = ann.start(title="Draft")["id"], ann.start(title="In")["id"]
    ann.send("POST", f"{MINE}/{handed_in}/submit")
    mallory = program("mallory", "submissions:read", "submissions:write", role=role)
    for key in (draft, handed_in, uuid.uuid4()):
        for method, path, body, needed in OPERATIONS:
            if "{key}" in path and needed != "decisions:write":
                is_upload = "files?" in path
                answered = (
                    mallory.upload(key, "photo", "a.png", picture()) if is_upload else mallory.send(method, path.format(key=key), body, **{"If-Match": '"1"'})
                )
                assert answered.status_code == 404, (method, path, answered.content)
                assert answered.json()["detail"].startswith("There is nothing at this address")
    assert mallory.get(MINE).json()["items"] == []
    assert mallory.get(f"{API}/calls/2021/prizes/submissions").status_code == 403
    assert set(Submission.objects.values_list("revision", "state")) == {(1, "draft"), (2, "submitted")}


def test_contributors_do_not_decide_on_their_own(prizes, program):
    editor = program("editor", role="editor")
    key = editor.start(title="Mine")["id"]
    editor.send("POST", f"{MINE}/{key}/submit")
    assert editor.send("POST", f"{MINE}/{key}/decisions", {"decision": "accepted"}).status_code == 403
    assert editor.send("DELETE", f"{MINE}/{key}/decisions/accepted").status_code == 403
    assert editor.send("POST", f"{MINE}/{key}/return", {"message": "More"}).status_code == 403
    assert Submission.objects.get().state == "submitted"


@pytest.mark.parametrize(
    ("role", "scope", "reads", "private"),
    [
        ("secretariat", "site", True, True),
        ("secretariat", "edition:2021", True, True),
        ("secretariat", "call:2021/prizes", True, True),
        ("reader", "site", True, False),
        ("editor", "call:2021/prizes", True, False),
        ("secretariat", "edition:2020", False, False),
        ("secretariat", "call:2021/photo", False, False),
        ("juror", "site", False, False),
    ],
)
def test_what_staff_reads_follows_from_its_role(prizes, program, role, scope, reads, private):
    ann = program("ann")
    draft, key = ann.start(title="Draft", contact="secret draft")["id"], ann.start(title="In", contact="Ann's telephone")["id"]
    ann.upload(key, "paper", "paper.pdf", b"%PDF-1.7\n%%EOF\n")
    ann.upload(key, "photo", "a.png", picture())
    ann.send("POST", f"{MINE}/{key}/submit")
    staff = program("staff", "submissions:read", "submissions:write", role=role, scope=scope)
    listed = staff.get(f"{API}/calls/2021/prizes/submissions")
    if not reads:
        assert listed.status_code == 403 and staff.get(f"{MINE}/{key}").status_code == 404
        return
    for told in (listed.json()["items"], [staff.get(f"{MINE}/{each}").json() for each in (draft, key)]):
        begun, handed_in = told
        assert (begun["state"], begun["answers"], begun["draft"], begun["problems"], begun["files"]) == ("draft", None, None, None, [])
        assert "secret draft" not in json.dumps(told)
        assert ("contact" in handed_in["answers"]) is private and handed_in["answers"]["title"] == "In"
        assert [each["field"] for each in handed_in["files"]] == (["paper", "photo"] if private else ["photo"])
        assert (handed_in["staff"]["contributor"] is not None) is private
    assert staff.change(draft, 1, title="Taken over").status_code == 403
    assert staff.send("POST", f"{MINE}/{draft}/submit").status_code == 403
    assert [each["state"] for each in staff.get(f"{API}/calls/2021/prizes/submissions", state="draft").json()["items"]] == ["draft"]


def test_what_was_thrown_away_is_not_there(prizes, program):
    ann, boss = program("ann"), program("boss", role="secretariat")
    key = ann.start(title="One")["id"]
    actions.discard_draft(actor=ann.user, submission=Submission.objects.get())
    assert ann.get(f"{MINE}/{key}").status_code == boss.get(f"{MINE}/{key}").status_code == 404
    assert ann.get(MINE).json()["items"] == boss.get(f"{API}/calls/2021/prizes/submissions").json()["items"] == []


def test_a_new_version_of_the_terms_is_agreed_to_before_submitting(prizes, program):
    ann = program("ann")
    key = ann.start(title="One")["id"]
    LegalText.objects.create(kind="terms", version="2", text=Text.of("New"), published_at=timezone.now())
    refused = ann.send("POST", f"{MINE}/{key}/submit")
    assert refused.status_code == 403 and "/account/agree/" in refused.json()["detail"]
    people.agree(actor=ann.user)
    assert ann.send("POST", f"{MINE}/{key}/submit").status_code == 200


# ---- when ----


def test_a_closed_call_takes_nothing_and_loses_nothing(prizes, program):
    ann, boss = program("ann"), program("boss", role="secretariat")
    key = ann.start(title="One")["id"]
    closes_at = prizes.phases.get().closes_at
    with time_machine.travel(closes_at - timedelta(seconds=1), tick=False):
        assert ann.get(f"{MINE}/{key}").json()["is_open"]
    with time_machine.travel(closes_at, tick=False):
        assert ann.send("POST", f"{MINE}/{key}/submit").status_code == 409
        refused = ann.send("POST", MINE, {"call": "2021/prizes"})
        assert refused.status_code == 409 and "closed" in refused.json()["detail"]
        kept = ann.change(key, 1, title="Two").json()
        assert kept["draft"] == {"title": "Two"} and not kept["is_open"]
        assert not Client().get(f"{API}/calls/2021/prizes").json()["answerable"]
        _code, word = actions.make_code(actor=boss.user, call=prizes, valid_until=closes_at + timedelta(days=1))
        assert ann.send("POST", MINE, {"call": "2021/prizes", "code": "AAAA-AAAA-AAAA"}).json()["problems"].keys() == {"code"}
        late = ann.send("POST", MINE, {"call": "2021/prizes", "answers": {"title": "Late"}, "code": word}).json()
        assert ann.send("POST", f"{MINE}/{late['id']}/submit").json()["state"] == "submitted"
        assert ann.send("POST", MINE, {"call": "2021/prizes", "code": word}).status_code == 422, "a code is used up"


def test_calls_by_invitation_need_a_code(edition, program):
    call = open_call(edition, "closed-circle", SMALL, audience="invited")
    ann = program("ann")
    assert ann.send("POST", MINE, {"call": "2021/closed-circle"}).status_code == 422
    _code, word = actions.make_code(actor=SYSTEM, call=call, valid_until=timezone.now() + timedelta(days=1))
    assert ann.send("POST", MINE, {"call": "2021/closed-circle", "code": word}).status_code == 201


def test_limits_of_the_call_hold(edition, program):
    open_call(edition, "one-each", SMALL, per_person=1)
    ann = program("ann")
    first, second = (ann.start("2021/one-each", title=title)["id"] for title in ("One", "Two"))
    assert ann.send("POST", f"{MINE}/{first}/submit").status_code == 200
    assert ann.send("POST", f"{MINE}/{second}/submit").status_code == 409


def test_a_call_without_a_form_cannot_be_answered(edition, program):
    actions.put_call(actor=SYSTEM, edition=edition, values=CallValues(slug="bare", title=Text.of("Bare"), phases=(collect(),)))
    assert program("ann").send("POST", MINE, {"call": "2021/bare"}).status_code == 409
    told = Client().get(f"{API}/calls/2021/bare").json()
    assert told["form"] is None and not told["answerable"]


# ---- lists and descriptions ----


def test_my_list_is_filtered_and_paged_to_its_end(edition, program):
    for slug in ("prizes", "photos"):
        open_call(edition, slug, SMALL)
    ann, bob = program("ann"), program("bob")
    keys = [ann.start(f"2021/{slug}", title=slug)["id"] for slug in ("prizes", "photos", "prizes")]
    bob.start(title="Bob's")
    ann.send("POST", f"{MINE}/{keys[0]}/submit")
    seen, cursor = [], ""
    for _page in range(3):
        page = ann.get(MINE, size=1, cursor=cursor).json()
        seen += [each["id"] for each in page["items"]]
        cursor = page["next"]
    assert seen == keys and cursor is None
    assert [each["id"] for each in ann.get(MINE, state="draft").json()["items"]] == keys[1:]
    assert [each["id"] for each in ann.get(MINE, call="2021/photos").json()["items"]] == [keys[1]]
    assert ann.get(MINE, call="2021/none").json()["items"] == []
    assert [each["id"] for each in ann.get(MINE, edition="2021").json()["items"]] == keys
    assert ann.get(MINE, edition="2020").json()["items"] == []
    now = timezone.now()
    with time_machine.travel(now + timedelta(hours=1), tick=False):
        ann.change(keys[1], 1, title="Again")
    assert [each["id"] for each in ann.get(MINE, saved_since=(now + timedelta(minutes=30)).isoformat()).json()["items"]] == [keys[1]]
    for wrong in (
        {"state": "lost"},
        {"call": "x"},
        {"call": "a\x00/b"},
        {"size": 0},
        {"size": 101},
        {"cursor": "x"},
        {"saved_since": "2021-01-01T00:00:00"},
        {"saved_since": "0001-01-01T00:00:00+23:59"},
        {"saved_since": "9999-12-31T23:59:59-23:59"},
        {"cursor": "WyJhIiwgImIiXQ"},
        {"cursor": "WzEsMl0"},
    ):
        assert ann.get(MINE, **wrong).status_code == 422, wrong


def test_lists_cost_the_same_for_many(prizes, program, django_assert_num_queries, django_assert_max_num_queries):
    ann, boss = program("ann"), program("boss", role="secretariat")

    def more() -> None:
        key = ann.start(title="One", contact="c")["id"]
        ann.upload(key, "photo", "a.png", picture())
        ann.send("POST", f"{MINE}/{key}/submit")
        boss.send("POST", f"{MINE}/{key}/decisions", {"decision": "accepted", "notify": False})

    for paths in ((ann, MINE, 14), (boss, f"{API}/calls/2021/prizes/submissions", 16)):
        asking, path, budget = paths
        more()
        with django_assert_max_num_queries(budget) as first:
            asking.get(path)
            cost = len(first)
        for _each in range(4):
            more()
        with django_assert_num_queries(cost):
            assert len(asking.get(path).json()["items"]) >= 5


def test_calls_tell_what_programs_need(prizes, edition):
    actions.edit_call(actor=SYSTEM, call=prizes, values={"per_person": 3, "languages": ["en"], "audience": "verified"})
    actions.put_call(actor=SYSTEM, edition=edition, values=CallValues(slug="bare", title=Text.of("Bare")))
    told = Client().get(f"{API}/calls/2021/prizes").json()
    assert told["limits"] == {"per_person": 3, "per_organisation": None, "per_organisation_and_category": None}
    assert (told["audience"], told["answerable"], told["languages"]) == ("verified", True, ["en"])
    listed = {each["slug"]: each for each in Client().get(f"{API}/calls").json()["items"]}
    assert listed["prizes"] == told and listed["bare"]["form"] is None
    assert told["form"] == f"{API}/calls/2021/prizes/form"
    for path in (f"{API}/calls/2021/bare/form", f"{API}/calls/2021/none/form"):
        assert Client().get(path).status_code == 404


def test_the_form_is_told_as_json_schema(prizes):
    jsonschema = pytest.importorskip("jsonschema")
    answered = Client().get(f"{API}/calls/2021/prizes/form")
    assert answered.status_code == 200 and "public" in answered["Cache-Control"]
    told = answered.json()
    assert (told["call"], told["version"], told["languages"]) == ("2021/prizes", 1, [])
    jsonschema.Draft202012Validator.check_schema(told["answers"])
    reads = jsonschema.Draft202012Validator(told["answers"]).is_valid
    assert reads({"title": "A library on a bus"})
    assert not reads({}) and not reads({"title": 7}) and not reads({"title": "x", "no_such": "y"})
    assert Client().get(f"{API}/calls/2021/prizes/form", {"language": "xx"}).status_code == 422
