"""Telling of imported submissions: nobody hears of them unless staff say so, and then each once."""

from __future__ import annotations

import io
from urllib.parse import quote

import pytest
from django.test import Client

from plenary.engines.calls import actions, tasks
from plenary.engines.calls.actions import import_submissions
from plenary.engines.calls.actions.telling import tell_of_import
from plenary.engines.calls.form.table import write_table
from plenary.engines.calls.models import Invitation, Submission
from plenary.engines.calls.queries import form_in_force
from plenary.engines.calls.tests.working import form_of, make_call, make_edition, person
from plenary.errors import NotAllowed
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.messages.models import OutboxMessage

pytestmark = pytest.mark.django_db
FIELDS = [
    {"kind": "text", "code": "title", "label": "Title", "required": True, "becomes": "title"},
    {"kind": "country", "code": "country", "label": "Country", "becomes": "country"},
    {"kind": "consent", "code": "share", "label": "The focal point may follow it", "becomes": "focal-point"},
    {"kind": "person", "code": "second", "label": "Second author", "invite": True},
    {"kind": "person", "code": "witness", "label": "Who knows of it"},
]


@pytest.fixture
def call(db):
    person("Fatima", "focal-point", "country:KE")
    person("Chen", "focal-point", "country:CH")
    return make_call(make_edition(), form=form_of(*FIELDS))


def row(title, country="KE", share=True, second="", **more):
    who = {"second": {"name": "Second", "email": second}} if second else {}
    return {"title": title, "country": country, "share": share, **who, **more}


def table(call, *rows):
    return io.BytesIO(write_table(form_in_force(call).form, rows))


@pytest.fixture
def imported(call, django_capture_on_commit_callbacks):
    """Imports rows, and does what is left to the background."""

    def do(*rows, **options):
        with django_capture_on_commit_callbacks(execute=True):
            report = import_submissions(actor=SYSTEM, call=call, path=table(call, *rows), **options)
        for waiting in tasks.DBTaskResult.objects.filter(task_path=tasks.tell_of_imported.module_path, status="READY"):
            tasks.tell_of_imported.call(*waiting.args_kwargs["args"])
            waiting.delete()
        return report

    return do


def mails():
    return {(each.template, each.to): each for each in OutboxMessage.objects.all()}


ROWS = [
    row("Lamps", second="second@example.org"),
    row("Boats", second="Second@example.org", witness={"name": "W", "email": "witness@example.org"}),
    row("Fibre", share=False),
    row("Cows", country="CH", second="other@example.org"),
    row("Quiet", country=""),
]


def test_nobody_is_told_unless_it_is_said(imported):
    report = imported(*ROWS)
    assert not OutboxMessage.objects.exists() and not Invitation.objects.exists()
    assert not any("told" in line for line in report.summary)


def test_each_is_told_once_of_all_that_concerns_them(imported):
    report = imported(*ROWS, tell=True)
    assert "4 people are told by mail." in report.summary
    found = mails()
    assert set(found) == {
        ("calls-copy", "fatima@example.org"),
        ("calls-copy", "chen@example.org"),
        ("calls-invitation", "second@example.org"),
        ("calls-invitation", "other@example.org"),
    }
    copy = found["calls-copy", "fatima@example.org"]
    assert "Lamps, Boats" in copy.body and "2021/prizes/1, 2021/prizes/2" in copy.body and "/calls/countries/KE/" in copy.body
    assert "Fibre" not in copy.body and "Quiet" not in copy.body  # no consent, no country
    asked = found["calls-invitation", "second@example.org"].body
    links = [part for part in asked.split() if "/calls/join/" in part]
    assert len(links) == len(set(links)) == 2
    for link in links:
        path = quote(link.split("://")[1].partition("/")[2])
        assert Client().get(f"/{path}").status_code in (200, 302)
    assert {each.email for each in Invitation.objects.all()} == {"second@example.org", "other@example.org"}


def test_the_links_let_those_join_who_were_asked(imported):
    imported(ROWS[0], ROWS[1], tell=True)
    body = OutboxMessage.objects.get(template="calls-invitation").body
    for link in [part for part in body.split() if "/calls/join/" in part]:
        actions.join(actor=person("Second"), secret=link.rstrip("/").rsplit("/", 1)[1])
    assert {each.title for each in Submission.objects.filter(members=person("Second"))} == {"Lamps", "Boats"}


def test_a_look_says_how_many_would_be_told_and_tells_nobody(imported):
    report = imported(*ROWS, tell=True, dry_run=True)
    assert "4 people would be told by mail." in report.summary
    assert not OutboxMessage.objects.exists()


def test_many_rows_make_a_short_mail(imported):
    imported(*[row(f"Project {number}") for number in range(60)], tell=True)
    (copy,) = OutboxMessage.objects.all()
    assert "Project 9 and 50 more" in copy.body and "Project 10" not in copy.body and len(copy.subject) < 600


def test_told_again_nobody_is_asked_twice_and_only_those_who_decide_tell(imported, call):
    imported(*ROWS, tell=True)
    OutboxMessage.objects.all().delete()
    assert tell_of_import(actor=SYSTEM, call=call, first=1, last=5) == 2  # copies; nobody is asked to join again
    assert not OutboxMessage.objects.filter(template="calls-invitation").exists()
    with pytest.raises(NotAllowed):
        tell_of_import(actor=person("Rita", "reader"), call=call, first=1, last=5)
