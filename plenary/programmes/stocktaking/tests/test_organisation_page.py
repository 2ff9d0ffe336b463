"""The directory of organisations and the page of each."""

from dataclasses import replace

import pytest

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.text import Text
from plenary.ground.people.actions.organisations import merge_organisations
from plenary.ground.people.models import Organisation
from plenary.ground.search.models import IndexChange
from plenary.ground.search.registry import kinds
from plenary.programmes.awards.models import Award, Contest
from plenary.programmes.forum.models import Session
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.drafts import OrganisationDraft
from plenary.programmes.stocktaking.models import Collection, Entry, EntryOrganisation
from plenary.programmes.stocktaking.tests.making import make_entry


def named(name: str) -> Organisation:
    return Organisation.objects.get(aliases__name=name)


def read(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status, (path, response.status_code)
    return response.content.decode()


def test_the_page_shows_all_it_did(client, world):
    entry = make_entry(world, "Telemedicine", "action-lines C7-4", "sdgs 3", "countries KE", body="Ministry of Health", edition="2020")
    make_entry(world, "Second", "sdgs 3", "countries UG", body="Ministry of Health")
    third = make_entry(world, "Third", body="Another body")
    body = named("Ministry of Health")
    EntryOrganisation.objects.create(entry=third, organisation=body, role="partner")
    Organisation.objects.filter(pk=body.pk).update(website="https://health.example.org/")
    contest = Contest.objects.create(edition=world.editions["2020"], title=Text.of("WSIS Prizes 2020"))
    Award.objects.create(contest=contest, entry=entry, level="winner")
    session = Session.objects.create(edition=world.editions["2021"], number="17", title=Text.of("Health for islands"))
    session.organisers.add(body)
    Collection.objects.create(code="health", name=Text.of("Health repository"), host=body)
    page = read(client, f"/organisations/{body.pk}/")
    for words in (
        "Ministry of Health",
        "Telemedicine",
        "Second",
        "Third",
        "Projects that it carries",
        "Projects in which it is a partner",
        "Winner",
        "WSIS Prizes 2020",
        "Health for islands",
        "Health repository",
    ):
        assert words in page, words
    assert "2020–2021" in page
    assert 'href="https://health.example.org/" rel="nofollow noopener external"' in page
    assert f"?organisation={body.pk}&amp;sdg=3" in page
    assert f"?organisation={body.pk}&amp;country=UG" in page
    counted = client.get(f"/stocktaking/?organisation={body.pk}&sdg=3")
    assert counted.status_code == 200
    assert f'href="/organisations/{body.pk}/"' in read(client, f"/stocktaking/{entry.number}/")


@pytest.mark.parametrize("state", [Entry.State.DRAFT, Entry.State.WITHDRAWN])
def test_who_is_named_in_hidden_entries_only_is_not_there(client, world, state):
    make_entry(world, "Hidden", body="Secret body", state=state)
    body = named("Secret body")
    assert client.get(f"/organisations/{body.pk}/").status_code == 404
    assert "Secret body" not in read(client, "/organisations/")
    assert "Secret body" not in read(client, "/organisations/?q=secret")
    kind = kinds()["organisation"]
    assert list(kind.documents()) == list(kind.some([str(body.pk)])) == []


def test_hidden_entries_change_nothing_on_the_page(client, world):
    make_entry(world, "Telemedicine", "sdgs 3", body="Ministry")
    body = named("Ministry")
    before = read(client, f"/organisations/{body.pk}/"), read(client, "/organisations/")
    hidden = make_entry(world, "Hidden project", "sdgs 4", "countries QA", body="Ministry", state=Entry.State.DRAFT)
    contest = Contest.objects.create(edition=world.editions["2020"], title=Text.of("WSIS Prizes 2020"))
    Award.objects.create(contest=contest, entry=hidden, level="winner")
    Session.objects.create(edition=world.editions["2021"], number="18", title=Text.of("Secret session"), state="draft").organisers.add(body)
    assert (read(client, f"/organisations/{body.pk}/"), read(client, "/organisations/")) == before


def test_a_merged_organisation_leads_to_the_one_it_is(client, world):
    make_entry(world, "First", body="Ministry of Health")
    make_entry(world, "Second", body="Health Ministry")
    kept, gone = named("Ministry of Health"), named("Health Ministry")
    merge_organisations(actor=SYSTEM, keep=kept, merge=gone)
    response = client.get(f"/organisations/{gone.pk}/")
    assert (response.status_code, response["Location"]) == (301, f"/organisations/{kept.pk}/")
    page = read(client, f"/organisations/{kept.pk}/")
    assert "First" in page and "Second" in page
    assert set(IndexChange.objects.filter(kind="organisation").values_list("key", flat=True)) >= {str(kept.pk), str(gone.pk)}


@pytest.mark.parametrize("key", ["00000000-0000-4000-8000-000000000000", "x", "1", "..", "00000000-0000-0000-0000-00000000000g"])
def test_unknown_ones_are_404(client, world, key):
    assert client.get(f"/organisations/{key}/").status_code == 404


def test_the_directory_goes_by_letter_words_and_country(client, world):
    drafts = [("Ministry of Health", "KE"), ("École polytechnique", "CH"), ("3rd Wave", "KE"), ("Élan", "UG")]
    for name, country in drafts:
        entry = make_entry(world, f"Of {name}")
        draft = replace(actions.current_draft(entry), organisations=(OrganisationDraft(name, world.concept(f"countries {country}")),))
        actions.edit_entry(actor=SYSTEM, entry=entry, draft=draft)

    def found(query):
        page = read(client, f"/organisations/{query}")
        return [name for name, _country in sorted(drafts, key=lambda each: page.find(each[0])) if f">{name}</a>" in page]

    assert found("") == ["3rd Wave", "École polytechnique", "Élan", "Ministry of Health"]
    assert found("?letter=e") == ["École polytechnique", "Élan"]
    assert found("?letter=É") == ["École polytechnique", "Élan"]
    assert found("?letter=0") == ["3rd Wave"]
    assert found("?q=health+MINISTRY") == ["Ministry of Health"]
    assert found("?q=ecole") == ["École polytechnique"]
    assert found("?country=KE") == ["3rd Wave", "Ministry of Health"]
    assert found("?q=nothing") == []
    assert "noindex" in read(client, "/organisations/?letter=e")
    assert "noindex" not in read(client, "/organisations/")


@pytest.mark.parametrize("query", ["letter=ab", "country=XX", "page=9", "page=x", "colour=blue", "q=%00"])
def test_odd_questions_are_400(client, world, query):
    make_entry(world, "Telemedicine", body="Ministry")
    assert client.get(f"/organisations/?{query}").status_code == 400


@pytest.mark.parametrize("letter", ["%25", "_", "'", "\\", "م", "的", "😀", " ", "%2B", "["])
def test_any_letter_is_answered(client, world, letter):
    make_entry(world, "Telemedicine", body="Ministry")
    assert client.get(f"/organisations/?letter={letter}").status_code in (200, 400)


def test_neither_page_needs_more_queries_for_more_records(client, world, django_assert_max_num_queries):
    make_entry(world, "First", "sdgs 3", "countries KE", body="Ministry")
    body = named("Ministry")
    for number in range(12):
        make_entry(world, f"More {number}", "sdgs 3", "sdgs 4", "action-lines C1", "countries QA", body="Ministry")
        make_entry(world, f"Other {number}", "sdgs 3", "countries KE", body=f"Body {number}")
    with django_assert_max_num_queries(22):
        read(client, f"/organisations/{body.pk}/")
    with django_assert_max_num_queries(8):
        read(client, "/organisations/")


def test_the_index_follows(world, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        entry = make_entry(world, "Telemedicine", "countries KE", body="Ministry of Health")
    body = named("Ministry of Health")
    assert IndexChange.objects.filter(kind="organisation", key=str(body.pk)).exists()
    kind = kinds()["organisation"]
    (document,) = kind.some([str(body.pk), "x", "00000000-0000-4000-8000-000000000000"])
    assert (document.path, str(document.title), document.key) == (f"/organisations/{body.pk}/", "Ministry of Health", str(body.pk))
    assert [each.key for each in kind.documents()] == [str(body.pk)]
    assert kind.count() == 1
    IndexChange.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        actions.edit_entry(actor=SYSTEM, entry=entry, draft=replace(actions.current_draft(entry), organisations=(OrganisationDraft("Another"),)))
    assert set(IndexChange.objects.filter(kind="organisation").values_list("key", flat=True)) == {str(body.pk), str(named("Another").pk)}
    assert list(kind.some([str(body.pk)])) == []


def test_nothing_written_becomes_markup(client, world):
    evil = "<script>alert(1)</script>"
    make_entry(world, "x", body=evil)
    body = Organisation.objects.get(aliases__name=evil)
    assert evil not in read(client, f"/organisations/{body.pk}/")
    assert evil not in read(client, "/organisations/")
