"""An entry's page."""

import json
import re

import pytest
from django.test import Client
from django.utils.translation import gettext, override

from plenary.ground.framework.text import Text
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.drafts import LinkDraft
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.tests.making import make_entry


def page_of(client, entry, prefix=""):
    response = client.get(f"{prefix}/stocktaking/{entry.number}/")
    assert response.status_code == 200
    return response.content.decode()


def test_it_tells_the_story_the_facts_and_the_source(client, world):
    entry = make_entry(
        world, "Telemedicine", "action-lines C7-4", "sdgs 3", "countries KE", body="Ministry of Health", kind="government",
        summary=Text.of("In short."), description=Text.of("At length.\n\nAnd on."), website="https://example.org/tele", source="a report ; https://example.org/found",
    )  # fmt: skip
    page = page_of(client, entry)
    for words in ("Telemedicine", "In short.", "<p>At length.</p>", "Ministry of Health", "Kenya", "Government", "E-health", "Good health", "a report"):
        assert words in page
    assert 'href="https://example.org/found" rel="nofollow noopener external"' in page
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])
    assert data["@type"] == "Project"
    assert data["name"] == "Telemedicine"
    assert data["areaServed"][0]["name"] == "Kenya"


def test_reasons_stand_beside_their_goals(client, world):
    entry = make_entry(world, "x", "sdgs 3")
    draft = actions.current_draft(entry)
    from dataclasses import replace

    from plenary.ground.audit.actors import SYSTEM

    links = (LinkDraft(world.concept("sdgs 3"), Text.of("It brings doctors to islands.")),)
    actions.edit_entry(actor=SYSTEM, entry=entry, draft=replace(draft, links=links))
    assert "It brings doctors to islands." in page_of(client, entry)


@pytest.mark.parametrize("title", ["</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>', "{{ 7|add:7 }}"])
def test_nothing_that_people_write_becomes_markup(client, world, title):
    entry = make_entry(world, title, body=title, description=Text.of(title), summary=Text.of(title), source=title)
    page = page_of(client, entry)
    assert title not in page.replace("{{ 7|add:7 }}", "") or title == "{{ 7|add:7 }}"
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])
    assert data["name"] == title
    assert title not in client.get("/stocktaking/").content.decode().replace("{{ 7|add:7 }}", "") or title == "{{ 7|add:7 }}"


def test_translations_are_marked_as_such(client, world):
    entry = make_entry(world, text=Text({"fr": "Télémédecine", "en": "Telemedicine", "es": "Telemedicina"}, "fr", frozenset({"en"})))
    notes = {
        "en": "A machine translated what you read here; nobody has checked it.",
        "es": "This is a translation, not the language in which the project was described.",
        "ru": "The project is described in another language than that of this page.",
    }
    for language in ("en", "es", "fr", "ru"):
        page = page_of(client, entry, "" if language == "en" else f"/{language}")
        with override(language):
            shown = [code for code, note in notes.items() if gettext(note) in page]
        assert shown == [code for code in notes if code == language]


def test_others_of_the_organisation_are_named(client, world):
    first = make_entry(world, "First", body="Ministry")
    make_entry(world, "Second", body="Ministry")
    make_entry(world, "Hidden", body="Ministry", state=Entry.State.WITHDRAWN)
    page = page_of(client, first)
    assert "Second" in page
    assert "Hidden" not in page


@pytest.mark.parametrize("number", ["2021-99", "x", "2021-1%00", "..", "a" * 300])
def test_an_unknown_number_is_a_404(client, world, number):
    assert client.get(f"/stocktaking/{number}/").status_code == 404


def test_a_hidden_entry_is_absent_for_the_public_and_marked_for_the_secretariat(client, world, secretary, visitor):
    entry = make_entry(world, "Secret", state=Entry.State.DRAFT)
    assert client.get(f"/stocktaking/{entry.number}/").status_code == 404
    client.force_login(visitor)
    assert client.get(f"/stocktaking/{entry.number}/").status_code == 404
    client.force_login(secretary)
    assert "Only the secretariat sees this page" in page_of(client, entry)


def test_the_secretariat_withdraws_and_restores_on_the_page(world, secretary, visitor):
    entry = make_entry(world)
    address = f"/stocktaking/{entry.number}/state/"
    staff, other = Client(), Client()
    staff.force_login(secretary)
    other.force_login(visitor)
    assert other.post(address, {"to": "withdrawn", "reason": "x"}).status_code == 403
    assert staff.post(address, {"to": "withdrawn", "reason": "asked"}).status_code == 302
    assert Client().get(f"/stocktaking/{entry.number}/").status_code == 404
    assert "Withdrawn" in page_of(staff, entry)
    staff.post(address, {"to": "public"})
    entry.refresh_from_db()
    assert entry.is_public
    assert Client().post(address, {"to": "withdrawn"}).status_code == 302  # to the sign-in page
    assert staff.get(address).status_code == 405


def test_the_number_of_queries_does_not_grow(client, world, django_assert_max_num_queries):
    small = make_entry(world, "Small", "sdgs 3", body="One")
    with django_assert_max_num_queries(16):
        page_of(client, small)
    large = make_entry(world, "Large", *(f"countries {code}" for code in ("KE", "UG", "QA", "CH")), "sdgs 3", "sdgs 4", "action-lines C1", body="Two")
    for number in range(12):
        make_entry(world, f"More {number}", "sdgs 3", "countries KE", body="Two")
    with django_assert_max_num_queries(18):
        page_of(client, large)
