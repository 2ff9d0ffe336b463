"""Importing submissions at the desk: a look first, all or nothing, and long tables in the background."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_tasks_db.models import DBTaskResult

from plenary.engines.calls import actions
from plenary.engines.calls.models import Call, Submission
from plenary.engines.calls.tests.working import FIELDS, form_of, make_call, make_edition
from plenary.faces.desk.importing import shelf
from plenary.faces.desk.importing import submissions as importing
from plenary.ground.audit.actors import SYSTEM

pytestmark = pytest.mark.django_db
IMPORT = "/desk/editions/2021/calls/prizes/import/"
LIST = "/desk/editions/2021/calls/prizes/submissions/"
GOOD = "title,category,country,phone\nSolar clinic,health,KE,+41 22 730 51 11\nVillage school,learning,Switzerland,\n"
WRONG = "title,category,phone\nSolar clinic,flying,12\n,health,\n"


@pytest.fixture
def call(db: None, settings: Any, tmp_path: Path) -> Call:
    settings.DATA = tmp_path
    return make_call(make_edition())


def hand_over(client: Client, text: str, name: str = "table.csv", language: str = "en", prefix: str = "") -> str:
    answer = client.post(f"{prefix}{IMPORT}", {"file": SimpleUploadedFile(name, text.encode()), "language": language})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def test_a_table_is_looked_at_and_then_imported(call: Call, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    assert f'href="{IMPORT}"' in client.get(LIST).content.decode()
    path = hand_over(client, GOOD, language="fr")
    page = client.get(path).content.decode()
    assert "Import these 2 submissions" in page
    assert not Submission.objects.exists()
    done = client.post(path, {"import": "1"}, follow=True).content.decode()
    assert "table.csv is imported" in done
    assert set(Submission.objects.values_list("title", "state", "origin", "language", "number")) == {
        ("Solar clinic", "submitted", "import", "fr", 1),
        ("Village school", "submitted", "import", "fr", 2),
    }
    client.post(path, {"import": "1"})
    assert Submission.objects.count() == 2
    assert client.get(f"{LIST}?origin=import").context["page"].paginator.count == 2


@pytest.mark.parametrize("prefix", ["", "/ar", "/zh"])
def test_every_problem_stands_at_its_row_and_column(call: Call, at_desk: Callable[..., Client], prefix: str) -> None:
    client = at_desk()
    path = hand_over(client, WRONG, prefix=prefix)
    answer = client.get(path)
    problems = {(each.row, each.column) for each in answer.context["outcome"].problems}
    assert problems == {("2", "category"), ("2", "phone"), ("3", "title")}
    client.post(path, {"import": "1"})
    assert not Submission.objects.exists()
    assert client.post(path, {"discard": "1"})["Location"] == f"{prefix}{IMPORT}"
    assert client.get(path)["Location"] == f"{prefix}{IMPORT}"


@pytest.mark.parametrize(("name", "text"), [("table.pdf", GOOD), ("table.xlsx", "no workbook"), ("table.csv", ""), ("table.csv", "\x00\x01"), ("table", GOOD)])
def test_what_is_no_table_is_said_to_be_none(call: Call, at_desk: Callable[..., Client], name: str, text: str) -> None:
    client = at_desk()
    answer = client.post(IMPORT, {"file": SimpleUploadedFile(name, text.encode()), "language": "en"}, follow=True)
    page = answer.content.decode()
    assert answer.status_code == (200 if answer.redirect_chain else 400)
    assert "error" in page
    assert 'name="import"' not in page
    assert not Submission.objects.exists()


def test_long_tables_are_read_in_the_background_and_tell_how_far_they_are(
    call: Call, at_desk: Callable[..., Client], monkeypatch: Any, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 1)
    client = at_desk()
    with django_capture_on_commit_callbacks(execute=True):
        path = hand_over(client, GOOD, prefix="/fr")
    page = client.get(path).content.decode()
    assert "<progress" in page and 'name="import"' not in page
    client.post(path, {"import": "1"})
    client.post(path, {"discard": "1"})
    assert not Submission.objects.exists()
    run_tasks()
    page = client.get(path).content.decode()
    assert "<progress" not in page and 'name="import"' in page
    with django_capture_on_commit_callbacks(execute=True):
        client.post(path, {"import": "1"})
        client.post(path, {"import": "1"})
    run_tasks()
    assert Submission.objects.count() == 2
    assert client.get(path).context["kept"].done


def run_tasks() -> None:
    """As the worker does."""
    for waiting in DBTaskResult.objects.filter(status="READY", task_path="plenary.faces.desk.tasks.read_submissions"):
        waiting.task.call(*waiting.args_kwargs["args"], **waiting.args_kwargs["kwargs"])
        DBTaskResult.objects.filter(pk=waiting.pk).update(status="SUCCESSFUL")


def test_work_that_broke_off_can_be_begun_again(call: Call, at_desk: Callable[..., Client], monkeypatch: Any) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 1)
    client = at_desk()
    path = hand_over(client, GOOD)
    assert "<progress" in client.get(path).content.decode()
    monkeypatch.setattr(shelf, "PATIENCE", -1)
    page = client.get(path).content.decode()
    assert "broke off" in page and 'name="import"' not in page
    assert client.post(path, {"discard": "1"})["Location"] == IMPORT


def test_only_those_who_decide_import_and_each_sees_their_own_file(call: Call, at_desk: Callable[..., Client]) -> None:
    client = at_desk("secretariat", "call:2021/prizes")
    path = hand_over(client, GOOD)
    for role, scope in (("reader", "site"), ("editor", "site"), ("secretariat", "call:2021/photos"), ("reviewer", "site"), ("", "site")):
        other = at_desk(role, scope)
        assert other.get(IMPORT).status_code == 403, (role, scope)
        assert other.post(IMPORT, {"file": SimpleUploadedFile("t.csv", GOOD.encode()), "language": "en"}).status_code == 403
        assert other.get(path).status_code == other.post(path, {"import": "1"}).status_code == 403
    colleague = at_desk()
    assert colleague.get(path)["Location"] == IMPORT
    assert colleague.post(path, {"import": "1"})["Location"] == IMPORT
    assert not Submission.objects.exists()
    for wrong in ("?reads=xx1", "?colour=red"):
        assert client.get(path.split("?")[0] + wrong).status_code == 400
    assert client.get(f"{IMPORT}..%2f..%2fetc/").status_code in (302, 404)


def test_files_follow_and_others_are_told_only_where_it_is_said(call: Call, at_desk: Callable[..., Client]) -> None:
    fields = [{**field, "required": field["code"] in ("title", "report")} for field in FIELDS]
    actions.put_form(actor=SYSTEM, call=call, definition=form_of(*fields))
    client = at_desk()
    page = client.get(IMPORT).content.decode()
    assert "Files follow later" in page and "Report" in page and 'name="tell"' in page and " checked>" not in page
    path = hand_over(client, GOOD)
    looked = client.get(path).content.decode()
    assert "<code>report</code>" in looked and "Import these" not in looked
    upload = SimpleUploadedFile("table.csv", GOOD.encode())
    path = client.post(IMPORT, {"file": upload, "language": "en", "files_follow": "on", "tell": "on"})["Location"]
    looked = client.get(path).content.decode()
    assert "2 lack files" in looked and "0 people would be told by mail." in looked
    client.post(path, {"import": "1"})
    assert Submission.objects.filter(origin="import").count() == 2


def test_a_form_without_files_asks_nothing_about_them(call: Call, at_desk: Callable[..., Client]) -> None:
    assert "Files follow later" not in at_desk().get(IMPORT).content.decode()
