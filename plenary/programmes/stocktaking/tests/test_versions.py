"""Versions of an entry: listed, read, compared, restored; and what became of numbers."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from plenary.ground.audit.actions import erase_payloads_of
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.queries import versions_of
from plenary.ground.framework.text import Text
from plenary.ground.people.models import Person, User
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.drafts import LinkDraft
from plenary.programmes.stocktaking.models import Entry, EntryNumber
from plenary.programmes.stocktaking.tests.making import make_entry


def change(entry, *, by=SYSTEM, reason="", **values):
    entry.refresh_from_db()
    actions.edit_entry(actor=by, entry=entry, draft=replace(actions.current_draft(entry), **values), reason=reason)
    entry.refresh_from_db()


@pytest.fixture
def entry(world):
    """An entry in its third version."""
    made = make_entry(world, "Telemedicine", "sdgs 3", "countries KE", body="Ministry", summary=Text.of("Doctors visit ten islands."))
    change(made, summary=Text.of("Doctors visit twelve islands by video."), results=Text.of("Lives saved."))
    change(
        made, title=Text({"en": "Telemedicine for islands", "fr": "Télémédecine"}), links=(LinkDraft(world.concept("sdgs 4"), Text.of("It teaches nurses.")),)
    )
    return made


def read(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status, response.status_code
    return response.content.decode()


def test_the_list_says_what_each_changed_and_names_nobody(client, entry):
    editor = User.objects.create_user("editor@example.org", person=Person.objects.create(name="Editor of the Secretariat"), is_superuser=True)
    change(entry, by=editor, reason="Asked on the telephone by Mr Example", website="https://example.org/")
    page = read(client, f"/stocktaking/{entry.number}/versions/")
    assert "4 versions" in page
    assert "As it first stood here." in page
    assert "Summary, Results and impact" in page
    assert "Title, What it is about" in page
    assert "Website" in page
    assert "Editor of the Secretariat" not in page
    assert "Mr Example" not in page
    assert '<meta name="robots" content="noindex">' in page


def test_an_entry_never_changed_is_its_own_first_version(client, world):
    entry = make_entry(world, "Telemedicine")
    page = read(client, f"/stocktaking/{entry.number}/versions/")
    assert "1 version" in page
    assert "has not been changed" in page
    assert client.get(f"/stocktaking/{entry.number}/versions/1/")["Location"].endswith(f"/stocktaking/{entry.number}/")
    assert client.get(f"/stocktaking/{entry.number}/versions/2/").status_code == 404
    assert "has not been changed" in read(client, f"/stocktaking/{entry.number}/versions/compare/")


def test_a_version_reads_as_it_was_and_says_which_is_current(client, entry):
    page = read(client, f"/stocktaking/{entry.number}/versions/1/")
    assert "Doctors visit ten islands." in page
    assert "Good health" in page
    assert "Lives saved." not in page
    assert "Telemedicine for islands" not in page
    assert f"You read version 1 of entry {entry.number}; the current one is version 3." in page
    assert '<meta name="robots" content="noindex">' in page
    assert re.search(rf'<link rel="canonical" href="[^"]*/stocktaking/{entry.number}/">', page)
    assert "(version 1)" in page
    assert "which is the current one" in read(client, f"/stocktaking/{entry.number}/versions/3/")
    assert client.get(f"/stocktaking/{entry.number}/versions/4/").status_code == 404
    assert client.get(f"/stocktaking/{entry.number}/versions/0/").status_code == 404
    assert client.get(f"/stocktaking/{entry.number}/versions/{'9' * 30}/").status_code == 404


def test_a_version_is_cited_as_such(client, entry):
    item = json.loads(client.get(f"/stocktaking/{entry.number}/cite.csl.json?version=1").content)[0]
    assert (item["title"], item["version"]) == ("Telemedicine", "1")
    assert item["URL"].endswith(f"/stocktaking/{entry.number}/versions/1/")


def test_two_versions_stand_beside_each_other_word_by_word(client, entry):
    page = read(client, f"/stocktaking/{entry.number}/versions/compare/?from=1&to=2")
    assert "<del>ten</del>" in page
    assert "<ins>twelve</ins>" in page
    assert "<span>Doctors visit </span>" in page
    assert "Lives saved." in page
    assert "Télémédecine" not in page
    page = read(client, f"/stocktaking/{entry.number}/versions/compare/")  # the current one beside the one before
    assert "Title, in French" in page
    assert "It teaches nurses." in re.sub("<[^>]+>", "", page)
    same = read(client, f"/stocktaking/{entry.number}/versions/compare/?from=2&to=2")
    assert "The two say the same." in same


@pytest.mark.parametrize("query", ["from=9", "to=9", "from=x", "to=-1", "from=1&to=2&colour=blue", "from=99999999999999999999"])
def test_versions_that_are_not_there_are_400(client, entry, query):
    assert client.get(f"/stocktaking/{entry.number}/versions/compare/?{query}").status_code == 400


def test_nothing_written_becomes_markup_in_a_comparison(client, world):
    evil = "<script>alert(1)</script>"
    entry = make_entry(world, "x", summary=Text.of("a"))
    change(entry, summary=Text.of(evil), source=evil)
    page = read(client, f"/stocktaking/{entry.number}/versions/compare/")
    assert evil not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_what_was_written_before_it_was_public_stays_unknown(client, world):
    entry = make_entry(world, "Draft name", state=Entry.State.DRAFT)
    change(entry, title=Text.of("Second name"))
    change(entry, title=Text.of("Name when it was published"))
    actions.publish_entry(actor=SYSTEM, entry=entry)
    change(entry, title=Text.of("Last name"))
    page = read(client, f"/stocktaking/{entry.number}/versions/")
    assert "2 versions" in page
    for number in (1, 2):
        assert client.get(f"/stocktaking/{entry.number}/versions/{number}/").status_code == 404
        assert client.get(f"/stocktaking/{entry.number}/versions/compare/?from={number}").status_code == 400
    assert "Name when it was published" in read(client, f"/stocktaking/{entry.number}/versions/3/")
    everything = page + read(client, f"/stocktaking/{entry.number}/versions/compare/") + read(client, f"/stocktaking/{entry.number}/versions/4/")
    assert "Second name" not in everything
    assert "Draft name" not in everything


def test_what_was_changed_while_it_was_withdrawn_is_current_once_it_is_back(client, entry):
    actions.withdraw_entry(actor=SYSTEM, entry=entry, reason="x")
    change(entry, title=Text.of("Tried and given up"))
    change(entry, title=Text.of("Mended title"))
    actions.restore_entry(actor=SYSTEM, entry=entry)
    page = read(client, f"/stocktaking/{entry.number}/versions/")
    assert "4 versions" in page
    assert re.search(r'<a href="/stocktaking/[^"]+/">Version 5</a></h3>\s*<p class="meta"><span class="chip open">current</span>', page)
    assert "which is the current one" in read(client, f"/stocktaking/{entry.number}/versions/5/")
    assert client.get(f"/stocktaking/{entry.number}/versions/4/").status_code == 404


def test_an_erased_version_is_left_out(client, entry):
    erase_payloads_of(subjects=[(actions.KIND, entry.number)])
    assert client.get(f"/stocktaking/{entry.number}/versions/1/").status_code == 404
    assert read(client, f"/stocktaking/{entry.number}/versions/")


def test_staff_restore_a_version_and_others_do_not(entry, secretary, visitor):
    address = f"/stocktaking/{entry.number}/versions/1/restore/"
    staff, other = Client(), Client()
    staff.force_login(secretary)
    other.force_login(visitor)
    assert "Restore this version" in read(staff, f"/stocktaking/{entry.number}/versions/1/")
    assert "Restore this version" not in read(other, f"/stocktaking/{entry.number}/versions/1/")
    assert other.post(address, {"reason": "x"}).status_code == 403
    assert Client().post(address, {"reason": "x"}).status_code == 302
    assert staff.get(address).status_code == 405
    assert staff.post(address, {"reason": "The owner asked for it"}).status_code == 302
    entry.refresh_from_db()
    assert str(entry.summary) == "Doctors visit ten islands."
    assert [link.concept.code for link in entry.links.select_related("concept__scheme") if link.concept.scheme.code == "sdgs"] == ["3"]
    assert versions_of(actions.KIND, entry.number).count() == 4
    assert staff.post(f"/stocktaking/{entry.number}/versions/99/restore/", {"reason": "x"}).status_code == 404


def test_the_queries_of_these_pages_do_not_grow(client, world, entry, django_assert_max_num_queries):
    for number in range(12):
        change(entry, summary=Text.of(f"Words {number}"), links=tuple(LinkDraft(world.concept(f"countries {code}")) for code in ("KE", "UG", "QA", "CH")))
    for path in ("versions/", "versions/1/", "versions/compare/?from=1&to=14"):
        with django_assert_max_num_queries(14):
            read(client, f"/stocktaking/{entry.number}/{path}")


def test_long_texts_are_compared_in_time(client, world):
    words = " ".join(["word"] * 9000)
    entry = make_entry(world, "x", description=Text.of(words), results=Text.of(words))
    change(entry, description=Text.of(words + " more"), results=Text.of("other " + words))
    started = timezone.now()
    assert "more" in read(client, f"/stocktaking/{entry.number}/versions/compare/")
    assert timezone.now() - started < timedelta(seconds=5)


# ---- numbers that lead elsewhere ------------------------------------------------------------------------------------


def test_a_withdrawn_entry_answers_that_it_is_gone_and_tells_nothing_else(client, entry):
    actions.withdraw_entry(actor=SYSTEM, entry=entry, reason="A secret reason")
    for path in ("", "versions/", "versions/1/", "versions/compare/", "card/", "print/", "cite.bib"):
        page = read(client, f"/stocktaking/{entry.number}/{path}", 410)
        assert entry.number in page
        assert "Telemedicine" not in page
        assert "A secret reason" not in page
        assert "noindex" in page


def test_an_entry_that_was_never_public_is_simply_not_there(client, world):
    entry = make_entry(world, "Draft", state=Entry.State.DRAFT)
    actions.withdraw_entry(actor=SYSTEM, entry=entry, reason="x")
    assert client.get(f"/stocktaking/{entry.number}/").status_code == 404


def merge(gone, kept):
    Entry.objects.filter(pk=gone.pk).update(state=Entry.State.WITHDRAWN, merged_into=kept)


def test_a_merged_entry_leads_to_the_one_that_stands(client, world, secretary):
    first, second, third = (make_entry(world, name) for name in ("First", "Second", "Third"))
    merge(first, second)
    merge(second, third)
    for path in ("", "versions/", "card/", "cite.ris"):
        response = client.get(f"/stocktaking/{first.number}/{path}?version=0" if path == "cite.ris" else f"/stocktaking/{first.number}/{path}")
        assert response.status_code == 301
        assert response["Location"].startswith(f"/stocktaking/{third.number}/{path}")
    assert client.get(f"/fr/stocktaking/{first.number}/")["Location"] == f"/fr/stocktaking/{third.number}/"
    client.force_login(secretary)
    assert "Third" not in read(client, f"/stocktaking/{first.number}/") or "same project" in read(client, f"/stocktaking/{first.number}/")


def test_a_former_number_leads_to_the_entry(client, world):
    entry = make_entry(world, "Telemedicine")
    EntryNumber.objects.create(entry=entry, number="1359648246")
    assert client.get("/stocktaking/1359648246/").status_code == 301
    assert client.get("/stocktaking/1359648246/")["Location"] == f"/stocktaking/{entry.number}/"
    assert "1359648246" in read(client, f"/stocktaking/{entry.number}/")
    actions.withdraw_entry(actor=SYSTEM, entry=entry, reason="x")
    assert client.get("/stocktaking/1359648246/").status_code == 410
