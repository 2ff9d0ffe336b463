"""Publishing a call at the desk, hiding it again, and its page before anybody sees it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from plenary.engines.calls.actions import put_form, start_draft
from plenary.engines.calls.models import Call
from plenary.engines.calls.tests.working import form_of
from plenary.ground.audit.actors import NOBODY, SYSTEM
from plenary.ground.framework.models import Edition

pytestmark = pytest.mark.django_db
BASE = "/desk/editions/2021/calls/photos"


@pytest.fixture
def made(edition: Edition, at_desk: Callable[..., Client]) -> Call:
    """A call made at the desk, which has nothing but its title."""
    typed = {"title_en": "Photo contest", "title_original": "en", "audience": "verified", "slug": "photos", "intakes_decision_0": ""}
    answer = at_desk().post("/desk/editions/2021/calls/new/", typed)
    assert answer["Location"] == f"{BASE}/publish/"
    return Call.objects.select_related("edition").get(slug="photos")


def complete(call: Call, client: Client) -> None:
    put_form(actor=SYSTEM, call=call, definition=form_of())
    typed = {"code": "submission", "kind": "collect", "title_en": "Submission", "title_original": "en", "zone": "Europe/Zurich"}
    assert client.post(f"{BASE}/phases/add/", typed).status_code == 302


def test_a_new_call_is_hidden_until_it_is_whole_and_somebody_publishes_it(made: Call, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    page = client.get(f"{BASE}/publish/").text
    assert "It has no form" in page and "no phase for submissions" in page and "no address for questions" in page
    assert 'name="publish"' not in page
    refused = client.post(f"{BASE}/publish/", {"publish": "yes"}, follow=True)
    assert "It has no form" in refused.text and not Call.objects.get(pk=made.pk).is_published
    complete(made, client)
    page = client.get(f"{BASE}/publish/").text
    assert "has no dates" in page and 'name="publish"' in page
    assert client.get("/calls/2021/photos/").status_code == 404
    assert client.post(f"{BASE}/publish/", {"publish": "yes"})["Location"] == f"{BASE}/settings/"
    assert client.get("/calls/2021/photos/").status_code == 200
    settings = client.get(f"{BASE}/settings/").text
    assert "Hidden from the public" not in settings and f"{BASE}/publish/" in settings
    client.post(f"{BASE}/publish/", {"hide": "yes"})
    assert client.get("/calls/2021/photos/").status_code == 404
    assert "Hidden from the public" in client.get(f"{BASE}/settings/").text


def test_whoever_has_begun_keeps_the_call_in_the_open(made: Call, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    complete(made, client)
    client.post(f"{BASE}/publish/", {"publish": "yes"})
    start_draft(actor=NOBODY, call=Call.objects.select_related("edition").get(pk=made.pk), answers={"title": "One"})
    assert 'name="hide"' not in client.get(f"{BASE}/publish/").text
    assert f'href="{BASE}/publish/"' not in client.get(f"{BASE}/settings/").text
    assert "begun to answer" in client.post(f"{BASE}/publish/", {"hide": "yes"}, follow=True).text
    assert Call.objects.get(pk=made.pk).is_published


def test_the_desk_sees_it_and_its_page_as_it_will_be(made: Call, at_desk: Callable[..., Client]) -> None:
    client = at_desk("reader")
    assert "Hidden from the public" in client.get("/desk/editions/2021/calls/").text
    shown = client.get(f"{BASE}/preview/")
    assert shown.status_code == 200 and "Photo contest" in shown.text and "So the page will look" in shown.text
    assert client.get(f"{BASE}/publish/").status_code == client.post(f"{BASE}/publish/", {"publish": "yes"}).status_code == 403
    assert at_desk("secretariat", "call:2021/photos").get(f"{BASE}/preview/").status_code == 200
    stranger = at_desk("secretariat", "call:2021/prizes")
    assert stranger.get(f"{BASE}/preview/").status_code == stranger.get(f"{BASE}/publish/").status_code == 403
    assert "Photo contest" not in stranger.get("/desk/").text + stranger.get("/desk/editions/2021/calls/").text
    assert Client().get(f"{BASE}/preview/").status_code == 302
    assert client.get("/desk/editions/2021/calls/prizes/preview/")["Location"] == "/calls/2021/prizes/"


def test_what_a_hidden_call_says_is_taken_over_only_by_those_who_know_of_it(made: Call, at_desk: Callable[..., Client], edition: Edition) -> None:
    put_form(actor=SYSTEM, call=made, definition=form_of())
    stranger = at_desk("secretariat", "call:2021/prizes")
    editor = "/desk/editions/2021/calls/prizes/form/"
    assert "photos" not in stranger.get(editor).text
    assert "That call has no form." in stranger.post(editor, {"start": "like", "like": "2021/photos"}, follow=True).text
    assert "photos" in at_desk().get(editor).text
    other = Edition.objects.create(code="2022", name=edition.name)
    assert at_desk("secretariat", other.scope).get("/desk/editions/2022/calls/new/?like=2021/photos").status_code == 404
    assert at_desk().get("/desk/editions/2022/calls/new/?like=2021/photos").status_code == 200


def test_nothing_is_entered_into_a_hidden_call(made: Call, at_desk: Callable[..., Client]) -> None:
    client = at_desk()
    complete(made, client)
    answer = client.get(f"{BASE}/enter/", follow=True)
    assert answer.redirect_chain == [(f"{BASE}/publish/", 302)] and "not published yet" in answer.text
