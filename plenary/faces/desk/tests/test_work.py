"""The first page, the outbox, the trail and background work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from plenary.engines.calls.models import Phase
from plenary.faces.desk.queries import GAPS, running_edition
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.models import TrailRecord
from plenary.ground.framework.models import Edition
from plenary.ground.framework.queries import find_concept
from plenary.ground.framework.text import Text
from plenary.ground.messages.actions import put
from plenary.ground.messages.models import OutboxMessage
from plenary.ground.search.models import IndexChange
from plenary.programmes.stocktaking.actions import create_entry
from plenary.programmes.stocktaking.drafts import EntryDraft, LinkDraft

pytestmark = pytest.mark.django_db


def mail(state: str = "queued", **more: Any) -> OutboxMessage:
    return put(to="someone@example.org", language="en", subject="Your submission", body="Dear contributor", state=state, **more)


def test_an_empty_site_says_what_will_be_here(db: None, at_desk: Callable[..., Client]) -> None:
    page = at_desk().get("/desk/").content.decode()
    assert "There is no edition yet" in page
    assert "Nothing is waiting" in page
    assert at_desk("editor").get("/desk/editions/").status_code == 200


def test_what_waits_stands_on_the_first_page_with_the_way_to_it(edition: Edition, at_desk: Callable[..., Client]) -> None:
    mail("failed")
    mail("held")
    IndexChange.objects.create(kind="entry", key="1", changed_at=timezone.now() - timedelta(hours=1))
    create_entry(actor=SYSTEM, draft=EntryDraft(title=Text.of("Clinic"), edition=edition))
    kenya = find_concept("countries", "KE")
    assert kenya is not None
    create_entry(actor=SYSTEM, draft=EntryDraft(title=Text.of("School"), edition=edition, links=(LinkDraft(kenya),)))
    Phase.objects.update(opens_at=timezone.now() - timedelta(days=5), closes_at=timezone.now() + timedelta(days=3))
    client = at_desk()
    page = client.get("/desk/?edition=2021")
    todos = {todo.text: todo.path for todo in page.context["todos"]}
    assert todos["1 message could not be sent."] == "/desk/outbox/?state=failed"
    assert todos["1 message is held until somebody lets it go."] == "/desk/outbox/?state=held"
    assert todos["1 entry has no country."] == "/desk/editions/2021/missing/entries-without-country/"
    assert todos["2 entries have no action line."] == "/desk/editions/2021/missing/entries-without-action-line/"
    assert any("search does not show" in text for text in todos)
    assert [phase.code for phase in page.context["deadlines"]] == ["submission"]
    for path in todos.values():
        assert client.get(path).status_code == 200
    listed = client.get(todos["1 entry has no country."]).content.decode()
    assert "Clinic" in listed
    assert "School" not in listed
    assert not any("message" in todo.text for todo in at_desk("editor").get("/desk/").context["todos"])


@pytest.mark.parametrize("code", list(GAPS))
def test_every_list_of_missing_things_opens(edition: Edition, at_desk: Callable[..., Client], code: str) -> None:
    assert at_desk().get(f"/desk/editions/2021/missing/{code}/").status_code == 200


def test_the_edition_is_chosen_and_remembered(edition: Edition, at_desk: Callable[..., Client]) -> None:
    now = Edition.objects.create(code="now", name=Text.of("Now"), starts_on=timezone.localdate(), ends_on=timezone.localdate())
    assert running_edition() == now
    client = at_desk()
    assert client.get("/desk/").context["edition"] == now
    assert client.get("/desk/?edition=2021").context["edition"] == edition
    assert client.get("/desk/").context["edition"] == edition
    assert client.get("/desk/people/").context["edition"] == edition
    for wrong in ("?edition=1999", "?edition='%00", "?edition=" + "x" * 100, "?colour=red"):
        assert client.get(f"/desk/{wrong}").status_code == 400
    assert client.get("/desk/").context["edition"] == edition


def test_a_failed_message_is_corrected_and_let_go(edition: Edition, at_desk: Callable[..., Client]) -> None:
    sent = mail("failed")
    client = at_desk()
    path = f"/desk/outbox/{sent.pk}/"
    assert "Your submission" in client.get("/desk/outbox/?state=failed").content.decode()
    assert client.get("/desk/outbox/?state=sent").context["page"].paginator.count == 0
    wrong = client.post(path, {"to": "nobody", "subject": "S", "body": "What I typed"})
    assert wrong.status_code == 400
    assert "What I typed" in wrong.content.decode()
    assert client.post(path, {"to": "right@example.org", "subject": "Corrected", "body": "Dear you"}).status_code == 302
    sent.refresh_from_db()
    assert (sent.to, sent.subject, sent.state) == ("right@example.org", "Corrected", "held")
    assert client.post(f"{path}release/", follow=True).redirect_chain == [(path, 302)]
    sent.refresh_from_db()
    assert sent.state == "queued"
    client.post(f"{path}hold/")
    sent.refresh_from_db()
    assert sent.state == "held"
    assert client.get(f"{path}discard/")["Location"] == path
    assert client.post(f"{path}discard/", {"reason": "Not wanted"})["Location"] == "/desk/outbox/"
    assert not OutboxMessage.objects.filter(pk=sent.pk).exists()


def test_what_was_sent_is_only_read(edition: Edition, at_desk: Callable[..., Client]) -> None:
    sent = mail()
    OutboxMessage.objects.update(state="sent", sent_at=timezone.now())
    client = at_desk()
    path = f"/desk/outbox/{sent.pk}/"
    assert "Throw this message away" not in client.get(path).content.decode()
    assert client.post(path, {"to": "a@example.org", "subject": "S", "body": "B"}).status_code == 400
    page = client.post(f"{path}discard/", follow=True).content.decode()
    assert "by now" in page
    sent.refresh_from_db()
    assert (sent.state, sent.subject) == ("sent", "Your submission")
    assert client.post(f"{path}burn/").status_code == 404


def test_the_trail_is_filtered(edition: Edition, at_desk: Callable[..., Client]) -> None:
    create_entry(actor=SYSTEM, draft=EntryDraft(title=Text.of("Clinic"), edition=edition))
    client = at_desk()

    def kinds(query: str) -> set[str]:
        return {line.kind for line in client.get(f"/desk/trail/{query}").context["lines"]}

    assert kinds("?kind=stocktaking.entry") == {"stocktaking.entry"}
    assert "framework.edition" in kinds("?verb=loaded")
    assert kinds("?key=2021-1&kind=stocktaking.entry") <= {"stocktaking.entry"}
    assert kinds("?actor=system")
    assert kinds("?actor=nobody-known") == set()
    assert kinds("?day=2999-01-01") == set()
    assert kinds("?until=2000-01-01") == set()
    assert kinds("?until=9999-12-31")
    assert kinds(f"?day={timezone.localdate() - timedelta(days=1)}")
    for wrong in ("?day=yesterday", "?page=0", "?page=900", "?colour=red"):
        assert client.get(f"/desk/trail/{wrong}").status_code == 400


def test_no_page_costs_more_queries_with_more_rows(edition: Edition, at_desk: Callable[..., Client], django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        create_entry(actor=SYSTEM, draft=EntryDraft(title=Text.of(f"Clinic {number}"), edition=edition))
        mail("held")
    client = at_desk()
    client.get("/desk/?edition=2021")
    for path, most in (
        ("/desk/", 26),
        ("/desk/trail/", 14),
        ("/desk/outbox/", 11),
        ("/desk/editions/", 9),
        ("/desk/editions/2021/missing/entries-without-country/", 10),
        ("/desk/editions/2021/calls/", 12),
    ):
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200


def test_the_index_is_built_anew_on_request(edition: Edition, at_desk: Callable[..., Client], django_capture_on_commit_callbacks: Any) -> None:
    from django_tasks_db.models import DBTaskResult

    client = at_desk()
    assert client.get("/desk/background/").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/desk/background/")["Location"] == "/desk/background/"
    assert DBTaskResult.objects.filter(task_path="plenary.faces.desk.tasks.rebuild_search_index").count() == 1
    assert TrailRecord.objects.filter(verb="asked_to_rebuild").exists()


def test_failed_work_is_shown(edition: Edition, at_desk: Callable[..., Client]) -> None:
    from django_tasks_db.models import DBTaskResult

    from plenary.faces.desk.tasks import rebuild_search_index

    rebuild_search_index.enqueue()
    DBTaskResult.objects.update(status="FAILED", finished_at=timezone.now(), exception_class_path="plenary.ground.search.index.Busy", traceback="secret/path")
    client = at_desk()
    assert any("background work failed" in todo.text for todo in client.get("/desk/").context["todos"])
    page = client.get("/desk/background/").content.decode()
    assert "rebuild_search_index" in page
    assert "search.index.Busy" in page
    assert "secret/path" not in page


@pytest.mark.parametrize("prefix", ["/ar", "/zh", "/fr", "/ru", "/es"])
def test_the_desk_stands_in_every_language(edition: Edition, at_desk: Callable[..., Client], prefix: str) -> None:
    client = at_desk()
    for path in ("/desk/", "/desk/editions/2021/", "/desk/editions/2021/calls/", "/desk/people/", "/desk/imports/entries/", "/desk/trail/"):
        answer = client.get(f"{prefix}{path}")
        assert answer.status_code == 200
        assert f'href="{prefix}/desk/people/"' in answer.content.decode()
