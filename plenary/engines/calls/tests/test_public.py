"""What everybody reads of a call beside its text: how to answer it, its papers, its picture, what became of its inputs."""

from __future__ import annotations

import io
import json
import re

import pikepdf
import pytest
from django.core.files.base import ContentFile
from django.test.utils import CaptureQueriesContext
from PIL import Image

from plenary.engines.calls import actions
from plenary.engines.calls.models import Phase
from plenary.engines.calls.tests.forms import GOOD, make_account, make_call, submitted
from plenary.errors import Conflict, NotAllowed
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.text import Text

pytestmark = pytest.mark.django_db


def test_a_call_with_a_form_leads_to_it_and_one_without_says_whom_to_ask(client):
    call = make_call(contact="secretariat@example.org")
    page = client.get("/calls/2031/prizes/").content.decode()
    assert "/calls/2031/prizes/answer/" in page and "/calls/2031/prizes/form.pdf" in page
    call.forms.all().delete()
    page = client.get("/calls/2031/prizes/").content.decode()
    assert "/calls/2031/prizes/answer/" not in page and "secretariat@example.org" in page
    for path in ("answer/", "form.pdf", "form.xlsx"):
        assert client.get(f"/calls/2031/prizes/{path}").status_code == 404


def test_the_form_can_be_had_on_paper_and_as_a_table(client):
    make_call()
    assert client.get("/calls/2031/prizes/form.pdf").content.startswith(b"%PDF-")
    assert client.get("/calls/2031/prizes/form.xlsx").content.startswith(b"PK")
    table = client.get("/calls/2031/prizes/form.csv").content.decode("utf-8-sig")
    assert table.splitlines()[0].startswith("title,category,summary")
    assert client.get("/calls/2031/prizes/form.exe").status_code == 404


def test_other_sites_get_a_picture_and_machines_linked_data(client):
    make_call()
    card = client.get("/calls/2031/prizes/card.png")
    assert Image.open(ContentFile(card.content)).size == (1200, 630)
    page = client.get("/calls/2031/prizes/").content.decode()
    assert re.search(r'<meta property="og:image" content="http[^"]+/calls/2031/prizes/card.png">', page)
    data = json.loads(re.search(r'<script[^>]*type="application/ld\+json"[^>]*>(.*?)</script>', page, re.DOTALL)[1])
    assert data["name"] == "Prizes of the harbour" and data["subEvent"][0]["endDate"]


def test_a_meeting_shows_its_agenda_and_afterwards_what_came_of_it(client):
    call = make_call()
    phase = actions.add_phase(actor=SYSTEM, call=call, code="meeting", kind=Phase.Kind.MEETING, title=Text.of("First meeting"), agenda=Text.of("1. Boats"))
    actions.edit_phase(
        actor=SYSTEM, phase=phase, values={"link": "https://example.org/room", "summary": Text.of("All agreed."), "recording": "https://example.org/film"}
    )
    page = client.get("/calls/2031/prizes/").content.decode()
    for part in ("1. Boats", "https://example.org/room", "All agreed.", "https://example.org/film"):
        assert part in page


def test_what_became_of_inputs_is_read_once_it_is_published_without_what_is_private(client):
    from datetime import timedelta

    import time_machine

    call = make_call(shows_use=True)
    owner = make_account()
    used = submitted(call, owner, phone="+41227305111")
    other = submitted(call, owner, title="A second input")
    actions.record_use(actor=SYSTEM, submission=used, use="partly", note=Text({"en": "Boats are a theme now.", "fr": "Les bateaux sont un thème."}))
    path = "/calls/2031/prizes/uses/"
    assert client.get(path).status_code == 404
    with pytest.raises(Conflict):
        actions.publish_use(actor=SYSTEM, call=call)
    with time_machine.travel(call.phases.get().closes_at + timedelta(days=1), tick=False):
        with pytest.raises(NotAllowed):
            actions.publish_use(actor=owner, call=call)
        with pytest.raises(Conflict):  # of one it was not said yet
            actions.publish_use(actor=SYSTEM, call=call)
        actions.record_use(actor=SYSTEM, submission=other, use="noted", note=Text({}))
        assert client.get("/calls/2031/prizes/brief.pdf").status_code == 404
        actions.publish_use(actor=SYSTEM, call=call)
        page = client.get(path).content.decode()
        assert "Boats are a theme now." in page and "Taken up in part" in page and "Radios for five boats." in page
        assert "+41227305111" not in page and "A second input" in page
        assert "/calls/2031/prizes/brief.pdf" in page
        for prefix in ("", "/ar"):
            brief = pikepdf.open(io.BytesIO(client.get(f"{prefix}/calls/2031/prizes/brief.pdf").content))
            assert brief.Root.MarkInfo.Marked and str(brief.Root.Lang) == (prefix.strip("/") or "en")
        assert "Les bateaux sont un thème." in client.get(f"/fr{path}").content.decode()
        assert path in client.get("/calls/2031/prizes/").content.decode()
        actions.publish_use(actor=SYSTEM, call=call, is_public=False)
        assert client.get(path).status_code == 404


def test_no_page_of_a_contributor_asks_more_of_the_database_when_there_is_more(client):
    from django.db import connection

    call = make_call()
    owner = make_account()
    client.force_login(owner)
    for _each in range(2):
        submitted(call, owner)
    client.get("/calls/submissions/")
    with CaptureQueriesContext(connection) as few:
        client.get("/calls/submissions/")
    for _each in range(12):
        submitted(call, owner)
        actions.start_draft(actor=owner, call=call, answers=GOOD)
    with CaptureQueriesContext(connection) as many:
        client.get("/calls/submissions/")
    assert len(many) <= len(few)


def test_the_form_of_a_draft_asks_little_of_the_database(client):
    from django.db import connection

    call = make_call()
    owner = make_account()
    draft, _none = actions.start_draft(actor=owner, call=call, answers=GOOD)
    client.force_login(owner)
    client.get(f"/calls/answers/{draft.pk}/")
    with CaptureQueriesContext(connection) as asked:
        assert client.get(f"/calls/answers/{draft.pk}/").status_code == 200
    assert len(asked) <= 16


@pytest.mark.parametrize("secrecy", ["private", "anonymous"])
def test_the_account_of_uses_names_nobody_whom_the_form_keeps_from_the_public(client, secrecy):
    from datetime import timedelta

    import time_machine

    from plenary.engines.calls.form.definition import Definition
    from plenary.engines.calls.tests.forms import FIELDS

    call = make_call(shows_use=True)
    secret = [{**field, secrecy: True} if field["code"] in ("title", "organisation", "country") else field for field in FIELDS]
    actions.put_form(actor=SYSTEM, call=call, definition=Definition.from_data({"parts": [{"fields": secret}]}))
    sent = submitted(call, make_account())
    actions.record_use(actor=SYSTEM, submission=sent, use="used", note=Text.of("Boats are a theme now."))
    with time_machine.travel(call.phases.get().closes_at + timedelta(days=1), tick=False):
        actions.publish_use(actor=SYSTEM, call=call)
        page = client.get("/calls/2031/prizes/uses/").content.decode()
    assert "Boats are a theme now." in page and "Input 1" in page
    for kept_back in ("Boats with radios", "Harbour office", "Kenya"):
        assert kept_back not in page
