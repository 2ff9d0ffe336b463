"""An entry's page."""

import io
import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext, override

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.files.actions import store
from plenary.ground.framework.models import Mapping
from plenary.ground.framework.text import Text
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.drafts import LinkDraft, MediaDraft, OrganisationDraft, WebLink
from plenary.programmes.stocktaking.models import Collection, CollectionEntry, Entry, EntryEdition, EntryOwner
from plenary.programmes.stocktaking.tests.making import make_entry


def change(entry, **values):
    entry.refresh_from_db()
    actions.edit_entry(actor=SYSTEM, entry=entry, draft=replace(actions.current_draft(entry), **values))


def linked_data_of(page):
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])


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
    change(entry, links=(LinkDraft(world.concept("sdgs 3"), Text.of("It brings doctors to islands.")),))
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


def test_the_whole_story_has_its_headings_in_order(client, world):
    texts = {name: Text.of(f"Words on {name}.") for name in ("results", "beneficiaries", "challenges", "partnerships", "replicability", "description")}
    page = page_of(client, make_entry(world, **texts))
    headings = ["The project", "Results and impact", "Whom it serves", "Challenges", "Partnerships", "How others can do the same"]
    places = [page.index(f"<h2>{heading}</h2>") for heading in headings]
    assert places == sorted(places)
    assert all(f"<p>Words on {name}.</p>" in page for name in texts)
    assert "<h2>Challenges</h2>" not in page_of(client, make_entry(world, "Bare"))


def test_each_part_says_its_language_and_keeps_the_original_at_hand(client, world):
    entry = make_entry(
        world, "Telemedicine",
        description=Text({"fr": "En français.", "en": "In English."}, "fr", frozenset({"en"})),
        results=Text({"es": "Resultados.", "en": "Results."}, "es"),
        challenges=Text.of("تحديات", "ar"),
    )  # fmt: skip
    page = page_of(client, entry)
    assert "A machine translated this from French; nobody has checked it." in page
    assert "Read the original in French" in page
    assert '<div class="prose" lang="fr" dir="ltr"><p>En français.</p></div>' in page
    assert "Translated from Spanish." in page
    assert "Written in Arabic." in page
    assert '<div class="prose" lang="ar" dir="rtl"><p>تحديات</p></div>' in page
    french = page_of(client, entry, "/fr")
    assert "<p>En français.</p>" in french
    assert "<p>In English.</p>" not in french


def test_organisations_stand_by_their_part_and_lead_to_their_pages(client, world):
    entry = make_entry(world, "Telemedicine", body="Ministry")
    change(entry, organisations=(OrganisationDraft("Ministry"), OrganisationDraft("University", role="partner"), OrganisationDraft("Fund", role="funder")))
    page = page_of(client, entry)
    for part, name in (("Carried by", "Ministry"), ("Partners", "University"), ("Funded by", "Fund")):
        assert re.search(rf'<dt>{part}</dt><dd><a href="/organisations/[0-9a-f-]{{36}}/">{name}</a>', page), part


def test_links_history_and_collections_are_facts(client, world):
    entry = make_entry(world, "Telemedicine", web_links=(WebLink("https://example.org/report", "The report"), WebLink("https://example.org/plain")))
    EntryEdition.objects.create(entry=entry, edition=world.editions["2022"], how="updated")
    CollectionEntry.objects.create(entry=entry, collection=Collection.objects.create(code="covid-19", name=Text.of("COVID-19 cases")))
    page = page_of(client, entry)
    assert '<a href="https://example.org/report" rel="nofollow noopener external">The report</a>' in page
    assert ">https://example.org/plain</a>" in page
    assert "Brought up to date" in page and "Forum 2022" in page
    assert "COVID-19 cases" in page


def test_it_says_whether_its_owner_confirmed_it(client, world):
    entry, now = make_entry(world, "Telemedicine"), timezone.now()
    assert "onfirmed by its owner" not in page_of(client, entry)
    Entry.objects.filter(pk=entry.pk).update(asked_at=now - timedelta(days=1))
    assert "Not confirmed" not in page_of(client, entry)  # there still is time to answer
    Entry.objects.filter(pk=entry.pk).update(asked_at=now - timedelta(days=100))
    assert "Not confirmed by its owner since" in page_of(client, entry)
    Entry.objects.filter(pk=entry.pk).update(confirmed_at=now)
    page = page_of(client, entry)
    assert "Not confirmed" not in page
    assert "Confirmed by its owner" in page


def test_it_stands_in_the_matrix_where_lines_and_goals_meet(client, world):
    entry = make_entry(world, "Telemedicine", "action-lines C7-4", "sdg-targets 3.8", "sdgs 4")
    assert "not linked in the matrix:" in page_of(client, entry)
    Mapping.objects.create(source=world.concept("action-lines C7-4"), target=world.concept("sdg-targets 3.8"), kind="wsis-sdg")
    page = page_of(client, entry)
    assert 'href="/matrix/C7-4/3/"' in page
    assert "linked in the matrix (3.8)" in page
    assert re.search(r'not linked in the matrix: <a href="/matrix/C7-4/4/">4 Quality education</a>', page)
    assert "In the matrix" not in page_of(client, make_entry(world, "Without goals", "action-lines C1"))


def test_a_line_named_as_a_whole_stands_for_its_parts(client, world):
    Mapping.objects.create(source=world.concept("action-lines C7-4"), target=world.concept("sdgs 3"), kind="wsis-sdg")
    assert ">linked in the matrix</a>" in page_of(client, make_entry(world, "x", "action-lines C7", "sdgs 3"))


def picture(name="picture.png", *, public=True):
    from PIL import Image

    content = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(content, "PNG")
    return store(actor=SYSTEM, upload=ContentFile(content.getvalue(), name=name), is_public=public)


def test_pictures_have_words_a_size_and_are_loaded_late(client, world):
    entry = make_entry(world, "Telemedicine")
    file, secret = picture(), picture("secret.png", public=False)
    media = (MediaDraft(str(file.pk), Text.of('A "nurse"'), Text.of("In the clinic"), "Example 0001"), MediaDraft(str(secret.pk), Text.of("Secret")))
    change(entry, media=media)
    page = page_of(client, entry)
    assert f'<img src="{file.path}" alt="A &quot;nurse&quot;" width="40" height="30" loading="lazy"' in page
    assert "In the clinic" in page and "Picture: Example 0001" in page
    assert "secret.png" not in page
    assert linked_data_of(page)["image"][0].endswith(file.path)
    assert f"{file.path}" in client.get(f"/stocktaking/{entry.number}/versions/2/").content.decode()


def test_similar_projects_stand_there_but_hidden_ones_and_its_own_do_not(client, world):
    entry = make_entry(world, "Telemedicine for islands", "sdgs 3", body="Ministry", summary=Text.of("Doctors visit remote islands by video."))
    make_entry(world, "Video doctors", "sdgs 3", summary=Text.of("Doctors visit remote islands by video and telephone."))
    make_entry(world, "Hidden doctors", "sdgs 3", summary=Text.of("Doctors visit remote islands by video in secret."), state=Entry.State.DRAFT)
    page = page_of(client, entry)
    assert "Similar projects" in page
    assert "Video doctors" in page
    assert "Hidden doctors" not in page


def test_a_page_without_an_index_is_a_page(client, world, monkeypatch):
    monkeypatch.setattr("plenary.programmes.stocktaking.reading.similar", lambda kind, key, limit: [])
    assert "Similar projects" not in page_of(client, make_entry(world, "Telemedicine", "sdgs 3"))


def test_machines_find_all_of_it(client, world):
    entry = make_entry(
        world, "Telemedicine", "action-lines C7-4", "sdgs 3", "countries KE", body="Ministry", summary=Text.of("In short."), results=Text.of("Lives saved."),
        website="https://example.org/", web_links=(WebLink("https://example.org/more"),), reach="national",
    )  # fmt: skip
    response = client.get(f"/stocktaking/{entry.number}/")
    page = response.content.decode()
    data = linked_data_of(page)
    assert "Lives saved." in data["description"]
    assert data["sameAs"] == ["https://example.org/", "https://example.org/more"]
    assert data["parentOrganization"][0]["name"] == "Ministry"
    assert data["subjectOf"]["keywords"] == ["E-health", "Good health"]
    assert data["subjectOf"]["spatialCoverage"][0]["identifier"] == "KE"
    assert data["subjectOf"]["dateModified"] == entry.updated_at.date().isoformat()
    link = response["Link"]
    assert f'/stocktaking/{entry.number}/>; rel="cite-as"' in link
    assert f'/api/v1/entries/{entry.number}>; rel="describedby"; type="application/json"' in link
    assert '<meta property="og:title" content="Telemedicine">' in page
    assert f'<link rel="alternate" type="application/json" href="/api/v1/entries/{entry.number}">' in page
    assert client.get(f"/api/v1/entries/{entry.number}").status_code == 200


def test_it_is_shared_by_plain_links(client, world):
    entry = make_entry(world, "Health & rights 100 %")
    page = page_of(client, entry)
    assert "mailto:?subject=Health%20%26%20rights%20100%20%25&amp;body=http" in page
    assert not re.search(r'(src|href)="https?://(?!127\.0\.0\.1|testserver|localhost)[^"]*(facebook|twitter|linkedin|google)', page)


def test_the_printed_page_has_the_record_and_nothing_around_it(client, world):
    entry = make_entry(world, "Telemedicine", "sdgs 3", body="Ministry", description=Text.of("At length."))
    response = client.get(f"/stocktaking/{entry.number}/print/")
    page = response.content.decode()
    assert "At length." in page and "Ministry" in page and "Good health" in page
    assert '<meta name="robots" content="noindex">' in page
    assert f'/stocktaking/{entry.number}/">' in page
    assert "<header" not in page and "<footer" not in page and "<form" not in page


def test_what_one_can_do_depends_on_who_one_is(client, world, secretary, visitor):
    entry = make_entry(world, "Telemedicine")
    address = f"/stocktaking/{entry.number}"
    page = page_of(client, entry)
    assert f'href="{address}/problem/"' in page
    assert f'href="{address}/claim/"' in page
    assert f'href="{address}/edit/"' not in page
    client.force_login(visitor)
    assert f'href="{address}/edit/"' not in page_of(client, entry)
    EntryOwner.objects.create(entry=entry, user=visitor)
    page = page_of(client, entry)
    assert f'href="{address}/edit/"' in page
    assert f'href="{address}/claim/"' not in page
    client.force_login(secretary)
    assert f'href="{address}/edit/"' in page_of(client, entry)


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
    assert Client().get(f"/stocktaking/{entry.number}/").status_code == 410
    assert "Withdrawn" in page_of(staff, entry)
    staff.post(address, {"to": "public"})
    entry.refresh_from_db()
    assert entry.is_public
    assert Client().post(address, {"to": "withdrawn"}).status_code == 302  # to the sign-in page
    assert staff.get(address).status_code == 405


def test_the_number_of_queries_does_not_grow(client, world, django_assert_max_num_queries):
    small = make_entry(world, "Small", "sdgs 3", body="One")
    large = make_entry(world, "Large", *(f"countries {code}" for code in ("KE", "UG", "QA", "CH")), "sdgs 3", "sdgs 4", "action-lines C1", body="Two")
    for number in range(12):
        make_entry(world, f"More {number}", "sdgs 3", "countries KE", body="Two")
    for number in range(3):
        change(large, results=Text.of(f"Result {number}"))
    page_of(client, small)  # the index is made when it is first asked
    with django_assert_max_num_queries(30):
        page_of(client, small)
    with django_assert_max_num_queries(33):  # one each for what the small one has none of: matrix, badges, others of the organisation
        page_of(client, large)


def test_a_large_page_stays_light(client, world):
    words = " ".join(f"word{number}" for number in range(900))
    entry = make_entry(
        world,
        "Large",
        "sdgs 3",
        *(f"countries {code}" for code in ("KE", "UG")),
        body="Two",
        **dict.fromkeys(("description", "results", "challenges"), Text.of(words)),
    )
    for number in range(12):
        make_entry(world, f"More {number}", "sdgs 3", "countries KE", body="Two", description=Text.of(words))
    response = client.get(f"/stocktaking/{entry.number}/", headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert len(response.content) < 60_000
