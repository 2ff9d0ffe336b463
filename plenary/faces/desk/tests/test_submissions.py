"""The list of a call's submissions: what it shows to whom, filters, numbers, kept selections, tables to take home."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from plenary.engines.calls import actions
from plenary.engines.calls.models import Call, SavedFilter, Submission
from plenary.engines.calls.tests.working import FIELDS, begin, form_of, hand_in, make_call, make_edition, person
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.models import TrailRecord

pytestmark = pytest.mark.django_db
LIST = "/desk/editions/2021/calls/prizes/submissions/"


@pytest.fixture
def call(db: None) -> Call:
    return make_call(make_edition(), closes_at=timezone.now() + timedelta(days=5))


def content(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


# ---- who may ----------------------------------------------------------------------------------------------------------

#: role, scope: may read, may decide
CELLS = [
    ("administrator", "site", True, True),
    ("secretariat", "site", True, True),
    ("editor", "site", True, False),
    ("reader", "site", True, False),
    ("reviewer", "site", False, False),
    ("focal-point", "site", False, False),
    ("", "site", False, False),
    ("secretariat", "edition:2021", True, True),
    ("administrator", "edition:2021", True, True),
    ("editor", "edition:2021", True, False),
    ("reader", "edition:2021", True, False),
    ("secretariat", "edition:2020", False, False),
    ("reader", "edition:2020", False, False),
    ("administrator", "call:2021/prizes", True, True),
    ("secretariat", "call:2021/prizes", True, True),
    ("editor", "call:2021/prizes", True, False),
    ("reader", "call:2021/prizes", True, False),
    ("reviewer", "call:2021/prizes", False, False),
    ("administrator", "call:2021/photos", False, False),
    ("secretariat", "call:2021/photos", False, False),
    ("reader", "call:2021/photos", False, False),
    ("secretariat", "call:2020/prizes", False, False),
    ("secretariat", "country:KE", False, False),
]


@pytest.mark.parametrize(("role", "scope", "reads", "decides"), CELLS)
def test_each_role_in_each_scope(call: Call, at_desk: Callable[..., Client], role: str, scope: str, reads: bool, decides: bool) -> None:
    made = hand_in(call, "Solar clinic", phone="+41227305111")
    staff = person("Sam", "secretariat")
    entered = actions.enter_for(actor=staff, call=call, answers={"title": "Paper"}, origin="paper", draft_only=True)
    batch = actions_together(staff, call, made)
    client = at_desk(role, scope)
    one, edit, enter = f"/desk/submissions/{made.pk}/", f"/desk/submissions/{entered.pk}/edit/", "/desk/editions/2021/calls/prizes/enter/"
    for path in (LIST, f"{LIST}?q=solar", f"{LIST}submissions.csv", f"{LIST}submissions.xlsx", f"{LIST}submissions.json", one):
        answer = client.get(path)
        told = b"".join(answer.streaming_content) if answer.streaming else answer.content
        if reads:
            assert answer.status_code == 200, path
            if not path.endswith("xlsx"):
                assert b"Solar clinic" in told, path
                assert decides or b"41227305111" not in told, path
        else:
            assert answer.status_code in (403, 404), path
            assert b"Solar" not in told and b"Ada" not in told and b"prizes/1" not in told, path
    for path in (enter, edit):
        status = client.get(path).status_code
        assert status == 200 if decides else status in (403, 404), path
    assert client.get(f"{LIST}together/").status_code == (302 if decides else 403)
    before = TrailRecord.objects.count()
    for path, data in (
        (f"{LIST}together/", {"key": str(made.pk), "able": str(made.pk), "deed": "decide:declined", "confirm": "1"}),
        (f"{LIST}undo/{batch}/", {}),
        (one, {"verb": "note", "note-text": "Hello"}),
        (one, {"verb": "withdraw", "withdraw-reason": "Asked"}),
        (enter, {"origin": "paper", "language": "en"}),
        (edit, {"f-title": "Changed"}),
        (edit, {"discard": "1"}),
    ):
        answer = client.post(path, data)
        assert answer.status_code in ((200, 302, 409) if decides else (403, 404)), path
    kept = client.post(f"{LIST}keep/?state=submitted", {"name": "Mine"})
    assert kept.status_code == (302 if reads else 403)
    assert SavedFilter.objects.count() == int(reads)
    if not decides:
        assert TrailRecord.objects.count() == before
        made.refresh_from_db()
        entered.refresh_from_db()
        assert (made.state, entered.draft, entered.deleted_at) == ("submitted", {"title": "Paper"}, None)
        assert not made.notes.exists()


def actions_together(staff, call, made):
    from plenary.engines.calls.actions.together import Deed, do_together

    return do_together(actor=staff, call=call, keys=[made.pk], deed=Deed("tag", "x"))


def test_visitors_sign_in_and_others_learn_nothing(call: Call, at_desk: Callable[..., Client], client: Client) -> None:
    made = hand_in(call, "Solar clinic")
    assert client.get(LIST)["Location"].startswith("/accounts/login/")
    assert client.get(f"/desk/submissions/{made.pk}/")["Location"].startswith("/accounts/login/")
    elsewhere = at_desk("reader", "call:2021/photos")
    assert elsewhere.get(f"/desk/submissions/{made.pk}/").status_code == elsewhere.get(f"/desk/submissions/{call.pk:032x}/").status_code == 404
    assert at_desk().get("/desk/editions/2021/calls/none/submissions/").status_code == 404
    assert at_desk().get("/desk/editions/1999/calls/prizes/submissions/").status_code == 404


def test_somebody_who_works_for_one_call_does_not_read_their_own_submission_to_another_here(call: Call, account, at_desk) -> None:
    user = account("reader", "call:2021/photos")
    draft, _secret = actions.start_draft(actor=user, call=call, answers={"title": "Mine"})
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/desk/submissions/{draft.pk}/").status_code == 404


# ---- the list ---------------------------------------------------------------------------------------------------------


def test_the_list_shows_what_came_in_and_what_is_asked_for(call: Call, at_desk: Callable[..., Client]) -> None:
    hand_in(call, "Solar clinic", country="KE", category="health", body={"name": "Ministry"}, phone="+41227305111")
    school = hand_in(call, "Village school", "Bob", country="CH", category="learning")
    actions.decide(actor=SYSTEM, submission=school, code="accepted", notify=False)
    client = at_desk()
    page = content(client, LIST)
    for words in ("2021/prizes/1", "Solar clinic", "Ministry", "Kenya", "E-health", "Village school", "Handed in"):
        assert words in page, words
    for query, expected in (
        ("?q=SOLAR", ["Solar clinic"]),
        ("?country=KE", ["Solar clinic"]),
        ("?state=accepted", ["Village school"]),
        ("?decision=accepted", ["Village school"]),
        ("?category=learning&order=oldest", ["Village school"]),
        ("?order=title", ["Solar clinic", "Village school"]),
        ("?order=number&columns=title&columns=f-phone", ["Solar clinic", "Village school"]),
        ("?q=nothing-like-this", []),
        ("?since=2001-01-01&until=2001-12-31", []),
    ):
        answer = client.get(LIST + query)
        assert [row["submission"].title for row in answer.context["rows"]] == expected, query
    assert "+41227305111" in content(client, f"{LIST}?columns=f-phone")
    assert "Nothing is found by these filters." in content(client, f"{LIST}?q=nothing-like-this")


@pytest.mark.parametrize(
    "query",
    [
        "colour=red", "page=0", "page=99", "state=invented", "country=kenya", "country=KEN", "columns=f-invented", "columns=password", "order=up",
        "since=yesterday", "until=2021-13-01", "origin=spy", "late=perhaps", "assignee=somebody", "done=1", "done=00000000-0000-0000-0000-000000000000",
        "q=a%00b", "q=" + "x" * 201, "q=" + "+".join("abcdefghijklmnop"), "language=en'--", "category=%3Cscript%3E", "decision=%00",
    ],
)  # fmt: skip
def test_addresses_that_make_no_sense_are_told_so(call: Call, at_desk: Callable[..., Client], query: str) -> None:
    answer = at_desk().get(f"{LIST}?{query}")
    assert answer.status_code == (404 if query.startswith("done=0000") else 400), query


def test_what_contributors_write_is_shown_as_text(call: Call, at_desk: Callable[..., Client]) -> None:
    made = hand_in(call, "Clinic & <b", summary="5 < 6 & 7 > 3")
    actions.set_tags(actor=SYSTEM, submission=made, names=["<script>alert(1)</script>"])
    for path in (f"{LIST}?columns=title&columns=tags&columns=f-summary", f"/desk/submissions/{made.pk}/"):
        page = content(at_desk(), path)
        assert "<script>alert(1)" not in page
        assert "Clinic &amp; &lt;b" in page
        assert "5 &lt; 6 &amp; 7 &gt; 3" in page


def test_of_drafts_staff_see_that_there_are_some_and_how_old(call: Call, at_desk: Callable[..., Client]) -> None:
    draft = begin(call, "Zoe", title="Secret plan", summary="Secret words", country="KE")
    Submission.objects.filter(pk=draft.pk).update(saved_at="2021-01-15T10:00:00Z")
    client = at_desk()
    page = content(client, LIST)
    assert "15 January 2021" in page
    assert "Drafts <small>1</small>" in page
    for path in (LIST, f"{LIST}?state=draft", f"{LIST}?q=secret", f"{LIST}?state=draft&q=secret", f"/desk/submissions/{draft.pk}/", "/desk/trail/"):
        page = content(client, path)
        assert "Secret" not in page, path
        assert "zoe@example.org" not in page or path == "/desk/trail/", path  # that she has an account is told there
    listed = client.get(f"{LIST}?state=draft")
    assert [row["submission"] for row in listed.context["rows"]] == [draft]
    for query in ("?state=draft&q=secret", "?state=draft&country=KE", "?country=KE"):
        assert client.get(LIST + query).context["rows"] == [], query
    for path in (f"/calls/answers/{draft.pk}/", f"/calls/answers/{draft.pk}/preview/"):
        page = client.get(path)
        assert page.status_code == 403 and "Secret" not in page.text and f"/desk/submissions/{draft.pk}/" in page.text


@pytest.mark.parametrize("secrecy", ["private", "anonymous"])
def test_what_is_for_those_who_decide_is_absent_for_readers(call: Call, at_desk: Callable[..., Client], secrecy: str) -> None:
    kept = {"private": False, "anonymous": False, secrecy: True}
    call.forms.all().delete()
    actions.put_form(actor=SYSTEM, call=call, definition=form_of(*({**field, **kept} if field["code"] == "phone" else field for field in FIELDS)))
    made = hand_in(call, "Clinic", phone="+41227305111")
    actions.save_draft(actor=person("Ada"), submission=made, answers={"phone": "+41227306666"})
    actions.submit(actor=person("Ada"), submission=made)
    one = f"/desk/submissions/{made.pk}/"
    for role, sees in (("secretariat", True), ("editor", False), ("reader", False)):
        client = at_desk(role)
        for path in (one, f"{one}?before=1&after=2"):
            page = content(client, path)
            assert ("41227306666" in page) is sees, (role, path)
            assert ("ada@example.org" in page) is sees, (role, path)
        for path in (LIST, "/desk/trail/", f"{LIST}?columns=title&columns=f-body"):
            assert "4122730" not in content(client, path) or sees, (role, path)
        assert client.get(f"{LIST}?columns=f-phone").status_code == (200 if sees else 400)
        assert client.get(f"{LIST}?columns=email").status_code == (200 if sees else 400)
        found = client.get(f"{LIST}?q=41227306666").context["rows"]
        assert len(found) == int(sees)


def test_numbers_lead_to_their_lists(call: Call, at_desk: Callable[..., Client]) -> None:
    import re

    hand_in(call, "A", country="KE", category="health")
    hand_in(call, "B", "Bob", country="KE")
    begin(call, "Eve", title="Draft")
    client = at_desk()
    page = content(client, LIST)
    numbers = page[page.index("desk-tallies") : page.index("desk-filter")]
    links = re.findall(r'href="([^"]+)">[^<]*(?:<span[^>]*>[^<]*</span>)?</a></th><td class="number">(\d+)</td>', numbers)
    assert len(links) == 4
    for path, count in links:
        assert client.get(path.replace("&amp;", "&")).context["page"].paginator.count == int(count), path
    assert "desk-tallies" not in content(client, f"{LIST}?country=KE")


def test_a_selection_is_kept_for_all_staff_and_forgotten(call: Call, at_desk: Callable[..., Client]) -> None:
    hand_in(call, "A", country="KE")
    client = at_desk("reader", "call:2021/prizes")
    query = "?country=KE&order=title&columns=title&columns=f-summary"
    assert client.post(f"{LIST}keep/{query}", {"name": "From Kenya"})["Location"].startswith(LIST)
    saved = SavedFilter.objects.get()
    page = content(at_desk("secretariat"), LIST)
    assert "From Kenya" in page
    assert [row["submission"].title for row in client.get(f"{LIST}?{saved.query}").context["rows"]] == ["A"]
    assert client.post(f"{LIST}keep/{query}", {"name": " "}, follow=True).status_code == 200
    assert client.post(f"{LIST}keep/?colour=red", {"name": "x"}).status_code == 400
    assert SavedFilter.objects.count() == 1
    assert at_desk("reader", "call:2021/photos").post(f"{LIST}keep/", {"forget": "From Kenya"}).status_code == 403
    assert SavedFilter.objects.count() == 1
    client.post(f"{LIST}keep/", {"forget": "From Kenya"})
    assert not SavedFilter.objects.exists()


def test_the_selection_is_taken_home_as_it_is_seen(call: Call, at_desk: Callable[..., Client]) -> None:
    hand_in(call, "=Solar", country="KE", phone="+41227305111")
    hand_in(call, "School", "Bob", country="CH")
    client = at_desk()
    answer = client.get(f"{LIST}submissions.csv?country=KE&columns=title&columns=f-phone")
    told = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert told.splitlines() == ["Reference,Title of the project,Telephone".replace("Title of the project", "Title"), "2021/prizes/1,'=Solar,'+41227305111"]
    assert answer["Content-Disposition"].startswith('attachment; filename="2021-prizes-')
    assert answer["Cache-Control"] and "no-store" in answer["Cache-Control"]
    whole = b"".join(client.get(f"{LIST}submissions.csv?whole=yes").streaming_content).decode("utf-8-sig")
    assert "Budget" in whole and "Telephone" in whole
    trail = TrailRecord.objects.filter(verb="exported", key="2021/prizes")
    assert trail.count() == 2
    assert client.get(f"{LIST}submissions.pdf").status_code == 404
    assert client.get(f"{LIST}submissions.csv?colour=red").status_code == 400
    assert client.post(f"{LIST}submissions.csv").status_code == 405


def test_no_page_takes_more_statements_with_more_submissions(call: Call, at_desk: Callable[..., Client]) -> None:
    staff = person("Sam", "secretariat")

    def fill(first: int, last: int) -> None:
        for number in range(first, last):
            made = hand_in(call, f"Clinic {number // 2}", f"Person {number}", country="KE", category="health", body={"name": "Ministry"})
            actions.set_tags(actor=staff, submission=made, names=["a", "b"])
            actions.assign(actor=staff, submission=made, to=staff)
            if number % 3 == 0:
                actions.decide(actor=staff, submission=made, code="accepted", notify=False)

    client = at_desk()
    paths = (
        LIST,
        f"{LIST}?q=clinic&country=KE&columns=f-report&columns=f-body&columns=tags&columns=decisions&columns=contributor&columns=assignee",
        f"{LIST}?state=draft",
        "/desk/editions/2021/calls/",
        "/desk/?edition=2021",
    )

    def statements() -> list[int]:
        counts = []
        for path in paths:
            client.get(path)
            with CaptureQueriesContext(
                connection,
            ) as seen:
                assert client.get(path).status_code == 200
            counts.append(len(seen))
        return counts

    fill(0, 3)
    few = statements()
    fill(3, 60)
    many = statements()
    assert len(client.get(LIST).context["rows"]) == 50
    assert many == few
    assert many[0] <= 26, many


def test_what_waits_stands_on_the_first_page_and_at_the_calls(call: Call, at_desk: Callable[..., Client]) -> None:
    hand_in(call, "A")
    late = hand_in(call, "B", "Bob")
    actions.return_for_changes(actor=SYSTEM, submission=late, message="Add a country", until=timezone.now() + timedelta(minutes=5))
    Submission.objects.filter(pk=late.pk).update(editable_until=timezone.now() - timedelta(hours=1))
    client = at_desk()
    todos = {todo.text: todo.path for todo in client.get("/desk/?edition=2021").context["todos"]}
    assert todos["Prizes: 1 submission is undecided."] == f"{LIST}?state=submitted"
    assert todos["Prizes: 1 returned submission did not come again in time."] == f"{LIST}?state=overdue"
    for path in todos.values():
        assert client.get(path).status_code == 200
    assert [row["submission"].title for row in client.get(f"{LIST}?state=overdue").context["rows"]] == ["B"]
    listed = content(client, "/desk/editions/2021/calls/")
    assert f'href="{LIST}"' in listed and "1 undecided" in listed
    assert not any("undecided" in todo.text for todo in at_desk("reader", "call:2021/photos").get("/desk/?edition=2021").context["todos"])
    assert any("undecided" in todo.text for todo in at_desk("reader", "call:2021/prizes").get("/desk/?edition=2021").context["todos"])


@pytest.mark.parametrize("prefix", ["/ar", "/zh", "/fr", "/ru", "/es"])
def test_the_pages_stand_in_every_language(call: Call, at_desk: Callable[..., Client], prefix: str) -> None:
    made = hand_in(call, "Solar clinic", country="KE", category="health")
    client = at_desk()
    for path in (LIST, f"{LIST}?state=draft", f"/desk/submissions/{made.pk}/", reverse("desk:submission_enter", args=["2021", "prizes"])):
        answer = client.get(f"{prefix}{path}")
        assert answer.status_code == 200
        assert f'href="{prefix}{LIST}"' in answer.content.decode(), path
