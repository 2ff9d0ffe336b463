"""Owners: their list, the form of an entry, what two people change at once, leaving, contacts."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from plenary.errors import Conflict, Invalid, NotAllowed, Stale
from plenary.ground.audit.actors import NOBODY, SYSTEM
from plenary.ground.audit.models import Payload
from plenary.ground.files.models import StoredFile
from plenary.ground.framework.text import Text
from plenary.ground.people.actions.privacy import erase_person
from plenary.ground.search.registry import kinds
from plenary.programmes.stocktaking.actions import edit_entry
from plenary.programmes.stocktaking.actions.contacts import change_contact
from plenary.programmes.stocktaking.actions.deciding import grant
from plenary.programmes.stocktaking.actions.ownership import disown, leave, own
from plenary.programmes.stocktaking.actions.requests import ask_change
from plenary.programmes.stocktaking.actions.snapshots import current_draft, snapshot
from plenary.programmes.stocktaking.drafts import LinkDraft, OrganisationDraft, WebLink
from plenary.programmes.stocktaking.models import Entry, EntryContact, EntryOwner, EntryRequest
from plenary.programmes.stocktaking.tests.making import World, make_entry
from plenary.programmes.stocktaking.tests.owning import edit_page, fields_of, form_of, mails, owned, signed_in, wish
from plenary.programmes.stocktaking.tests.submitting import contributor, staff


@pytest.fixture
def owner(db):
    return contributor("owner@example.org", "Owner 0001")


@pytest.fixture
def entry(world: World, owner) -> Entry:
    """An entry with something in every field, and an owner."""
    made = make_entry(
        world, "Telemedicine", "countries KE", "action-lines C7-4", "themes health", body="Ministry of Health",
        text=Text({"en": "Telemedicine", "fr": "Télémédecine"}, "en", frozenset({"fr"})), summary=Text.of("Doctors by video."),
        description=Text.of("Line one.\nLine two."), status="ongoing", reach="national", starts_on=date(2019, 1, 1), website="https://clinic.example.org/",
        web_links=(WebLink("https://clinic.example.org/a", "About"),),
    )  # fmt: skip
    draft = current_draft(made)
    links = (*draft.links, LinkDraft(world.concept("sdgs 3"), Text({"en": "Clinics reach islands.", "fr": "Des îles."}, "en")))
    edit_entry(actor=SYSTEM, entry=made, draft=replace(draft, links=links))
    return owned(Entry.objects.get(pk=made.pk), owner)


def send(client: Client, entry: Entry, **changes):
    return client.post(edit_page(entry), {**form_of(client, edit_page(entry)), "do": "send", **changes})


# ---- the list ----


def test_my_entries_stand_in_one_list_with_what_waits(entry, owner, world, django_assert_max_num_queries):
    client = signed_in(owner)
    wish(owner, entry, summary=Text.of("New words."))
    page = client.get(reverse("stocktaking:mine")).content.decode()
    assert "Telemedicine" in page
    assert "waits for a moderator" in page
    for number in range(12):
        owned(make_entry(world, f"Project {number}"), owner)
    with django_assert_max_num_queries(16):
        client.get(reverse("stocktaking:mine"))


def test_the_list_is_for_those_who_are_signed_in(client, db):
    assert client.get(reverse("stocktaking:mine")).status_code == 302


# ---- the form ----


def test_a_form_that_is_sent_back_as_it_was_changes_nothing(entry, owner):
    client = signed_in(owner)
    page = send(client, entry)
    assert page.status_code == 400
    assert "Nothing is different" in page.content.decode()
    assert not EntryRequest.objects.exists()


def test_a_change_waits_and_is_not_public(entry, owner, client):
    page = send(signed_in(owner), entry, summary="Doctors by video and telephone.", message="New since May.")
    assert page.status_code == 302
    request = EntryRequest.objects.get()
    assert (request.kind, request.state, request.asked_by, request.message) == ("change", "waiting", owner, "New since May.")
    assert request.wanted["seen"]["parts"] == ["summary"]
    assert "and telephone" not in client.get(reverse("stocktaking:entry", args=[entry.number])).content.decode()
    assert Entry.objects.get().summary == Text.of("Doctors by video.")


def test_every_field_of_an_entry_can_be_changed(entry, owner, world, secretary):
    client = signed_in(owner)
    data = form_of(client, edit_page(entry))
    data |= {
        "do": "send", "title": "Telemedicine for islands", "description": "Line one.\r\nLine three.", "results": "Forty clinics.", "title_es": "Telemedicina",
        "reach": "regional", "status": "completed", "starts_on": "2018-03-01", "ends_on": "2020-12-31", "website": "https://new.example.org/",
        "stakeholder_type": "government", "about-countries": ["KE", "UG"], "about-action-lines": ["C7-4", "C1"], "why-action-lines-C1": "Ministries lead.",
        "about-sdg-targets": ["3.8"], "why-sdg-targets-3.8": "Coverage.", "about-themes": [], "bodies-1-name": "Fund of Islands", "bodies-1-country": "CH",
        "bodies-1-role": "funder", "links-1-url": "https://new.example.org/report", "links-1-label": "Report",
    }  # fmt: skip
    assert client.post(edit_page(entry), data).status_code == 302
    grant(actor=secretary, request=EntryRequest.objects.get())
    found = snapshot(Entry.objects.get())
    assert found["title"] == {"original": "en", "texts": {"en": "Telemedicine for islands", "fr": "Télémédecine", "es": "Telemedicina"}, "machine": ["fr"]}
    assert found["description"]["texts"]["en"] == "Line one.\nLine three."
    assert found["results"]["texts"] == {"en": "Forty clinics."}
    assert [found[name] for name in ("reach", "status", "starts_on", "ends_on", "website", "stakeholder_type")] == [
        "regional", "completed", "2018-03-01", "2020-12-31", "https://new.example.org/", "government",
    ]  # fmt: skip
    assert {(scheme, code) for scheme, code, _reason in found["concepts"]} == {
        ("countries", "KE"), ("countries", "UG"), ("action-lines", "C7-4"), ("action-lines", "C1"), ("sdgs", "3"), ("sdg-targets", "3.8"),
    }  # fmt: skip
    reasons = {code: reason for _scheme, code, reason in found["concepts"]}
    assert reasons["3"]["texts"] == {"en": "Clinics reach islands.", "fr": "Des îles."}
    assert reasons["3.8"]["texts"] == {"en": "Coverage."}
    assert [body[1:] for body in found["organisations"]] == [["Ministry of Health", "lead", ""], ["Fund of Islands", "funder", "CH"]]
    assert [link["url"] for link in found["web_links"]] == ["https://clinic.example.org/a", "https://new.example.org/report"]


def test_nothing_typed_is_lost_on_an_error_and_the_error_stands_at_the_field(entry, owner):
    client = signed_in(owner)
    page = send(client, entry, title="", summary="Typed with care.", ends_on="2001-01-01", **{"bodies-1-name": "Typed body", "links-0-url": "nonsense"})
    text = page.content.decode()
    assert page.status_code == 400
    kept = fields_of(text)
    assert (kept["summary"], kept["ends_on"], kept["bodies-1-name"], kept["links-0-url"]) == ("Typed with care.", "2001-01-01", "Typed body", "nonsense")
    for control in ("id_title", "id_ends_on", "id_links-0-url"):
        assert f'href="#{control}"' in text
        assert f'id="{control}"' in text
    assert not EntryRequest.objects.exists()


def test_rows_are_added_by_a_button_without_losing_anything(entry, owner):
    client = signed_in(owner)
    page = send(client, entry, do="more-bodies", summary="Half typed")
    kept = fields_of(page.content.decode())
    assert page.status_code == 200
    assert "bodies-2-name" in kept
    assert kept["summary"] == "Half typed"


def picture(name="clinic.png", size=(40, 30)) -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", size, "green").save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue(), "image/png")


def test_a_picture_is_private_until_the_change_is_granted_and_survives_an_error(entry, owner, secretary, client):
    mine = signed_in(owner)
    page = send(mine, entry, picture=picture(), title="", **{"new-alt": "A green field"})
    assert page.status_code == 400
    kept = fields_of(page.content.decode())
    stored = StoredFile.objects.get()
    assert (kept["pictures-0-file"], kept["pictures-0-alt"]) == (str(stored.pk), "A green field")
    assert client.get(stored.path).status_code == 404
    assert mine.post(edit_page(entry), {**kept, "title": "Telemedicine", "do": "send"}).status_code == 302
    grant(actor=secretary, request=EntryRequest.objects.get())
    shown = Entry.objects.get().media.get()
    assert shown.alt == Text.of("A green field")
    assert shown.file.is_public
    assert shown.file_id != stored.pk  # a copy without place and camera
    assert not StoredFile.objects.get(pk=stored.pk).is_public


def test_a_picture_needs_words_and_must_be_one(entry, owner):
    mine = signed_in(owner)
    page = send(mine, entry, picture=SimpleUploadedFile("page.png", b"<html>", "image/png"))
    assert page.status_code == 400
    assert not StoredFile.objects.exists()
    page = send(mine, entry, picture=picture())
    assert page.status_code == 400
    assert "Say what the picture shows" in page.content.decode()


def test_nobody_shows_a_picture_of_somebody_else(entry, owner, world):
    other = contributor("other@example.org", "Other 0001")
    theirs = owned(make_entry(world, "Another"), other)
    send(signed_in(other), theirs, picture=picture(), title="")
    stolen = StoredFile.objects.get()
    sent = {"pictures-TOTAL_FORMS": "1", "pictures-0-file": str(stolen.pk), "pictures-0-alt": "Mine"}
    page = send(signed_in(owner), entry, **sent)
    assert page.status_code == 400
    assert "One of the pictures is gone" in page.content.decode()


def test_the_language_of_the_texts_can_be_set_right(entry, owner, secretary):
    mine = signed_in(owner)
    page = send(mine, entry, language="fr")
    assert page.status_code == 400  # there is a French title already
    assert "translation into French" in page.content.decode()
    assert send(mine, entry, language="es").status_code == 302
    grant(actor=secretary, request=EntryRequest.objects.get())
    found = Entry.objects.get()
    assert (found.title.original, dict(found.title.texts)) == ("es", {"es": "Telemedicine", "fr": "Télémédecine"})
    assert found.summary == Text.of("Doctors by video.", "es")


def test_what_would_change_is_shown_before_it_is_sent(entry, owner):
    page = send(signed_in(owner), entry, do="look", summary="Doctors by telephone.")
    text = page.content.decode()
    assert "<del>video.</del>" in text
    assert "<ins>telephone.</ins>" in text
    assert not EntryRequest.objects.exists()


@pytest.mark.parametrize("field", ["seen", "bodies-TOTAL_FORMS", "language", "starts_on", "about-sdgs", "pictures-0-file", "written_in", "why-sdgs-3"])
@pytest.mark.parametrize("value", ["\x00", "𝕏" * 700, "-1", "99999999999999999999", "[]", '{"a": [1]}', "null", "<script>", "\ud800"])
def test_nonsense_in_the_form_is_answered(entry, owner, field, value):
    page = send(signed_in(owner), entry, **{field: value.encode("utf-8", "replace").decode(), "pictures-TOTAL_FORMS": "1"})
    assert page.status_code < 500


# ---- two people at once ----


def test_what_somebody_else_changed_meanwhile_is_told_at_once_and_put_together(entry, owner, secretary):
    mine = signed_in(owner)
    data = form_of(mine, edit_page(entry))
    edit_entry(actor=secretary, entry=entry, draft=replace(current_draft(entry), reach="global", summary=Text.of("By staff.")))
    page = mine.post(edit_page(entry), {**data, "do": "send", "summary": "By the owner.", "results": "Many."})
    assert page.status_code == 409
    text = page.content.decode()
    assert "Somebody else has changed this entry meanwhile" in text
    assert "By staff." in text.replace("<del>", "").replace("</del>", "").replace("<span>", "").replace("</span>", "")
    kept = fields_of(text)
    assert (kept["reach"], kept["summary"], kept["results"]) == ("global", "By the owner.", "Many.")  # theirs where nothing was typed
    assert not EntryRequest.objects.exists()
    assert mine.post(edit_page(entry), {**kept, "do": "send"}).status_code == 302
    assert EntryRequest.objects.get().wanted["seen"]["parts"] == ["summary", "results"]


def test_an_action_refuses_a_change_made_from_an_old_page(entry, owner, secretary):
    seen = entry.updated_at
    edit_entry(actor=secretary, entry=entry, draft=replace(current_draft(entry), reach="global"))
    with pytest.raises(Stale):
        ask_change(actor=owner, entry=entry, draft=replace(current_draft(entry), reach="local"), seen=seen)


def test_asking_again_changes_what_waits(entry, owner):
    first = wish(owner, entry, reach="global")
    page = form_of(signed_in(owner), edit_page(entry))
    assert page["reach"] == "global"  # the form goes on from what was asked
    second = wish(owner, entry, reach="local")
    assert (first.pk, EntryRequest.objects.count()) == (second.pk, 1)
    assert second.wanted["reach"] == "local"


def test_an_owner_cannot_change_what_is_the_secretariats(entry, owner, secretary, world):
    wish(owner, entry, reach="global", number="stolen", year=1999, edition=world.editions["2020"], source="elsewhere", source_id="x", collections=("covid-19",))
    assert EntryRequest.objects.get().wanted["seen"]["parts"] == ["reach"]
    grant(actor=secretary, request=EntryRequest.objects.get())
    found = Entry.objects.get()
    assert (found.number, found.year, found.edition, found.source) == (entry.number, 2021, world.editions["2021"], "")


def test_staff_change_at_once_with_a_reason(entry, secretary):
    client = signed_in(secretary)
    assert send(client, entry, reach="global").status_code == 400  # without a reason
    assert send(client, entry, reach="global", message="The owner called.").status_code == 302
    assert Entry.objects.get().reach == "global"
    assert not EntryRequest.objects.exists()


# ---- who speaks for an entry ----


def test_becoming_an_owner_twice_is_once(entry, owner):
    assert not own(actor=SYSTEM, entry=entry, user=owner)
    assert EntryOwner.objects.count() == 1


def test_leaving_takes_back_what_one_asked_for(entry, owner):
    request = wish(owner, entry, reach="global")
    assert signed_in(owner).get(reverse("stocktaking:leave", args=[entry.number])).status_code == 200
    leave(actor=owner, entry=entry)
    request.refresh_from_db()
    assert (request.state, EntryOwner.objects.count()) == ("withdrawn", 0)
    with pytest.raises(NotAllowed):
        leave(actor=owner, entry=entry)


def test_staff_add_and_remove_owners_with_a_reason(entry, owner, secretary):
    other = contributor("other@example.org", "Other 0001")
    client, address = signed_in(secretary), reverse("stocktaking:owners", args=[entry.number])
    assert client.post(address, {"email": "nobody@example.org", "reason": "x"}).status_code == 400
    assert client.post(address, {"email": other.email.upper(), "reason": "Leads it now."}).status_code == 302
    assert [each.to for each in mails("stocktaking-owner-added")] == [other.email]
    gone = EntryOwner.objects.get(user=owner)
    assert client.post(address, {"remove": gone.pk, "reason": ""}).status_code == 400
    assert client.post(address, {"remove": gone.pk, "reason": "Left the ministry."}).status_code == 302
    assert list(EntryOwner.objects.values_list("user", flat=True)) == [other.pk]
    with pytest.raises(Invalid):
        disown(actor=secretary, entry=entry, user=other, reason=" ")


def test_the_owner_of_a_withdrawn_entry_cannot_change_it(entry, owner):
    Entry.objects.update(state="withdrawn")
    assert signed_in(owner).get(edit_page(entry)).status_code == 409
    with pytest.raises(Conflict):
        wish(owner, entry, reach="global")


# ---- contacts ----


def test_contacts_are_seen_and_changed_by_owners_and_the_secretariat_only(entry, owner, secretary, visitor):
    address = reverse("stocktaking:contact", args=[entry.number])
    sent = {"name": "Zebulon Quince", "email": "zq@Quince.example.org", "phone": "+41 22 000"}
    assert signed_in(owner).post(address, sent).status_code == 302
    assert "Zebulon Quince" in signed_in(secretary).get(address).content.decode()
    for stranger in (visitor, staff("site", "editor"), staff("site", "reader"), staff("edition:2020")):
        page = signed_in(stranger).get(address)
        assert page.status_code == 403
        assert "Quince" not in page.content.decode()
    for stranger in (visitor, NOBODY):
        with pytest.raises(NotAllowed):
            change_contact(actor=stranger, entry=entry, name="Other")
    assert EntryContact.objects.get().email == "zq@quince.example.org"
    assert signed_in(owner).post(address, {"email": "not an address"}).status_code == 400
    signed_in(owner).post(address, {})
    assert not EntryContact.objects.exists()


def test_a_contact_stands_in_no_public_output_nor_in_versions_or_the_trail(entry, owner, client):
    change_contact(actor=owner, entry=entry, name="Zebulon Quince", email="zebulon@quince.example.org", phone="+41229999999")
    edit_entry(actor=SYSTEM, entry=entry, draft=replace(current_draft(entry), reach="global"))
    number = entry.number
    for address in (
        "/stocktaking/", f"/stocktaking/{number}/", f"/stocktaking/{number}/versions/", f"/stocktaking/{number}/print/", f"/stocktaking/{number}/cite.ris",
        "/stocktaking/?format=csv", "/stocktaking/?format=jsonl", f"/api/v1/entries/{number}", "/api/v1/entries",
        "/oai?verb=ListRecords&metadataPrefix=oai_dc",
    ):  # fmt: skip
        page = client.get(address)
        text = b"".join(page.streaming_content).decode() if page.streaming else page.content.decode()
        assert page.status_code == 200, address
        assert "uince" not in text, address
        assert "9999999" not in text, address
    assert "uince" not in repr(list(kinds()["entry"].some([number])))  # what the index is made of
    assert not [payload for payload in Payload.objects.all() if "uince" in f"{payload.before}{payload.after}{payload.reason}"]


# ---- privacy ----


def test_what_somebody_speaks_for_and_asked_for_is_handed_out_and_erased(entry, owner):
    from plenary.ground.people import privacy

    change_contact(actor=owner, entry=entry, name="Owner 0001", email=owner.email)
    request = wish(owner, entry, summary=Text.of("Their own words."))
    EntryRequest.objects.filter(pk=request.pk).update(message="A private word.")
    subject = privacy.subject_of(owner.person)
    told = next(each for each in privacy.handlers() if each.name == "stocktaking").export(subject)
    assert [each["number"] for each in told["entries"]] == [entry.number]
    assert told["requests"][0]["message"] == "A private word."
    assert told["contact_of"][0]["email"] == owner.email
    erase_person(actor=owner, person=owner.person)
    request.refresh_from_db()
    assert (request.state, request.asked_by, request.message, request.wanted, request.email) == ("withdrawn", None, "", {}, "")
    assert not EntryContact.objects.exists()
    assert not EntryOwner.objects.exists()
    assert Entry.objects.get().state == "public"


def test_organisations_are_compared_by_name_role_and_country(entry, owner):
    draft = current_draft(entry)
    with pytest.raises(Invalid):
        ask_change(actor=owner, entry=entry, draft=replace(draft, organisations=tuple(draft.organisations)))
    wish(owner, entry, organisations=(*draft.organisations, OrganisationDraft("New body")))
    assert EntryRequest.objects.get().wanted["seen"]["parts"] == ["organisations"]
