"""A hidden call: nothing public differs from a site without it, nobody answers it, and publishing shows it everywhere."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from plenary.engines.calls import actions, queries
from plenary.engines.calls.actions import CallValues, PhaseValues
from plenary.engines.calls.form.table import template_csv
from plenary.engines.calls.models import Call
from plenary.engines.calls.queries.readiness import lacks_of
from plenary.engines.calls.sections import CallRow, Calls
from plenary.engines.calls.tests.working import form_of, make_call, make_edition, person
from plenary.engines.calls.windows import window_of
from plenary.errors import Conflict, NotAllowed
from plenary.ground.audit.actors import NOBODY, SYSTEM
from plenary.ground.audit.models import TrailRecord
from plenary.ground.framework.text import Text
from plenary.ground.search import registry

pytestmark = pytest.mark.django_db

LISTS = (
    "/",
    "/calls/",
    "/ar/calls/",
    "/calls/calendar.ics",
    "/editions/2021/",
    "/sitemap-call.xml",
    "/api/v1/calls",
    "/api/v1/calls?stage=open",
    "/countries/",
)
PAGES = ("", "answer/", "form.pdf", "form.xlsx", "form.csv", "uses/", "card.png", "calendar.ics")


@pytest.fixture
def edition(db):
    return make_edition()


def values(**changes) -> CallValues:
    now = timezone.now()
    open_now = PhaseValues(
        code="submission", kind="collect", title=Text.of("Secret submission"), opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=3)
    )
    meeting = PhaseValues(
        code="talk", kind="meeting", title=Text.of("Secret talk"), opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=1, hours=1)
    )
    vote = PhaseValues(code="vote", kind="vote", title=Text.of("Secret vote"), opens_at=now + timedelta(days=9))
    return CallValues(**{"slug": "secret", "title": Text.of("Secret call"), "contact": "a@example.org", "phases": (open_now, meeting, vote), **changes})


def hidden(edition, **changes) -> Call:
    call = actions.create_call(actor=SYSTEM, edition=edition, values=values(**changes))
    actions.put_form(actor=SYSTEM, call=call, definition=form_of())
    return Call.objects.select_related("edition").get(pk=call.pk)


def seen() -> dict[str, str]:
    """What everybody reads; without what every answer has anew."""
    client, pages = Client(), {}
    for path in LISTS:
        answer = client.get(path)
        assert answer.status_code == 200, path
        text = answer.getvalue().decode() if answer.streaming else answer.content.decode()
        pages[path] = re.sub(r'DTSTAMP:\S+|nonce="[^"]+"|csrfmiddlewaretoken" value="[^"]+"', "", text)
    pages["search"] = str(sorted(document.key for document in registry.kinds()["call"].documents()))
    return pages


def test_nothing_public_differs_from_a_site_without_it(edition) -> None:
    make_call(edition, "prizes", closes_at=timezone.now() + timedelta(days=30))
    before = seen()
    call = hidden(edition)
    assert seen() == before
    client = Client()
    client.force_login(person("Boss", "secretariat"), backend="django.contrib.auth.backends.ModelBackend")
    for page in PAGES:
        for browser in (Client(), client):
            assert browser.get(f"/calls/2021/secret/{page}").status_code == 404, page
    assert {Client().get(f"/api/v1/calls/2021/secret{part}").status_code for part in ("", "/form")} == {404}
    actions.publish_call(actor=SYSTEM, call=call)
    after = seen()
    for path in ("/", "/calls/", "/calls/calendar.ics", "/editions/2021/", "/sitemap-call.xml", "/api/v1/calls", "/api/v1/calls?stage=open", "search"):
        assert "ecret" in after[path] or "secret" in after[path], path
    assert Client().get("/calls/2021/secret/").status_code == 200
    actions.hide_call(actor=SYSTEM, call=call)
    assert seen() == before


def test_nobody_answers_it_not_even_staff(edition, tmp_path) -> None:
    call = hidden(edition)
    assert not window_of(call).is_open and queries.answerable(call) is None
    code, secret = actions.make_code(actor=SYSTEM, call=call, valid_until=timezone.now() + timedelta(days=1))
    for actor in (NOBODY, person("Ada"), person("Boss", "secretariat"), SYSTEM):
        with pytest.raises(Conflict, match="not published"):
            actions.start_draft(actor=actor, call=call, answers={"title": "One"}, late=code)
    assert Client().get(f"/calls/2021/secret/answer/?code={secret}").status_code == 404
    table = tmp_path / "table.csv"
    table.write_bytes(template_csv(call, form_of()))
    with pytest.raises(Conflict, match="not published"):
        actions.import_submissions(actor=SYSTEM, call=call, path=table, dry_run=True)
    with pytest.raises(Conflict, match="not published"):
        actions.enter_for(actor=SYSTEM, call=call, answers={"title": "One"}, origin="paper")
    assert not call.submissions.exists()


def test_publishing_and_hiding_are_on_record_and_hiding_ends_with_the_first_draft(edition) -> None:
    call = hidden(edition)
    staff = person("Boss", "secretariat", "edition:2021")
    actions.publish_call(actor=staff, call=call)
    with pytest.raises(Conflict, match="already"):
        actions.publish_call(actor=staff, call=call)
    actions.hide_call(actor=staff, call=call)
    with pytest.raises(Conflict, match="already"):
        actions.hide_call(actor=staff, call=call)
    actions.publish_call(actor=staff, call=call)
    draft, _secret = actions.start_draft(actor=NOBODY, call=call, answers={"title": "One"})
    with pytest.raises(Conflict, match="begun to answer"):
        actions.hide_call(actor=staff, call=call)
    with pytest.raises(Conflict, match="begun to answer"):
        actions.put_call(actor=SYSTEM, edition=edition, values=values(published=False))
    actions.discard_draft(actor=SYSTEM, submission=draft)
    with pytest.raises(Conflict, match="begun to answer"):
        actions.hide_call(actor=staff, call=call)
    told = TrailRecord.objects.filter(kind="calls.call", key="2021/secret", actor_id=staff.trail_id).order_by("id")
    assert list(told.values_list("verb", flat=True)) == ["published", "hidden", "published"]


@pytest.mark.parametrize(("role", "scope"), [("", "site"), ("editor", "site"), ("reader", "call:2021/secret"), ("secretariat", "call:2021/prizes")])
def test_who_does_not_change_the_call_neither_publishes_nor_hides_it(edition, role, scope) -> None:
    call = hidden(edition)
    for published in (None, timezone.now()):
        Call.objects.filter(pk=call.pk).update(published_at=published)
        for action in (actions.publish_call, actions.hide_call):
            with pytest.raises(NotAllowed):
                action(actor=person("Someone", role, scope), call=call)


def lacking(call: Call) -> set[tuple[str, bool]]:
    return {(each.where, each.blocks) for each in lacks_of(Call.objects.select_related("edition").get(pk=call.pk))}


def test_what_cannot_work_keeps_a_call_from_being_published_and_hints_do_not(edition) -> None:
    whole = hidden(edition, purpose=Text.of("We ask for secrets."))
    assert lacking(whole) == set()
    bare = actions.create_call(actor=SYSTEM, edition=edition, values=CallValues(slug="bare", title=Text.of("Bare")))
    assert {("form", True), ("phases", True), ("settings", False)} == lacking(bare)
    with pytest.raises(Conflict, match=r"no form.*no phase for submissions"):
        actions.publish_call(actor=SYSTEM, call=bare)
    actions.save_form_draft(actor=SYSTEM, call=bare, definition=form_of())
    assert ("form", True) in lacking(bare), "a draft of a form is answered by nobody"
    actions.put_form(actor=SYSTEM, call=bare, definition=form_of())
    actions.add_phase(actor=SYSTEM, call=bare, code="submission", kind="collect", title=Text.of("Submission"))
    assert {each.sentence for each in lacks_of(bare) if each.phase} == {
        "“Submission” has no dates: from the moment of publishing it is open, and without an end. Leave it so only if that is meant."
    }
    published = actions.publish_call(actor=SYSTEM, call=bare)
    assert window_of(published).is_open and window_of(published).closes_at is None, "an ongoing call, as was said"


def test_texts_are_missed_in_the_languages_of_the_edition(edition) -> None:
    edition.name = Text({"en": "Forum", "fr": "Forum"}, "en")
    edition.save()
    call = hidden(edition, purpose=Text.of("We ask."))
    assert ["French" in each.sentence for each in lacks_of(call)] == [True]
    actions.edit_call(actor=SYSTEM, call=call, values={"title": Text({"en": "A", "fr": "B"}, "en"), "purpose": Text({"en": "A", "fr": "B"}, "en")})
    assert lacking(call) == set()


def test_data_say_whether_a_call_is_public(edition) -> None:
    section = Calls()
    rows = [CallRow(slug="open", title=Text.of("Open")), CallRow(slug="secret", title=Text.of("Secret"), published=False)]
    for row in rows:
        section.write(edition, row, SYSTEM)
    assert {call.slug: call.is_published for call in Call.objects.all()} == {"open": True, "secret": False}
    assert sorted(section.read(edition), key=lambda row: row.slug) == rows
    since = Call.objects.get(slug="open").published_at
    section.write(edition, rows[0], SYSTEM)
    assert Call.objects.get(slug="open").published_at == since
    section.write(edition, rows[1].model_copy(update={"published": True}), SYSTEM)
    assert Call.objects.get(slug="secret").is_published
    assert "published" not in rows[0].model_dump(exclude_defaults=True)
